package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how statements on data are judged. They leave no trace in
// the schema, so what proves them is the history where it is believed, the rows,
// and their place between statements that are proven.

// place is where a statement on data stands among proven statements.
type place int

const (
	doubtful place = iota // nothing around it tells
	behind                // what follows it on its own table, or in its migration, is done
	ahead                 // what it needs is not there yet
	disputed              // a later migration is there, which the history claims as little as this one
)

func (r *reasoner) judgeData(ctx context.Context, e int, f *Finding) error {
	if r.edited(e) {
		return r.judgeEdited(ctx, f)
	}
	where, why := r.place(e)
	switch {
	case r.recorded(e) && r.believed(e):
		f.is(Done, "recorded")
		return nil
	case r.d.Agrees || !r.recorded(e) && r.untouched():
		return r.judgePending(ctx, e, f)
	case where == ahead && (!r.recorded(e) || r.absent(f.Statement.Target) || r.stamped()):
		f.is(NotDone, why)
		return nil
	}
	if r.installed() {
		if settled, err := r.judgeInstalled(ctx, e, f); settled || err != nil {
			return err
		}
	}
	seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
	if err != nil {
		return err
	}
	if literal {
		return r.judgeSeeds(f, seeds)
	}
	if first, ok := r.feedsOn(f); ok {
		f.is(NotDone, fmt.Sprintf("it works on what %s puts into an empty table", first))
		return nil
	}
	if copied, ok, err := r.Witness.Copied(ctx, f.Statement); err != nil {
		return err
	} else if ok && r.judgeCopy(e, f, copied, where) {
		if f.Verdict == NotDone && where == doubtful && r.cut != nil && (r.Recorded.Any() || r.claim(e).Begun) {
			r.stopped[f.Ref.Version] = f.Ref.Number
		}
		return nil
	}
	switch where {
	case behind:
		return r.judgeBehind(ctx, e, f, why)
	case disputed:
		return r.judgeDisputed(ctx, e, f)
	}
	if stopped := r.stopped[f.Ref.Version]; stopped != 0 {
		f.is(NotDone, fmt.Sprintf("it follows %s, which has not run", Ref{f.Ref.Version, stopped}))
		return nil
	}
	if err := r.judgeByTrial(ctx, e, f); err != nil {
		return err
	}
	// Within one migration nothing runs behind what has not run.
	if f.Verdict == NotDone && r.cut != nil && (r.Recorded.Any() || r.claim(e).Begun) {
		r.stopped[f.Ref.Version] = f.Ref.Number
	}
	return nil
}

// edited reports whether the statement itself is another one than was recorded.
func (r *reasoner) edited(e int) bool {
	c := r.claim(e)
	if !c.Edited || !c.Recorded {
		return false
	}
	s := r.Replay.Effects[e].Statement
	if c.Statements == nil {
		return true // what it was is not known
	}
	recorded, known := c.Statements[s.Number]
	return known && recorded != s.Sum
}

// judgeEdited judges a statement on data that was recorded with another text.
func (r *reasoner) judgeEdited(ctx context.Context, f *Finding) error {
	seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
	if err != nil {
		return err
	}
	if literal && seeds.Present == seeds.Wanted {
		f.is(Done, fmt.Sprintf("edited since it was recorded, and all of its %s are there", plural(int64(seeds.Wanted), "row")))
		return nil
	}
	if r.ask(Question{
		Code:  Q10,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("Migration %s was applied with another content. Its statement %s cannot be verified from the data. Accept the recorded run as it was, or write a new corrective migration?",
			f.Ref.Version, quote(f.Statement.Text)),
		Facts:   []string{"statement: " + quote(f.Statement.Text)},
		Choices: []Choice{{"accept", "what was run stays as it is; the new content is recorded"}},
	}) == "" {
		f.is(Ambiguous, "recorded with another content")
		return nil
	}
	f.is(Done, "accepted by answer")
	return nil
}

// passed reports whether a recorded migration of a later version works on the
// table that the statement writes.
func (r *reasoner) passed(e int) bool {
	table := r.Replay.Effects[e].Statement.Target
	for i := e + 1; i < len(r.touches); i++ {
		if !r.recorded(i) {
			continue
		}
		if r.Replay.Effects[i].Statement.Class == migration.Data && r.Replay.Effects[i].Statement.Target == table ||
			slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner().Name == table }) {
			return true
		}
	}
	return false
}

