package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// A verb is what a command does. It returns a result, an error, or both where
// something was done before it failed.
type verb struct {
	name string
	do   func(ctx context.Context, c *call) (*result, error)
	bare bool // it needs no settings: no configuration file is read
	loud bool // what it prints is what it was called for: --quiet leaves it
}

// A call is one verb with all that it was told.
type call struct {
	*app
	*settings
	verb     string
	args     []string
	database string // for people; set once it is known
}

// A result is what a verb has found or done.
type result struct {
	view   any           // for programs: a value of json.go
	show   func(*screen) // for people
	status int           // the exit status, where it is not exitDone
	notes  []string      // what was noticed besides, for people
	idle   bool          // of up: there was nothing to do
}

// perform runs a verb, shows what came of it, and keeps the exit status. Errors
// are said here; the one it returns is only for mistakes in the settings.
func (a *app) perform(cmd *cobra.Command, args []string, v verb) error {
	ctx := cmd.Context()
	if err := a.checkColor(); err != nil {
		return err
	}
	c := &call{app: a, verb: v.name, args: args, settings: &settings{}}
	var r *result
	var err error
	if !v.bare {
		var s *settings
		if s, err = a.resolve(cmd.Flags().Changed); err == nil {
			c.settings = s
		}
	}
	var file *reportFile
	if a.flags.report != "" {
		var fileErr error
		if file, fileErr = c.newReportFile(a.flags.report); fileErr != nil {
			file, err = nil, errors.Join(err, fileErr)
		}
	}
	if err == nil {
		r, err = v.do(ctx, c)
	}
	if r == nil {
		r = &result{}
	}
	a.status = r.status
	if err != nil {
		a.status = exitStatus(ctx, err)
	}
	out := newEnvelope(v.name, c.database, a.status, r.view, a.describe(ctx, err, c))
	if a.flags.json {
		if printErr := out.write(a.stdout); printErr != nil {
			return printErr
		}
	} else if r.show != nil && (v.loud || !a.flags.quiet) {
		r.show(a.screen(a.stdout))
	}
	if !a.flags.json && !a.flags.quiet {
		s := a.screen(a.stderr)
		for _, note := range r.notes {
			s.hint("note", note)
		}
	}
	if err != nil {
		a.complain(a.interruption(ctx, err), c)
	}
	if file != nil {
		if reportErr := file.write(out); reportErr != nil {
			a.complain(reportErr, c)
			a.status = max(a.status, exitFailed)
		}
	}
	return nil
}

// interruption replaces what a database says of an interrupted statement by the
// reason, which the user knows.
func (a *app) interruption(ctx context.Context, err error) error {
	if wasInterrupted(ctx) {
		return &failure{message: interrupted(err), err: err}
	}
	return err
}

// interrupted says what becomes of a run that a signal has ended with this error.
func interrupted(err error) string {
	if e, ok := errors.AsType[*saying](err); ok && !e.target.undoes() {
		return "interrupted: statements on the schema that have run stay, and the next run goes on behind them"
	}
	return "interrupted: nothing of what was begun is kept"
}
