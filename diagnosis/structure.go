package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// This file contains how statements on the schema are judged.

// judgeSchema judges a statement by the objects that it touches.
func (r *reasoner) judgeSchema(ctx context.Context, e int, f *Finding) error {
	if handled, err := r.judgeLost(ctx, e, f); handled || err != nil {
		return err
	}
	done, not, open := r.votes(e)
	switch {
	case done > 0 && not > 0:
		return r.judgePartly(ctx, e, f)
	case done > 0:
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

// askAboutOtherLife asks about a table that the history does not claim, with rows
// that refer to nothing: an older dump may have been restored over a newer database.
func (r *reasoner) askAboutOtherLife(ctx context.Context, e int, f *Finding) error {
	if f.Statement.Verb != "create table" || r.recorded(e) || !r.Recorded.Any() {
		return nil
	}
	table := schema.Key{Kind: schema.Table, Name: f.Statement.Target}
	if r.Have.Get(table) == nil {
		return nil
	}
	astray, what, err := r.Witness.Astray(ctx, table)
	if err != nil || astray == 0 {
		return err
	}
	if r.ask(Question{
		Code:  Q11,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%s is not recorded, is there with rows, and %s of them refer to nothing: they may belong to another life of this database, over which an older dump was restored. Adopt the rows, or restore into an empty database?",
			table, plural(astray, "row")),
		Facts:   []string{what},
		Choices: []Choice{{"adopt", "take the table as it is, with its rows"}},
	}) == "" {
		f.is(Ambiguous, "its rows may belong to another life of the database")
	}
	return nil
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
	return list(keys, 3) + " are"
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
	f.is(NotDone, list(missing, 3))
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
		return r.judgeDrift(e, f, doomed)
	case doomed == nil:
		return nil
	}
	if r.ask(Question{
		Code:    Q12,
		Place:   f.Ref.String(),
		Text:    fmt.Sprintf("%s would drop %s. May that go?", f.Ref, doomed.what),
		Facts:   append([]string{"statement: " + quote(f.Statement.Text)}, doomed.facts...),
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

// A loss is what a statement would destroy without anybody's word for it.
type loss struct {
	what  string
	facts []string
}

// doomed tells what a dropping statement would destroy that needs consent: rows
// of a table whose form is presumed, columns that the migrations do not know, and
// whatever a recorded statement failed to drop.
func (r *reasoner) doomed(ctx context.Context, e int) (*loss, error) {
	if r.renames(e) {
		return nil, nil
	}
	for _, t := range r.touches[e] {
		if t.values[t.step+1] != nil {
			continue
		}
		if t.key.Kind == schema.Table {
			if away := r.cameFrom(e, t.key); away != t.key && r.Have.Get(away) != nil {
				if unknown := r.unknownColumns(away); len(unknown) > 0 {
					return &loss{what: fmt.Sprintf("%s, which is %s by then, and with it the unknown %s", t.key, away, list(unknown, 5))}, nil
				}
			}
		}
		if t.live == nil {
			continue
		}
		switch t.key.Kind {
		case schema.Table:
			rows, err := r.Witness.Rows(ctx, t.key, 0)
			if err != nil {
				return nil, err
			}
			unknown := r.unknownColumns(t.key)
			if rows == 0 && len(unknown) == 0 {
				continue
			}
			presumed := r.Replay.Presumed[t.key] && t.step == 0 && !(r.d.Agrees && r.Recorded.Any())
			if len(unknown) == 0 && !presumed && !r.recorded(e) {
				continue
			}
			facts, err := r.Witness.Sample(ctx, t.key)
			if err != nil {
				return nil, err
			}
			what := fmt.Sprintf("%s with %s", t.key, plural(rows, "row"))
			if len(unknown) > 0 {
				what += ", and with it the unknown " + list(unknown, 5)
			} else if presumed {
				what += " in a form that no migration and no base tells"
			}
			return &loss{what, facts}, nil
		case schema.Column:
			if !r.recorded(e) || r.Have.Get(t.key.Owner()) == nil {
				continue
			}
			filled, err := r.Witness.Filled(ctx, t.live)
			if err != nil {
				return nil, err
			}
			if filled > 0 {
				return &loss{what: fmt.Sprintf("%s, which holds %s", t.key, plural(filled, "value"))}, nil
			}
		}
	}
	return nil, nil
}

// cameFrom returns the name that a table has now, where statements that are not
// done rename it before this one.
func (r *reasoner) cameFrom(e int, table schema.Key) schema.Key {
	for i := e - 1; i >= 0; i-- {
		s := r.Replay.Effects[i].Statement
		if s.Verb != "alter table rename" || s.NewName != table.Name {
			continue
		}
		if _, not, _ := r.votes(i); not > 0 {
			table.Name = s.Target
		}
	}
	return table
}

// unknownColumns returns the columns of a live table that nobody knows.
func (r *reasoner) unknownColumns(table schema.Key) []string {
	var names []string
	for _, part := range r.Have.Parts(table) {
		if part.Key.Kind == schema.Column && !r.knows(part.Key) {
			names = append(names, part.Key.String())
		}
	}
	return names
}

// renames reports whether the statement moves an object to another name rather
// than drop it.
func (r *reasoner) renames(e int) bool {
	return strings.Contains(r.Replay.Effects[e].Statement.Verb, "rename")
}

// additive reports whether running a recorded statement again only adds, and
// touches no row.
func (r *reasoner) additive(e int) bool {
	if r.renames(e) {
		return true
	}
	for _, t := range r.touches[e] {
		if t.values[t.step] != nil || t.values[t.step+1] == nil {
			return false
		}
	}
	return true
}

// judgeDrift judges a statement that the history claims and the schema denies.
func (r *reasoner) judgeDrift(e int, f *Finding, doomed *loss) error {
	for _, t := range r.touches[e] {
		if before, behind := t.side(t.step); before && !behind && !t.values[t.step+1].Equal(t.live) {
			r.d.Drift = append(r.d.Drift, Drift{
				Difference: schema.Difference{Key: t.key, Want: t.values[t.step+1], Have: t.live},
				Ref:        f.Ref, Why: "recorded, and its effect is not there",
			})
		}
	}
	switch {
	case r.Drift == ReportDrift:
		r.leave(e, f)
	case r.Drift == RefuseDrift:
		r.refuseDrift(f)
	case doomed == nil && r.additive(e):
		f.Evidence = append(f.Evidence, "recorded, so it has drifted; making it again touches no row")
	default:
		what := "change what is there now"
		if doomed != nil {
			what = "drop " + doomed.what
		}
		var facts []string
		if doomed != nil {
			facts = doomed.facts
		}
		switch r.ask(Question{
			Code:  Q12,
			Place: f.Ref.String(),
			Text:  fmt.Sprintf("%s is recorded and its effect is missing. Running it now would %s. Run it?", f.Ref, what),
			Facts: append([]string{"statement: " + quote(f.Statement.Text)}, facts...),
			Choices: []Choice{
				{"drop", "run the statement as it is written"},
				{"keep", "leave the database as it is, and the history too"},
			},
		}) {
		case "drop":
		case "keep":
			r.kept[f.Ref.Version] = true
			r.leave(e, f)
		default:
			f.is(Ambiguous, "whether to run it again is to be answered")
		}
	}
	return nil
}

// leave lets the live values stand although the set wants others.
func (r *reasoner) leave(e int, f *Finding) {
	f.Left = true
	for _, t := range r.touches[e] {
		if before, behind := t.side(t.step); before && !behind {
			r.accepted[t.key] = true
		}
	}
}

// judgePartly judges a statement of which some is there and some is not. It is
// never run as it stands.
func (r *reasoner) judgePartly(ctx context.Context, e int, f *Finding) error {
	if f.Statement.Verb == "alter table rename column" {
		return r.judgeTwins(ctx, e, f)
	}
	var missing, stuck []string
	for i, t := range r.touches[e] {
		before, behind := t.side(t.step)
		if !before || behind {
			continue
		}
		change := r.Replay.Effects[e].Changes[i]
		if addable(change) && len(r.unknownColumns(t.key.Owner())) == 0 {
			f.Missing = append(f.Missing, change)
			missing = append(missing, t.key.String())
		} else {
			stuck = append(stuck, schema.Difference{Key: t.key, Want: change.After, Have: t.live}.String())
		}
	}
	if len(stuck) == 0 {
		if r.recorded(e) {
			f.Verdict = Partly
			if err := r.judgeDrift(e, f, nil); err != nil || f.Left || f.Verdict == Ambiguous {
				return err
			}
		}
		f.is(Partly, "there, but for "+list(missing, 5)+": made before the statement had its present form")
		return nil
	}
	r.conflict(e, f, stuck)
	return nil
}

// addable reports whether a missing part can be added to its table without a
// word about its rows.
func addable(c schema.Change) bool {
	if c.Before != nil || c.After == nil || c.Key.Kind != schema.Column {
		return false
	}
	return c.After.Fact(schema.Nullable) != "no" || c.After.Fact(schema.Default) != ""
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
	old, err := r.Witness.Filled(ctx, from)
	if err != nil {
		return err
	}
	young, err := r.Witness.Filled(ctx, to)
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
			from.Key, to.Key, plural(old, "row"), plural(young, "row"), plural(differ, "row")),
	})
	f.is(Ambiguous, "both names of the rename hold data")
	return nil
}

