package schema_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/schema"
)

func column(table, name string, facts ...schema.Fact) *schema.Object {
	return &schema.Object{Key: schema.Key{Kind: schema.Column, Table: table, Name: name}, Facts: facts}
}

func TestDifferencesInWords(t *testing.T) {
	text, integer := schema.Fact{Name: schema.Type, Value: "text"}, schema.Fact{Name: schema.Type, Value: "integer"}
	refuses := schema.Fact{Name: schema.Nullable, Value: "no"}
	want := schema.NewSnapshot(column("notes", "id", integer, refuses), column("notes", "body", text), column("notes", "slug", text))
	have := schema.NewSnapshot(column("notes", "id", integer), column("notes", "body", text), column("notes", "colour", text))

	var got []string
	for _, d := range schema.Compare(want, have) {
		got = append(got, d.String())
	}
	expected := []string{
		"column notes.colour is there and should not be",
		"column notes.id is type integer; wanted type integer, null no",
		"column notes.slug is missing",
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Error(diff)
	}
}

// What is not a fact is for people, and no difference.
func TestOnlyFactsAreCompared(t *testing.T) {
	a := &schema.Object{Key: schema.Key{Kind: schema.Table, Name: "notes"}, Name: "Notes", Source: "CREATE TABLE Notes (id)", Position: 1}
	b := &schema.Object{Key: a.Key, Name: "notes", Source: "create table notes(id)", Position: 2}
	if diff := schema.Compare(schema.NewSnapshot(a), schema.NewSnapshot(b)); len(diff) > 0 {
		t.Errorf("found %v", diff)
	}
}

// An engine that cannot vouch for an object must not be understood to say that it
// is unchanged.
func TestUnsupportedEqualsNothing(t *testing.T) {
	o := &schema.Object{Key: schema.Key{Kind: schema.Table, Name: "notes"}, Unsupported: "a virtual table of an unknown module"}
	if o.Equal(o) {
		t.Error("it equals itself")
	}
	var absent *schema.Object
	if o.Equal(absent) || absent.Equal(o) {
		t.Error("it equals absence")
	}
	if !absent.Equal(nil) {
		t.Error("absence does not equal absence")
	}
}

func TestChangesLeadFromOneSchemaToTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := snapshots(t, "a"), snapshots(t, "b")
		changes := schema.Changes(a, b)
		for _, c := range changes {
			if !c.Before.Equal(a.Get(c.Key)) || !c.After.Equal(b.Get(c.Key)) {
				t.Errorf("%s: %s -> %s is not what happened", c.Key, c.Before.Describe(), c.After.Describe())
			}
		}
		after := a.Clone()
		after.Apply(changes)
		if diff := schema.Compare(b, after); len(diff) > 0 {
			t.Errorf("applied, they lead elsewhere: %v", diff)
		}
		if a.Fingerprint().Apply(changes) != b.Fingerprint() {
			t.Error("applied to the fingerprint, they lead elsewhere")
		}
	})
}

// Comparing the other way round swaps want and have, and nothing else.
func TestCompareIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := snapshots(t, "a"), snapshots(t, "b")
		there, back := schema.Compare(a, b), schema.Compare(b, a)
		for i := range back {
			back[i].Want, back[i].Have = back[i].Have, back[i].Want
		}
		if diff := cmp.Diff(there, back); diff != "" {
			t.Error(diff)
		}
		if (len(there) == 0) != (a.Fingerprint() == b.Fingerprint()) {
			t.Errorf("%d differences, and fingerprints %s and %s", len(there), a.Fingerprint(), b.Fingerprint())
		}
		if !slices.IsSortedFunc(there, func(a, b schema.Difference) int { return a.Key.Compare(b.Key) }) {
			t.Errorf("out of order: %v", there)
		}
	})
}

// A copy is a schema of its own.
func TestCloneIsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := snapshots(t, "a"), snapshots(t, "b")
		before := a.Fingerprint()
		clone := a.Clone()
		clone.Apply(schema.Changes(clone, b))
		if a.Fingerprint() != before {
			t.Error("changing the copy has changed the original")
		}
	})
}

// What is replaced is told as a comparison tells it, and is as it is afterwards, the
// words for people too.
func TestReplacedObjectsAreAsAfterwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := snapshots(t, "a"), snapshots(t, "b")
		want := schema.Changes(a, b)
		s := a.Clone()
		changes := s.Replace(slices.Collect(a.All()), slices.Collect(b.All()))
		if diff := cmp.Diff(want, changes); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(slices.Collect(b.All()), slices.Collect(s.All())); diff != "" {
			t.Errorf("objects (-want +got):\n%s", diff)
		}
	})
}

// The order in which objects are listed is that of now, whatever was asked before.
func TestOrderFollowsEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, more := snapshots(t, "schema"), snapshots(t, "more")
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				for o := range more.All() {
					s.Put(o)
				}
			},
			"delete": func(t *rapid.T) {
				if keys := s.Keys(); len(keys) > 0 {
					s.Delete(rapid.SampledFrom(keys).Draw(t, "key"))
				}
			},
			"delete some": func(*rapid.T) { s.DeleteFunc(func(o *schema.Object) bool { return len(o.Key.Name)%2 == 0 }) },
			"clone":       func(*rapid.T) { s = s.Clone() },
			"filter": func(*rapid.T) {
				s = s.Filter(func(o *schema.Object) bool { return o.Key.Kind != schema.Index })
			},
			"": func(t *rapid.T) {
				listed := slices.Collect(s.All())
				if len(listed) != s.Len() || !slices.IsSortedFunc(listed, func(a, b *schema.Object) int { return a.Key.Compare(b.Key) }) {
					t.Errorf("%d objects are listed as %v", s.Len(), listed)
				}
				for _, o := range listed {
					if s.Get(o.Key) != o {
						t.Errorf("%s is listed and is not there", o.Key)
					}
				}
			},
		})
	})
}
