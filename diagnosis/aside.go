package diagnosis

import (
	"context"

	"github.com/dbmend/dbmend/schema"
)

// setTwinsAside takes out of the live schema what stands, empty, under the name
// that a rename gives to a table which is still there with its old one: something
// that makes the whole schema has made it. It goes first, and everything else is
// explained as if it were not there.
func (in *Input) setTwinsAside(ctx context.Context, d *Diagnosis) error {
	for i := range in.Replay.Effects {
		s := in.Replay.Effects[i].Statement
		if s.Verb != "alter table rename" {
			continue
		}
		from := schema.Key{Kind: schema.Table, Name: s.Target}
		to := schema.Key{Kind: schema.Table, Name: s.NewName}
		twin := in.Have.Get(to)
		if in.Have.Get(from) == nil || twin == nil || in.Replay.Want.Get(from) != nil || in.Replay.Want.Get(to) == nil {
			continue
		}
		rows, err := in.Witness.Rows(ctx, to, 1)
		if err != nil {
			return err
		}
		if rows > 0 || in.holdsUnknown(to) {
			continue
		}
		d.Aside = append(d.Aside, twin)
		in.Have = in.Have.Filter(func(o *schema.Object) bool { return o.Key.Owner() != to })
	}
	return nil
}

// holdsUnknown reports whether a table has parts that the set never gives it.
func (in *Input) holdsUnknown(table schema.Key) bool {
	for _, part := range in.Have.Parts(table) {
		if part.Key.Kind == schema.Column && in.Replay.Want.Get(part.Key) == nil {
			return true
		}
	}
	return false
}
