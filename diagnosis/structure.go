package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how statements on the schema are judged.

// judgeSchema judges a statement by the objects that it touches.
func (r *reasoner) judgeSchema(ctx context.Context, e int, f *Finding) error {
	if handled, err := r.judgeLost(ctx, e, f); handled || err != nil {
		return err
	}
	if handled, err := r.judgeEmptied(ctx, e, f); handled || err != nil {
		return err
	}
	done, not, open := r.votes(e)
	switch {
	case done > 0 && not > 0:
		return r.judgePartly(ctx, e, f)
	case done > 0:
		if ref, goes := r.goesWith(e); goes {
			f.is(NotDone, fmt.Sprintf("what it makes is there, and goes with %s, which runs ahead of it", ref))
			return nil
		}
		f.is(r.doneOrOvertaken(e))
		return r.askAboutOtherLife(ctx, e, f)
	case not > 0:
		return r.judgeNotDone(ctx, e, f)
	case open > 0: // not even guessing has moved it: treat as what the history says
		f.is(Done, "its objects look the same before and after it")
	default:
		f.is(Superseded, "its objects have another form now, and a later statement gives them theirs")
	}
	return nil
}

// goesWith returns the statement that is to run and takes away, ahead of one that makes
// indexes, views or triggers again, what is there of those: be they the same before and
// behind it, they are missing in between.
func (r *reasoner) goesWith(e int) (Ref, bool) {
	for _, t := range r.touches[e] {
		if !t.loose() || t.step == 0 || t.values[t.step] != nil || t.values[t.step+1] == nil {
			return Ref{}, false
		}
		taking := &r.findings[t.effects[t.step-1]]
		if taking.Verdict != NotDone || taking.Left {
			return Ref{}, false
		}
	}
	return r.Replay.Effects[r.touches[e][0].effects[r.touches[e][0].step-1]].Ref(), true
}

// askAboutOtherLife asks about a table that the history does not claim, with rows
// that refer to nothing: an older dump may have been restored over a newer database.
func (r *reasoner) askAboutOtherLife(ctx context.Context, e int, f *Finding) error {
	if f.Statement.Verb != "create table" || r.recorded(e) || !r.Recorded.Any() {
		return nil
	}
	table := f.Statement.Table()
	if r.Have.Get(table) == nil {
		return nil
	}
	astray, what, err := r.Witness.Astray(ctx, table)
	if err != nil || astray == 0 || r.wentOn() {
		return err
	}
	if r.ask(Question{
		Code:  Q11,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%s is not recorded, is there with rows, and %s of them refer to nothing: they may belong to another life of this database, over which an older dump was restored. Adopt the rows, or restore into an empty database?",
			table, wording.Count(astray, "row")),
		Facts:   []string{what},
		Choices: []Choice{{"adopt", "take the table as it is, with its rows"}},
	}) == "" {
		f.is(Ambiguous, "its rows may belong to another life of the database")
	}
	return nil
}

// wentOn reports that a table which the history claims has a form that a statement behind
// it gave: an older dump would have brought the older form back.
func (r *reasoner) wentOn() bool {
	for e := range r.touches {
		if done, not, _ := r.votes(e); done > 0 && not == 0 && len(r.telltale(e)) > 0 {
			return true
		}
	}
	return false
}

// doneOrOvertaken words why a statement needs no run.
func (r *reasoner) doneOrOvertaken(e int) (Verdict, string) {
	var present, gone, later, past []string
	for _, t := range r.touches[e] {
		after := t.values[t.step+1]
		switch {
		case t.lost():
		case t.live == nil && after != nil:
			past = append(past, t.key.String())
		case after.Equal(t.live) && after != nil:
			present = append(present, t.key.String())
		case after.Equal(t.live):
			gone = append(gone, t.key.String())
		default:
			later = append(later, t.key.String())
		}
	}
	switch {
	case len(present) > 0:
		return Done, subject(present) + " there as the statement makes " + object(present)
	case len(later) > 0:
		return Superseded, subject(later) + " there in the form that a later statement gives " + object(later)
	case len(past) > 0:
		return Superseded, subject(past) + " gone again, as a later statement leaves " + object(past)
	default:
		return Done, subject(gone) + " gone, as the statement leaves " + object(gone)
	}
}

// headline returns the tables among the objects, or the objects.
func headline(keys []string) []string {
	var tables []string
	for _, k := range keys {
		if strings.HasPrefix(k, string(schema.Table)+" ") {
			tables = append(tables, k)
		}
	}
	if len(tables) > 0 {
		return tables
	}
	return keys
}

