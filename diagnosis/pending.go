package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
)

// This file contains how statements on data are judged that the history does not claim,
// where it is believed.

// untouched reports that nothing of what the history does not claim is there, no
// row of it either, while it claims something: then all of that is pending, whatever
// else is amiss.
func (r *reasoner) untouched() bool {
	if !r.Recorded.Any() {
		return false
	}
	for e, told := range r.traces {
		if told == left && !r.recorded(e) {
			return false
		}
	}
	for e := range r.touches {
		if r.claim(e).Begun {
			return false
		}
		if r.recorded(e) || r.explained.guessed[e] {
			continue
		}
		if done, not, _ := r.votes(e); done > 0 && not == 0 {
			return false
		}
	}
	return true
}

// nextInLine reports whether the statement's migration is the first that a history
// which claims something does not claim, or nothing is there of it and of those between.
func (r *reasoner) nextInLine(ref Ref) bool {
	if !r.Recorded.Any() {
		return false
	}
	for e := range r.touches {
		effect := &r.Replay.Effects[e]
		if c := r.Recorded.Of(effect.Migration); c.Recorded && !c.Begun {
			continue
		}
		if effect.Migration.Version == ref.Version {
			return true
		}
		if done, not, _ := r.votes(e); done > 0 && r.proves(e) || not == 0 && effect.Statement.Class == migration.Data {
			return false
		}
	}
	return false
}

// judgePending judges a statement on data that a believed history does not claim.
// It runs, but for rows that are there already: whoever put them in has not written
// it down, and where no key keeps them apart they would be doubled.
func (r *reasoner) judgePending(ctx context.Context, e int, f *Finding) error {
	if f.Statement.Verb == "insert" && !r.absent(f.Statement.Table()) {
		seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
		if err != nil {
			return err
		}
		own := true
		if r.takesPlace(e) || overwrites(f.Statement) {
			if own, err = r.own(ctx, e); err != nil {
				return err
			}
		}
		if literal && seeds.Present == seeds.Wanted && own {
			r.there[f.Ref.Version] = true
			f.is(Done, fmt.Sprintf("not recorded, and all of its %s are there", wording.Count(int64(seeds.Wanted), "row")))
			return nil
		}
	}
	if later, err := r.seededLater(ctx, e); err != nil {
		return err
	} else if later != nil {
		f.is(Done, fmt.Sprintf("not recorded, but %s, which follows it, has run: its rows are there", later.Ref()))
		return nil
	}
	if r.passed(e) {
		return r.judgePassed(ctx, e, f)
	}
	f.is(NotDone, "pending: nothing of what is not recorded is there")
	return nil
}

// passed reports whether a recorded migration of a later version works on the
// table that the statement writes.
func (r *reasoner) passed(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.touches); i++ {
		if !r.recorded(i) {
			continue
		}
		if r.Replay.Effects[i].Statement.Class == migration.Data && r.Replay.Effects[i].Statement.Table() == table ||
			slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner() == table }) {
			return true
		}
	}
	return false
}

// judgePassed judges a pending statement on data that comes after what should
// have followed it.
func (r *reasoner) judgePassed(ctx context.Context, e int, f *Finding) error {
	trial, err := r.Witness.Try(ctx, f.Statement)
	if err != nil {
		return err
	}
	switch {
	case trial.Err == nil && trial.First == 0:
		r.noOp(e, f, "it would write no row")
		return nil
	case trial.Guarded() && f.Statement.Verb != "delete", f.Statement.Rerunnable:
		f.is(NotDone, "pending, out of order, and a second run of it does nothing more")
		return nil
	}
	if _, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have); err != nil {
		return err
	} else if literal {
		f.is(NotDone, "pending, out of order, and it only puts in rows of its own")
		return nil
	}
	switch r.ask(Question{
		Code:  Q9,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%s is pending, though a later migration that works on %s as well is applied. Run it now, or take it for done?",
			f.Ref, f.Statement.Table().Path()),
		Facts:   []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{{"run", "run it now, behind the later one"}, {"done", "take it for done"}},
	}) {
	case "run":
		f.is(NotDone, "out of order, to be run by answer")
	case "done":
		f.is(Done, "out of order, taken for done by answer")
	default:
		f.is(Ambiguous, "out of order")
	}
	return nil
}
