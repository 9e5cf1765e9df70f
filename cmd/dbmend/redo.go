package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
)

const redoLong = `redo takes the newest migration back, as down does, and runs it again as its file
says now. It is for the time in which a migration is being written.`

func (a *app) redoCommand() *cobra.Command {
	cmd := a.command("redo", "take the newest migration back and run it again", redoLong, noArguments,
		verb{name: "redo", do: a.redo})
	a.addLosing(cmd)
	return cmd
}

func (a *app) redo(ctx context.Context, c *call) (*result, error) {
	return a.lose(ctx, c, func(ctx context.Context, s *session) (*dbmend.Report, error) { return s.Redo(ctx) })
}
