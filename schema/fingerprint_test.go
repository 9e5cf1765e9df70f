package schema_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/schema"
)

func TestFingerprintDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		objects := list.Draw(t, "objects")
		s := schema.NewSnapshot(objects...)
		shuffled := rapid.Permutation(objects).Draw(t, "shuffled")
		other := schema.NewSnapshot(shuffled...)
		if s.Fingerprint() != other.Fingerprint() {
			t.Errorf("%s and %s", s.Fingerprint(), other.Fingerprint())
		}
	})
}

// Every single step kept up to date gives what the whole schema gives.
func TestFingerprintStepByStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := schema.NewSnapshot()
		var f schema.Fingerprint
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			next := snapshots(t, "next")
			if replaced := f.Replace(now, next); replaced != next.Fingerprint() {
				t.Fatalf("%s replaced, %s as a whole", replaced, next.Fingerprint())
			}
			f = f.Apply(schema.Changes(now, next))
			now = next
			if f != now.Fingerprint() {
				t.Fatalf("%s step by step, %s as a whole", f, now.Fingerprint())
			}
		}
	})
}

func TestFingerprintOfNothing(t *testing.T) {
	var empty schema.Snapshot
	if empty.Fingerprint() != (schema.Fingerprint{}) {
		t.Errorf("an empty schema has %s", empty.Fingerprint())
	}
}

// Lengths are hashed as well: a text cannot run over into the next.
func TestFingerprintTellsBordersApart(t *testing.T) {
	key := schema.Key{Kind: schema.Column, Table: "notes", Name: "id"}
	apart := []*schema.Object{
		{Key: key},
		{Key: schema.Key{Kind: schema.Column, Table: "note", Name: "sid"}},
		{Key: schema.Key{Kind: schema.Column, Space: "notes", Name: "id"}},
		{Key: key, Facts: []schema.Fact{{Name: "type", Value: ""}}},
		{Key: key, Facts: []schema.Fact{{Name: "", Value: "type"}}},
		{Key: key, Facts: []schema.Fact{{Name: "typ", Value: "e"}}},
		{Key: key, Facts: []schema.Fact{{Name: "a", Value: "b"}, {Name: "c", Value: "d"}}},
		{Key: key, Facts: []schema.Fact{{Name: "a", Value: "b\x01c\x01d"}}},
	}
	seen := map[schema.Fingerprint]int{}
	for i, o := range apart {
		f := schema.NewSnapshot(o).Fingerprint()
		if other, ok := seen[f]; ok {
			t.Errorf("objects %d and %d have the same fingerprint", other, i)
		}
		seen[f] = i
	}
}

// The carry goes through all four words, and comes back.
func TestFingerprintTakesBackWhatItAdded(t *testing.T) {
	const full = ^uint64(0)
	rapid.Check(t, func(t *rapid.T) {
		words := [4]uint64(rapid.SliceOfN(rapid.Uint64(), 4, 4).Draw(t, "words"))
		o := objects.Draw(t, "object")
		for _, f := range []schema.Fingerprint{words, {full, full, full, full}, {0, 0, 0, full}, {}} {
			more := f.Apply([]schema.Change{{Key: o.Key, After: o}})
			if more == f {
				t.Errorf("%s: an object more changes nothing", f)
			}
			if back := more.Apply([]schema.Change{{Key: o.Key, Before: o}}); back != f {
				t.Errorf("%s came back as %s", f, back)
			}
		}
	})
}

func TestFingerprintIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := snapshots(t, "schema").Fingerprint()
		back, err := schema.ParseFingerprint(f.String())
		if err != nil || back != f {
			t.Errorf("%s was read as %s, %v", f, back, err)
		}
	})
	for _, bad := range []string{"", "12", "xyz", string(make([]byte, 64)), schema.Fingerprint{}.String() + "00"} {
		if f, err := schema.ParseFingerprint(bad); err == nil {
			t.Errorf("%q was read as %s", bad, f)
		}
	}
}

// FuzzParseFingerprint: a text is no fingerprint, or it is the one that is written so.
func FuzzParseFingerprint(f *testing.F) {
	f.Add(schema.Fingerprint{1, 2, 3, 4}.String())
	f.Add("0X")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := schema.ParseFingerprint(text); err == nil && got.String() != strings.ToLower(text) {
			t.Errorf("%q is read as %s", text, got)
		}
	})
}