// judgeLost looks for objects whose live form no statement gives, and has handled
// the statement where it is the one that should give it.
func (r *reasoner) judgeLost(ctx context.Context, e int, f *Finding) (handled bool, err error) {
	var different []string
	for i, t := range r.touches[e] {
		if !t.lost() || t.effects[len(t.effects)-1] != e || r.accepted[t.key] {
			continue
		}
		change := r.Replay.Effects[e].Changes[i]
		if change.After != nil && replaceable(t.live) && r.goesBefore(t.trajectory, e) {
			f.is(NotDone, fmt.Sprintf("%s is there with another definition, and goes with its table before", t.key))
			handled = true
			continue
		}
		if change.After != nil && replaceable(change.After) && replaceable(t.live) {
			f.Instead = append(f.Instead, t.live)
			f.is(NotDone, fmt.Sprintf("%s is there with another definition (%s; wanted %s); it is neither unique nor part of a constraint, so it is replaced",
				t.key, t.live.Describe(), change.After.Describe()))
			continue
		}
		if change.After == nil && replaceable(t.live) && !r.recorded(e) {
			f.is(NotDone, fmt.Sprintf("%s is there with another definition than it had, and goes all the same", t.key))
			handled = true
			continue
		}
		twin, err := r.twin(ctx, e, change)
		if err != nil {
			return true, err
		}
		if twin {
			f.Twin = t.live
			f.is(NotDone, fmt.Sprintf("%s is there beside the column that is to get its name, with another definition, and holds nothing: it goes", t.key))
			continue
		}
		vacant, err := r.vacant(ctx, e, change)
		if err != nil {
			return true, err
		}
		if vacant {
			f.Instead = append(f.Instead, t.live)
			f.is(NotDone, fmt.Sprintf("%s is there with another definition (%s; wanted %s) and holds nothing, so it is made anew",
				t.key, t.live.Describe(), change.After.Describe()))
			continue
		}
		different = append(different, schema.Difference{Key: t.key, Want: change.After, Have: t.live}.String())
	}
	if len(different) > 0 {
		r.conflict(e, f, different)
		return true, nil
	}
	handled = handled || f.Instead != nil || f.Twin != nil
	if handled && r.recorded(e) {
		r.judgeReplaced(e, f)
	}
	return handled, nil
}

