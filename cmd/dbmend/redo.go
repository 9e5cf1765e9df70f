package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/plan"
)

const redoLong = `redo takes the newest migration back, as down does, and runs it again as its file
says now: in one transaction, where the database has such for the schema. It is for
the time in which a migration is being written. --dry-run shows the plan.`

func (a *app) redoCommand() *cobra.Command {
	cmd := a.command("redo", "take the newest migration back and run it again", redoLong, noArguments,
		verb{name: "redo", do: a.redo})
	cmd.Flags().BoolVar(&a.flags.dryRun, "dry-run", false, "change nothing and show what would be run and lost")
	a.addLosing(cmd)
	a.addExitCode(cmd)
	return cmd
}

func (a *app) redo(ctx context.Context, c *call) (*result, error) {
	if a.flags.dryRun {
		return a.planRedo(ctx, c)
	}
	if a.flags.exitCode {
		return nil, wrongUsage("--exit-code is for redo --dry-run")
	}
	return a.lose(ctx, c, func(ctx context.Context, s *session) (*dbmend.Report, error) { return s.Redo(ctx) })
}

// planRedo shows the way back and the way there.
func (a *app) planRedo(ctx context.Context, c *call) (*result, error) {
	return c.with(ctx, changes, func(ctx context.Context, s *session) (*result, error) {
		back, again, err := s.PlanRedo(ctx)
		if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
			r := c.refusedPlan(refusal)
			r.view = &redoPlanView{newRefusedPlanView(refusal), newPlanView(&plan.Plan{})}
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		if back == nil {
			back, again = &plan.Plan{Back: true}, &plan.Plan{}
		}
		r := &result{view: &redoPlanView{newPlanView(back), newPlanView(again)}, show: func(out *screen) {
			out.plan(back, c.dir)
			if !back.Empty() {
				out.blank()
				out.plan(again, c.dir)
			}
		}}
		if a.flags.exitCode {
			r.status = verdictStatus(nil, back.Empty())
		}
		return r, nil
	})
}
