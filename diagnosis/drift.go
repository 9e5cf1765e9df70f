package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how it is judged that something is recorded and is not there,
// or is there with another definition.

// additive reports whether running a recorded statement again only adds, and
// touches no row.
func (r *reasoner) additive(e int) bool {
	if r.renames(e) {
		return true
	}
	refers := slices.ContainsFunc(r.touches[e], func(t touch) bool { return t.key.Kind == schema.ForeignKey && t.values[t.step+1] != nil })
	for _, t := range r.touches[e] {
		if refers && t.loose() && t.values[t.step+1] == nil {
			continue // an index that is the foreign key's own from then on (MySQL)
		}
		if t.values[t.step] != nil || t.values[t.step+1] == nil {
			return false
		}
	}
	return true
}

// converts reports whether a statement does nothing but give another form to what is
// there in the form before it.
func (r *reasoner) converts(e int) bool {
	for _, t := range r.touches[e] {
		if t.key.Kind != schema.Column && t.key.Kind != schema.Table || t.live == nil || t.values[t.step+1] == nil || !t.values[t.step].Equal(t.live) {
			return false
		}
	}
	return !r.renames(e)
}

// rewrites reports whether a statement makes, or replaces, nothing but views and programs
// that are there as they were before it, or are gone and made anew ahead of it; or drops
// something of the kind, or an index, for the one which its migration makes under that name.
func (r *reasoner) rewrites(e int) bool {
	for _, t := range r.touches[e] {
		before, after := t.values[t.step], t.values[t.step+1]
		if after == nil && t.loose() && before.Equal(t.live) && t.step+1 < len(t.effects) &&
			r.Replay.Effects[t.effects[t.step+1]].Migration == r.Replay.Effects[e].Migration {
			continue
		}
		if t.key.Kind == "materialized view" || after.Fact(schema.Definition) == "" || t.live != nil && !before.Equal(t.live) {
			return false
		}
	}
	return len(r.touches[e]) > 0
}

// restated are the facts of a column, or of a type made for columns, that say what a value
// is where none is given, and which there may be.
var restated = []string{schema.Default, schema.Nullable, string(schema.Check), "validated"}

// restates reports whether a statement changes nothing but such facts: no value becomes
// another one.
func (r *reasoner) restates(e int) bool {
	bare := func(o *schema.Object) *schema.Object {
		without := *o
		without.Facts = slices.DeleteFunc(slices.Clone(o.Facts), func(f schema.Fact) bool {
			return slices.Contains(restated, f.Name)
		})
		return &without
	}
	for _, t := range r.touches[e] {
		before, after := t.values[t.step], t.values[t.step+1]
		if t.key.Kind != schema.Column && t.key.Kind.Shared() || before == nil || after == nil || t.live == nil ||
			!bare(before).Equal(bare(after)) || !bare(before).Equal(bare(t.live)) {
			return false
		}
	}
	return len(r.touches[e]) > 0 && !r.renames(e)
}

// madeAhead reports whether a statement is about a table that is not there and that an
// earlier one is to make, or about columns of which this is so: it finds no value that
// anybody else has put in.
func (r *reasoner) madeAhead(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	if slices.ContainsFunc(r.touches[e], func(t touch) bool { return t.live != nil || t.key.Owner() != table }) {
		return false
	}
	if r.absent(table) {
		return r.comesAhead(e, table, "create table")
	}
	return len(r.touches[e]) > 0 && !slices.ContainsFunc(r.touches[e], func(t touch) bool {
		return t.key.Kind != schema.Column || !r.comesAhead(e, t.key, "alter table add column")
	})
}

// comesAhead reports whether the last statement ahead of another that touches an object is to
// run, and does just this.
func (r *reasoner) comesAhead(e int, key schema.Key, verb string) bool {
	for i := e - 1; i >= 0; i-- {
		if slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key == key }) {
			return r.findings[i].Verdict == NotDone && r.Replay.Effects[i].Statement.Verb == verb
		}
	}
	return false
}

// judgeDrift judges a statement that the history claims and the schema denies.
func (r *reasoner) judgeDrift(ctx context.Context, e int, f *Finding, doomed *loss) error {
	kept := false
	if doomed == nil && r.Drift == HealDrift && !r.additive(e) && r.converts(e) {
		var err error
		if kept, err = r.Witness.Keeps(ctx, f.Statement.Table(), f.Statement); err != nil {
			return err
		}
	}
	carried := false
	if r.Drift == HealDrift && f.Statement.Verb == "drop table" {
		var err error
		if carried, err = r.carriedOver(ctx, e); err != nil {
			return err
		}
	}
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
	case doomed == nil && r.rewrites(e):
		f.Evidence = append(f.Evidence, "recorded, so it has drifted; what is there has the text before it, and holds no row")
	case doomed == nil && f.Statement.AddsValue():
		f.Evidence = append(f.Evidence, "recorded, so it has drifted; no row holds a value that is not there")
	case doomed == nil && r.restates(e):
		f.Evidence = append(f.Evidence, "recorded, so it has drifted; it changes no value")
	case carried:
		f.Evidence = append(f.Evidence, "recorded, so it has drifted; the table is made anew, and run on a copy that leaves every value as it is")
	case doomed == nil && r.stamped() && !r.deep(e):
		f.Evidence = append(f.Evidence, "recorded, as more is of which nothing is there; what it drops holds no row")
	case doomed == nil && r.madeAhead(e):
		f.Evidence = append(f.Evidence, "recorded, so it has drifted; what it is about is missing, and made anew ahead of it")
	case kept:
		f.Evidence = append(f.Evidence, "recorded, so it has drifted; run on a copy it leaves every value as it is")
	case r.explained.waits:
		f.is(Ambiguous, "whether it has run, and what it made was dropped by hand, is to be answered first")
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
			Facts: append([]string{"statement: " + wording.Quote(f.Statement.Text)}, facts...),
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
