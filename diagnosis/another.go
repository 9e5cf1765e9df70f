package diagnosis

import (
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains the traces of another program: many runners keep nothing but
// numbers, in a table whose name they all share, and what another program has counted
// looks like a history of this set.

// askAboutAnother asks whether this is the right database where no table is there that
// the set knows, though the history claims some, and others are there instead; it reports
// whether that is open. Nothing is explained then, nor asked: whatever it is would be about
// the other program's tables. What our own journal says of a run is no other program's, and
// of numbers that the set does not have it is asked anyway.
func (r *reasoner) askAboutAnother() (open bool) {
	if len(r.Recorded.Unknown) > 0 {
		return false
	}
	var recorded, missing, strange []string
	for _, m := range r.Replay.Set.Migrations {
		switch c := r.Recorded.Of(m); {
		case c.Ran, c.Kept, c.Covered:
			return false
		case c.Recorded:
			recorded = append(recorded, string(m.Version))
		}
	}
	for o := range r.Have.All() {
		switch {
		case o.Key.Kind != schema.Table:
		case r.knows(o.Key):
			return false
		default:
			strange = append(strange, o.Key.String())
		}
	}
	for key, t := range r.trajectories {
		if key.Kind == schema.Table && r.said(t) != nil {
			missing = append(missing, key.String())
		}
	}
	if len(recorded) == 0 || len(missing) == 0 || len(strange) == 0 {
		return false
	}
	slices.Sort(missing)
	return r.ask(Question{
		Code: Q13,
		Text: fmt.Sprintf("The history claims %s of this set, of which no table is there, and the database holds %s that no migration knows. Is this the right database, or does its history belong to another program?",
			wording.Count(int64(len(recorded)), "migration"), wording.Count(int64(len(strange)), "table")),
		Facts: []string{
			"recorded: " + wording.List(recorded, 10),
			"missing: " + wording.List(missing, 10),
			"unknown: " + wording.List(strange, 10),
			"where another program keeps that history, name a table for this set's own with --history",
		},
		Choices: []Choice{{"right", "it is the right database: make again what is missing"}},
	}) == ""
}

// leaveAlone ends a diagnosis of what is perhaps another program's database: nothing is
// known of any statement.
func (r *reasoner) leaveAlone() {
	for e := range r.findings {
		r.finding(e).is(Ambiguous, "whether this is the right database is to be answered first")
	}
	r.judgeForeign()
	r.standings()
	r.d.Aside, r.d.Target = nil, r.d.Have
}
