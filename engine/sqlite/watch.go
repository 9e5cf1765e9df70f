package sqlite

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A watch observes the schema of main. What a statement costs does not grow with
// the schema if it changes nothing, or creates; after any other, each row's text
// is compared with a checksum of what it was, and only what differs, or depends
// on it, is read again.
//
// SQLite counts schema changes itself (PRAGMA schema_version). What is done to
// sqlite_schema behind that counter's back, by writable_schema, is noticed if it
// is the statement's target, else with the next change.
type watch struct {
	q        querier
	snapshot *schema.Snapshot
	version  int64
	entries  []entry // by row
	seed     maphash.Seed

	modules map[string]string // of virtual tables, by the tables' folded names
	shadows map[string]bool
	implied map[string]int // how many tables refer to this one and leave it to its primary key which columns
	recent  *definition    // the table read last: an index on it often comes next
}

var _ engine.Watch = (*watch)(nil)

// newWatch reads the whole schema and observes it from there.
func newWatch(ctx context.Context, q querier) (*watch, error) {
	w := &watch{q: q, seed: maphash.MakeSeed()}
	var err error
	if w.version, err = counter(ctx, w.q); err != nil {
		return nil, err
	}
	objects, err := w.load(ctx)
	if err != nil {
		return nil, err
	}
	w.snapshot = schema.NewSnapshot(objects...)
	return w, nil
}

// Snapshot returns the schema as of the last call of Changes.
func (w *watch) Snapshot() *schema.Snapshot { return w.snapshot }

// Changes returns what has happened since the last call. After an error the
// watch is of no more use.
func (w *watch) Changes(ctx context.Context, ran migration.Statement) ([]schema.Change, error) {
	version, err := counter(ctx, w.q)
	if err != nil {
		return nil, err
	}
	risen := version - w.version
	w.version = version
	switch {
	case risen == 0 && ran.Target != "sqlite_schema" && ran.Target != "sqlite_master":
		return nil, nil
	case strings.HasPrefix(ran.Verb, "create "):
		changes, ok, err := w.appended(ctx, risen)
		if err != nil || ok {
			return changes, err
		}
	}
	return w.compare(ctx)
}

// counter reads SQLite's count of schema changes.
func counter(ctx context.Context, q querier) (version int64, err error) {
	return version, readValue(ctx, q, &version, "PRAGMA main.schema_version")
}

// appended takes over the rows that have come behind the last one known. Each
// object that is created raises the counter by one, and so does every other
// change of the schema: if there are as many new objects as it has risen, and
// none that VACUUM has moved, then nothing else has happened. It is not ok if there
// may be more to it.
func (w *watch) appended(ctx context.Context, risen int64) (changes []schema.Change, ok bool, err error) {
	last := int64(0)
	if n := len(w.entries); n > 0 {
		last = w.entries[n-1].row
	}
	rows, err := readRows(ctx, w.q, selectBehind, last)
	if err != nil {
		return nil, false, err
	}
	for i := range rows {
		r := &rows[i]
		name := fold(r.name)
		if r.virtual || mayBeShadow(name, w.modules) || w.implied[name] > 0 {
			return nil, false, nil
		}
		if r.own() {
			risen--
		}
		if w.snapshot.Get(r.key()) != nil {
			return nil, false, nil
		}
	}
	if risen != 0 {
		return nil, false, nil
	}
	changes, err = w.replace(ctx, nil, rows)
	return changes, err == nil, err
}

