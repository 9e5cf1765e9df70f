package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/plan"
)

const planLong = `plan shows what up would do, step by step and with the reasons, and rehearses it
on a scratch copy of the schema. It changes nothing.

With --sql it prints the statements alone, for a reader or for another tool. They
record nothing: after running them by hand, dbmend up finds all of it there and
records it.`

func (a *app) planCommand() *cobra.Command {
	cmd := a.command("plan", "show what up would do", planLong, noArguments,
		verb{name: "plan", do: a.plan, loud: true})
	cmd.Flags().BoolVar(&a.flags.sql, "sql", false, "print SQL")
	a.addExitCode(cmd)
	return cmd
}

func (a *app) plan(ctx context.Context, c *call) (*result, error) {
	return c.with(ctx, explains, func(ctx context.Context, s *session) (*result, error) {
		p, err := s.Plan(ctx)
		if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok && !a.flags.sql {
			return c.refusedPlan(refusal), nil
		}
		if err != nil {
			return nil, err
		}
		r := &result{view: newPlanView(p), notes: p.Diagnosis.Notes, show: func(out *screen) { out.plan(p, c.dir) }}
		if a.flags.sql {
			r.show = func(out *screen) { out.script(p, c, s.target.dialect()) }
		}
		if a.flags.exitCode {
			r.status = verdictStatus(nil, p.Empty())
		}
		return r, nil
	})
}

// refusedPlan is what plan has found where there is none: the questions.
func (c *call) refusedPlan(refusal *dbmend.Refusal) *result {
	r := &result{view: newRefusedPlanView(refusal), show: func(out *screen) {
		verb := "up"
		if c.verb == "down" || c.verb == "redo" {
			verb = c.verb
		}
		out.line(out.strong(verb + " would refuse, and change nothing: " + plural(len(refusal.Questions), "question") + " open"))
		out.blank()
		out.questions(refusal.Questions, verb)
		out.misanswered(refusal.Questions, c.answers)
	}}
	if c.flags.exitCode {
		r.status = exitQuestions
	}
	return r
}

// plan prints the numbered steps, and what will be recorded.
func (s *screen) plan(p *plan.Plan, folder string) {
	if p.Empty() {
		s.line(s.good("nothing to do"))
		return
	}
	width := len(strconv.Itoa(len(p.Steps)))
	for i := range p.Steps {
		s.step(&p.Steps[i], fmt.Sprintf("%*d", width, i+1), folder)
	}
	t := &table{}
	for _, r := range p.Records {
		mark := "record"
		if p.Back {
			mark = "take back"
		}
		t.row(s.good(mark), clean(r.Migration.ID()), s.dim(string(r.Outcome)+": "+oneLine(r.Reason, 0)))
	}
	t.print(s)
	verb := "up "
	if p.Back {
		verb = "down "
	}
	s.line(s.strong(verb + intent(p)))
}

// step prints one step: where it comes from, what is run, why, and what can hurt.
func (s *screen) step(step *plan.Step, number, folder string) {
	from := s.fresh("run")
	switch {
	case step.Kind == plan.Synthesised:
		from = s.warn("synthesised")
	case step.Kind == plan.Afterwards:
		from = s.fresh("run afterwards")
	}
	place := clean(step.Ref.String())
	if step.Ref == (diagnosis.Ref{}) {
		place = ""
	}
	s.line(s.strong(number), "  ", from, "  ", place, "  ", s.dim(source(step, folder)))
	margin := "    "
	if s.verbose {
		s.indented(margin, step.SQL)
	} else {
		s.line(margin, s.sql(step.SQL, s.room(len(margin), 110)))
	}
	if step.Reason != "" {
		s.prose(margin, "because: "+step.Reason, s.dim)
	}
	for _, h := range step.Hazards {
		s.prose(margin, "hazard: "+h.Name+": "+h.Text, s.warn)
	}
}

// source returns the file and line of a step, as it can be opened from here; ""
// for what was synthesised.
func source(step *plan.Step, folder string) string {
	if step.Path == "" {
		return ""
	}
	path := step.Path
	if step.Kind != plan.Scripted {
		path = filepath.Join(folder, path)
	}
	return clean(path) + ":" + strconv.Itoa(step.Line)
}
