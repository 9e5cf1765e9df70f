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

// A matter is a statement on data that is to be judged.
type matter struct {
	e int
	*Finding
	where place  // among proven statements
	why   string // it is there, in words
	trace trace  // what rows say of it, where it puts them in
}

// judgeData judges a statement on data. Its kinds of evidence are gone through from the
// strongest to the weakest, and the first that tells settles it: what people and the
// history say, what explains the schema, what rows show, and last what the statement would
// do if it ran now.
func (r *reasoner) judgeData(ctx context.Context, e int, f *Finding) (err error) {
	m := &matter{e: e, Finding: f}
	m.where, m.why = r.place(e)
	for _, settles := range []func(context.Context, *matter) (bool, error){
		r.byText,
		r.byScript,
		r.lookForRows,
		r.byHelper,
		r.byClaim,
		r.byAgreement,
		r.bySeeding,
		r.byTurn,
		r.byKeeper,
		r.byRecordedRows,
		r.byName,
		r.byInstallation,
		r.byClearing,
		r.byRows,
		r.byOrder,
		r.byCopy,
		r.byRebuild,
		r.byOverwriting,
		r.byPlace,
	} {
		if settled, err := settles(ctx, m); settled || err != nil {
			return err
		}
	}
	return nil
}

// byText judges a statement that was another one when it was recorded.
func (r *reasoner) byText(ctx context.Context, m *matter) (bool, error) {
	if !r.edited(m.e) {
		return false, nil
	}
	return true, r.judgeEdited(ctx, m.Finding)
}

// byScript judges a statement for a table that a script has made in its last form.
func (r *reasoner) byScript(ctx context.Context, m *matter) (bool, error) {
	if !r.isOverlaid(m.e) {
		return false, nil
	}
	if r.perhapsWaits(m.e) {
		trial, err := r.Witness.Try(ctx, m.Statement)
		switch {
		case err != nil:
			return false, err
		case trial.Err == nil && trial.First == 0:
			r.noOp(m.e, m.Finding, "it would change nothing")
			return true, nil
		case trial.Err == nil:
			return true, r.askWhetherRun(ctx, m.e, m.Finding)
		}
	}
	if err := r.judgeOverlaid(ctx, m.e, m.Finding); err != nil {
		return false, err
	}
	return true, r.seedFired(ctx, m)
}

// lookForRows settles nothing: what it finds is used by what comes behind it.
func (r *reasoner) lookForRows(ctx context.Context, m *matter) (settled bool, err error) {
	m.trace, err = r.traceOf(ctx, m.e)
	return false, err
}

// byHelper judges a statement on a table that comes and goes.
func (r *reasoner) byHelper(_ context.Context, m *matter) (bool, error) {
	if r.explained.agrees || m.where == ahead || !r.absent(m.Statement.Table()) || !r.helper(m.Statement.Table()) {
		return false, nil
	}
	m.is(Superseded, "its table comes and goes: what it was for is judged by what uses it")
	return true, nil
}

// byAgreement judges a statement that the history does not claim, where it is believed
// about that.
func (r *reasoner) byAgreement(ctx context.Context, m *matter) (bool, error) {
	believed := r.explained.agrees && !r.perhapsEarly(m.e) || r.awaits(m.e) || !r.recorded(m.e) && !r.perhapsEarly(m.e) && r.untouched() && !r.explained.past(m.e)
	if !believed || m.where != ahead && r.there[m.Ref.Version] {
		return false, nil
	}
	return true, r.judgePending(ctx, m.e, m.Finding)
}

// bySeeding judges an INSERT into a table into which the rows of the set are put at the
// end.
func (r *reasoner) bySeeding(ctx context.Context, m *matter) (bool, error) {
	if m.Statement.Verb != "insert" || !r.isSeeded(r.lastName(m.e, m.Statement.Table())) {
		return false, nil
	}
	if moves, err := r.movesRows(ctx, m.e); err != nil {
		return false, err
	} else if moves {
		r.askWhetherCopied(m.Finding)
		return true, nil
	}
	m.is(Superseded, "its rows are put in, in the form that they have later")
	return true, nil
}

