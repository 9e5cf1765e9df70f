package diagnosis

import (
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what tells that migrations were run in their order up to a point
// behind a statement, and not something made by a script or by a hand.

// overrun reports that what comes after a statement was done by migrations that were
// run in their order, and not by a script of the whole schema or by a hand that was
// ahead of them in one place.
func (r *reasoner) overrun(e int) bool {
	mine := r.Replay.Effects[e].Migration
	var earlier, here, behind, later evidence
	rows := false // its migration has put rows in that are there
	if r.leftIn(mine) {
		return true
	}
	for i := range r.touches {
		if i > e && r.traces[i] == left {
			return true // its rows are there
		}
		done, not, _ := r.votes(i)
		same := r.Replay.Effects[i].Migration == mine
		if r.traces[i] == left && !r.recorded(i) {
			rows = rows || same
			if !same {
				earlier.put(r, i)
			}
		}
		if same && not > 0 {
			here.lacking = true
		}
		if done == 0 || not > 0 || !r.proves(i) {
			continue
		}
		switch {
		case same && i > e:
			if r.claim(e).Begun || r.recorded(e) || !r.additive(i) && len(r.telltale(i)) > 0 {
				return true // no script stands for it
			}
			behind.add(r, i)
		case same:
			here.add(r, i)
		case i > e:
			later.add(r, i)
		default:
			earlier.add(r, i)
		}
	}
	switch {
	case len(earlier.telling)+len(later.telling) > 0 && len(behind.seen)+len(later.seen) > 0 && len(earlier.made)+len(behind.made)+len(later.made) > 1:
		return true // no script has done that, and no hand in one place: it would take both
	case len(behind.telling)+len(here.telling) > 0 && len(later.telling) > 0, len(behind.telling) > 1, behind.rebuilt:
		return true
	case rows && len(later.telling) > 0:
		return true
	case (here.rebuilt || len(here.telling) > 1) && r.amidHelper(e):
		return true
	case !here.lacking && len(behind.seen) > 0 && len(here.seen)+len(behind.seen) > 1 && len(here.telling)+len(behind.telling) > 0:
		return true // all of its own migration is there, and more than one stroke would have made
	}
	return later.rebuilt
}

// amidHelper reports that a statement stands between the two by which its migration makes
// a helper table and drops it, neither of which is left of: a migration that was run, and
// stopped ahead of the statement, would have left the helper.
func (r *reasoner) amidHelper(e int) bool {
	mine := r.Replay.Effects[e].Migration
	for key, t := range r.trajectories {
		if key.Kind != schema.Table || !r.transient(t) {
			continue
		}
		for i := 0; i+1 < len(t.effects); i++ {
			if t.effects[i] < e && e < t.effects[i+1] && t.values[i+1] != nil && t.values[i+2] == nil &&
				r.Replay.Effects[t.effects[i]].Migration == mine && r.Replay.Effects[t.effects[i+1]].Migration == mine {
				return true
			}
		}
	}
	return false
}

// evidence is what statements that are done say for migrations having been run.
type evidence struct {
	seen    map[schema.Key]bool        // what they have made, changed or dropped
	telling map[schema.Key]bool        // of that, what no script makes
	made    map[migration.Version]bool // migrations of which tables and their parts are there, or rows
	rebuilt bool                       // a table was made anew, its rows with it
	lacking bool                       // something of them is missing
}

func (v *evidence) begin() {
	if v.seen == nil {
		v.seen, v.telling, v.made = map[schema.Key]bool{}, map[schema.Key]bool{}, map[migration.Version]bool{}
	}
}

// put takes a statement into account of which the rows are there.
func (v *evidence) put(r *reasoner, e int) {
	v.begin()
	v.made[r.Replay.Effects[e].Migration.Version] = true
}

// add takes a statement that is done into account.
func (v *evidence) add(r *reasoner, e int) {
	v.begin()
	for _, t := range r.touches[e] {
		if !r.transient(t.trajectory) && !t.live.Equal(r.said(t.trajectory)) {
			v.seen[t.key.Owner()] = true
			if t.key.Kind == schema.Column || t.loose() {
				delete(v.seen, t.key.Owner())
				v.seen[t.key] = true
			}
			if !t.loose() {
				v.made[r.Replay.Effects[e].Migration.Version] = true
			}
		}
	}
	for _, key := range r.telltale(e) {
		v.telling[key] = true
		s := r.Replay.Effects[e].Statement
		v.rebuilt = v.rebuilt || s.Verb == "alter table rename" && key.Owner().Name == s.NewName
	}
}

// telltale returns what a statement which is done has changed about tables that the
// history says were there before: a script that makes what does not exist passes
// those by.
func (r *reasoner) telltale(e int) []schema.Key {
	var told []schema.Key
	if r.recorded(e) {
		return nil
	}
	for _, t := range r.touches[e] {
		if t.loose() || t.live.Equal(r.said(t.trajectory)) {
			continue
		}
		owner := t.key.Owner()
		before := r.Replay.Base.Get(owner)
		if table := r.trajectories[owner]; table != nil {
			before = r.said(table)
		}
		if before != nil {
			told = append(told, t.key)
		}
	}
	return told
}
