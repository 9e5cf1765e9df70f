package diagnosis

import (
	"context"

	"github.com/dbmend/dbmend/schema"
)

// This file contains tables that a migration drops and makes again in the same form.
// The schema tells nothing of that, and all their rows are gone: it is a DELETE in
// other words.

// emptied returns the live table that a statement drops and that its own migration
// makes anew in the form that it had, with nothing put back into it: rows that are
// carried over are judged by what carries them.
func (r *reasoner) emptied(e int) (schema.Key, bool) {
	drop := &r.Replay.Effects[e]
	if drop.Statement.Verb != "drop table" {
		return schema.Key{}, false
	}
	for _, t := range r.touches[e] {
		if t.key.Kind != schema.Table || t.values[t.step+1] != nil || t.live == nil || t.step+1 >= len(t.effects) ||
			t.step == 0 && r.Replay.Presumed[t.key] {
			continue
		}
		again := &r.Replay.Effects[t.effects[t.step+1]]
		if again.Migration != drop.Migration || again.Statement.Verb != "create table" || !t.values[t.step+2].Equal(t.live) {
			continue
		}
		return t.key, !r.refilled(e, t.key)
	}
	return schema.Key{}, false
}

// judgeEmptied asks about such a statement where nothing but a guess says that it has
// run, and the table has rows.
func (r *reasoner) judgeEmptied(ctx context.Context, e int, f *Finding) (bool, error) {
	if !r.explained.guessed[e] {
		return false, nil
	}
	table, ok := r.emptied(e)
	if !ok {
		return false, nil
	}
	if rows, err := r.Witness.Rows(ctx, table, 1); rows == 0 || err != nil {
		return false, err
	}
	if err := r.askWhetherRun(ctx, e, f); err != nil {
		return false, err
	}
	if f.Verdict == NotDone {
		r.emptyAgain(e)
	}
	return true, nil
}

// refilled reports that a statement behind the drop, in its migration, puts rows of
// other tables into the table.
func (r *reasoner) refilled(drop int, table schema.Key) bool {
	mine := r.Replay.Effects[drop].Migration
	for e := drop + 1; e < len(r.Replay.Effects) && r.Replay.Effects[e].Migration == mine; e++ {
		s := r.Replay.Effects[e].Statement
		if s.Verb != "insert" || s.Table() != table {
			continue
		}
		if _, literal := r.Witness.Given(s); !literal {
			return true
		}
	}
	return false
}

// emptyAgain has the statements run that drop a table and make it again, by answer.
func (r *reasoner) emptyAgain(drop int) {
	table, ok := r.emptied(drop)
	if !ok {
		return
	}
	mine := r.Replay.Effects[drop].Migration
	for e := drop; e < len(r.touches) && r.Replay.Effects[e].Migration == mine; e++ {
		for _, t := range r.touches[e] {
			if t.key.Owner() == table {
				r.again[e] = notRun
			}
		}
	}
}
