package diagnosis

import (
	"context"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// standAside returns what stands in the way of the set and holds nothing.
func (r *reasoner) standAside(ctx context.Context) ([]*schema.Object, error) {
	aside, err := r.overlaidAside(ctx)
	if err != nil || len(aside) > 0 {
		return aside, err
	}
	for key, t := range r.trajectories {
		if key.Kind != schema.Column || !t.lost() || t.live == nil || r.said(t) != nil || t.live.Fact(schema.Generated) != "" || r.restsOn(key) {
			continue
		}
		if table := r.trajectories[key.Owner()]; table != nil && r.said(table) == nil {
			continue // it is the table's own column, in another form
		}
		if slices.ContainsFunc(t.effects, func(e int) bool { return r.Replay.Effects[e].Statement.Verb == "alter table add column" }) {
			continue // that statement sees to it: see vacant
		}
		hollow, err := r.hollow(ctx, t.live)
		if err != nil {
			return nil, err
		}
		if hollow {
			aside = append(aside, t.live)
		}
	}
	slices.SortFunc(aside, func(a, b *schema.Object) int { return a.Key.Compare(b.Key) })
	return aside, nil
}

// restsOn reports whether a live object is made of a column, other than the
// column itself.
func (in *Input) restsOn(column schema.Key) bool {
	for _, part := range in.Have.Parts(column.Owner()) {
		if part.Key.Kind != schema.Column && wording.Speaks(part.Key.Name+" "+part.Fact(schema.Columns)+" "+part.Fact(schema.Where), column.Name) {
			return true
		}
	}
	return false
}

// setTwinsAside takes out of the live schema what stands, empty, under the name
// that a rename gives to a table which is still there with its old one: something
// that makes the whole schema has made it. It goes first, and everything else is
// explained as if it were not there.
func (in *Input) setTwinsAside(ctx context.Context, d *Diagnosis) error {
	for i := range in.Replay.Effects {
		s := in.Replay.Effects[i].Statement
		if in.Drift != HealDrift && in.Recorded.Of(in.Replay.Effects[i].Migration).Recorded {
			continue // drift is to be left alone
		}
		if s.Verb == "alter table rename column" {
			if err := in.setColumnAside(ctx, d, i); err != nil {
				return err
			}
		}
		if s.Verb != "alter table rename" {
			continue
		}
		from, to := s.Table(), s.Renamed()
		twin := in.Have.Get(to)
		if from == to || in.Have.Get(from) == nil || twin == nil || in.Replay.Want.Get(from) != nil || in.Replay.Want.Get(to) == nil {
			continue
		}
		rows, err := in.Witness.Rows(ctx, to, 1)
		if err != nil {
			return err
		}
		if rows > 0 || in.holdsUnknown(to) || in.together(from, to, i) {
			continue
		}
		d.Aside = append(d.Aside, twin)
		in.Have = in.Have.Filter(func(o *schema.Object) bool { return o.Key.Owner() != to })
	}
	return nil
}

// together reports whether two tables are there just as the set has them both at some
// position ahead of a statement: a rebuild was stopped, and neither is a twin.
func (in *Input) together(a, b schema.Key, until int) bool {
	theirs := func(o *schema.Object) bool { return o.Key.Owner() == a || o.Key.Owner() == b }
	state, live := in.Replay.Base.Filter(theirs).Fingerprint(), in.Have.Filter(theirs).Fingerprint()
	for i := range until {
		for _, change := range in.Replay.Effects[i].Changes {
			if owner := change.Key.Owner(); owner == a || owner == b {
				state = state.Apply([]schema.Change{change})
			}
		}
		if state == live {
			return true
		}
	}
	return false
}

// setColumnAside does the same for a column that holds nothing. One that gets its own
// name back is no twin of itself.
func (in *Input) setColumnAside(ctx context.Context, d *Diagnosis, rename int) error {
	s := in.Replay.Effects[rename].Statement
	from := s.Table().Column(s.OldName)
	for i := rename - 1; i >= 0 && in.Have.Get(from) == nil; i-- { // it may still have an earlier name
		if earlier := in.Replay.Effects[i].Statement; earlier.Verb == "alter table rename column" &&
			earlier.Table() == from.Owner() && earlier.NewName == from.Name {
			from.Name = earlier.OldName
		}
	}
	to := s.Table().Column(s.NewName)
	twin := in.Have.Get(to)
	if from == to || in.Have.Get(from) == nil || twin == nil || in.Replay.Want.Get(from) != nil || twin.Fact(schema.Generated) != "" ||
		in.ignored.names(from) || in.ignored.names(to) {
		return nil
	}
	filled, err := in.values(ctx, twin)
	if err != nil || filled > 0 {
		return err
	}
	if in.restsOn(to) {
		return nil
	}
	d.Aside = append(d.Aside, twin)
	in.Have = in.Have.Filter(func(o *schema.Object) bool { return o.Key != to })
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

// without returns a schema without objects and their parts.
func without(s *schema.Snapshot, objects []*schema.Object) *schema.Snapshot {
	return s.Filter(func(o *schema.Object) bool {
		return !slices.ContainsFunc(objects, func(a *schema.Object) bool { return o.Key == a.Key || o.Key.Owner() == a.Key })
	})
}
