package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/plan"
)

const diagnoseLong = `diagnose explains a database: what its history claims, what it has of every
statement and why we believe so, what is missing, different or unknown, which
questions are open, and what up would do. It changes nothing.

Migrations that are applied in whole, or plainly pending, are on one line each;
--verbose shows every statement.`

func (a *app) diagnoseCommand() *cobra.Command {
	cmd := a.command("diagnose", "explain the database, with evidence", diagnoseLong, noArguments,
		verb{name: "diagnose", do: a.diagnose, loud: true})
	a.addExitCode(cmd)
	return cmd
}

func (a *app) diagnose(ctx context.Context, c *call) (*result, error) {
	return c.with(ctx, explains, func(ctx context.Context, s *session) (*result, error) {
		d, err := s.Diagnose(ctx)
		if err != nil {
			return nil, err
		}
		var p *plan.Plan
		var obstacle error
		if len(d.Questions) == 0 {
			p, obstacle = s.Plan(ctx)
		}
		// That no plan comes of it belongs to the diagnosis; and what the plan was
		// refused for are questions like any others.
		if refusal, ok := errors.AsType[*dbmend.Refusal](obstacle); ok {
			d.Questions, obstacle, p = refusal.Questions, nil, nil
		}
		if obstacle != nil && ctx.Err() != nil {
			return nil, obstacle
		}
		v := &explanation{diagnosis: d, plan: p, obstacle: said(s.target, obstacle), folder: c.dir, scripts: []string{c.base, c.schema}}
		r := &result{view: newDiagnosisView(v), show: func(out *screen) { out.explain(v) }}
		if a.flags.exitCode {
			current := p != nil && p.Empty() && len(d.Drift) == 0
			r.status = verdictStatus(d.Questions, current)
		}
		return r, nil
	})
}