// compare looks at every row, and reads again those which are not what they
// were, or depend on one that is not.
func (w *watch) compare(ctx context.Context) ([]schema.Change, error) {
	stale, fresh, err := w.scan(ctx)
	if err != nil {
		return nil, err
	}
	if len(fresh) > 16 && len(fresh) > len(w.entries)/8 {
		return w.reload(ctx) // VACUUM numbers the rows anew
	}
	rows, err := w.read(ctx, fresh)
	if err != nil {
		return nil, err
	}
	touched := map[string]bool{}
	virtual, shadow := false, false
	for _, i := range stale {
		if table := w.entries[i].table(); table != "" {
			touched[table] = true
			_, is := w.modules[table]
			virtual = virtual || is
		}
	}
	for i := range rows {
		if r := &rows[i]; r.kind == "table" {
			touched[fold(r.name)] = true
			virtual = virtual || r.virtual
			shadow = shadow || mayBeShadow(fold(r.name), w.modules)
		}
	}
	if virtual {
		return w.reload(ctx) // other tables become its shadows, or cease to be
	}
	if shadow {
		if w.shadows, err = readShadows(ctx, w.q, w.modules); err != nil {
			return nil, err
		}
	}
	var more []int64
	for i := range w.entries {
		if e := &w.entries[i]; e.dependsOn(touched) && !slices.Contains(stale, i) {
			stale = append(stale, i)
			more = append(more, e.row)
		}
	}
	others, err := w.read(ctx, more)
	if err != nil {
		return nil, err
	}
	return w.replace(ctx, stale, append(rows, others...))
}

// replace puts what the rows describe in the place of the stale entries.
func (w *watch) replace(ctx context.Context, stale []int, rows []row) ([]schema.Change, error) {
	before := w.remove(stale)
	c := newCatalogue(rows)
	c.shadows, c.others = w.shadows, w.definition
	var after []*schema.Object
	for i := range rows {
		r := &rows[i]
		if err := ask(ctx, w.q, r); err != nil {
			return nil, err
		}
		e := w.enter(c, r)
		after = append(after, e.objects...)
		at, _ := slices.BinarySearchFunc(w.entries, e.row, func(e entry, row int64) int { return cmp.Compare(e.row, row) })
		w.entries = slices.Insert(w.entries, at, e)
		if d := c.tables[fold(r.name)]; d != nil && r.kind == "table" {
			w.recent = d
		}
	}
	return w.snapshot.Replace(before, after), nil
}

// remove takes out entries, by index, and returns their objects.
func (w *watch) remove(stale []int) (before []*schema.Object) {
	if len(stale) == 0 {
		return nil
	}
	w.recent = nil
	for _, i := range stale {
		e := &w.entries[i]
		e.gone = true
		before = append(before, e.objects...)
		for _, parent := range e.implied {
			w.implied[parent]--
		}
	}
	w.entries = slices.DeleteFunc(w.entries, func(e entry) bool { return e.gone })
	for _, o := range before {
		w.snapshot.Delete(o.Key) // nobody shall take its definition for what is now
	}
	return before
}

// reload reads everything again.
func (w *watch) reload(ctx context.Context) ([]schema.Change, error) {
	var before []*schema.Object
	for _, e := range w.entries {
		before = append(before, e.objects...)
	}
	after, err := w.load(ctx)
	if err != nil {
		return nil, err
	}
	return w.snapshot.Replace(before, after), nil
}

// load reads everything but for the snapshot, and returns what is to be in there.
func (w *watch) load(ctx context.Context) ([]*schema.Object, error) {
	c, err := readCatalogue(ctx, w.q)
	if err != nil {
		return nil, err
	}
	w.modules, w.shadows = c.modules(), c.shadows
	w.implied = map[string]int{}
	w.recent = nil
	w.entries = make([]entry, 0, len(c.rows))
	var objects []*schema.Object
	for i := range c.rows {
		e := w.enter(c, &c.rows[i])
		w.entries = append(w.entries, e)
		objects = append(objects, e.objects...)
	}
	slices.SortFunc(w.entries, func(a, b entry) int { return cmp.Compare(a.row, b.row) })
	return objects, nil
}

// definition returns the definition of a table that has not changed, or nil.
func (w *watch) definition(table string) *definition {
	if w.recent == nil || fold(w.recent.name) != table {
		o := w.snapshot.Get(schema.Key{Kind: schema.Table, Name: table})
		if o == nil {
			return nil
		}
		d, err := readTable(o.Source)
		if err != nil {
			return nil
		}
		w.recent = d
	}
	return w.recent
}
