package main

import (
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/plan"
)

// headline says in one sentence how a database is. p is what up would do; nil where
// that cannot be told, since questions are open.
func headline(d *diagnosis.Diagnosis, p *plan.Plan) string {
	switch total := len(d.Migrations); {
	case len(d.Questions) > 0:
		return "needs answers: " + plural(len(d.Questions), "question") + " open, and up changes nothing before"
	case p == nil:
		return "cannot be brought to the newest version as it is"
	case !p.Empty() && p.Healing:
		return "healable: up " + intent(p)
	case !p.Empty():
		return plural(pendingRecords(p), "migration") + " pending: up " + intent(p)
	case len(d.Drift) > 0:
		return "drifted, and left alone as it was asked for: " + plural(len(d.Drift), "difference")
	case total == 0:
		return "there are no migrations, so there is nothing to say of the database"
	default:
		return "healthy: " + all(total) + " there and recorded"
	}
}

func all(migrations int) string {
	if migrations == 1 {
		return "the one migration is"
	}
	return fmt.Sprintf("all %d migrations are", migrations)
}

// intent says what a plan does: "runs 5 statements and records 2 migrations".
func intent(p *plan.Plan) string {
	var parts []string
	own, synthesised := 0, 0
	for i := range p.Steps {
		if p.Steps[i].Kind == plan.Synthesised {
			synthesised++
		} else {
			own++
		}
	}
	if own > 0 {
		parts = append(parts, "runs "+plural(own, "statement"))
	}
	if synthesised > 0 {
		parts = append(parts, "writes "+plural(synthesised, "statement")+" of its own")
	}
	if skipped := skippedStatements(p); skipped > 0 {
		parts = append(parts, "skips "+fmt.Sprint(skipped))
	}
	switch {
	case len(p.Records) == 0:
	case p.Back:
		parts = append(parts, "takes back "+plural(len(p.Records), "migration"))
	default:
		parts = append(parts, "records "+plural(len(p.Records), "migration"))
	}
	return join(parts)
}

// join joins with commas and an "and".
func join(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// skippedStatements counts the statements of the migrations to be recorded that
// need no run.
func skippedStatements(p *plan.Plan) int {
	n := 0
	for range skipped(p.Diagnosis, p.Records, stepsOf(p.Steps)) {
		n++
	}
	return n
}

func pendingRecords(p *plan.Plan) int { return len(p.Records) }

// stepsOf returns which statements have a step.
func stepsOf(steps []plan.Step) map[diagnosis.Ref]bool {
	refs := map[diagnosis.Ref]bool{}
	for i := range steps {
		refs[steps[i].Ref] = true
	}
	return refs
}

// skipped yields the statements of recorded migrations that no step is about.
func skipped(d *diagnosis.Diagnosis, records []plan.Record, ran map[diagnosis.Ref]bool) func(yield func(*diagnosis.Finding) bool) {
	return func(yield func(*diagnosis.Finding) bool) {
		if d == nil {
			return
		}
		recorded := map[diagnosis.Ref]bool{}
		for _, r := range records {
			recorded[diagnosis.Ref{Version: r.Migration.Version}] = true
		}
		for i := range d.Migrations {
			mf := &d.Migrations[i]
			if !recorded[diagnosis.Ref{Version: mf.Migration.Version}] {
				continue
			}
			for j := range mf.Findings {
				if f := &mf.Findings[j]; !ran[f.Ref] && !yield(f) {
					return
				}
			}
		}
	}
}
