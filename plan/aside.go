package plan

import (
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/schema"
)

// aside plans that what stands in the way goes: no table ahead of one that refers to
// it, and where tables refer to each other, the references first.
func (m *maker) aside() error {
	const reason = "it holds nothing, and stands where a rename puts another"
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
			m.plan.Steps[len(m.plan.Steps)-1].Table = schema.Key{} // it is meant to go
		}
		rest = slices.Delete(rest, next, next+1)
	}
	return nil
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
