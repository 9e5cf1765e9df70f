package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A trace tells what statements change in sqlite_schema without understanding what
// they leave alone. Where they are said to create and to add columns, it notes the tables
// that are to have them, and else all rows as they are written.
type trace struct {
	q       querier
	version int64
	last    int64    // the highest row there was, where no more is said than that
	grows   []string // the folded names of tables that are said to be given columns
	rows    []row    // what there was of those and of their indexes, or of all where more is said
	all     bool
}

var _ engine.Tracer = Engine{}

// Trace notes what the schema of main is.
func (Engine) Trace(ctx context.Context, db engine.Database, _ string, statements []*migration.Statement) (engine.Trace, error) {
	d, ok := db.(*database)
	if !ok {
		return nil, nil
	}
	t := &trace{q: d.conn}
	if err := t.begin(ctx, statements); err != nil {
		return nil, fmt.Errorf("trace: %w", damage(err))
	}
	return t, nil
}

func (t *trace) begin(ctx context.Context, statements []*migration.Statement) (err error) {
	if t.version, err = counter(ctx, t.q); err != nil {
		return err
	}
	adds := false
	if t.grows, adds = growth(statements); adds {
		if err = readValue(ctx, t.q, &t.last, "SELECT coalesce(max(rowid), 0) FROM main.sqlite_master"); err != nil {
			return err
		}
		if t.rows, err = t.growing(ctx); err != nil {
			return err
		}
		adds = t.apart()
	}
	if t.all = !adds; t.all {
		t.rows, err = readTexts(ctx, t.q)
	}
	return err
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
	case t.all:
		before, after, told, err = t.compare(ctx)
	default:
		before, after, told, err = t.added(ctx, version-t.version)
	}
	if err != nil {
		return nil, nil, false, fmt.Errorf("trace: %w", damage(err))
	}
	return before, after, told, nil
}

// added returns what the rows describe that have come behind the last one, and the tables
// that have grown, with their indexes, as they were and are. Each object that is created
// raises the counter by one, and so does each column: if it has risen by just as many,
// nothing else has happened, whatever was said.
func (t *trace) added(ctx context.Context, risen int64) (before, after []*schema.Object, told bool, err error) {
	rows, err := readRows(ctx, t.q, selectBehind, t.last)
	if err != nil {
		return nil, nil, false, err
	}
	for i := range rows {
		if rows[i].own() {
			risen--
		}
	}
	come := newCatalogue(rows)
	modules, awaited, err := t.beside(ctx, come)
	if err != nil || awaited {
		return nil, nil, false, err
	}
	grown, err := t.growing(ctx)
	if err != nil {
		return nil, nil, false, err
	}
	grown = slices.DeleteFunc(grown, func(r row) bool { return r.id > t.last })
	was, is := newCatalogue(t.rows), newCatalogue(slices.Concat(rows, grown))
	if more, same := columnsMore(was, newCatalogue(grown)); !same || risen != more {
		return nil, nil, false, nil
	}
	for i := range is.rows {
		if r := &is.rows[i]; r.virtual || mayBeShadow(fold(r.name), modules) {
			return nil, nil, false, nil
		}
	}
	shadows, err := readShadows(ctx, t.q, modules)
	if err != nil {
		return nil, nil, false, err
	}
	there, err := t.there(ctx, is)
	if err != nil {
		return nil, nil, false, err
	}
	for _, c := range []*catalogue{was, is} {
		c.unasked, c.shadows = true, shadows
		c.others = func(table string) *definition { return there[table] }
	}
	return was.all(), is.all(), true, nil
}

// mostGrowing bounds how many tables are asked for by name: where more are to be given
// columns, reading all texts takes no longer.
const mostGrowing = 50

// growth returns the tables to which statements are said to add columns; adds is false
// where they do more to the schema than that and to create, as far as their words tell.
func growth(statements []*migration.Statement) (tables []string, adds bool) {
	for _, s := range statements {
		switch {
		case s == nil:
			return nil, false
		case s.Class == migration.Data:
		case s.Class == migration.Schema && strings.HasPrefix(s.Verb, "create "):
		case s.Class == migration.Schema && s.Verb == "alter table add column" && len(tables) < mostGrowing:
			if !slices.Contains(tables, s.Target) {
				tables = append(tables, s.Target)
			}
		default:
			return nil, false
		}
	}
	return tables, true
}

// apart reports whether all tables that are to grow are there, each in a row that no other
// table takes where it is dropped, as one in the place of the last row would.
func (t *trace) apart() bool {
	tables := 0
	for i := range t.rows {
		if r := &t.rows[i]; r.kind == "table" {
			if r.id == t.last {
				return false
			}
			tables++
		}
	}
	return tables == len(t.grows)
}

// columnsMore counts the columns that tables have come to have; same is false unless all
// of them are where they were, under their names.
func columnsMore(was, is *catalogue) (more int64, same bool) {
	rows := map[int64]*row{}
	for i := range is.rows {
		rows[is.rows[i].id] = &is.rows[i]
	}
	for name, before := range was.tables {
		after := is.tables[name]
		if before == nil || after == nil {
			return 0, false
		}
		more += int64(len(after.columns) - len(before.columns))
	}
	for i := range was.rows {
		if r := rows[was.rows[i].id]; r == nil || r.key() != was.rows[i].key() {
			return 0, false
		}
	}
	return more, true
}

// growing reads the tables that are said to grow, and their indexes.
func (t *trace) growing(ctx context.Context) ([]row, error) {
	if len(t.grows) == 0 {
		return nil, nil
	}
	names := make([]any, len(t.grows))
	for i, name := range t.grows {
		names[i] = name
	}
	query := selectRow + noAnswers + fromCatalogue + " AND type IN ('table', 'index') AND tbl_name COLLATE NOCASE IN (?" +
		strings.Repeat(", ?", len(names)-1) + ")"
	return readRows(ctx, t.q, query, names...)
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
