package diagnosis

import (
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// DownInput is all that taking migrations back rests on.
type DownInput struct {
	Replay   *Replay
	Have     *schema.Snapshot // the live schema, without tracking tables
	Recorded *Recorded
	Back     []*migration.Migration // what is to be taken back, the newest first
	// Through holds the statements of down parts that an interrupted run has carried
	// out; Touched what those parts work on besides, where there was one.
	Through map[Ref]bool
	Touched map[schema.Key]bool
	// Drift leaves what is not as it should be, and what the down parts are not about,
	// alone in the mode ReportDrift; otherwise it has to be mended first.
	Drift  DriftMode
	Ignore []migration.Ignore // as in [Input]
	Space  string
}

// Down explains what taking migrations back must lead to: to the schema that the
// migrations which stay have made, and beside it what nobody knows. Findings are
// about the statements of the down parts, and migrations are in the order in which
// they are taken back. It is pure.
func Down(in DownInput) *Diagnosis {
	d := &Diagnosis{Recorded: in.Recorded, Have: in.Have, Target: in.Have.Clone()}
	for _, m := range in.Back {
		mf := MigrationFinding{Migration: m, Claim: in.Recorded.Of(m), Standing: Applied}
		if mf.Claim.Begun {
			mf.Standing = Interrupted
		}
		for i := range m.Down {
			f := Finding{
				Ref: Ref{m.Version, m.Down[i].Number}, Statement: &m.Down[i],
				Verdict: NotDone, Evidence: []string{"takes " + m.ID() + " back"},
			}
			if in.Through[f.Ref] {
				f.Verdict, f.Evidence = Done, []string{"a run that was interrupted has carried it out"}
			}
			mf.Findings = append(mf.Findings, f)
		}
		d.Migrations = append(d.Migrations, mf)
	}
	now := in.Replay.After(func(e *Effect) bool { return in.Recorded.Of(e.Migration).Recorded })
	earlier := in.Replay.After(func(e *Effect) bool {
		return in.Recorded.Of(e.Migration).Recorded && !slices.Contains(in.Back, e.Migration)
	})
	back := map[schema.Key]bool{}
	for _, c := range schema.Compare(earlier, now) {
		back[c.Key] = true
	}
	known := in.Replay.Known()
	for key := range in.Touched {
		known[key], back[key] = true, true
	}
	list := newIgnoreList(in.Ignore, in.Space)
	for key := range known {
		want, have := earlier.Get(key), in.Have.Get(key)
		alone := !back[key] && !want.Equal(have)
		switch {
		case alone && list.find(key) >= 0:
			d.Ignored = append(d.Ignored, Drift{Difference: schema.Difference{Key: key, Want: want, Have: have}, Why: "named in the ignore list"})
		case alone && in.Drift == ReportDrift:
			d.Drift = append(d.Drift, Drift{
				Difference: schema.Difference{Key: key, Want: want, Have: have},
				Why:        "not as the migrations that stay have made it, and left alone",
			})
		case want != nil:
			d.Target.Put(want)
		default:
			d.Target.Delete(key)
		}
	}
	for _, left := range [][]Drift{d.Drift, d.Ignored} {
		slices.SortFunc(left, func(a, b Drift) int { return a.Difference.Key.Compare(b.Difference.Key) })
	}
	return d
}

// NoWayBack asks about a migration that cannot be taken back: only people can say
// what is to become of it.
func NoWayBack(m *migration.Migration, why string, facts ...string) Question {
	return Question{
		Code: Q20, Place: m.ID(), Facts: facts,
		Text: fmt.Sprintf("%s cannot be taken back: %s. What is to become of it?", m.ID(), why),
	}
}
