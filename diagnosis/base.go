package diagnosis

import (
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/schema"
)

// judgeBase looks at what the base or a schema file has and no statement touches.
func (r *reasoner) judgeBase() {
	for o := range r.Replay.Base.All() {
		if r.trajectories[o.Key] != nil || r.Replay.Presumed[o.Key] {
			continue
		}
		live := r.Have.Get(o.Key)
		if o.Equal(live) {
			continue
		}
		if live == nil && o.Key.IsPart() && r.Have.Get(o.Key.Owner()) == nil && o.Source == "" {
			continue // its table is missing as a whole
		}
		why := "the base has it, and no migration touches it"
		r.d.Drift = append(r.d.Drift, Drift{
			Difference: schema.Difference{Key: o.Key, Want: o, Have: live}, Why: why,
		})
		if r.Drift == RefuseDrift {
			r.refuseDrift(&Finding{Evidence: []string{r.d.Drift[len(r.d.Drift)-1].Difference.String()}})
		}
		column := o.Key.Kind == schema.Column && r.addable(schema.Change{Key: o.Key, After: o}) && len(r.unknownColumns(o.Key.Owner())) == 0 // one of those may be it
		if live == nil && r.Drift == HealDrift && (o.Source != "" || column) {
			r.d.Restore = append(r.d.Restore, o)
		}
	}
}

// judgeStrays looks for indexes, views and triggers that should be there, are not,
// and that no statement is going to make: those whose own statement has been
// overtaken, by a rename that took them along. They are made in their last form.
func (r *reasoner) judgeStrays() {
	var strays []*trajectory
	for _, t := range r.trajectories {
		if t.loose() && t.want() != nil && t.live == nil && !r.accepted[t.key] &&
			!slices.ContainsFunc(r.d.Restore, func(o *schema.Object) bool { return o.Key == t.key }) &&
			!slices.ContainsFunc(t.effects, r.willRun) {
			strays = append(strays, t)
		}
	}
	slices.SortFunc(strays, func(a, b *trajectory) int { return a.key.Compare(b.key) })
	for _, t := range strays {
		last := t.effects[len(t.effects)-1]
		ref := r.Replay.Effects[last].Ref()
		if r.recorded(last) {
			r.d.Drift = append(r.d.Drift, Drift{
				Difference: schema.Difference{Key: t.key, Want: t.want()}, Ref: ref,
				Why: "recorded, and not there",
			})
		}
		if r.recorded(last) && r.Drift == ReportDrift {
			r.accepted[t.key] = true
			r.findings[last].Left = true
			continue
		}
		r.d.Restore = append(r.d.Restore, t.want())
	}
}

// keepWhole leaves the whole of a recorded migration alone of which a drop is to be
// left: the rest of a rebuild would meet the table that was kept.
func (r *reasoner) keepWhole() {
	for e := range r.findings {
		f := &r.findings[e]
		if r.kept[f.Ref.Version] && r.recorded(e) && !f.Left && (f.Verdict == NotDone || f.Verdict == Partly) {
			r.leave(e, f)
		}
	}
}

// willRun reports whether a statement is going to be run.
func (r *reasoner) willRun(e int) bool {
	f := &r.findings[e]
	return !f.Left && (f.Verdict == NotDone || f.Verdict == Ambiguous || f.Verdict == Conflict)
}

// restored returns what judgeBase gives back, with the parts of tables.
func (r *reasoner) restored() []*schema.Object {
	var objects []*schema.Object
	for _, o := range r.d.Restore {
		objects = append(objects, o)
		if o.Key.Kind == schema.Table {
			for _, part := range r.Replay.Base.Parts(o.Key) {
				if part.Source == "" {
					objects = append(objects, part)
				}
			}
		}
	}
	return objects
}

// judgeForeign names what nobody knows, and asks about what would keep the
// application from writing.
func (r *reasoner) judgeForeign() {
	for o := range r.Have.All() {
		if r.knows(o.Key) {
			continue
		}
		if r.ignored.ignores(o.Key) {
			r.d.Unreported = append(r.d.Unreported, o)
			continue
		}
		r.d.Foreign = append(r.d.Foreign, o)
		known := o.Key.IsPart() && r.knows(o.Key.Owner())
		if !known {
			continue
		}
		if o.Key.Kind == schema.Column && o.Fact(schema.Nullable) == "no" &&
			o.Fact(schema.Default) == "" && o.Fact(schema.Generated) == "" {
			r.ask(Question{
				Code:  Q3,
				Place: o.Key.Path(),
				Text: fmt.Sprintf("%s is unknown to the migrations, refuses NULL and has no default (%s): rows that the application writes would be refused. Keep it all the same?",
					o.Key, o.Describe()),
				Choices: []Choice{{"keep", "leave it as it is"}},
			})
		}
	}
}
