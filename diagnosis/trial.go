package diagnosis

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how statements on data are judged by what they would do now.

// judgeBehind judges a statement on data whose time has passed. It is not run:
// either it has run, or the rows that it was for were never there.
func (r *reasoner) judgeBehind(ctx context.Context, e int, f *Finding, why string) error {
	if unfilled, err := r.unfilled(ctx, e); err != nil {
		return err
	} else if unfilled != nil {
		return r.askWhetherFilled(ctx, e, f, unfilled)
	}
	if f.Statement.Verb == "update" && r.sourceGoes(e) {
		// Rows that came late to a table which is about to be replaced lack what the
		// statement filled in.
		trial, err := r.Witness.Try(ctx, f.Statement)
		if err != nil {
			return err
		}
		switch {
		case trial.Err == nil && trial.First > 0 && trial.Again == 0 && len(r.fresh(e)) > 0 && backfill.MatchString(f.Statement.Text):
			f.is(NotDone, fmt.Sprintf("%s came late, and a second run changes no other", wording.Count(trial.First, "row")))
			return nil
		case trial.Err == nil && trial.First > 0:
			return r.askWhetherRun(ctx, e, f)
		}
	}
	if f.Statement.Verb != "insert" || r.Recorded.Any() {
		f.is(Superseded, why)
		return nil
	}
	table := f.Statement.Table()
	if r.absent(table) {
		return r.judgeMoved(ctx, e, f, why)
	}
	rows, err := r.Witness.Rows(ctx, table, 1)
	if err != nil {
		return err
	}
	trace, err := r.traceOf(ctx, e)
	if err != nil {
		return err
	}
	if rows > 0 && trace != missing {
		f.is(Done, why+", and its table has rows")
		return nil
	}
	trial, err := r.Witness.Try(ctx, f.Statement)
	switch {
	case err != nil:
		return err
	case rows > 0 && trial.Err == nil:
		return r.askWhetherRun(ctx, e, f)
	case rows > 0:
		r.askWhetherPutIn(f, fmt.Sprintf("None of the rows that %s puts into %s is there, and it cannot run any more. Did it run, and were they removed on purpose? If it did not, put them in by hand first.",
			wording.Quote(f.Statement.Text), table))
		return nil
	}
	switch {
	case trial.Err != nil:
		return r.judgeOutdated(ctx, e, f, why)
	case trial.First == 0:
		r.noOp(e, f, "it would write no row")
	default:
		reads, err := r.readsRows(ctx, e)
		if err != nil {
			return err
		}
		if reads { // it may have run on nothing, and they have come since
			return r.askWhetherRun(ctx, e, f)
		}
		r.filling[table] = f.Ref
		f.is(NotDone, fmt.Sprintf("%s is empty, and it would put in %s", table, wording.Count(trial.First, "row")))
	}
	return nil
}

// judgeOutdated judges an INSERT whose time has passed, into a table that holds no row and
// has another form by now. Where it gives literals of which the set leaves rows, those
// have never been put in, or somebody has deleted all of them: they are put in, in the form
// that they have later, or by hand if the table does not have that form yet.
func (r *reasoner) judgeOutdated(ctx context.Context, e int, f *Finding, why string) error {
	table := r.lastName(e, f.Statement.Table())
	rows := r.Replay.Rows[table]
	_, literal := r.Witness.Given(f.Statement)
	switch {
	case !literal || len(rows.Rows) == 0 && !r.crowded(table):
		f.is(Superseded, why+", and it cannot run any more")
		return nil
	case !r.crowded(table) && !slices.ContainsFunc(rows.Columns, func(c string) bool { return r.Have.Get(table.Column(c)) == nil }):
		_, err := r.judgeInstalled(ctx, e, f)
		return err
	}
	r.askWhetherPutIn(f, fmt.Sprintf("%s is empty, and %s, which puts rows in, cannot run any more. Did it run, and were they removed on purpose? If it did not, put them in by hand first.",
		table, wording.Quote(f.Statement.Text)))
	return nil
}

