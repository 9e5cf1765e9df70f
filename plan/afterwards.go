package plan

import (
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains where in a plan the statements stand that no transaction bears
// (decision 0050).

// afterwards puts what no transaction bears behind the transaction that goes ahead of it,
// which ends with the migration of a step that divides it from the next. Where a later
// step of that transaction rests on such a statement, or takes away what it is about, it
// stays where it is, and the transaction ends there, behind others of its kind that follow.
func (m *maker) afterwards() {
	for steps := m.plan.Steps; len(steps) > 0; {
		together := len(steps)
		if first := slices.IndexFunc(steps, divides); first >= 0 {
			together = endOf(steps, first)
		}
		for i := range steps[:together] {
			if s := &steps[i]; s.Kind == Afterwards && m.upset(s, steps[i+1:together]) {
				for together = i + 1; steps[together].Kind == Afterwards; together++ {
				}
				steps[together-1].stays = true
				break
			}
		}
		slices.SortStableFunc(steps[:together], func(a, b Step) int {
			switch {
			case a.Kind != Afterwards && b.Kind == Afterwards:
				return -1
			case a.Kind == Afterwards && b.Kind != Afterwards:
				return 1
			}
			return 0
		})
		steps = steps[together:]
	}
}

// endOf returns where the migration of a step ends, with the rows of earlier ones that are put in
// at last: they share its transaction.
func endOf(steps []Step, i int) int {
	end := i + 1
	for end < len(steps) && steps[end].Ref.Version.Compare(steps[i].Ref.Version) <= 0 {
		end++
	}
	return end
}

// upset reports whether one of the steps behind a statement that no transaction bears
// could do something else, or fail, if it ran ahead of that; or that could, behind them.
// Rows mind nothing but what is unique, or ceases to be.
func (m *maker) upset(alone *Step, behind []Step) bool {
	unique := alone.Source.Verb == "drop index" || wording.Speaks(alone.SQL, "unique")
	names := m.about(alone)
	return slices.ContainsFunc(behind, func(s Step) bool {
		if s.Kind == Afterwards || !unique && s.Source != nil && s.Source.Class == migration.Data {
			return false
		}
		return slices.ContainsFunc(names, func(name string) bool { return wording.Speaks(s.SQL, name) })
	})
}

// about returns the names of what a statement is about, and of the tables among its words.
func (m *maker) about(s *Step) []string {
	var names []string
	if s.Source.Target != "" {
		names = append(names, s.Source.Target)
	}
	note := func(key schema.Key) {
		if table := key.Owner().Name; table != "" {
			names = append(names, table)
		}
	}
	for _, c := range s.changes {
		note(c.Key)
	}
	for o := range m.d.Have.All() {
		switch {
		case o.Key.Kind == schema.Table && wording.Speaks(s.SQL, o.Key.Name),
			o.Key.Kind == schema.Index && o.Key.Name == s.Source.Target:
			note(o.Key)
		}
	}
	for i := range m.plan.Steps { // those that the plan makes
		if other := m.plan.Steps[i].Source; other != nil && other.Verb == "create table" && wording.Speaks(s.SQL, other.Target) {
			note(other.Table())
		}
	}
	return names
}
