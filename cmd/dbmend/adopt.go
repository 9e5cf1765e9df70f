package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
)

const adoptLong = `adopt switches from another runner's tracking table to dbmend's journal for good: what
the table claims is the journal's from then on, and the table itself stays as it is.
If somebody writes it all the same, the next run notices and asks.

Until a migration is recorded, adopt --undo lets the table rule again. After that, and
for a table that is not there yet, --history TABLE (or the name of a tool, as goose)
with up does: everything that is recorded is written there in that tool's own way.`

func (a *app) adoptCommand() *cobra.Command {
	cmd := a.command("adopt", "switch from another runner's history to dbmend's journal", adoptLong, noArguments,
		verb{name: "adopt", do: a.adopt})
	cmd.Flags().BoolVar(&a.flags.undo, "undo", false, "let the other runner's table rule again")
	return cmd
}

func (a *app) adopt(ctx context.Context, c *call) (*result, error) {
	return c.with(ctx, changes, func(ctx context.Context, s *session) (*result, error) {
		do := s.Adopt
		if a.flags.undo {
			do = s.UndoAdopt
		}
		adoption, err := do(ctx)
		if hint := adoptHint(err); hint != "" {
			return nil, &failure{message: err.Error(), hint: hint, err: err}
		}
		if err != nil {
			return nil, err
		}
		return &result{view: newAdoptView(adoption, a.flags.undo), show: func(out *screen) { out.adoption(adoption, a.flags.undo) }}, nil
	})
}

// adoptHint says what to do about an adoption that cannot be.
func adoptHint(err error) string {
	switch {
	case errors.Is(err, dbmend.ErrUnsettled):
		return "dbmend up heals what the history leaves open; then adopt it"
	case errors.Is(err, dbmend.ErrMovedOn):
		return "dbmend --history TABLE up writes everything that is recorded there, and lets it rule"
	}
	return ""
}

func (s *screen) adoption(a *dbmend.Adoption, undo bool) {
	if a.Nothing() {
		s.line(s.good("nothing to do"))
		return
	}
	t := &table{}
	for _, name := range a.Took {
		word := "taken over"
		if undo {
			word = "given back"
		}
		t.row(s.good(word), clean(name))
	}
	t.print(s)
	table := clean(a.Table) + " (" + clean(a.Runner) + ")"
	if undo {
		s.line(s.strong(table + " rules again"))
	} else {
		s.line(s.strong("the journal rules: " + table + " stays as it is, and is not written any more"))
	}
}