// judgeMoved judges an INSERT of a query whose time has passed and whose table is gone
// or has another name by now. Without a history nothing tells whether one that is
// empty was ever filled, and as it is written it cannot run any more: its rows can
// only be put in by hand.
func (r *reasoner) judgeMoved(ctx context.Context, e int, f *Finding, why string) error {
	table, blank := r.liveName(e, f.Statement.Table()), false
	if !r.absent(table) {
		rows, err := r.Witness.Rows(ctx, table, 1)
		if err != nil {
			return err
		}
		if blank = rows == 0; blank {
			if blank, err = r.readsRows(ctx, e); err != nil {
				return err
			}
		}
	}
	if !blank {
		f.is(Superseded, why+", and its table is gone")
		return nil
	}
	r.askWhetherPutIn(f, fmt.Sprintf("%s fills a table that is %s by now, and empty, while what it reads has rows. Did %s already run? If it did not, put its rows in by hand first.",
		f.Ref, table.Path(), wording.Quote(f.Statement.Text)))
	return nil
}

// askWhetherPutIn asks about an INSERT that cannot run any more as it is written.
func (r *reasoner) askWhetherPutIn(f *Finding, text string) {
	if r.ask(Question{
		Code:    Q6,
		Place:   f.Ref.String(),
		Text:    text,
		Facts:   []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{{"done", "it has run, or its rows are put in: go on behind it"}},
	}) == "" {
		f.is(Ambiguous, "whether it has run cannot be told from the rows")
		return
	}
	f.is(Done, "it has run, by answer")
}

// backfill recognises an UPDATE that is about what holds nothing yet.
var backfill = regexp.MustCompile(`(?i)\bis\s+null\b`)

// judgeDisputed judges a statement on data of a migration that the history does
// not claim, while a later one is there that it does not claim either: perhaps the
// history is behind, perhaps somebody was ahead of it.
func (r *reasoner) judgeDisputed(ctx context.Context, e int, f *Finding) error {
	if last := r.trajectories[r.lastName(e, f.Statement.Table())]; last != nil && last.want() == nil &&
		r.explained.past(e) && r.absent(last.key) && r.absent(r.liveName(e, f.Statement.Table())) {
		f.is(Superseded, fmt.Sprintf("%s is gone again", last.key))
		return nil
	}
	trial, err := r.Witness.Try(ctx, f.Statement)
	switch {
	case err != nil:
		return err
	case trial.Err == nil && trial.First == 0:
		r.noOp(e, f, "it would change nothing")
	case trial.Err != nil && f.Statement.Verb != "insert" && r.explained.past(e) && !r.needsHelper(e):
		unfilled, err := r.unfilled(ctx, e)
		if err != nil {
			return err
		}
		if unfilled != nil {
			return r.askWhetherFilled(ctx, e, f, unfilled)
		}
		if swap := r.swapOf(e); swap != nil {
			return r.askWhetherSwapped(ctx, e, f, swap)
		}
		f.is(Superseded, "what it works on has another form by now, in which it cannot run")
	case f.Statement.Rerunnable:
		f.is(NotDone, "running it again does no harm")
	case r.sourceGoes(e) && trial.Err == nil && trial.Again == 0 && len(r.fresh(e)) > 0 && backfill.MatchString(f.Statement.Text):
		f.is(NotDone, fmt.Sprintf("%s came late, and a second run changes no other", wording.Count(trial.First, "row")))
	case trial.Guarded() && f.Statement.Verb == "update" && backfill.MatchString(f.Statement.Text):
		return r.complete(ctx, e, f, trial)
	default:
		return r.askWhetherRun(ctx, e, f)
	}
	return nil
}