// subject begins a sentence about objects: "index a and index b are".
func subject(keys []string) string {
	keys = headline(keys)
	if len(keys) == 1 {
		return keys[0] + " is"
	}
	return wording.List(keys, 3) + " are"
}

// object refers back to them.
func object(keys []string) string {
	if len(headline(keys)) == 1 {
		return "it"
	}
	return "them"
}

// judgeNotDone judges a statement whose effect is not there: it will run, unless
// that would undo what the history claims or destroy what nobody vouched for.
func (r *reasoner) judgeNotDone(ctx context.Context, e int, f *Finding) error {
	var missing []string
	for _, t := range r.touches[e] {
		if before, behind := t.side(t.step); before && !behind {
			if t.values[t.step+1] != nil {
				missing = append(missing, t.key.String()+" is "+state(t.live, "missing"))
			} else if t.live != nil {
				missing = append(missing, t.key.String()+" is still there")
			}
		}
	}
	if len(missing) == 0 {
		missing = []string{"what it works on is not there yet"}
	}
	f.is(NotDone, wording.List(missing, 3))
	if r.overtaken(e) {
		f.Verdict = Superseded
		f.Evidence = append(f.Evidence, "a later statement has changed what it belongs to, so it is made in its later form")
		return nil
	}
	doomed, err := r.doomed(ctx, e)
	if err != nil {
		return err
	}
	switch {
	case r.recorded(e):
		return r.judgeDrift(ctx, e, f, doomed)
	case doomed == nil:
		return nil
	}
	if r.ask(Question{
		Code:    Q12,
		Place:   f.Ref.String(),
		Text:    fmt.Sprintf("%s would drop %s. May that go?", f.Ref, doomed.what),
		Facts:   append([]string{"statement: " + wording.Quote(f.Statement.Text)}, doomed.facts...),
		Choices: []Choice{{"drop", "run the statement as it is written"}},
	}) == "" {
		f.is(Ambiguous, "whether "+doomed.what+" may go is to be answered")
	}
	return nil
}

// overtaken reports that a statement makes something loose on a table that a later
// statement, which is done, has changed under it: its words do not fit any more.
func (r *reasoner) overtaken(e int) bool {
	if r.deep(e) {
		return false
	}
	return slices.ContainsFunc(r.touches[e], func(t touch) bool {
		return t.want() != nil && slices.ContainsFunc(t.effects[t.step+1:], func(later int) bool {
			done, not, _ := r.votes(later)
			return done > 0 && not == 0
		})
	})
}

func state(live *schema.Object, absent string) string {
	if live == nil {
		return absent
	}
	return "in the form before it"
}

// renames reports whether the statement moves an object to another name rather
// than drop it.
func (r *reasoner) renames(e int) bool {
	return strings.Contains(r.Replay.Effects[e].Statement.Verb, "rename")
}

// judgePartly judges a statement of which some is there and some is not. It is
// never run as it stands.
func (r *reasoner) judgePartly(ctx context.Context, e int, f *Finding) error {
	if r.recorded(e) && r.Drift != HealDrift {
		f.is(Partly, "some of what it makes is there, and some is not")
		return r.judgeDrift(ctx, e, f, nil)
	}
	if f.Statement.Verb == "alter table rename column" && !r.columnMoved(e) {
		if !r.recorded(e) && r.goesAhead(e) {
			f.is(NotDone, fmt.Sprintf("%s is dropped ahead of it and made anew", f.Statement.Table()))
			return nil
		}
		return r.judgeTwins(ctx, e, f)
	}
	var missing, stuck []string
	for i, t := range r.touches[e] {
		before, behind := t.side(t.step)
		if !before || behind {
			continue
		}
		change := r.Replay.Effects[e].Changes[i]
		if r.addable(change) && len(r.unknownColumns(t.key.Owner())) == 0 {
			f.Missing = append(f.Missing, change)
			missing = append(missing, t.key.String())
		} else {
			stuck = append(stuck, schema.Difference{Key: t.key, Want: change.After, Have: t.live}.String())
		}
	}
	if len(stuck) == 0 {
		if r.recorded(e) {
			f.Verdict = Partly
			if err := r.judgeDrift(ctx, e, f, nil); err != nil || f.Left || f.Verdict == Ambiguous {
				return err
			}
		}
		f.is(Partly, "there, but for "+wording.List(missing, 5)+": made before the statement had its present form")
		return nil
	}
	r.conflict(e, f, stuck)
	return nil
}

