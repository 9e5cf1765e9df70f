package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how statements on data are judged. They leave no trace in the
// schema, so what proves them is the history where it is believed, the rows, and
// their place between statements that are proven.

func (r *reasoner) judgeData(ctx context.Context, e int, f *Finding) error {
	if r.edited(e) {
		return r.judgeEdited(ctx, f)
	}
	if r.isOverlaid(e) {
		return r.judgeOverlaid(ctx, e, f)
	}
	where, why := r.place(e)
	if _, err := r.traceOf(ctx, e); err != nil {
		return err
	}
	if !r.explained.agrees && where != ahead && r.absent(f.Statement.Table()) && r.helper(f.Statement.Table()) {
		f.is(Superseded, "its table comes and goes: what it was for is judged by what uses it")
		return nil
	}
	if r.recorded(e) && r.explained.ahead(e) {
		if settled, err := r.judgeClaimed(ctx, e, f); settled || err != nil {
			return err
		}
	}
	switch {
	case r.recorded(e) && where == ahead && r.absent(f.Statement.Table()) && r.comesAgain(e):
		f.is(NotDone, "recorded, but its table is gone and made again")
		return nil
	case r.recorded(e) && r.believed(e):
		f.is(Done, "recorded")
		return nil
	case r.explained.agrees || r.awaits(e) || !r.recorded(e) && r.untouched() && !r.explained.past(e):
		if where == ahead || !r.there[f.Ref.Version] {
			return r.judgePending(ctx, e, f)
		}
	case r.recorded(e) && r.traces[e] == left:
		f.is(Done, "recorded, and its rows are there")
		return nil
	case f.Statement.Verb == "insert" && r.isSeeded(r.lastName(e, f.Statement.Table())):
		if moves, err := r.movesRows(ctx, e); err != nil {
			return err
		} else if moves {
			return r.askWhetherRun(ctx, e, f)
		}
		f.is(Superseded, "its rows are put in, in the form that they have later")
		return nil
	case where == ahead && r.readsOverlaid(e):
		if settled, err := r.judgeFedBySeeds(ctx, e, f); settled || err != nil {
			return err
		}
		return r.askWhetherRun(ctx, e, f)
	case where == ahead && !r.recorded(e) && r.leftOpen(e):
		if settled, err := r.judgeLeftOpen(ctx, e, f); settled || err != nil {
			return err
		}
		f.is(NotDone, why)
		return nil
	case where == ahead && (!r.recorded(e) || r.absent(f.Statement.Table()) || r.stamped()):
		f.is(NotDone, why)
		return nil
	}
	if r.recorded(e) {
		if later, err := r.seededLater(ctx, e); err != nil {
			return err
		} else if later != nil {
			f.is(Done, fmt.Sprintf("recorded, and %s, which follows it, has run: its rows are there", later.Ref()))
			return nil
		}
	}
	if table, moved := r.movedOn(e); where == behind && moved {
		f.is(Done, why+", and its table is "+table.String()+" by now")
		return nil
	}
	if told := r.traces[e]; told != left && (r.installed() || told == missing && where == behind && !r.Recorded.Any() && r.settled(e)) {
		if settled, err := r.judgeInstalled(ctx, e, f); settled || err != nil {
			return err
		}
	}
	if told := r.traces[e]; told == missing || told == blank {
		if later, ok := r.clearedLater(e); ok {
			f.is(Superseded, fmt.Sprintf("none of its rows is there, and %s leaves none", later))
			return nil
		}
	}
	seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
	if err != nil {
		return err
	}
	if literal {
		if where == behind && r.Recorded.Any() && seeds.Present < seeds.Wanted && seeds.Others > 0 {
			f.is(Superseded, why+": those of its rows that are not there were changed or removed since")
			return nil
		}
		if later, err := r.rewrittenBy(ctx, e, seeds); err != nil {
			return err
		} else if later != nil {
			f.is(Done, fmt.Sprintf("its rows are there as %s has left them", later.Ref()))
			return nil
		}
		return r.judgeSeeds(ctx, e, f, seeds, where)
	}
	if first, ok := r.feedsOn(f); ok {
		f.is(NotDone, fmt.Sprintf("it works on what %s puts into an empty table", first))
		return nil
	}
	if stopped := r.stopped[f.Ref.Version]; stopped != 0 && where == doubtful {
		f.is(NotDone, fmt.Sprintf("it follows %s, which has not run", Ref{f.Ref.Version, stopped}))
		return nil
	}
	if copied, ok, err := r.Witness.Copied(ctx, f.Statement); err != nil {
		return err
	} else if ok && r.judgeCopy(e, f, copied, where) {
		if f.Verdict == NotDone && where == doubtful && r.explained.at != nil && (r.Recorded.Any() || r.claim(e).Begun) {
			r.stopped[f.Ref.Version] = f.Ref.Number
		}
		return nil
	}
	if unit, ok := r.sameForm(e); ok && where != doubtful && !r.followed(unit) && (where != behind || r.Recorded.Any()) {
		if settled, err := r.judgeSameForm(ctx, e, f, unit, where); settled || err != nil {
			return err
		}
	} else if where == disputed && r.hasMoved(e) {
		f.is(Superseded, "the rebuild that it is part of is through, by the form of the table")
		return nil
	}
	switch where {
	case behind:
		return r.judgeBehind(ctx, e, f, why)
	case disputed:
		if late, ok := r.bornLate(e); ok {
			f.is(Superseded, late)
			return nil
		}
		return r.judgeDisputed(ctx, e, f)
	}
	if err := r.judgeByTrial(ctx, e, f); err != nil {
		return err
	}
	// Within one migration nothing runs behind what has not run.
	if f.Verdict == NotDone && !f.completes && r.explained.at != nil && (r.Recorded.Any() || r.claim(e).Begun) {
		r.stopped[f.Ref.Version] = f.Ref.Number
	}
	return nil
}

