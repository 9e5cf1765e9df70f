package diagnosis

import (
	"context"
	"maps"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains rows that triggers write when statements of the set run: where a
// script has overtaken the statements, those are missing as well.

// fires reports whether a statement on data, run at its place, fires a trigger that writes
// to a table.
func (r *reasoner) fires(e int, table schema.Key) bool {
	s := r.Replay.Effects[e].Statement
	if s.Class != migration.Data || s.Table() == table {
		return false
	}
	for key, t := range r.trajectories {
		if key.Kind != schema.Trigger || key.Owner() != s.Table() {
			continue
		}
		made := -1 // the statement that has last made it
		for i, effect := range t.effects {
			if effect < e {
				made = effect
				if t.values[i+1] == nil {
					made = -1
				}
			}
		}
		if made >= 0 && wording.Speaks(r.Replay.Effects[made].Statement.Text, table.Name) {
			return true
		}
	}
	return false
}

// firesNow reports whether a statement on data, run now, fires a trigger that is there and
// writes to a table, though the set makes it behind the statement.
func (r *reasoner) firesNow(e int, table schema.Key) bool {
	s := r.Replay.Effects[e].Statement
	if s.Class != migration.Data || s.Table() == table {
		return false
	}
	for key, t := range r.trajectories {
		if key.Kind == schema.Trigger && key.Owner() == s.Table() && t.live != nil && t.effects[0] > e &&
			wording.Speaks(r.Replay.Effects[t.effects[0]].Statement.Text, table.Name) {
			return true
		}
	}
	return false
}

// fedByFiring reports whether the set leaves rows in a table that a script has made, by
// triggers on another one that it has made and that has rows: what fires them is overtaken.
func (r *reasoner) fedByFiring(ctx context.Context, table schema.Key) (bool, error) {
	if len(r.Replay.Rows[table].Rows) == 0 {
		return false, nil
	}
	for e := r.explained.at.to; e < len(r.Replay.Effects); e++ {
		if !r.isOverlaid(e) || !r.fires(e, table) {
			continue
		}
		from := r.lastName(e, r.Replay.Effects[e].Statement.Table())
		if r.absent(from) {
			continue
		}
		if rows, err := r.Witness.Rows(ctx, from, 1); err != nil || rows > 0 {
			return rows > 0, err
		}
	}
	return false, nil
}

// seedFired has the rows put into empty tables that triggers would have written if an
// overtaken statement had run; where its own rows are put in at the end, a trigger that is
// there by then writes them.
func (r *reasoner) seedFired(ctx context.Context, m *matter) error {
	from := r.lastName(m.e, m.Statement.Table())
	fire := slices.ContainsFunc(r.Replay.Want.Parts(from), func(o *schema.Object) bool { return o.Key.Kind == schema.Trigger })
	if r.isSeeded(from) && fire {
		return nil
	}
	for _, table := range slices.SortedFunc(maps.Keys(r.explained.at.overlaid), schema.Key.Compare) {
		made, rows := r.Have.Get(table), r.Replay.Rows[table]
		if made == nil || len(rows.Rows) == 0 || r.crowded(table) || r.isSeeded(table) || !r.fires(m.e, table) {
			continue
		}
		held, err := r.Witness.Rows(ctx, table, 1)
		if err != nil {
			return err
		}
		if held == 0 {
			r.seedEmpty(made, rows, m.Ref)
		}
	}
	return nil
}
