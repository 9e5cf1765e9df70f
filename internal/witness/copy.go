package witness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/literals"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how a live database is copied, schema and rows, where something
// is to be tried that must not happen to it.

// MostTriedRows bounds how many rows are copied to try something on.
const MostTriedRows = 20_000

// Late reports whether an object of a schema is made when the rows are there: triggers must
// not fire for rows that they have fired for, and references that can be made by themselves
// let rows come in any order. What is said of such a one, a comment, comes behind it.
func Late(have *schema.Snapshot, o *schema.Object) bool {
	subject := cmp.Or(have.Subject(o.Key), o)
	return subject.Key.Kind == schema.Trigger || subject.Key.Kind == schema.ForeignKey && subject.Source != ""
}

// EveryTable chooses all tables for a copy.
func EveryTable(schema.Key) bool { return true }

// AsCopied returns a schema as a copy of it reads: an index that its server has given up
// half-way, INVALID, is made from its definition, and valid.
func AsCopied(live *schema.Snapshot) *schema.Snapshot {
	copied := live.Clone()
	for o := range live.All() {
		if o.Key.Kind != schema.Index || o.Fact(schema.Invalid) == "" {
			continue
		}
		valid := *o
		valid.Facts = slices.DeleteFunc(slices.Clone(o.Facts), func(f schema.Fact) bool { return f.Name == schema.Invalid })
		copied.Put(&valid)
	}
	return copied
}

// Copyable reports whether the live schema can be copied, and the rows of some tables
// are few enough for it.
func (w *Witness) Copyable(ctx context.Context, of func(table schema.Key) bool) (bool, error) {
	left := int64(MostTriedRows)
	of = withFamily(w.have, of)
	for o := range w.have.All() {
		if o.Unsupported != "" {
			return false, nil
		}
		if o.Key.Kind != schema.Table || !of(o.Key) {
			continue
		}
		if o.Fact(schema.PartOf) != "" {
			continue // they are counted with the whole
		}
		rows, err := w.Rows(ctx, o.Key, left+1)
		if err != nil {
			return false, err
		}
		if left -= rows; left < 0 {
			return false, nil
		}
	}
	return true, nil
}

// withFamily chooses, with the tables that are chosen, those that inherit from them, whose
// rows are read with theirs, and of a partition the whole.
func withFamily(have *schema.Snapshot, of func(table schema.Key) bool) func(table schema.Key) bool {
	chosen := map[schema.Key]bool{}
	for more := true; more; {
		more = false
		for o := range have.All() {
			if o.Key.Kind != schema.Table {
				continue
			}
			before := chosen[o.Key]
			chosen[o.Key] = before || of(o.Key)
			for _, whole := range have.Wholes(o) {
				chosen[o.Key] = chosen[o.Key] || chosen[whole.Key]
				if o.Fact(schema.PartOf) != "" && chosen[o.Key] && !chosen[whole.Key] {
					chosen[whole.Key], more = true, true
				}
			}
			more = more || chosen[o.Key] != before
		}
	}
	return func(table schema.Key) bool { return chosen[table] }
}

// Uncopied reports whether an error of [Witness.CopyTo] says that rows do not go into a copy, as those
// that the server would not take any more. Then nothing is told by a copy.
func Uncopied(scratch engine.Database, err error) bool {
	return scratch.Explain(err).Problem == engine.Violated
}

// copyFor returns a copy of the live database with the rows of some tables, to try a
// statement on; nil where there are too many of them, or they do not go into a copy.
func (w *Witness) copyFor(ctx context.Context, s *migration.Statement, of func(table schema.Key) bool) (engine.Database, error) {
	if few, err := w.Copyable(ctx, of); err != nil || !few {
		return nil, err
	}
	scratch, err := w.db.Scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	err = w.CopyTo(ctx, scratch, of)
	switch {
	case err == nil:
		return scratch, nil
	case Uncopied(scratch, err):
		return nil, scratch.Close()
	}
	return nil, errors.Join(fmt.Errorf("copy the database to try %s: %w", wording.Quote(s.Text), err), scratch.Close())
}

// CopyTo makes the live schema on a scratch database, with the rows of some tables.
// What is [Late] comes last. Where the rows of some tables are left out, so are
// references: they could not be put in force.
func (w *Witness) CopyTo(ctx context.Context, scratch engine.Database, of func(table schema.Key) bool) error {
	have, whole := w.have, true
	of = withFamily(have, of)
	if err := scratch.Build(ctx, have.Filter(func(o *schema.Object) bool { return !Late(have, o) })); err != nil {
		return err
	}
	if err := scratch.Begin(ctx, engine.Rebuild); err != nil {
		return err
	}
	for o := range have.All() {
		if o.Key.Kind != schema.Table {
			continue
		}
		if !of(o.Key) {
			whole = false
			continue
		}
		columns, err := Columns(ctx, w.db, have, o)
		if err != nil {
			return errors.Join(err, scratch.Rollback(ctx))
		}
		rows, err := literals.Gather(w.db.Literals(ctx, o, columns, MostTriedRows))
		if err != nil {
			return errors.Join(err, scratch.Rollback(ctx))
		}
		if len(rows) == 0 {
			continue
		}
		for _, insert := range w.engine.Insert(o, columns, rows) {
			if _, err := scratch.Exec(ctx, insert); err != nil {
				return errors.Join(err, scratch.Rollback(ctx))
			}
		}
	}
	if err := scratch.Commit(ctx); err != nil {
		return err
	}
	numbers, err := w.db.Numbers(ctx, have)
	if err != nil {
		return err
	}
	for _, sql := range numbers {
		if _, err := scratch.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return scratch.Build(ctx, have.Filter(func(o *schema.Object) bool {
		subject := cmp.Or(have.Subject(o.Key), o)
		return Late(have, o) && (whole || subject.Key.Kind != schema.ForeignKey)
	}))
}
