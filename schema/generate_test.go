package schema_test

import (
	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/schema"
)

// Few names and few facts, so that two schemas drawn at random share objects, and
// differ in some that have the same key.
var (
	spaces = []string{"", "app"}
	tables = []string{"notes", "tags"}
	names  = []string{"id", "body"}
	kinds  = []schema.Kind{
		schema.Table, schema.Column, schema.PrimaryKey, schema.Unique, schema.ForeignKey,
		schema.Check, schema.Index, schema.View, schema.Trigger, "sequence",
	}
)

var keys = rapid.Custom(func(t *rapid.T) schema.Key {
	k := schema.Key{
		Kind:  rapid.SampledFrom(kinds).Draw(t, "kind"),
		Space: rapid.SampledFrom(spaces).Draw(t, "space"),
		Name:  rapid.SampledFrom(names).Draw(t, "name"),
	}
	switch k.Kind {
	case schema.Table:
		k.Name = rapid.SampledFrom(tables).Draw(t, "table")
	case schema.View, "sequence":
	case schema.PrimaryKey:
		k.Name = ""
		fallthrough
	default:
		k.Table = rapid.SampledFrom(tables).Draw(t, "table")
	}
	return k
})

var facts = rapid.Custom(func(t *rapid.T) schema.Fact {
	return schema.Fact{
		Name:  rapid.SampledFrom([]string{schema.Type, schema.Default}).Draw(t, "fact"),
		Value: rapid.SampledFrom([]string{"", "text", "integer", "text\x00type"}).Draw(t, "value"),
	}
})

var objects = rapid.Custom(func(t *rapid.T) *schema.Object {
	return &schema.Object{
		Key:      keys.Draw(t, "key"),
		Facts:    rapid.SliceOfNDistinct(facts, 0, 2, func(f schema.Fact) string { return f.Name }).Draw(t, "facts"),
		Name:     rapid.SampledFrom([]string{"", "Notes"}).Draw(t, "spelling"),
		Position: rapid.IntRange(0, 3).Draw(t, "position"),
	}
})

// list is the objects of one schema: no key twice.
var list = rapid.SliceOfNDistinct(objects, 0, 12, func(o *schema.Object) schema.Key { return o.Key })

func snapshots(t *rapid.T, label string) *schema.Snapshot {
	return schema.NewSnapshot(list.Draw(t, label)...)
}