// judgeByTrial judges a statement on data by what it would do now.
func (r *reasoner) judgeByTrial(ctx context.Context, e int, f *Finding) error {
	trial, err := r.Witness.Try(ctx, f.Statement)
	if err != nil {
		return err
	}
	fresh := r.fresh(e)
	var filled int64
	for _, column := range fresh {
		n, err := r.Witness.Filled(ctx, column)
		if err != nil {
			return err
		}
		filled += n
	}
	switch {
	case trial.Err == nil && trial.First == 0:
		r.noOp(e, f, "it would change nothing")
	case len(fresh) > 0 && filled == 0 && !r.recorded(e) && (r.Recorded.Any() || r.begun()) &&
		(r.begun() && trial.Again == 0 || trial.Guarded() && backfill.MatchString(f.Statement.Text)):
		// Rows may have come since it ran on none: what follows it is judged by itself.
		// Those are as one that leaves out what is filled would leave them, too.
		f.completes = true
		f.is(NotDone, fmt.Sprintf("%s, which it fills, has just been added and holds nothing", fresh[0].Key))
	case len(fresh) > 0 && trial.Err == nil && !f.Statement.Rerunnable:
		return r.askWhetherRun(ctx, e, f) // some rows were filled, by it or by the program
	case f.Statement.Rerunnable:
		f.is(NotDone, "running it again does no harm")
	case trial.Guarded() && f.Statement.Verb != "delete" && !r.recorded(e):
		f.completes = true
		return r.complete(ctx, e, f, trial)
	default:
		if f.Statement.Verb == "insert" && (trial.Err == nil || r.restsOnSession(e)) {
			rows, err := r.Witness.Rows(ctx, f.Statement.Table(), 1)
			if err != nil {
				return err
			}
			if rows == 0 && trial.Err != nil {
				f.is(NotDone, "its table is empty, and what it needs is set for the session ahead of it")
				return nil
			}
			if rows == 0 {
				f.is(NotDone, fmt.Sprintf("its table is empty, and it would put in %s", wording.Count(trial.First, "row")))
				return nil
			}
		}
		return r.askWhetherRun(ctx, e, f)
	}
	return nil
}

// restsOnSession reports whether a statement ahead of this one, in the same migration,
// sets something for the session: a trial without it tells little.
func (r *reasoner) restsOnSession(e int) bool {
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == r.Replay.Effects[e].Migration; i-- {
		if r.Replay.Effects[i].Statement.Class == migration.Session {
			return true
		}
	}
	return false
}

// noOp judges a statement on data that would change nothing on the rows that are
// there now. It runs all the same where one that is to run ahead of it writes what
// it works on, or brings the table itself in place of the one that is there; that says nothing
// of what follows it.
func (r *reasoner) noOp(e int, f *Finding, why string) {
	if earlier, fed := r.fedAhead(e); fed {
		if f.Statement.Verb == "insert" && r.copiedByTrigger(e) {
			f.is(Superseded, fmt.Sprintf("%s on the rows that are there now, and those that come ahead of it fire a trigger which the set has only made behind them: that writes to %s", why, f.Statement.Table()))
			return
		}
		f.completes = true
		f.is(NotDone, fmt.Sprintf("%s on the rows that are there now, and %s, which runs ahead of it, writes %s", why, earlier.Ref, earlier.Statement.Target))
		return
	}
	if r.comesAgain(e) {
		f.is(NotDone, fmt.Sprintf("%s on the rows that are there now, and %s is another by then", why, f.Statement.Table()))
		return
	}
	f.is(NoOp, why)
}

// fedAhead returns a statement on data that is to run ahead of another one and writes
// what that works on, be it by a trigger.
func (r *reasoner) fedAhead(e int) (*Finding, bool) {
	mine := r.Replay.Effects[e].Statement
	for i := range r.findings[:e] {
		earlier := &r.findings[i]
		if earlier.Verdict == NotDone && earlier.Statement.Class == migration.Data &&
			(wording.Speaks(mine.Text, earlier.Statement.Target) || r.fires(i, mine.Table()) || r.firesNow(i, mine.Table())) {
			return earlier, true
		}
	}
	return nil, false
}

// copiedByTrigger reports whether rows that are to be put in ahead of an INSERT, which would copy
// them, are written to its table by a trigger already that the set only makes behind them.
func (r *reasoner) copiedByTrigger(e int) bool {
	for i := range r.findings[:e] {
		if r.findings[i].Verdict == NotDone && r.firesNow(i, r.Replay.Effects[e].Statement.Table()) {
			return true
		}
	}
	return false
}

