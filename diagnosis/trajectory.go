package diagnosis

import (
	"slices"

	"github.com/dbmend/dbmend/schema"
)

// A trajectory is the values that one object takes while the set runs.
type trajectory struct {
	key     schema.Key
	values  []*schema.Object // values[0] is the base's; nil is absence
	effects []int            // effects[i] moves the object from values[i] to values[i+1]
	live    *schema.Object
	// possible[i] says that the live object may be at values[i], as far as is known.
	possible []bool
}

// lost reports that the live value is none of the trajectory's.
func (t *trajectory) lost() bool { return !slices.Contains(t.possible, true) }

// loose reports that the object can be dropped and made again without a word
// about rows.
func (t *trajectory) loose() bool { return isLoose(t.key) }

// apart reports that the object can be dropped by itself, and made again where rows allow it:
// a unique key is one that CREATE INDEX makes on some engines.
func (t *trajectory) apart() bool { return t.loose() || t.key.Kind == schema.Unique }

func isLoose(key schema.Key) bool {
	return key.Kind == schema.Index || key.Kind == schema.View || key.Kind == schema.Trigger
}

// want returns the value at the end.
func (t *trajectory) want() *schema.Object { return t.values[len(t.values)-1] }

// side tells on which side of the step from values[i] to values[i+1] the live
// value lies: before it, behind it, or possibly either.
func (t *trajectory) side(i int) (before, behind bool) {
	return slices.Contains(t.possible[:i+1], true), slices.Contains(t.possible[i+1:], true)
}

// narrow rules out one side of a step and reports whether that said anything new.
func (t *trajectory) narrow(i int, behind bool) bool {
	out := t.possible[i+1:]
	if behind {
		out = t.possible[:i+1]
	}
	moved := false
	for j := range out {
		moved = moved || out[j]
		out[j] = false
	}
	return moved
}

// A touch is one step of one trajectory: what a statement does to one object.
type touch struct {
	*trajectory
	step int
}

// A course is all trajectories of a replay, held against one live schema.
type course struct {
	replay       *Replay
	have         *schema.Snapshot
	trajectories map[schema.Key]*trajectory
	touches      [][]touch           // by effect
	doubted      bool                // something of the base proves nothing: see doubtPresumed
	gone         map[schema.Key]bool // tables that stood in the way, and count as gone
	fleeting     map[int]bool        // positions at which nobody leaves a set: see passOver
	brief        []*trajectory       // of procedures and the like that one migration makes and drops
}

// newCourse lays the live schema over the trajectories.
func newCourse(replay *Replay, have *schema.Snapshot) *course {
	c := &course{
		replay: replay, have: have,
		trajectories: map[schema.Key]*trajectory{},
		touches:      make([][]touch, len(replay.Effects)),
		gone:         map[schema.Key]bool{},
		fleeting:     map[int]bool{},
	}
	for i := range replay.Effects {
		changes := replay.Effects[i].Changes
		c.touches[i] = make([]touch, len(changes))
		for j, change := range changes {
			t := c.trajectories[change.Key]
			if t == nil {
				t = &trajectory{
					key:    change.Key,
					values: []*schema.Object{replay.Base.Get(change.Key)},
					live:   have.Get(change.Key),
				}
				c.trajectories[change.Key] = t
			}
			c.touches[i][j] = touch{t, len(t.effects)}
			t.effects = append(t.effects, i)
			t.values = append(t.values, change.After)
		}
	}
	for i := range c.touches {
		for _, t := range c.touches[i] {
			if t.step == 0 && t.isBrief(replay) {
				c.brief = append(c.brief, t.trajectory)
			}
		}
	}
	for _, t := range c.trajectories {
		t.possible = make([]bool, len(t.values))
		for i, v := range t.values {
			t.possible[i] = v.Equal(t.live)
		}
	}
	c.doubtPresumed()
	c.passOver()
	return c
}

// isBrief reports whether an object that stands alone, and is no table, is made and dropped by
// one migration.
func (t *trajectory) isBrief(replay *Replay) bool {
	return t.key.Kind != schema.Table && t.key.Table == "" && t.values[0] == nil && t.want() == nil &&
		!slices.ContainsFunc(t.effects, func(e int) bool { return replay.Effects[e].Migration != replay.Effects[t.effects[0]].Migration })
}

// doubtPresumed rules the base out for tables that were taken from the live
// database and that the set makes in just that form itself: being what the live
// database has proves nothing about what was taken from it.
func (c *course) doubtPresumed() {
	made := map[schema.Key]bool{} // by table: every part has the live form later too
	for key, t := range c.trajectories {
		if !c.replay.Presumed[key] {
			continue
		}
		again := slices.Contains(t.possible[1:], true)
		if before, seen := made[key.Owner()]; seen {
			again = again && before
		}
		made[key.Owner()] = again
	}
	for key, t := range c.trajectories {
		if c.replay.Presumed[key] && made[key.Owner()] {
			t.possible[0] = false
			c.doubted = true
		}
	}
}

