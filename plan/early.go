package plan

import (
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what becomes of things that stand already when a statement ahead of
// theirs has yet to run: a script of the whole schema made an index, a view or a reference
// early, and a migration in between makes the table anew (decision 0051).

// An early is what stands before its time.
type early struct {
	ahead map[diagnosis.Ref][]*schema.Object // goes ahead of a statement that it would keep from running
	again map[diagnosis.Ref][]*schema.Object // is lost by then, and made again in the place of the statement that makes it
}

// A place is that of a statement in the set.
type place struct{ migration, finding int }

func (p place) before(other place) bool {
	return p.migration < other.migration || p.migration == other.migration && p.finding < other.finding
}

// standEarly finds what holds no rows of its own, is what the migrations want, and is made
// behind a statement that runs and would take it along, or could not run beside it; and what
// is made of that in turn.
func (m *maker) standEarly() early {
	found := early{map[diagnosis.Ref][]*schema.Object{}, map[diagnosis.Ref][]*schema.Object{}}
	made, runs := map[schema.Key][]place{}, []place{}
	for i := range m.d.Migrations {
		for j := range m.d.Migrations[i].Findings {
			f, at := &m.d.Migrations[i].Findings[j], place{i, j}
			if f.Verdict == diagnosis.NotDone && !f.Left && len(f.Changes) > 0 {
				runs = append(runs, at)
			}
			for _, c := range f.Changes {
				if c.After != nil {
					made[c.Key] = append(made[c.Key], at)
				}
			}
		}
	}
	if len(runs) == 0 {
		return found
	}
	var derived []*schema.Object
	for o := range m.d.Have.All() {
		makers := made[o.Key]
		if want := m.d.Target.Get(o.Key); len(makers) > 0 && want != nil && want.Equal(o) && isDerived(o) &&
			!slices.ContainsFunc(makers, func(at place) bool { return slices.Contains(runs, at) }) {
			derived = append(derived, o)
		}
	}
	for _, at := range runs {
		f := m.finding(at)
		changes := f.Changes
		for again := true; again; {
			var gone []schema.Change
			derived = slices.DeleteFunc(derived, func(o *schema.Object) bool {
				makers := made[o.Key]
				takes, clings := m.clash(changes, o)
				if !takes && !clings || !at.before(makers[0]) {
					return false
				}
				if clings {
					found.ahead[f.Ref] = append([]*schema.Object{o}, found.ahead[f.Ref]...)
					gone = append(gone, schema.Change{Key: o.Key, Before: o})
				}
				ref := m.finding(makers[len(makers)-1]).Ref
				found.again[ref] = append(found.again[ref], o)
				return true
			})
			changes, again = gone, len(gone) > 0
		}
	}
	return found
}

func (m *maker) finding(at place) *diagnosis.Finding {
	return &m.d.Migrations[at.migration].Findings[at.finding]
}

// isDerived reports whether an object is made by itself, of what is there, and holds no row
// that is nowhere else: a reference too, which a diagnosis does not take for loose.
func isDerived(o *schema.Object) bool {
	return slices.Contains([]schema.Kind{schema.Index, schema.Trigger, schema.View, schema.ForeignKey}, o.Key.Kind)
}

// clash reports whether changes take an object along, with its table, and whether the object
// would keep a statement from making them.
func (m *maker) clash(changes []schema.Change, o *schema.Object) (takes, clings bool) {
	clinger, ok := m.synth.(engine.Clinger)
	for _, c := range changes {
		takes = takes || c.After == nil && !c.Key.IsPart() && o.Key.IsPart() && o.Key.Owner() == c.Key.Whole()
		clings = clings || ok && clinger.Clings(o, c)
	}
	return takes, clings
}

// goAhead drops what would keep a statement from running.
func (m *maker) goAhead(f *diagnosis.Finding) error {
	for _, o := range m.early.ahead[f.Ref] {
		if err := m.drop(f.Ref, o, "it stands before its time, in the way of what runs, and is made again behind that"); err != nil {
			return err
		}
		m.did(schema.Change{Key: o.Key, Before: o})
	}
	return nil
}

// makeAgain makes what is lost by then: by the author's statement, where that does nothing
// else.
func (m *maker) makeAgain(mf *diagnosis.MigrationFinding, f *diagnosis.Finding) (ran bool, err error) {
	lost := m.early.again[f.Ref]
	if len(lost) == 0 || f.Left {
		return false, nil
	}
	const reason = "it was there before its time, and has gone with what it was made of"
	if !slices.ContainsFunc(f.Changes, func(c schema.Change) bool {
		return !slices.ContainsFunc(lost, func(o *schema.Object) bool { return o.Key == c.Key })
	}) {
		m.plan.Healing = true
		return true, m.step(mf, f, reason)
	}
	for _, o := range lost {
		if err := m.add(f.Ref, o, reason); err != nil {
			return true, err
		}
		m.did(schema.Change{Key: o.Key, After: o})
	}
	return true, nil
}

// did says what the last step does, which nobody has seen on scratch.
func (m *maker) did(c schema.Change) {
	m.plan.Steps[len(m.plan.Steps)-1].changes = []schema.Change{c}
}