// judgePending judges a statement on data that a believed history does not claim.
// It runs, but for rows that are there already: whoever put them in has not written
// it down, and where no key keeps them apart they would be doubled.
func (r *reasoner) judgePending(ctx context.Context, e int, f *Finding) error {
	if f.Statement.Verb == "insert" && !r.absent(f.Statement.Target) {
		seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
		if err != nil {
			return err
		}
		if literal && seeds.Keyed && seeds.Present == seeds.Wanted {
			f.is(Done, fmt.Sprintf("not recorded, and all of its %s are there", plural(int64(seeds.Wanted), "row")))
			return nil
		}
	}
	if r.passed(e) {
		return r.judgePassed(ctx, f)
	}
	f.is(NotDone, "pending: nothing of what is not recorded is there")
	return nil
}

// judgePassed judges a pending statement on data that comes after what should
// have followed it.
func (r *reasoner) judgePassed(ctx context.Context, f *Finding) error {
	trial, err := r.Witness.Try(ctx, f.Statement)
	if err != nil {
		return err
	}
	switch {
	case trial.Err == nil && trial.First == 0:
		f.is(NoOp, "it would write no row")
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
			f.Ref, f.Statement.Target),
		Facts:   []string{"statement: " + quote(f.Statement.Text)},
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

// believed reports whether a recorded statement on data can be taken for done on
// the history's word: not where the same history is wrong about tables and columns
// around it. An index, a view or a trigger that is missing is no such sign: those
// get dropped by hand.
func (r *reasoner) believed(e int) bool {
	if r.cut != nil && e >= r.cut.from {
		return !slices.ContainsFunc(r.claimedBehind(r.cut.to), r.deep)
	}
	mine := r.Replay.Effects[e].Migration
	for i := range r.touches {
		if r.Replay.Effects[i].Migration != mine {
			continue
		}
		done, not, _ := r.votes(i)
		switch {
		case not > 0 && r.deep(i):
			return false
		case done > 0 && i > e:
			return true
		}
	}
	return true
}

// deep reports whether a statement makes or changes more than what can be dropped
// and made again at will.
func (r *reasoner) deep(e int) bool {
	return slices.ContainsFunc(r.touches[e], func(t touch) bool { return !t.loose() })
}

// claimedBehind returns the statements on the schema from a position on that the
// history claims.
func (r *reasoner) claimedBehind(position int) []int {
	var claimed []int
	for e := position; e < len(r.touches); e++ {
		if r.recorded(e) && len(r.touches[e]) > 0 {
			claimed = append(claimed, e)
		}
	}
	return claimed
}

// untouched reports that nothing of what the history does not claim is there,
// while it claims something: then all of that is pending, whatever else is amiss.
func (r *reasoner) untouched() bool {
	if !r.Recorded.Any() {
		return false
	}
	for e := range r.touches {
		if r.claim(e).Begun {
			return false
		}
		if r.recorded(e) || r.guessed[e] {
			continue
		}
		if done, not, _ := r.votes(e); done > 0 && not == 0 {
			return false
		}
	}
	return true
}

// stamped reports that the history was written without anything being run: one
// position explains the whole schema, and of what is recorded behind it nothing is
// there, in several statements. One that is missing may have been undone by hand.
func (r *reasoner) stamped() bool {
	return r.cut != nil && len(r.claimedBehind(r.cut.to)) >= 2
}

// absent reports whether the live database lacks the table.
func (r *reasoner) absent(table string) bool {
	return r.Have.Get(schema.Key{Kind: schema.Table, Name: table}) == nil
}

// place looks at what is proven around a statement on data.
func (r *reasoner) place(e int) (place, string) {
	if r.cut != nil && !r.d.Agrees {
		switch {
		case e < r.cut.from && (!r.Recorded.Any() || r.recorded(e) || r.overrun(e)):
			return behind, "what comes after it is done"
		case e < r.cut.from:
			return disputed, ""
		case e >= r.cut.to:
			return ahead, "the database is as it is before this statement"
		}
		return doubtful, ""
	}
	effect := &r.Replay.Effects[e]
	table := schema.Key{Kind: schema.Table, Name: effect.Statement.Target}
	var past, later bool
	for i := range r.touches {
		done, not, _ := r.votes(i)
		if done == 0 && not == 0 {
			continue
		}
		about := slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner() == table })
		same := r.Replay.Effects[i].Migration == effect.Migration
		switch {
		case i < e && not > 0 && r.deep(i) && (about || same):
			return ahead, r.Replay.Effects[i].Ref().String() + ", which it follows, is not done"
		case i > e && done > 0 && not == 0 && !r.guessed[i]:
			past = past || about || same
			later = true
		}
	}
	if past || later && !r.Recorded.Any() {
		return behind, "what comes after it is done"
	}
	return doubtful, ""
}