// byTurn judges a statement that has yet to run by what explains the schema.
func (r *reasoner) byTurn(ctx context.Context, m *matter) (bool, error) {
	if m.where != ahead {
		return false, nil
	}
	if settled, err := r.judgeFed(ctx, m); settled || err != nil {
		return true, err
	}
	if late, err := r.comesTooLate(ctx, m.e); err != nil {
		return false, err
	} else if late {
		return true, r.askWhetherRun(ctx, m.e, m.Finding)
	}
	switch recorded := r.recorded(m.e); {
	case r.readsOverlaid(m.e):
		return true, r.askWhetherRun(ctx, m.e, m.Finding)
	case !recorded && r.leftOpen(m.e):
		if settled, err := r.judgeLeftOpen(ctx, m.e, m.Finding); settled || err != nil {
			return true, err
		}
	case recorded && !r.absent(m.Statement.Table()) && !r.stamped():
		return false, nil
	case !recorded && m.trace == left && !r.clearedAhead(m.e):
		m.is(Done, "all of its rows are there: somebody has put them in ahead of its turn")
		return true, nil
	case !recorded && r.perhapsEarly(m.e) && r.looksTheSame(m.e):
		return r.askWhetherMade(ctx, m)
	case !recorded && !m.Statement.Rerunnable && r.perhapsEarly(m.e):
		if settled, err := r.byWhatItWouldDo(ctx, m); settled || err != nil {
			return settled, err
		}
	}
	m.is(NotDone, m.why)
	return true, nil
}

// comesTooLate reports whether a statement may take rows of people into a table for which it was
// never meant: one of a script, which was empty and stood aside, where no history tells whether
// the script made all that is there, ahead of all rows, or came to an older database.
func (r *reasoner) comesTooLate(ctx context.Context, e int) (bool, error) {
	s := r.Replay.Effects[e].Statement
	table := r.lastName(e, s.Table())
	stoodAside := slices.ContainsFunc(r.d.Aside, func(o *schema.Object) bool { return o.Key == table })
	if r.Recorded.Any() || !stoodAside || s.Verb != "insert" || !r.completeButAside() {
		return false, nil
	}
	return r.movesRows(ctx, e)
}

// completeButAside reports whether all that is there is as the set leaves it, with what stands
// aside: then it may be of one script. An older database lacks something.
func (r *reasoner) completeButAside() bool {
	return len(schema.Compare(without(r.Replay.Want, r.d.Aside), r.Have)) == 0
}

// byWhatItWouldDo judges a statement of a migration that somebody may have run by hand by what
// it would do now. Rows that it gives itself have been looked for, and where it cannot run,
// nobody has run it here, either.
func (r *reasoner) byWhatItWouldDo(ctx context.Context, m *matter) (bool, error) {
	if _, literal := r.Witness.Given(m.Statement); literal {
		return false, nil
	}
	if copied, ok, err := r.Witness.Copied(ctx, m.Statement); err != nil {
		return false, err
	} else if ok && copied.Given > 0 && copied.Missing == copied.Given {
		m.is(NotDone, "none of the rows that it copies is there")
		return true, nil
	}
	if settled, err := r.byCopy(ctx, m); settled || err != nil {
		return settled, err
	}
	trial, err := r.Witness.Try(ctx, m.Statement)
	if err != nil || trial.Err != nil {
		return false, err
	}
	return true, r.judgeByTrial(ctx, m.e, m.Finding)
}

// looksTheSame reports whether a statement fills a column or a table that its migration puts
// in the place of another of the same form: the schema does not show whether it has run.
func (r *reasoner) looksTheSame(e int) bool {
	_, same := r.sameForm(e)
	return same || r.swapOf(e) != nil
}

// askWhetherMade asks about such a statement of a migration that somebody may have run by
// hand, and reports whether it did. That it has run cannot be taken over from here: then the
// rest of the migration has run as well, and it is to be recorded.
func (r *reasoner) askWhetherMade(ctx context.Context, m *matter) (bool, error) {
	tells, err := r.tells(ctx, m.e)
	if err != nil {
		return false, err
	}
	if tells && r.ask(Question{
		Code:  Q6,
		Place: m.Ref.String(),
		Text: fmt.Sprintf("Some of migration %s is there, and the schema looks the same before and after %s. Did it already run? If it has, so has the rest of the migration: write it into the history by hand first.",
			m.Ref.Version, wording.Quote(m.Statement.Text)),
		Facts:   []string{"statement: " + wording.Quote(m.Statement.Text)},
		Choices: []Choice{{"run", "it has not run: run it"}},
	}) == "" {
		m.is(Ambiguous, "whether it has run cannot be told from the rows")
		return true, nil
	}
	m.is(NotDone, m.why)
	return true, nil
}

// byName judges a statement whose time has passed, and whose table has another name now.
func (r *reasoner) byName(_ context.Context, m *matter) (bool, error) {
	table, moved := r.movedOn(m.e)
	if m.where != behind || !moved {
		return false, nil
	}
	m.is(Done, m.why+", and its table is "+table.String()+" by now")
	return true, nil
}