// columnMoved reports that the column of a rename has its new name, and is not there under the
// old one: then it is something else of it that is missing.
func (r *reasoner) columnMoved(e int) bool {
	return !slices.ContainsFunc(r.touches[e], func(t touch) bool {
		before, _ := t.side(t.step)
		return t.key.Kind == schema.Column && before
	})
}

// goesAhead reports that a statement which is to run ahead of this one drops its table:
// what is in there now goes with it.
func (r *reasoner) goesAhead(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := range r.findings[:e] {
		if r.findings[i].Verdict == NotDone && !r.findings[i].Left && r.drops(i, table) {
			return true
		}
	}
	return false
}

// addable reports whether a missing part can be added to its table without a word
// about its rows: a constraint is put in force, and where rows break it that stops; what
// an engine has beside the kinds that all share, as comments, touches no row.
func (r *reasoner) addable(c schema.Change) bool {
	if c.Before != nil || c.After == nil {
		return false
	}
	switch c.Key.Kind {
	case schema.Unique, schema.Check, schema.ForeignKey:
		return true
	case schema.PrimaryKey:
		return r.refusesNull(c.After)
	case schema.Column:
		return c.After.Fact(schema.Nullable) != "no" || c.After.Fact(schema.Default) != ""
	}
	return !c.Key.Kind.Shared() && c.Key.IsPart() && c.After.Source != "" && c.After.Unsupported == ""
}

// refusesNull reports whether the live columns of a primary key that is missing all refuse
// NULL, as they do since it was there: it would change others, or number their rows.
func (r *reasoner) refusesNull(key *schema.Object) bool {
	for _, o := range r.Have.Parts(key.Key.Owner()) {
		if o.Key.Kind == schema.Column && o.Fact(schema.Nullable) != "no" && wording.Speaks(key.Fact(schema.Columns), o.Key.Name) {
			return false
		}
	}
	return true
}

// lacksDefault reports whether a live column is what is wanted but for a default that
// it does not have: rows are not touched by giving it one.
func lacksDefault(want, live *schema.Object) bool {
	if want == nil || live == nil || want.Key.Kind != schema.Column || want.Fact(schema.Default) == "" || live.Fact(schema.Default) != "" {
		return false
	}
	bare := *want
	bare.Facts = slices.DeleteFunc(slices.Clone(want.Facts), func(f schema.Fact) bool { return f.Name == schema.Default })
	return bare.Equal(live)
}

// lacksForce reports whether a live constraint is what is wanted and not in force: nobody has
// looked at the rows that were there before it, or it lacks its index. Putting it in force changes no row.
func lacksForce(want, live *schema.Object) bool {
	if want == nil || live == nil || want.Key.Kind != schema.ForeignKey && want.Key.Kind != schema.Check ||
		want.Fact(schema.Invalid) != "" || live.Fact(schema.Invalid) == "" {
		return false
	}
	forced := *live
	forced.Facts = slices.DeleteFunc(slices.Clone(live.Facts), func(f schema.Fact) bool { return f.Name == schema.Invalid })
	return forced.Equal(want)
}

// judgeTwins judges a rename whose both names are there.
func (r *reasoner) judgeTwins(ctx context.Context, e int, f *Finding) error {
	var from, to *schema.Object
	for _, t := range r.touches[e] {
		if t.key.Kind != schema.Column || t.live == nil {
			continue
		}
		if t.values[t.step+1] == nil {
			from = t.live
		} else {
			to = t.live
		}
	}
	if from == nil || to == nil {
		r.conflict(e, f, []string{"some of the renamed column's parts have moved and some have not"})
		return nil
	}
	old, err := r.values(ctx, from)
	if err != nil {
		return err
	}
	young, err := r.values(ctx, to)
	if err != nil {
		return err
	}
	if young == 0 {
		f.Twin = to
		f.is(NotDone, fmt.Sprintf("%s and %s are both there; %s holds nothing, so it was added by something else and goes", from.Key, to.Key, to.Key))
		return nil
	}
	if old == 0 {
		f.Twin = from
		f.is(Partly, fmt.Sprintf("%s and %s are both there; %s holds nothing, so it goes", from.Key, to.Key, from.Key))
		return nil
	}
	differ, err := r.Witness.Differ(ctx, from, to)
	if err != nil {
		return err
	}
	r.ask(Question{
		Code:  Q4,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%s and %s both hold data (%s and %s), and differ in %s. Which one wins?",
			from.Key, to.Key, wording.Count(old, "row"), wording.Count(young, "row"), wording.Count(differ, "row")),
	})
	f.is(Ambiguous, "both names of the rename hold data")
	return nil
}
