package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
)

const downLong = `down takes the newest migration back by the part of its file that does so; with
--to, all that come after a version, the newest first, and with --to 0 all. It runs
a down part only for what its migration is known to have made, and only where that
leads to the schema that the migrations which stay have made: rehearsed on a
scratch copy, and proven before the commit.

What would be lost is told with figures, and asked about: on a terminal at once,
elsewhere by --yes or an answer. --dry-run shows the plan.`

func (a *app) downCommand() *cobra.Command {
	cmd := a.command("down", "take the newest migration back, or all after a version", downLong, noArguments,
		verb{name: "down", do: a.down})
	cmd.Flags().BoolVar(&a.flags.dryRun, "dry-run", false, "change nothing and show what would be run and lost")
	a.addLosing(cmd)
	a.addExitCode(cmd)
	return cmd
}

// addLosing declares what a verb has that may lose rows.
func (a *app) addLosing(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&a.flags.yes, "yes", false, "lose what it takes to take a migration back, and do not ask")
	f.StringVar(&a.flags.transaction, "transaction", "all", "one transaction for `all|each` of the migrations")
	f.BoolVar(&a.flags.noInput, "no-input", false, "ask nothing on the terminal")
}

func (a *app) down(ctx context.Context, c *call) (*result, error) {
	// The version is where the way ends, and the migrations after it are what it is about.
	to := c.to
	c.to = ""
	if a.flags.dryRun {
		return a.planDown(ctx, c, to)
	}
	if a.flags.exitCode {
		return nil, wrongUsage("--exit-code is for down --dry-run")
	}
	return a.lose(ctx, c, func(ctx context.Context, s *session) (*dbmend.Report, error) { return s.Down(ctx, to) })
}

// planDown shows the way back.
func (a *app) planDown(ctx context.Context, c *call, to migration.Version) (*result, error) {
	return c.with(ctx, changes, func(ctx context.Context, s *session) (*result, error) {
		p, err := s.PlanDown(ctx, to)
		if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
			return c.refusedPlan(refusal), nil
		}
		if err != nil {
			return nil, noSuchVersion(err)
		}
		r := &result{view: newPlanView(p), show: func(out *screen) { out.plan(p, c.dir) }}
		if a.flags.exitCode {
			r.status = verdictStatus(nil, p.Empty())
		}
		return r, nil
	})
}

// lose does what may lose rows, and asks first, unless it is told not to.
func (a *app) lose(ctx context.Context, c *call, do func(context.Context, *session) (*dbmend.Report, error)) (*result, error) {
	var more []dbmend.Option
	switch a.flags.transaction {
	case "all":
	case "each":
		more = append(more, dbmend.TransactionEach())
	default:
		return nil, notAmong("--transaction", a.flags.transaction, []string{"all", "each"})
	}
	for {
		r, err := c.with(ctx, changes, func(ctx context.Context, s *session) (*result, error) {
			report, err := do(ctx, s)
			if err != nil && report.Nothing() {
				return nil, noSuchVersion(err)
			}
			return &result{view: newUpView(report), show: func(out *screen) { out.report(report, err != nil) }}, err
		}, more...)
		answers, again := a.consent(err)
		if !again {
			answers, again = a.ask(err)
		}
		if !again {
			return r, err
		}
		for name, answer := range answers {
			c.answers[name] = answer
		}
	}
}

// noSuchVersion says of a --to that the migrations do not have that it is wrong usage.
func noSuchVersion(err error) error {
	if errors.Is(err, migration.ErrNoVersion) {
		return &usageError{message: "--to: " + strings.TrimPrefix(err.Error(), "down: ")}
	}
	return err
}

// consent answers the questions of a refusal by --yes, if all are about losses.
func (a *app) consent(err error) (diagnosis.Answers, bool) {
	refusal, ok := errors.AsType[*dbmend.Refusal](err)
	if !ok || !a.flags.yes {
		return nil, false
	}
	answers := diagnosis.Answers{}
	for i := range refusal.Questions {
		q := &refusal.Questions[i]
		if q.Code != diagnosis.Q12 || !strings.HasPrefix(q.Place, "down ") {
			return nil, false
		}
		answers[q.Name()] = q.Choices[0].Answer
	}
	return answers, true
}
