package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// An app is one call of the command.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	flags          flags

	begun  bool // a command has been found, and its flags and arguments are well formed
	status int  // the exit status of the verb that ran
}

// flags are what was written on the command line, before anything else is asked.
type flags struct {
	db, scratch, dir, config   string
	base, schema, history      string
	format, to, drift, ahead   string
	contexts, labels, dbms     string
	placeholders, answers      []string
	answersFile, report, color string
	lockTimeout                time.Duration
	json, quiet, verbose       bool

	exitCode bool // status, diagnose, plan, up

	transaction, backup string        // up
	dump, before, after string        // up
	dryRun, noInput     bool          // up, down
	yes                 bool          // down, redo
	timeout             time.Duration // wait
	sql                 bool          // plan
	undo                bool          // adopt
	run, version        string        // history
	limit               int           // history
	check               checkFlags
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: stdout, stderr: stderr}
}

// run runs the command and returns the exit status.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return a.status
	}
	// What a verb had to say has been said: this is about the command line.
	if e, ok := errors.AsType[*usageError](err); !a.begun && (!ok || e.hint == "") {
		err = &usageError{message: discreet(err.Error()), hint: usageHint(cmd)}
	}
	a.complain(err, nil)
	return exitStatus(ctx, err)
}

// usageHint names the help of the verb that was meant, as far as one was.
func usageHint(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return "dbmend help shows the commands and their flags"
	}
	return cmd.CommandPath() + " --help shows its flags"
}

// noArguments is said of verbs that take flags alone.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misplaced(cmd.Name()+" takes no arguments, and was given %q", args[0])
	}
	return nil
}

// command returns a command for a verb that takes these arguments.
func (a *app) command(use, short, long string, args cobra.PositionalArgs, v verb) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Long:  long,
		Args:  args,
		RunE: func(cmd *cobra.Command, args []string) error {
			a.begun = true
			return a.perform(cmd, args, v)
		},
	}
}
