package sqlite

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// A trace tells what statements change in sqlite_schema without understanding what
// they leave alone: rows are compared as they are written, and only those that
// differ, or depend on one that does, are read.
type trace struct {
	q       querier
	version int64
	adds    bool
	last    int64 // the highest row there was, before statements that add
	rows    []row // all that there were, before any others
}

var _ engine.Tracer = Engine{}

// Trace notes what the schema of main is: for statements that add where its rows
// end, and for others what each of them says.
func (Engine) Trace(ctx context.Context, db engine.Database, adds bool) (engine.Trace, error) {
	d, ok := db.(*database)
	if !ok {
		return nil, nil
	}
	t := &trace{q: d.conn, adds: adds}
	if err := t.begin(ctx); err != nil {
		return nil, fmt.Errorf("trace: %w", damage(err))
	}
	return t, nil
}

func (t *trace) begin(ctx context.Context) (err error) {
	if t.version, err = counter(ctx, t.q); err != nil {
		return err
	}
	if !t.adds {
		t.rows, err = readTexts(ctx, t.q)
		return err
	}
	return readValue(ctx, t.q, &t.last, "SELECT coalesce(max(rowid), 0) FROM main.sqlite_master")
}

// Changed returns what the rows describe that have come, gone or changed, and those
// that read otherwise because of them. It does not tell where virtual tables come or
// go, or where something else has happened than was announced.
func (t *trace) Changed(ctx context.Context) (before, after []*schema.Object, told bool, err error) {
	version, err := counter(ctx, t.q)
	switch {
	case err != nil:
	case version == t.version:
		return nil, nil, true, nil
	case t.adds:
		after, told, err = t.added(ctx, version-t.version)
	default:
		before, after, told, err = t.compare(ctx)
	}
	if err != nil {
		return nil, nil, false, fmt.Errorf("trace: %w", damage(err))
	}
	return before, after, told, nil
}

// added returns what the rows describe that have come behind the last one. As in
// [watch.appended], the counter tells whether that is all that has happened.
func (t *trace) added(ctx context.Context, risen int64) (after []*schema.Object, told bool, err error) {
	rows, err := readRows(ctx, t.q, selectBehind, t.last)
	if err != nil {
		return nil, false, err
	}
	for i := range rows {
		if rows[i].own() {
			risen--
		}
	}
	if risen != 0 {
		return nil, false, nil
	}
	c := newCatalogue(rows)
	beside, awaited, err := t.beside(ctx, c)
	if err != nil || awaited {
		return nil, false, err
	}
	for i := range rows {
		if rows[i].virtual || mayBeShadow(fold(rows[i].name), beside) {
			return nil, false, nil
		}
	}
	if c.shadows, err = readShadows(ctx, t.q, beside); err != nil {
		return nil, false, err
	}
	there, err := t.there(ctx, c)
	if err != nil {
		return nil, false, err
	}
	c.unasked, c.others = true, func(table string) *definition { return there[table] }
	return c.all(), true, nil
}

// beside returns the modules of the virtual tables that were there, and reports whether a
// table that was there has awaited one that has come only now: refers to it, and leaves it
// to its primary key which columns are meant.
func (t *trace) beside(ctx context.Context, c *catalogue) (modules map[string]string, awaited bool, err error) {
	if t.last == 0 {
		return nil, false, nil
	}
	touched, part := map[string]bool{}, ""
	for name := range c.tables {
		if touched[name] = true; len(c.tables) == 1 && isPlain(name) {
			part = name // quotes in a name would be doubled in a text
		}
	}
	rows, err := readRows(ctx, t.q, selectBeside, t.last, len(touched) > 0, part)
	awaited = slices.ContainsFunc(rows, func(r row) bool { return r.leansOn(touched) })
	virtual := slices.DeleteFunc(rows, func(r row) bool { return !r.virtual })
	return newCatalogue(virtual).modules(), awaited, err
}

// there reads the tables that were there already and without which the new rows cannot
// be understood: those with a new index, and those that a new table refers to without
// naming their columns.
func (t *trace) there(ctx context.Context, c *catalogue) (map[string]*definition, error) {
	found := map[string]*definition{}
	read := func(name string) error {
		if _, known := found[name]; known || c.tables[name] != nil {
			return nil
		}
		rows, err := readRows(ctx, t.q, selectTable, name)
		found[name] = newCatalogue(rows).tables[name]
		return err
	}
	for i := range c.rows {
		if r := &c.rows[i]; r.kind == "index" {
			if err := read(fold(r.table)); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range c.tables {
		for _, parent := range d.implied() {
			if err := read(parent); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// compare holds all rows against those that there were.
func (t *trace) compare(ctx context.Context) (before, after []*schema.Object, told bool, err error) {
	rows, err := readTexts(ctx, t.q)
	if err != nil {
		return nil, nil, false, err
	}
	var virtual []row
	for i := range rows {
		if rows[i].virtual {
			virtual = append(virtual, rows[i])
		}
	}
	modules := newCatalogue(virtual).modules()
	gone, come := missing(t.rows, rows), missing(rows, t.rows)
	touched := map[string]bool{}
	for _, r := range slices.Concat(gone, come) {
		if r.virtual || mayBeShadow(fold(r.name), modules) {
			return nil, nil, false, nil
		}
		if r.kind == "table" {
			touched[fold(r.name)] = true
		}
	}
	shadows, err := readShadows(ctx, t.q, modules)
	if err != nil {
		return nil, nil, false, err
	}
	return understand(t.rows, gone, touched, shadows), understand(rows, come, touched, shadows), true, nil
}
