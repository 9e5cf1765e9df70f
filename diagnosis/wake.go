package diagnosis

import (
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains triggers that are missing, and that would fire for rows which are still to
// be written.

// wakeTriggers lets a trigger that comes and goes be made and dropped again where
// rows that it is for are still to be written in between, unless somebody has run the
// statement ahead of its turn that drops it: where that is possible, it is asked.
func (r *reasoner) wakeTriggers() {
	var sleeping []*trajectory
	for key, t := range r.trajectories {
		if key.Kind == schema.Trigger && t.live == nil {
			sleeping = append(sleeping, t)
		}
	}
	slices.SortFunc(sleeping, func(a, b *trajectory) int { return a.key.Compare(b.key) })
	for _, t := range sleeping {
		isThis := func(o *schema.Object) bool { return o.Key == t.key }
		putBack := slices.ContainsFunc(r.d.Restore, isThis)
		for i := 0; i+1 < len(t.effects); i++ {
			from, to := t.effects[i], t.effects[i+1]
			alone := len(r.touches[to]) == 1 // else it goes with its table
			if t.values[i+1] == nil || t.values[i+2] != nil || r.explained.early[to] ||
				!putBack && len(r.touches[from]) != 1 || !alone && r.findings[to].Verdict != NotDone || !r.firesBetween(from, to, t.key.Owner()) {
				continue
			}
			verdict := NotDone
			if r.perhapsEarly(to) {
				verdict = r.askWhetherDropped(t, to)
			}
			r.findings[to].Verdict = verdict
			if !putBack {
				r.findings[from].Verdict = verdict
			} else if verdict == Done {
				r.d.Restore = slices.DeleteFunc(r.d.Restore, isThis)
				r.d.Drift = slices.DeleteFunc(r.d.Drift, func(d Drift) bool { return d.Difference.Key == t.key })
			}
		}
	}
}

// firesBetween reports whether a statement between two others is to write rows of a table.
func (r *reasoner) firesBetween(from, to int, table schema.Key) bool {
	return slices.ContainsFunc(r.findings[from+1:to], func(f Finding) bool {
		return f.Verdict == NotDone && f.Statement.Table() == table && len(f.Changes) == 0
	})
}

// askWhetherDropped asks about a trigger that is missing and would fire if it were made again:
// somebody has dropped it, or has run the migration by hand that drops it.
func (r *reasoner) askWhetherDropped(t *trajectory, drop int) Verdict {
	effect := &r.Replay.Effects[drop]
	switch r.ask(Question{
		Code:  Q6,
		Place: effect.Ref().String(),
		Text: fmt.Sprintf("%s is gone, and rows are still to be written for which it would fire. Did %s already run, ahead of its turn?",
			t.key, wording.Quote(effect.Statement.Text)),
		Facts: []string{"statement: " + wording.Quote(effect.Statement.Text)},
		Choices: []Choice{
			{"done", "it has run: the trigger stays away"},
			{"run", "it has not run, and something else has dropped the trigger: make it again, and drop it in its turn"},
		},
	}) {
	case "done":
		return Done
	case "run":
		return NotDone
	}
	return Ambiguous
}
