package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
)

const baselineLong = `baseline records every migration (up to --to) as present, and runs nothing. It is a
claim, and is checked first: where the database lacks what would be claimed, it
asks instead of recording.

up records what is there by itself; baseline is for what it cannot see.`

func (a *app) baselineCommand() *cobra.Command {
	return a.command("baseline", "record migrations as present without running them", baselineLong, noArguments,
		verb{name: "baseline", do: a.baseline})
}

func (a *app) baseline(ctx context.Context, c *call) (*result, error) {
	return c.with(ctx, changes, func(ctx context.Context, s *session) (*result, error) {
		report, err := s.Baseline(ctx)
		if err != nil {
			return nil, err
		}
		return &result{view: newUpView(report), show: func(out *screen) { out.baseline(report) }}, nil
	})
}

func (s *screen) baseline(r *dbmend.Report) {
	if r.Nothing() {
		s.line(s.good("nothing to do"))
		return
	}
	t := &table{}
	for _, record := range r.Records {
		t.row(s.good("recorded"), clean(record.Migration.ID()), s.dim(string(record.Outcome)+": "+record.Reason))
	}
	t.print(s)
	s.line(s.strong(plural(len(r.Records), "migration") + " recorded, nothing run"))
}