// votes counts the objects that a statement touches by what their live values say
// of it: that it is done, that it is not, or nothing yet. Objects whose live
// value is on no trajectory do not vote. What rides along with a table, as an index
// does when the table is renamed, votes only where nothing else can: it may have
// been dropped by itself.
func (c *course) votes(effect int) (done, not, open int) {
	firm := slices.ContainsFunc(c.touches[effect], func(t touch) bool { return !c.rides(effect, t) && !t.lost() })
	for _, t := range c.touches[effect] {
		if firm && c.rides(effect, t) {
			continue
		}
		switch before, behind := t.side(t.step); {
		case before && behind:
			open++
		case behind:
			done++
		case before:
			not++
		}
	}
	return done, not, open
}

// rides reports that a statement touches the object only because it works on
// another one: what is loose, and other tables' references to one that is renamed.
func (c *course) rides(effect int, t touch) bool {
	s := c.replay.Effects[effect].Statement
	return t.loose() || s.Verb == "alter table rename" && t.key.Kind == schema.ForeignKey &&
		t.key.Owner() != s.Table() && t.key.Owner() != s.Renamed()
}

// settle lets what is proven of one object narrow the others, statement by
// statement, until nothing moves: a statement runs as a whole or not at all. What rides
// along with a statement that has not run is not behind it, be it there or not.
func (c *course) settle() {
	queue := make([]int, len(c.touches))
	queued := make([]bool, len(c.touches))
	for i := range queue {
		queue[i], queued[i] = i, true
	}
	for len(queue) > 0 {
		effect := queue[0]
		queue, queued[effect] = queue[1:], false
		done, not, open := c.votes(effect)
		if (done > 0) == (not > 0) || open == 0 && done > 0 {
			continue
		}
		for _, moved := range c.narrow(effect, done > 0) {
			for _, e := range moved.effects {
				if !queued[e] {
					queue, queued[e] = append(queue, e), true
				}
			}
		}
	}
}

// narrow holds a statement for done or not done, and returns the trajectories of
// which that told something.
func (c *course) narrow(effect int, done bool) (moved []*trajectory) {
	for _, t := range c.touches[effect] {
		if before, behind := t.side(t.step); before && behind && t.narrow(t.step, done) {
			moved = append(moved, t.trajectory)
		}
	}
	return moved
}

// decide holds an open statement for done or not done and lets that settle.
func (c *course) decide(effect int, done bool) {
	if len(c.narrow(effect, done)) > 0 {
		c.settle()
	}
}

// A span is the positions at which running the set could have stopped: every
// statement before from is done, every one at or behind to is not.
type span struct {
	from, to int
	overlaid map[schema.Key]bool // tables that a script made ahead of it: see overlays
	release  int                 // where the set was when that script was written; no statement is behind it
}

// cuts returns the positions at which the set, run from its base, gives exactly
// the live schema as far as the set and its base know it, as spans of
// neighbouring positions.
func (c *course) cuts() []span {
	wrong := 0
	for _, key := range c.known() {
		if !c.replay.Base.Get(key).Equal(c.have.Get(key)) {
			wrong++
		}
	}
	at := make(map[*trajectory]int, len(c.trajectories))
	var spans []span
	for position := 0; ; position++ {
		if wrong == 0 && !c.fleeting[position] {
			if n := len(spans); n > 0 && spans[n-1].to == position-1 {
				spans[n-1].to = position
			} else {
				spans = append(spans, span{from: position, to: position})
			}
		}
		if position == len(c.touches) {
			return spans
		}
		for _, t := range c.touches[position] {
			if !t.values[at[t.trajectory]].Equal(t.live) {
				wrong--
			}
			at[t.trajectory]++
			if !t.values[at[t.trajectory]].Equal(t.live) {
				wrong++
			}
		}
	}
}

// known returns the keys that the set or its base speak of.
func (c *course) known() []schema.Key {
	keys := c.replay.Base.Keys()
	for key := range c.trajectories {
		if c.replay.Base.Get(key) == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// knows reports whether the set, its base or a schema file speak of the object.
func (c *course) knows(key schema.Key) bool {
	return c.trajectories[key] != nil || c.replay.Base.Get(key) != nil ||
		c.replay.Allowed != nil && c.replay.Allowed.Get(key) != nil
}

// composed reports whether the base and just the statements that chosen says true
// to give exactly the live schema, as far as the set and its base know it.
func (c *course) composed(chosen func(effect int) bool) bool {
	state := make(map[schema.Key]*schema.Object, len(c.trajectories))
	for key, t := range c.trajectories {
		state[key] = t.values[0]
	}
	for i := range c.touches {
		if !chosen(i) {
			continue
		}
		for _, t := range c.touches[i] {
			drops := t.values[t.step+1] == nil && state[t.key] != nil // in whatever form
			if !drops && !t.values[t.step].Equal(state[t.key]) {
				return false // it would not do here what it did on scratch
			}
			state[t.key] = t.values[t.step+1]
		}
	}
	for key, value := range state {
		if !value.Equal(c.have.Get(key)) {
			return false
		}
	}
	for o := range c.replay.Base.All() {
		if c.trajectories[o.Key] == nil && !o.Equal(c.have.Get(o.Key)) {
			return false
		}
	}
	return true
}