// judgeReplaced treats what is recorded, and there with another definition, as the
// drift that it is.
func (r *reasoner) judgeReplaced(e int, f *Finding) {
	for i, t := range r.touches[e] {
		if t.lost() && t.live != nil {
			r.d.Drift = append(r.d.Drift, Drift{
				Difference: schema.Difference{Key: t.key, Want: r.Replay.Effects[e].Changes[i].After, Have: t.live},
				Ref:        f.Ref, Why: "recorded, and there with another definition",
			})
		}
	}
	switch r.Drift {
	case ReportDrift:
		f.Instead, f.Twin, f.Left = nil, nil, true
		for _, t := range r.touches[e] {
			r.accepted[t.key] = true
		}
	case RefuseDrift:
		r.refuseDrift(f)
	}
}

// refuseDrift stops at drift, as it was told to.
func (r *reasoner) refuseDrift(f *Finding) {
	r.ask(Question{
		Code:  Q17,
		Text:  "The database is not what its history says, and drift is to be refused. Look at the differences, then heal them with --drift heal, or go on with --drift report.",
		Facts: f.Evidence,
	})
	f.is(Ambiguous, "drift is refused")
}

// goesBefore reports that a statement which will run drops the object before this
// one makes it.
func (r *reasoner) goesBefore(t *trajectory, e int) bool {
	for i, earlier := range t.effects {
		if earlier < e && t.values[i+1] == nil && r.findings[earlier].Verdict == NotDone && !r.findings[earlier].Left {
			return true
		}
	}
	return false
}

