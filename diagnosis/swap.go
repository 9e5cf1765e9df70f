package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains columns that a migration makes anew in the form that they had: it
// adds one, fills it, drops the old one and gives the new one its name. As with a rebuild
// in the same form, the schema tells nothing of it.

// swapOf returns the statements by which the migration of an UPDATE puts the column that
// it fills in the place of another of the same form, which is there; nil where it does not.
func (r *reasoner) swapOf(e int) (statements []int) {
	mine := &r.Replay.Effects[e]
	for _, key := range r.added(e) {
		last, old := -1, schema.Key{}
		for i := e + 1; i < len(r.Replay.Effects) && r.Replay.Effects[i].Migration == mine.Migration; i++ {
			s := r.Replay.Effects[i].Statement
			if s.Verb == "alter table rename column" && s.Table() == key.Owner() && s.OldName == key.Name {
				last, old = i, key.Owner().Column(s.NewName)
				break
			}
		}
		t := r.trajectories[old]
		if last < 0 || t == nil || t.live == nil {
			continue
		}
		for i := range r.Replay.Effects[:last+1] {
			s := r.Replay.Effects[i].Statement
			if r.Replay.Effects[i].Migration == mine.Migration && s.Table() == key.Owner() &&
				(wording.Speaks(s.Text, key.Name) || r.takesColumn(i, old)) {
				statements = append(statements, i)
			}
		}
		before, after := r.around(t, statements)
		if before.Equal(after) && after.Equal(t.live) {
			return statements
		}
		statements = nil
	}
	return nil
}

// takesColumn reports whether a statement drops a column and leaves its table.
func (r *reasoner) takesColumn(e int, column schema.Key) bool {
	for _, t := range r.touches[e] {
		if t.key == column && t.values[t.step+1] == nil {
			return true
		}
	}
	return false
}

// around returns the values that an object has ahead of statements and behind them.
func (r *reasoner) around(t *trajectory, statements []int) (before, after *schema.Object) {
	first := true
	for _, e := range statements {
		for _, touched := range r.touches[e] {
			if touched.trajectory != t {
				continue
			}
			if first {
				before, first = t.values[touched.step], false
			}
			after = t.values[touched.step+1]
		}
	}
	return before, after
}

// restsOnMore reports that something behind a statement, in its migration and beside what
// makes its column anew, has taken away or changed what was there: no hand does that by itself.
func (r *reasoner) restsOnMore(e int, swap []int) bool {
	mine := r.Replay.Effects[e].Migration
	for i := e + 1; i < len(r.touches) && r.Replay.Effects[i].Migration == mine; i++ {
		if done, not, _ := r.votes(i); done > 0 && not == 0 && !slices.Contains(swap, i) && !r.additive(i) && len(r.telltale(i)) > 0 {
			return true
		}
	}
	return false
}

// askWhetherSwapped asks about the filling of such a column. That it has not run says the
// same of all that goes with it.
func (r *reasoner) askWhetherSwapped(ctx context.Context, e int, f *Finding, swap []int) error {
	if rows, err := r.Witness.Rows(ctx, f.Statement.Table(), 1); err != nil {
		return err
	} else if earlier, fed := r.fedAhead(e); rows == 0 && fed {
		r.runAgain(swap, fmt.Sprintf("part of what makes a column of %s anew, which %s fills", f.Statement.Table(), earlier.Ref))
		return nil
	} else if rows == 0 {
		f.is(Superseded, "there is no row for it to change")
		return nil
	}
	if err := r.askWhetherRun(ctx, e, f); err != nil || f.Verdict != NotDone {
		return err
	}
	r.runAgain(swap, "part of what makes a column anew and has not run, by answer")
	return nil
}
