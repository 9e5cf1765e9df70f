package diagnosis

import (
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what a table took along that was renamed ahead of its turn: an index
// that a pending statement drops while the table still has its old name is there under the
// new one, of which the set says nothing.

// setCarriedBack gives what was taken along the table's old name, under which the set knows
// it: it is there, and its statement has yet to run.
func (in *Input) setCarriedBack() {
	if !in.Recorded.Any() {
		return
	}
	known := in.known()
	for live := range in.Have.All() {
		if live.Key.Kind != schema.Index && live.Key.Kind != schema.Trigger || known[live.Key] {
			continue
		}
		was := live.Key
		for i := len(in.Replay.Effects) - 1; i >= 0 && (was == live.Key || !known[was]); i-- {
			s := in.Replay.Effects[i].Statement
			if s.Verb == "alter table rename" && s.Renamed() == was.Owner() && in.Have.Get(s.Table()) == nil {
				was.Table = s.Table().Name
			}
		}
		if was == live.Key || !in.dropsLast(was) {
			continue
		}
		carried := *live
		carried.Key, carried.Facts = was, slices.Clone(live.Facts)
		for n := range carried.Facts {
			carried.Facts[n].Value = wording.Rename(carried.Facts[n].Value, live.Key.Table, was.Table)
		}
		have := in.Have.Clone()
		have.Delete(live.Key)
		have.Put(&carried)
		in.Have = have
	}
}

// known returns what the base has, and what statements touch.
func (in *Input) known() map[schema.Key]bool {
	known := map[schema.Key]bool{}
	for o := range in.Replay.Base.Each() {
		known[o.Key] = true
	}
	for i := range in.Replay.Effects {
		for _, c := range in.Replay.Effects[i].Changes {
			known[c.Key] = true
		}
	}
	return known
}

// dropsLast reports whether the last statement that touches an object drops it, and the history
// does not claim that.
func (in *Input) dropsLast(key schema.Key) bool {
	for i := range slices.Backward(in.Replay.Effects) {
		e := &in.Replay.Effects[i]
		if n := slices.IndexFunc(e.Changes, func(c schema.Change) bool { return c.Key == key }); n >= 0 {
			c := in.Recorded.Of(e.Migration)
			return e.Changes[n].After == nil && e.Statement.Verb != "alter table rename" && (!c.Recorded || c.Begun)
		}
	}
	return false
}
