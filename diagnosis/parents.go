package diagnosis

import (
	"context"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// parentsFirst has rows of the set put in where what they refer to is: those of a table come
// behind those of its parents, and otherwise as they were found. A parent that is empty is filled too:
// no statement may have been seen to fill it, as one that does so on its way or in a
// procedure. Tables that refer to one another in a ring stay as they are among themselves.
func (r *reasoner) parentsFirst(ctx context.Context) error {
	found := r.d.Seeded
	r.d.Seeded = nil
	looked := map[schema.Key]bool{} // tables that have been dealt with, or are being
	var put func(table schema.Key, ref Ref) error
	put = func(table schema.Key, ref Ref) error {
		if looked[table] {
			return nil
		}
		looked[table] = true
		var own []Seeding
		for _, s := range found {
			if s.Table.Key == table {
				own = append(own, s)
			}
		}
		if len(own) == 0 {
			if empty, err := r.lacksOwnRows(ctx, table); err != nil || !empty {
				return err
			}
		}
		for _, part := range r.Replay.Want.Parts(table) {
			if part.Key.Kind != schema.ForeignKey {
				continue
			}
			if err := put(parentOf(part), ref); err != nil {
				return err
			}
		}
		if len(own) == 0 {
			r.seedEmpty(r.Have.Get(table), r.Replay.Rows[table], ref)
		}
		r.d.Seeded = append(r.d.Seeded, own...)
		return nil
	}
	for _, s := range found {
		if err := put(s.Table.Key, s.Ref); err != nil {
			return err
		}
	}
	return nil
}

// lacksOwnRows reports whether a table is empty into which the set puts rows, and nothing that
// is to run writes to it.
func (r *reasoner) lacksOwnRows(ctx context.Context, table schema.Key) (bool, error) {
	if r.absent(table) || len(r.Replay.Rows[table].Rows) == 0 || r.crowded(table) {
		return false, nil
	}
	for e := range r.findings {
		s := r.findings[e].Statement
		onItsWay := s.Target == "" || strings.HasPrefix(strings.ToLower(wording.Line(s.Text)), "with ")
		writes := r.lastName(e, s.Table()) == table || onItsWay && wording.Speaks(s.Text, table.Name)
		if writes && s.Class != migration.Schema && r.willRun(e) {
			return false, nil
		}
	}
	rows, err := r.Witness.Rows(ctx, table, 1)
	return rows == 0, err
}
