package diagnosis_test

import (
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// report writes down what is expected of a diagnosis and of its plan; p is nil
// where questions are open.
func report(d *diagnosis.Diagnosis, want *schema.Snapshot, p *plan.Plan, planErr error) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for i := range d.Migrations {
		mf := &d.Migrations[i]
		say("%s %s%s", mf.Migration.Version, mf.Standing, when(mf.Plain, ", plainly"))
		for j := range mf.Findings {
			f := &mf.Findings[j]
			say("  %d %s%s: %s", f.Ref.Number, f.Verdict, when(f.Left, ", left"), strings.Join(f.Evidence, "; "))
		}
	}
	if d.Agrees {
		say("it is what its history says")
	}
	for _, drift := range d.Drift {
		say("drift %s: %s%s", drift.Difference, drift.Why, when(drift.Ref.Number > 0, " ("+drift.Ref.String()+")"))
	}
	for _, drift := range d.Ignored {
		say("ignored %s: %s%s", drift.Difference, drift.Why, when(drift.Ref.Number > 0, " ("+drift.Ref.String()+")"))
	}
	for _, o := range d.Restore {
		say("restore %s", o.Key)
	}
	for _, o := range d.Foreign {
		say("foreign %s", o.Key)
	}
	for _, note := range d.Notes {
		say("note %s", note)
	}
	for _, q := range d.Answered {
		say("answered %s", q.Name())
	}
	for _, q := range d.Questions {
		say("question %s%s", q.Name(), choices(&q))
	}
	for _, c := range schema.Changes(want, d.Target) {
		say("target beside the set: %s is %s", c.Key, c.After.Describe())
	}
	switch {
	case planErr != nil:
		say("no plan: %v", planErr)
	case p != nil:
		reportPlan(p, say)
	}
	return b.String()
}

func reportPlan(p *plan.Plan, say func(string, ...any)) {
	if p.Empty() {
		say("nothing to do")
		return
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		what := string(s.Kind)
		if s.Ref.Number > 0 {
			what += " " + s.Ref.String()
		}
		if s.Source == nil {
			what += " [" + s.SQL + "] " + s.Reason
		}
		for _, h := range s.Hazards {
			what += ", " + h.Name
		}
		say("%s%s", what, when(s.Rebuild, ", foreign keys rest"))
	}
	for _, r := range p.Records {
		say("record %s %s: %s", r.Migration.Version, r.Outcome, r.Reason)
	}
}

func when(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

func choices(q *diagnosis.Question) string {
	var answers []string
	for _, c := range q.Choices {
		answers = append(answers, c.Answer)
	}
	if len(answers) == 0 {
		return " (only the world can answer)"
	}
	return ": " + strings.Join(answers, " or ")
}
