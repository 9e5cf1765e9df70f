package schema_test

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/schema"
)

func TestKeysAsPeopleWriteThem(t *testing.T) {
	for want, k := range map[string]schema.Key{
		"table notes":               {Kind: schema.Table, Name: "notes"},
		"table app.notes":           {Kind: schema.Table, Space: "app", Name: "notes"},
		"column notes.slug":         {Kind: schema.Column, Table: "notes", Name: "slug"},
		"column app.notes.slug":     {Kind: schema.Column, Space: "app", Table: "notes", Name: "slug"},
		"primary key of notes":      {Kind: schema.PrimaryKey, Table: "notes"},
		"index by_slug on notes":    {Kind: schema.Index, Table: "notes", Name: "by_slug"},
		"trigger mark on app.notes": {Kind: schema.Trigger, Space: "app", Table: "notes", Name: "mark"},
		"view recent":               {Kind: schema.View, Name: "recent"},
	} {
		if got := k.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPathsOfKeys(t *testing.T) {
	for want, k := range map[string]schema.Key{
		"notes":          {Kind: schema.Table, Name: "notes"},
		"notes.slug":     {Kind: schema.Column, Table: "notes", Name: "slug"},
		"app.notes":      {Kind: schema.Table, Space: "app", Name: "notes"},
		"app.notes.slug": schema.Key{Kind: schema.Table, Space: "app", Name: "notes"}.Column("slug"),
	} {
		if got := k.Path(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A schema is listed table by table, each ahead of its parts, in an order in which
// it could be made.
func TestOrderOfKeys(t *testing.T) {
	ordered := []schema.Key{
		{Kind: schema.Table, Name: "notes"},
		{Kind: schema.Column, Table: "notes", Name: "id"},
		{Kind: schema.Column, Table: "notes", Name: "slug"},
		{Kind: schema.PrimaryKey, Table: "notes"},
		{Kind: schema.ForeignKey, Table: "notes", Name: "(tag) -> tags(id)"},
		{Kind: schema.Index, Table: "notes", Name: "by_slug"},
		{Kind: schema.Table, Name: "tags"},
		{Kind: schema.Column, Table: "tags", Name: "id"},
		{Kind: schema.View, Name: "a_view"},
		{Kind: schema.Table, Space: "app", Name: "a_table"},
	}
	shuffled := slices.Clone(ordered)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, schema.Key.Compare)
	if !slices.Equal(shuffled, ordered) {
		t.Errorf("got %v", shuffled)
	}
}

func TestOrderOfKeysIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := keys.Draw(t, "a"), keys.Draw(t, "b"), keys.Draw(t, "c")
		if (a.Compare(b) == 0) != (a == b) {
			t.Errorf("%v and %v compare as %d", a, b, a.Compare(b))
		}
		if cmp.Compare(a.Compare(b), 0) != -cmp.Compare(b.Compare(a), 0) {
			t.Errorf("%v and %v compare differently the other way round", a, b)
		}
		if a.Compare(b) < 0 && b.Compare(c) < 0 && a.Compare(c) >= 0 {
			t.Errorf("%v, %v, %v have no order", a, b, c)
		}
		if owner := a.Owner(); owner.IsPart() || owner.Compare(a) > 0 {
			t.Errorf("%v comes ahead of %v, which it belongs to", a, owner)
		}
	})
}

func TestPartsOfATable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t, "schema")
		for o := range s.All() {
			unsorted := schema.NewSnapshot(slices.Collect(s.All())...) // whose order nobody has asked for
			if got, want := s.Parts(o.Key), unsorted.Parts(o.Key); !slices.Equal(got, want) {
				t.Errorf("parts of %s are %v by their order, and %v without it", o.Key, got, want)
			}
			for _, part := range s.Parts(o.Key) {
				if part.Key.Owner() != o.Key || part.Key == o.Key {
					t.Errorf("%s is no part of %s", part.Key, o.Key)
				}
			}
			if owner := o.Key.Owner(); o.Key.IsPart() && !slices.Contains(s.Parts(owner), o) {
				t.Errorf("%s is missing among the parts of %s", o.Key, owner)
			}
		}
	})
}
