package dbmend

import (
	"context"
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/internal/literals"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what an UPDATE makes, on scratch, of the rows that the set itself has
// put in: in the live database they tell whether it has run.

// mostRewritten is the largest table, in rows, whose changes by an UPDATE on scratch
// are noted: on scratch there are a set's own rows alone.
const mostRewritten = 100

// rewritable returns the rows of the table that an UPDATE is about to work on; none where
// there are too many to compare.
func (r *replayer) rewritable(ctx context.Context, effect *diagnosis.Effect) (rows diagnosis.TableRows, err error) {
	table := r.watch.Snapshot().Get(effect.Statement.Table())
	if effect.Statement.Verb != "update" || table == nil || table.Key.Kind != schema.Table {
		return rows, nil
	}
	rows.Columns = r.watch.Snapshot().Columns(table.Key)
	rows.Rows, err = literals.Gather(r.scratch.Literals(ctx, table, rows.Columns, mostRewritten+1))
	if err != nil || len(rows.Rows) > mostRewritten {
		return diagnosis.TableRows{}, err
	}
	return rows, nil
}

// noteRewritten notes what an UPDATE that has run made of the rows that were there.
func (r *replayer) noteRewritten(ctx context.Context, effect *diagnosis.Effect, before diagnosis.TableRows) error {
	if effect.Wrote == 0 || len(before.Rows) == 0 {
		return nil
	}
	after, err := literals.Gather(r.scratch.Literals(ctx, r.watch.Snapshot().Get(effect.Statement.Table()), before.Columns, mostRewritten+1))
	if err != nil {
		return err
	}
	gone, come := without(before.Rows, after), without(after, before.Rows)
	if len(gone) > 0 && len(gone) == len(come) {
		effect.Rewrote = &diagnosis.Rewrite{
			Before: diagnosis.TableRows{Columns: before.Columns, Rows: gone},
			After:  diagnosis.TableRows{Columns: before.Columns, Rows: come},
		}
	}
	return nil
}

// without returns the rows that are not among others.
func without(rows, others [][]string) [][]string {
	return slices.DeleteFunc(slices.Clone(rows), func(row []string) bool {
		return slices.ContainsFunc(others, func(other []string) bool { return slices.Equal(row, other) })
	})
}