// comesAgain reports whether a statement that is to run ahead of one on data makes the
// table of that, by whatever means.
func (r *reasoner) comesAgain(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := range r.findings[:e] {
		if r.findings[i].Verdict == NotDone && !r.findings[i].Left &&
			slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key == table && t.values[t.step+1] != nil }) {
			return true
		}
	}
	return false
}

// judgeLeftOpen judges a statement that has yet to run if the set has stopped where it
// is taken to have, and that a script of the whole schema has overtaken otherwise: rows
// that it would put in beside others are asked about. It reports whether that settled it.
func (r *reasoner) judgeLeftOpen(ctx context.Context, e int, f *Finding) (bool, error) {
	if f.Statement.Verb != "insert" || r.absent(f.Statement.Table()) {
		return false, nil
	}
	seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
	if err != nil || !literal {
		return false, err
	}
	return true, r.judgeSeeds(ctx, e, f, seeds, ahead)
}

// judgeClaimed judges a statement on data that the history claims while the schema is
// as it was before it, and reports whether that settled it.
func (r *reasoner) judgeClaimed(ctx context.Context, e int, f *Finding) (bool, error) {
	switch f.Statement.Verb {
	case "insert":
		told, err := r.traceOf(ctx, e)
		if err != nil || r.absent(f.Statement.Table()) {
			return false, err
		}
		if later, ok := r.clearedLater(e); ok && (told == blank || told == missing) {
			f.is(Superseded, fmt.Sprintf("recorded, none of its rows is there, and %s leaves none", later))
			return true, nil
		}
		switch told {
		case blank:
			r.filling[f.Statement.Table()] = f.Ref
			f.is(NotDone, "recorded, but the schema is as it was before it, and its table is empty")
		case missing:
			if r.rewritten(e) {
				return false, nil
			}
			f.is(NotDone, "recorded, but the schema is as it was before it, and none of its rows is there")
		default:
			return false, nil
		}
		return true, nil
	case "update":
		if column := r.awaited(e); column != nil && backfill.MatchString(f.Statement.Text) {
			f.is(NotDone, fmt.Sprintf("recorded, but %s, which it fills, is missing and made first", column))
			return true, nil
		}
	}
	return false, nil
}