// byInstallation judges a statement by what the set leaves in its table, where all of the
// schema is there and nothing is recorded.
func (r *reasoner) byInstallation(ctx context.Context, m *matter) (bool, error) {
	if _, fed := r.feedsOn(m.Finding); fed {
		return false, nil // by what has its turn: so has it
	}
	if m.trace == left || !r.installed() && (m.trace != missing || m.where != behind || r.Recorded.Any() || !r.settled(m.e)) {
		return false, nil
	}
	return r.judgeInstalled(ctx, m.e, m.Finding)
}

// byClearing judges an INSERT of whose rows a later statement leaves none.
func (r *reasoner) byClearing(_ context.Context, m *matter) (bool, error) {
	if m.trace != missing && m.trace != blank {
		return false, nil
	}
	later, ok := r.clearedLater(m.e)
	if ok {
		m.is(Superseded, fmt.Sprintf("none of its rows is there, and %s leaves none", later))
	}
	return ok, nil
}

// byOrder judges a statement by one ahead of it that is to run.
func (r *reasoner) byOrder(_ context.Context, m *matter) (bool, error) {
	if first, ok := r.feedsOn(m.Finding); ok {
		m.is(NotDone, fmt.Sprintf("it works on what %s puts into an empty table", first))
		return true, nil
	}
	if stopped := r.stopped[m.Ref.Version]; stopped != 0 && m.where == doubtful {
		m.is(NotDone, fmt.Sprintf("it follows %s, which has not run", Ref{m.Ref.Version, stopped}))
		return true, nil
	}
	return false, nil
}

// byCopy judges an INSERT of a query by comparing what it gives with what is there.
func (r *reasoner) byCopy(ctx context.Context, m *matter) (bool, error) {
	copied, ok, err := r.Witness.Copied(ctx, m.Statement)
	if err != nil || !ok || !r.judgeCopy(m.e, m.Finding, copied, m.where) {
		return false, err
	}
	if m.Verdict == NotDone && m.where == doubtful {
		r.stopsAt(m)
	}
	return true, nil
}

// byRebuild judges the filling of a table, or of a column that somebody has run ahead of its
// turn, that takes the place of another. Where the form stays the same, what is done behind it
// says little, unless one position explains all that is there.
func (r *reasoner) byRebuild(ctx context.Context, m *matter) (bool, error) {
	unit, ok := r.sameForm(m.e)
	if ok && m.where != doubtful && !r.followed(unit) && (m.where != behind || r.recorded(m.e) || r.Recorded.Any() && !r.explained.past(m.e)) {
		return r.judgeSameForm(ctx, m.e, m.Finding, unit, m.where)
	}
	if swap := r.swapOf(m.e); swap != nil && m.where == behind && r.ranEarly(r.Replay.Effects[m.e].Migration) && !r.restsOnMore(m.e, swap) {
		return true, r.askWhetherSwapped(ctx, m.e, m.Finding, swap)
	}
	if m.where != disputed && m.where != doubtful || !r.hasMoved(m.e) {
		return false, nil
	}
	m.is(Superseded, "the rebuild that it is part of is through, by the form of the table")
	return true, nil
}

// byPlace judges a statement of which nothing else tells.
func (r *reasoner) byPlace(ctx context.Context, m *matter) (bool, error) {
	switch m.where {
	case behind:
		return true, r.judgeBehind(ctx, m.e, m.Finding, m.why)
	case disputed:
		if late, ok := r.bornLate(m.e); ok {
			m.is(Superseded, late)
			return true, nil
		}
		return true, r.judgeDisputed(ctx, m.e, m.Finding)
	}
	if err := r.judgeByTrial(ctx, m.e, m.Finding); err != nil {
		return false, err
	}
	if m.Verdict == NotDone && !m.completes {
		r.stopsAt(m)
	}
	return true, nil
}

// stopsAt notes that a statement has not run: within one migration nothing runs behind it
// then.
func (r *reasoner) stopsAt(m *matter) {
	if r.explained.at != nil && (r.Recorded.Any() || r.claim(m.e).Begun) {
		r.stopped[m.Ref.Version] = m.Ref.Number
	}
}

// feedsOn reports that a statement writes a table that is empty, and that another
// one will have filled by then; it returns that one.
func (r *reasoner) feedsOn(f *Finding) (Ref, bool) {
	first, ok := r.filling[f.Statement.Table()]
	return first, ok
}