// seededLater returns a statement that follows in the same migration and of which
// the rows, found by their key, prove that it has run. Where the history claims both,
// it may be of a later migration, and rows without a key are proof enough.
func (r *reasoner) seededLater(ctx context.Context, e int) (*Effect, error) {
	mine := r.Replay.Effects[e].Migration
	for i := e + 1; i < len(r.touches); i++ {
		later := &r.Replay.Effects[i]
		claimed := r.recorded(e) && r.recorded(i)
		if later.Statement.Verb != "insert" || later.Migration != mine && !claimed {
			continue
		}
		seeds, literal, err := r.Witness.Seeds(ctx, later.Statement, r.Have)
		if err != nil {
			return nil, err
		}
		own := true
		if r.takesPlace(i) || overwrites(later.Statement) {
			if own, err = r.own(ctx, i); err != nil {
				return nil, err
			}
		}
		if literal && (seeds.Keyed || claimed) && seeds.Present == seeds.Wanted && own {
			return later, nil
		}
	}
	return nil, nil
}

// judgeByOthers judges a statement on data by the rows of the set's other statements;
// it reports whether that settled it.
func (r *reasoner) judgeByOthers(ctx context.Context, e int, f *Finding) (bool, error) {
	later, err := r.seededLater(ctx, e)
	if err != nil {
		return false, err
	}
	if later != nil {
		if nothing, err := r.leftNothing(ctx, e); err != nil {
			return false, err
		} else if !nothing {
			f.is(Done, fmt.Sprintf("%s, which follows it, has run: its rows are there", later.Ref()))
			return true, nil
		}
	}
	ran, err := r.rewrote(ctx, e)
	switch {
	case err != nil:
		return false, err
	case ran == "done":
		f.is(Done, "the rows that the set has put in are as it leaves them")
	case ran == "run":
		f.is(NotDone, "the rows that the set has put in are as they are before it")
	}
	return ran != "", nil
}

// askWhetherRun asks about a statement on data that nothing proves.
func (r *reasoner) askWhetherRun(ctx context.Context, e int, f *Finding) error {
	if settled, err := r.judgeByOthers(ctx, e, f); settled || err != nil {
		return err
	}
	facts := []string{"statement: " + wording.Quote(f.Statement.Text)}
	table := f.Statement.Table()
	if r.Have.Get(table) != nil {
		sample, err := r.Witness.Sample(ctx, table)
		if err != nil {
			return err
		}
		facts = append(facts, sample...)
	}
	state := "is not recorded as finished"
	if r.recorded(e) {
		state = "is recorded, but the schema denies it"
	}
	switch r.ask(Question{
		Code:    Q6,
		Place:   f.Ref.String(),
		Text:    fmt.Sprintf("Migration %s %s. Did %s already run?", f.Ref.Version, state, wording.Quote(f.Statement.Text)),
		Facts:   facts,
		Choices: []Choice{{"done", "it has run: go on behind it"}, {"run", "it has not run: run it"}},
	}) {
	case "done":
		f.is(Done, "it has run, by answer")
	case "run":
		if r.explained.amid(e) {
			r.stopped[f.Ref.Version] = f.Ref.Number
		}
		f.is(NotDone, "it has not run, by answer")
		if f.Statement.Verb == "insert" && r.Have.Get(table) != nil {
			if rows, err := r.Witness.Rows(ctx, table, 1); err != nil || rows > 0 {
				return err
			}
			r.filling[table] = f.Ref // what follows it works on nothing else
		}
	default:
		f.is(Ambiguous, "whether it has run cannot be told from the rows")
	}
	return nil
}

// sourceGoes reports that a statement which is not done, further on in the same
// migration, drops a live table or column that this one speaks of: what is not
// taken over by then is lost.
func (r *reasoner) sourceGoes(e int) bool {
	text, mine := r.Replay.Effects[e].Statement.Text, r.Replay.Effects[e].Migration
	for i := e + 1; i < len(r.touches) && r.Replay.Effects[i].Migration == mine; i++ {
		if _, not, _ := r.votes(i); not == 0 || r.renames(i) {
			continue
		}
		for _, t := range r.touches[i] {
			goes := t.live != nil && t.values[t.step+1] == nil && wording.Speaks(text, t.key.Name)
			if goes && (t.key.Kind == schema.Table || t.key.Kind == schema.Column && wording.Speaks(text, t.key.Table)) {
				return true
			}
		}
	}
	return false
}