// rewritten reports whether a later statement changes rows of the table that an INSERT
// fills: those that it put in may look otherwise by now.
func (r *reasoner) rewritten(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		switch s := r.Replay.Effects[i].Statement; {
		case s.Verb == "update" && s.Table() == table:
			return true
		case s.Verb == "alter table rename" && s.Table() == table:
			table = s.Renamed()
		}
	}
	return false
}

// awaited returns the column that an UPDATE fills and that an earlier statement of its
// own migration has yet to add.
func (r *reasoner) awaited(e int) *schema.Key {
	mine := &r.Replay.Effects[e]
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == mine.Migration; i-- {
		if r.Replay.Effects[i].Statement.Verb != "alter table add column" || !r.denied[i] {
			continue
		}
		for _, t := range r.touches[i] {
			if t.key.Kind == schema.Column && t.key.Owner() == mine.Statement.Table() && wording.Speaks(mine.Statement.Text, t.key.Name) {
				return &t.key
			}
		}
	}
	return nil
}

// judgeEdited judges a statement on data that was recorded with another text.
func (r *reasoner) judgeEdited(ctx context.Context, f *Finding) error {
	seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
	if err != nil {
		return err
	}
	if literal && seeds.Present == seeds.Wanted {
		f.is(Done, fmt.Sprintf("edited since it was recorded, and all of its %s are there", wording.Count(int64(seeds.Wanted), "row")))
		return nil
	}
	if r.ask(Question{
		Code:  Q10,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("Migration %s was applied with another content. Its statement %s cannot be verified from the data. Accept the recorded run as it was, or write a new corrective migration?",
			f.Ref.Version, wording.Quote(f.Statement.Text)),
		Facts:   []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{{"accept", "what was run stays as it is; the new content is recorded"}},
	}) == "" {
		f.is(Ambiguous, "recorded with another content")
		return nil
	}
	f.is(Done, "accepted by answer")
	return nil
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

// judgeSeeds judges an INSERT of literals by looking for its rows.
func (r *reasoner) judgeSeeds(ctx context.Context, e int, f *Finding, s Seeds, where place) error {
	own := where == behind || !overwrites(f.Statement)
	if !own {
		var err error
		if own, err = r.own(ctx, e); err != nil {
			return err
		}
	}
	switch {
	case s.Present == s.Wanted && own:
		f.is(Done, fmt.Sprintf("all of its %s are there", wording.Count(int64(s.Wanted), "row")))
		return nil
	case s.Present == 0 && s.Others == 0:
		r.filling[f.Statement.Table()] = f.Ref
		f.is(NotDone, "none of its rows is there, and the table is empty")
		return nil
	case s.Present == 0 && where != behind && where != disputed && r.nextInLine(f.Ref) && (s.Keyed || !r.rewritten(e)):
		f.is(NotDone, "none of its rows is there, and the history has just not come to it")
		return nil
	case !own:
		return r.askWhetherRun(ctx, e, f)
	}
	if r.isOpen(f.Ref) {
		f.is(Ambiguous, "whether it has run is to be answered first")
		return nil
	}
	answer := r.ask(Question{
		Code:  Q7,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%d of the %s that %s puts into %s are there, beside %s. Were the others removed on purpose, or never inserted?",
			s.Present, wording.Count(int64(s.Wanted), "row"), f.Ref, f.Statement.Table().Path(), s.others()),
		Facts: []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{
			{"removed", "leave the table as it is"},
			{"insert", "put in the rows that are missing"},
		},
	})
	switch answer {
	case "removed":
		f.is(Done, "its missing rows were removed on purpose, by answer")
	case "insert":
		if s.Present > 0 {
			f.Seeds = s.Absent
		}
		f.is(NotDone, "its missing rows were never inserted, by answer")
	default:
		f.is(Ambiguous, fmt.Sprintf("%d of its %d rows are there", s.Present, s.Wanted))
	}
	return nil
}
