package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A tracing is a watch that begins with what was inspected last, or with nothing but sums
// where nobody has inspected the database.
type tracing struct {
	watch *watch
	was   map[string]string // the sums of then
	seen  bool
}

var _ engine.Tracer = Engine{}

// Trace notes the sums of all relations and routines, where the schema is what it was
// when it was inspected, or when a stamp was asked for: another stamp tells, and that
// nothing has come in between. Else it is nil.
func (e Engine) Trace(ctx context.Context, db engine.Database, _ string, _ []*migration.Statement) (engine.Trace, error) {
	d, ok := db.(*database)
	if !ok {
		return nil, nil
	}
	t := &tracing{watch: &watch{d: d, snapshot: &schema.Snapshot{}, units: map[string][]*schema.Object{}}, seen: d.inspected != nil}
	before := d.stamped
	if t.seen {
		before = d.inspected.stamp
		t.watch.snapshot = schema.NewSnapshot(d.inspected.list...)
		t.watch.keep(d.inspected.survey, d.inspected.list)
	}
	if before == "" {
		return nil, nil
	}
	var err error
	if t.was, err = t.watch.look(ctx); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	now, err := d.Stamp(ctx)
	if err != nil || !e.SameStamp(before, now) {
		return nil, err
	}
	return t, nil
}

// Changed returns what has another sum by now, and what mentions it. Where nobody has seen
// what was, it tells of what is new alone, and of no routine: a new one may change how
// others are written.
func (t *tracing) Changed(ctx context.Context) (before, after []*schema.Object, told bool, err error) {
	t.watch.sums = t.was
	stale, err := t.watch.stale(ctx)
	if err != nil {
		return nil, nil, false, fmt.Errorf("trace: %w", err)
	}
	if !t.seen && slices.ContainsFunc(stale, func(oid string) bool { return t.was[oid] != "" || strings.HasPrefix(oid, "-") }) {
		return nil, nil, false, nil
	}
	changes, told, err := t.watch.refresh(ctx, stale)
	for _, c := range changes {
		if c.Before != nil {
			before = append(before, c.Before)
		}
		if c.After != nil {
			after = append(after, c.After)
		}
	}
	return before, after, told, err
}
