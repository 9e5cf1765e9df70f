package dbmend

import (
	"context"
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/schema"
)

// mostRewritten is the largest table, in rows, whose changes by an UPDATE on scratch
// are noted: on scratch there are a set's own rows alone.
const mostRewritten = 100

// rewrite runs an UPDATE on scratch and notes what it makes of the rows that the set
// itself has put in: in the live database they tell whether it has run.
func (r *replayer) rewrite(ctx context.Context, effect *diagnosis.Effect) (wrote int64, err error) {
	table := r.watch.Snapshot().Get(effect.Statement.Table())
	if effect.Statement.Verb != "update" || table == nil || table.Key.Kind != schema.Table {
		return r.carryOut(ctx, effect)
	}
	columns := columnsInOrder(r.watch.Snapshot(), table.Key)
	before, err := r.scratch.Literals(ctx, table, columns, mostRewritten+1)
	if err != nil {
		return 0, err
	}
	wrote, err = r.carryOut(ctx, effect)
	if err != nil || wrote == 0 || len(before) == 0 || len(before) > mostRewritten {
		return wrote, err
	}
	after, err := r.scratch.Literals(ctx, table, columns, mostRewritten+1)
	if err != nil {
		return 0, err
	}
	gone, come := without(before, after), without(after, before)
	if len(gone) > 0 && len(gone) == len(come) {
		effect.Rewrote = &diagnosis.Rewrite{
			Before: diagnosis.TableRows{Columns: columns, Rows: gone},
			After:  diagnosis.TableRows{Columns: columns, Rows: come},
		}
	}
	return wrote, nil
}

// without returns the rows that are not among others.
func without(rows, others [][]string) [][]string {
	return slices.DeleteFunc(slices.Clone(rows), func(row []string) bool {
		return slices.ContainsFunc(others, func(other []string) bool { return slices.Equal(row, other) })
	})
}
