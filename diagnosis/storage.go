package diagnosis

import (
	"maps"
	"regexp"
	"slices"

	"github.com/dbmend/dbmend/schema"
)

// This file contains what becomes of a table that the history claims and that is
// stored otherwise than its migration says, with all of its parts as they should be:
// it stays so, and is reported. A conversion is never synthesised, and nothing that is
// pending depends on it.

// speaksOfStorage recognises a statement that says how a table is stored.
var speaksOfStorage = regexp.MustCompile(`(?i)\b(engine|type|charset|character\s+set|collate|convert)\b`)

// setStorageAside takes live tables that are stored otherwise for what the history
// says of them, and remembers what they are.
func (in *Input) setStorageAside() {
	if in.Drift == RefuseDrift {
		return
	}
	said := map[schema.Key]*schema.Object{}
	later := map[schema.Key]bool{} // something pending changes it
	for i := range in.Replay.Effects {
		effect := &in.Replay.Effects[i]
		c := in.Recorded.Of(effect.Migration)
		pending := !c.Recorded || c.Begun
		for _, change := range effect.Changes {
			if change.Key.Kind == schema.Table && pending {
				later[change.Key] = true
			} else if change.Key.Kind == schema.Table {
				said[change.Key] = change.After
			}
		}
		if pending && speaksOfStorage.MatchString(effect.Statement.Text) {
			later[effect.Statement.Table()] = true
		}
	}
	in.stored = map[schema.Key]*schema.Object{}
	for key, want := range said {
		if live := in.Have.Get(key); !later[key] && want != nil && live != nil && !want.Equal(live) && storedOtherwise(want, live) {
			in.stored[key] = live
		}
	}
	if len(in.stored) == 0 {
		return
	}
	in.Have = in.Have.Clone()
	for key := range in.stored {
		in.Have.Put(said[key])
	}
}

// storedOtherwise reports whether two tables differ in nothing but how their rows are
// stored.
func storedOtherwise(want, live *schema.Object) bool {
	bare := func(o *schema.Object) *schema.Object {
		copied := *o
		copied.Facts = slices.DeleteFunc(slices.Clone(o.Facts), func(f schema.Fact) bool {
			return f.Name == schema.Storage || f.Name == schema.Charset || f.Name == schema.Collation
		})
		return &copied
	}
	return bare(want).Equal(bare(live))
}

// aimStored has tables that are stored otherwise stay so, and reports them.
func (r *reasoner) aimStored(target *schema.Snapshot) {
	keys := slices.SortedFunc(maps.Keys(r.stored), schema.Key.Compare)
	for _, key := range keys {
		target.Put(r.stored[key])
		r.d.Drift = append(r.d.Drift, Drift{
			Difference: schema.Difference{Key: key, Want: r.Have.Get(key), Have: r.stored[key]},
			Why:        "recorded, and stored otherwise: it stays so",
		})
	}
}