// twin reports whether a live column of another definition stands, without a
// value, where a rename that has not run puts its own.
func (r *reasoner) twin(ctx context.Context, e int, c schema.Change) (bool, error) {
	live := r.Have.Get(c.Key)
	if r.Replay.Effects[e].Statement.Verb != "alter table rename column" || c.Key.Kind != schema.Column || c.After == nil || live == nil {
		return false, nil
	}
	if _, not, _ := r.votes(e); not == 0 {
		return false, nil
	}
	return r.hollow(ctx, live)
}

// hollow reports whether a column holds NULL and nothing else: a default that was
// filled in is a value like any other.
func (r *reasoner) hollow(ctx context.Context, column *schema.Object) (bool, error) {
	bare := *column
	bare.Facts = nil
	filled, err := r.Witness.Filled(ctx, &bare)
	return filled == 0, err
}

// vacant reports whether the live object is a column that holds nothing but NULL
// and that the statement does nothing else than add.
func (r *reasoner) vacant(ctx context.Context, e int, c schema.Change) (bool, error) {
	live := r.Have.Get(c.Key)
	if c.Key.Kind != schema.Column || c.Before != nil || live == nil || live.Fact(schema.Generated) != "" ||
		r.Replay.Effects[e].Statement.Verb != "alter table add column" {
		return false, nil
	}
	return r.hollow(ctx, live)
}

// replaceable reports whether an object can be dropped and made again without a
// word about rows or about what depends on it.
func replaceable(o *schema.Object) bool {
	return o.Key.Kind == schema.Index && o.Fact(schema.IsUnique) == "" && o.Unsupported == ""
}

// conflict asks about what has another definition than the statement gives it.
func (r *reasoner) conflict(e int, f *Finding, different []string) {
	if r.Drift == ReportDrift && r.recorded(e) {
		for _, t := range r.touches[e] {
			r.accepted[t.key] = true
		}
		f.Left = true
		f.is(Conflict, different...)
		return
	}
	facts := different
	if table := f.Statement.Target; table != "" {
		if n := slices.IndexFunc(r.Replay.Effects[e].Changes, func(c schema.Change) bool { return c.Key.Kind == schema.Table }); n < 0 {
			facts = append(slices.Clone(different), "statement: "+quote(f.Statement.Text))
		}
	}
	answer := r.ask(Question{
		Code:  Q3,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%s cannot be completed: %s. Keep what is there and take the statement for done, or change the database by hand first?",
			f.Ref, list(different, 3)),
		Facts:   facts,
		Choices: []Choice{{"keep", "accept the live definition and record the statement as done"}},
	})
	if answer != "keep" {
		f.is(Conflict, different...)
		return
	}
	for _, t := range r.touches[e] {
		if _, behind := t.side(t.step); !behind {
			r.accepted[t.key] = true
		}
	}
	f.is(Done, append([]string{"taken for done by answer"}, different...)...)
}