// judgeBehind judges a statement on data whose time has passed. It is not run:
// either it has run, or the rows that it was for were never there.
func (r *reasoner) judgeBehind(ctx context.Context, e int, f *Finding, why string) error {
	if f.Statement.Verb == "update" && r.sourceGoes(e) {
		// Rows that came late to a table which is about to be replaced lack what the
		// statement filled in.
		trial, err := r.Witness.Try(ctx, f.Statement)
		if err != nil {
			return err
		}
		switch {
		case trial.Err == nil && trial.First > 0 && trial.Again == 0 && len(r.fresh(e)) > 0:
			f.is(NotDone, fmt.Sprintf("%s came late, and a second run changes no other", plural(trial.First, "row")))
			return nil
		case trial.Err == nil && trial.First > 0:
			return r.askWhetherRun(ctx, e, f)
		}
	}
	if f.Statement.Verb != "insert" || r.Recorded.Any() {
		f.is(Superseded, why)
		return nil
	}
	table := schema.Key{Kind: schema.Table, Name: f.Statement.Target}
	if r.absent(f.Statement.Target) {
		f.is(Superseded, why+", and its table is gone")
		return nil
	}
	rows, err := r.Witness.Rows(ctx, table, 1)
	if err != nil {
		return err
	}
	if rows > 0 {
		f.is(Done, why+", and its table has rows")
		return nil
	}
	trial, err := r.Witness.Try(ctx, f.Statement)
	if err != nil {
		return err
	}
	switch {
	case trial.Err != nil:
		f.is(Superseded, why+", and it cannot run any more")
	case trial.First == 0:
		f.is(NoOp, "it would write no row")
	default:
		f.is(NotDone, fmt.Sprintf("%s is empty, and it would put in %s", table, plural(trial.First, "row")))
	}
	return nil
}

// feedsOn reports that a statement writes a table that is empty, and that another
// one will have filled by then; it returns that one.
func (r *reasoner) feedsOn(f *Finding) (Ref, bool) {
	first, ok := r.filling[f.Statement.Target]
	return first, ok
}

// overrun reports that a statement which comes after this one, on its own table or
// in its own migration, is done.
func (r *reasoner) overrun(e int) bool {
	mine := &r.Replay.Effects[e]
	table := schema.Key{Kind: schema.Table, Name: mine.Statement.Target}
	for i := e + 1; i < len(r.touches); i++ {
		done, not, _ := r.votes(i)
		if done > 0 && not == 0 && (r.Replay.Effects[i].Migration == mine.Migration ||
			slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner() == table })) {
			return true
		}
	}
	return false
}

// sourceGoes reports that a statement which is not done, further on, drops a live
// table or column that this one speaks of: what is not taken over by then is lost.
func (r *reasoner) sourceGoes(e int) bool {
	text := r.Replay.Effects[e].Statement.Text
	for i := e + 1; i < len(r.touches); i++ {
		if _, not, _ := r.votes(i); not == 0 || r.renames(i) {
			continue
		}
		for _, t := range r.touches[i] {
			goes := t.live != nil && t.values[t.step+1] == nil && speaksOf(text, t.key.Name)
			if goes && (t.key.Kind == schema.Table || t.key.Kind == schema.Column && speaksOf(text, t.key.Table)) {
				return true
			}
		}
	}
	return false
}

