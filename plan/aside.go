package plan

import (
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/schema"
)

// dropAside plans that what stands in the way goes: no table ahead of one that refers to
// it, and where tables refer to each other, the references first.
func (m *maker) dropAside() error {
	const reason = "it holds nothing, and stands in the way of what runs"
	rest := slices.Clone(m.d.Aside)
	for len(rest) > 0 {
		free := func(o *schema.Object) bool { return len(m.references(rest, o.Key)) == 0 }
		next := max(0, slices.IndexFunc(rest, free))
		goes := rest[next]
		var objects []*schema.Object
		for _, reference := range m.references(rest, goes.Key) {
			if m.synth.Drop(reference) != nil {
				objects = append(objects, reference)
			}
		}
		for _, o := range append(objects, goes) {
			if err := m.drop(diagnosis.Ref{}, o, reason); err != nil {
				return err
			}
			step := &m.plan.Steps[len(m.plan.Steps)-1]
			step.Table = schema.Key{} // it is meant to go
			step.Rebuild = o.Key.Kind == schema.Table && m.missed(o.Key)
		}
		rest = slices.Delete(rest, next, next+1)
	}
	return nil
}

// missed reports that a table which stays refers to one that goes. Until that is back,
// the child cannot be written where foreign keys are enforced, not even by what another
// parent's drop cascades.
func (m *maker) missed(table schema.Key) bool {
	for child := range m.d.Have.All() {
		if child.Fact(schema.Parent) == table.Name &&
			!slices.ContainsFunc(m.d.Aside, func(a *schema.Object) bool { return a.Key == child.Key.Owner() }) {
			return true
		}
	}
	return false
}

// references returns the foreign keys by which other tables, of those given, refer to
// a table.
func (m *maker) references(tables []*schema.Object, to schema.Key) (found []*schema.Object) {
	for _, o := range tables {
		if o.Key == to {
			continue
		}
		for _, part := range m.d.Have.Parts(o.Key) {
			if part.Key.Kind == schema.ForeignKey && part.Fact(schema.Parent) == to.Name {
				found = append(found, part)
			}
		}
	}
	return found
}