// judgeDisputed judges a statement on data of a migration that the history does
// not claim, while a later one is there that it does not claim either: perhaps the
// history is behind, perhaps somebody was ahead of it.
func (r *reasoner) judgeDisputed(ctx context.Context, e int, f *Finding) error {
	trial, err := r.Witness.Try(ctx, f.Statement)
	switch {
	case err != nil:
		return err
	case trial.Err == nil && trial.First == 0:
		f.is(NoOp, "it would change nothing")
	case f.Statement.Rerunnable:
		f.is(NotDone, "the author declares that it may be run again")
	default:
		return r.askWhetherRun(ctx, e, f)
	}
	return nil
}

// judgeSeeds judges an INSERT of literals by looking for its rows.
func (r *reasoner) judgeSeeds(f *Finding, s Seeds) error {
	switch {
	case s.Present == s.Wanted:
		f.is(Done, fmt.Sprintf("all of its %s are there", plural(int64(s.Wanted), "row")))
		return nil
	case s.Present == 0 && s.Others == 0:
		r.filling[f.Statement.Target] = f.Ref
		f.is(NotDone, "none of its rows is there, and the table is empty")
		return nil
	case s.Present == 0 && r.nextInLine(f.Ref):
		f.is(NotDone, "none of its rows is there, and the history has just not come to it")
		return nil
	}
	answer := r.ask(Question{
		Code:  Q7,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%d of the %s that %s puts into %s are there, beside %s. Were the others removed on purpose, or never inserted?",
			s.Present, plural(int64(s.Wanted), "row"), f.Ref, f.Statement.Target, plural(s.Others, "other row")),
		Facts: []string{"statement: " + quote(f.Statement.Text)},
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

// judgeCopy judges an INSERT of a query by comparing what it gives with what is
// there, both ways, and reports whether that settled it.
func (r *reasoner) judgeCopy(e int, f *Finding, c Copied, where place) bool {
	switch {
	case c.Missing > 0 && c.Extra == 0 && c.Missing < c.Given && where == behind && r.sourceGoes(e):
		f.Clear = r.Have.Get(schema.Key{Kind: schema.Table, Name: f.Statement.Target})
		f.is(NotDone, fmt.Sprintf("%s came late to what it copies from, which is about to go: it is filled anew", plural(c.Missing, "row")))
	case c.Missing > 0 && (c.Missing < c.Given || c.Extra > 0) && where == behind && r.sourceGoes(e):
		r.askWhichTable(f, c)
	case c.Extra > 0 && where == doubtful && r.aside(f):
		r.askWhichTable(f, c)
	case c.Missing == 0 && c.Given > 0:
		f.is(Done, fmt.Sprintf("all of the %s that it copies are there", plural(c.Given, "row")))
	case c.Given == 0 && where != behind:
		f.is(NoOp, "there is nothing for it to copy")
	case where == behind && r.Recorded.Any() && !r.sourceGoes(e):
		return false
	case c.Extra == 0 && c.Missing == c.Given && c.Missing > 0:
		f.is(NotDone, fmt.Sprintf("its table is empty, and it would put in %s", plural(c.Given, "row")))
	case c.Extra == 0 && where == doubtful && r.aside(f):
		f.Clear = r.Have.Get(schema.Key{Kind: schema.Table, Name: f.Statement.Target})
		f.is(NotDone, fmt.Sprintf("%d of the %d rows that it copies are there and no others, in a table that is still to take the place of another: it is filled anew",
			c.Given-c.Missing, c.Given))
	default:
		return false
	}
	return true
}

// askWhichTable asks about the new table of a rebuild that holds rows which the
// original does not have.
func (r *reasoner) askWhichTable(f *Finding, c Copied) {
	switch r.ask(Question{
		Code:  Q5,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("A rebuild was left half-way: %s holds %s that the original would not give, and lacks %d that it would. Which of the two is live?",
			f.Statement.Target, plural(c.Extra, "row"), c.Missing),
		Facts: []string{"statement: " + quote(f.Statement.Text)},
		Choices: []Choice{
			{"original", "fill the new table anew from the original, and go on"},
			{"new", "keep the new table as it is, and go on"},
		},
	}) {
	case "original":
		f.Clear = r.Have.Get(schema.Key{Kind: schema.Table, Name: f.Statement.Target})
		f.is(NotDone, "the original is live, by answer")
	case "new":
		f.is(Done, "the new table is live, by answer")
	default:
		f.is(Ambiguous, "which of two tables is live is to be answered")
	}
}

// aside reports whether the statement fills a table that its own migration is
// still to rename: the new table of a rebuild, which nobody writes but the rebuild.
func (r *reasoner) aside(f *Finding) bool {
	for e := range r.touches {
		effect := &r.Replay.Effects[e]
		if effect.Migration.Version != f.Ref.Version || effect.Statement.Number < f.Ref.Number {
			continue
		}
		if effect.Statement.Verb == "alter table rename" && effect.Statement.Target == f.Statement.Target {
			_, not, _ := r.votes(e)
			return not > 0
		}
	}
	return false
}

// nextInLine reports whether the statement's migration is the first that a
// history which claims something does not claim.
func (r *reasoner) nextInLine(ref Ref) bool {
	if !r.Recorded.Any() {
		return false
	}
	for _, m := range r.Replay.Set.Migrations {
		if c := r.Recorded.Of(m); !c.Recorded || c.Begun {
			return m.Version == ref.Version
		}
	}
	return false
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
		f.is(NoOp, "it would change nothing")
	case len(fresh) > 0 && filled == 0:
		f.is(NotDone, fmt.Sprintf("%s, which it fills, has just been added and holds nothing", fresh[0].Key))
	case len(fresh) > 0 && trial.Err == nil:
		f.is(Done, fmt.Sprintf("%s, which it fills, was added empty just before it and holds %s", fresh[0].Key, plural(filled, "value")))
	case f.Statement.Rerunnable:
		f.is(NotDone, "the author declares that it may be run again")
	case trial.Guarded() && f.Statement.Verb != "delete":
		f.is(NotDone, fmt.Sprintf("%s still match it, and a second run finds none: it only completes", plural(trial.First, "row")))
	default:
		if trial.Err == nil && f.Statement.Verb == "insert" {
			rows, err := r.Witness.Rows(ctx, schema.Key{Kind: schema.Table, Name: f.Statement.Target}, 1)
			if err != nil {
				return err
			}
			if rows == 0 {
				f.is(NotDone, fmt.Sprintf("its table is empty, and it would put in %s", plural(trial.First, "row")))
				return nil
			}
		}
		return r.askWhetherRun(ctx, e, f)
	}
	return nil
}

// fresh returns the live columns that an UPDATE speaks of and that an earlier
// statement of its own migration has just added to its table.
func (r *reasoner) fresh(e int) []*schema.Object {
	mine := &r.Replay.Effects[e]
	if mine.Statement.Verb != "update" {
		return nil
	}
	var columns []*schema.Object
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == mine.Migration; i-- {
		if r.Replay.Effects[i].Statement.Verb != "alter table add column" {
			continue
		}
		for _, c := range r.Replay.Effects[i].Changes {
			live := r.Have.Get(c.Key)
			if c.Key.Kind == schema.Column && c.Before == nil && c.Key.Table == mine.Statement.Target &&
				live != nil && speaksOf(mine.Statement.Text, c.Key.Name) {
				columns = append(columns, live)
			}
		}
	}
	return columns
}

// askWhetherRun asks about a statement on data that nothing proves.
func (r *reasoner) askWhetherRun(ctx context.Context, e int, f *Finding) error {
	facts := []string{"statement: " + quote(f.Statement.Text)}
	table := schema.Key{Kind: schema.Table, Name: f.Statement.Target}
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
		Text:    fmt.Sprintf("Migration %s %s. Did %s already run?", f.Ref.Version, state, quote(f.Statement.Text)),
		Facts:   facts,
		Choices: []Choice{{"done", "it has run: go on behind it"}, {"run", "it has not run: run it"}},
	}) {
	case "done":
		f.is(Done, "it has run, by answer")
	case "run":
		f.is(NotDone, "it has not run, by answer")
	default:
		f.is(Ambiguous, "whether it has run cannot be told from the rows")
	}
	return nil
}
