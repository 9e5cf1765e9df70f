package main

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/check"
)

const checkLong = `check checks migrations before they are released, without a live database: that the
files can be read, run on an empty database and come in order; that what is released
has not changed; that --schema makes what the migrations make; and that every
database which a release named by --released can have left behind is brought to the
present without a question and without losing rows. What the migrations since the
newest release, or since --since, can hurt is listed.

For SQLite, everything happens in memory, and no database need be given. For a
server, --db names one on which scratch databases can be made; the database in the
URL is not looked into.

Revisions are read by git from the repository that the folder of migrations lies in;
its work tree is left alone.`

func (a *app) checkCommand() *cobra.Command {
	cmd := a.command("check", "check the migrations, for CI", checkLong, noArguments,
		verb{name: "check", do: a.check, loud: true})
	f, v := cmd.Flags(), &a.flags.check
	f.StringSliceVar(&v.released, "released", nil, "releases whose databases are out there, oldest first: `REVISIONS` of git, with commas")
	f.StringArrayVar(&v.folders, "released-dir", nil, "a release that lies in a folder as the project does, `NAME=FOLDER` (repeatable)")
	f.StringVar(&v.since, "since", "", "the `REVISION` that the change is for, such as origin/main (default the newest release)")
	f.StringArrayVarP(&v.outputs, "output", "o", nil, "print as `FORMAT[=FILE]`: text, json, github, junit or sarif (repeatable)")
	f.StringVar(&v.failOn, "fail-on", "error", "exit 2 for findings of this severity and graver ones: `error|warning|note|never`")
	return cmd
}

// severities are what --fail-on can say.
var severities = []string{"error", "warning", "note", "never"}

// checkFlags are the flags of check.
type checkFlags struct {
	released, folders, outputs []string
	since, failOn              string
}

func (a *app) check(ctx context.Context, c *call) (_ *result, err error) {
	fail, strict := check.ParseSeverity(c.checks.failOn)
	outputs, err := c.outputs(c.checks.outputs, fail)
	if err != nil {
		return nil, err
	}
	s, err := c.openScratch()
	if err != nil {
		return nil, err
	}
	defer func() { err = said(s.target, errors.Join(err, s.close())) }()
	what, history, err := c.releases(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, history.close()) }()
	options, err := c.options()
	if err != nil {
		return nil, err
	}
	options = append(options, dbmend.Observe(s.progress.observe))
	report, err := dbmend.Check(ctx, s.db, s.target.engine(), s.root.FS(), what, options...)
	s.progress.stop()
	if err != nil {
		return nil, err
	}
	discreetly(s.target, report)
	report = report.Relocate(fromHere)
	r := &result{view: newCheckView(report), notes: c.assumptions()}
	if strict && report.AtLeast(fail) {
		r.status = exitDifferences
	}
	place := func(name string) string { return history.fromTop(name) }
	r.show, err = outputs.write(c, report, report.Relocate(place), r)
	return r, err
}

// openScratch opens the folder of migrations and what scratch databases are made with:
// a server, or SQLite in memory, even where a file is named.
func (c *call) openScratch() (_ *session, err error) {
	s := &session{progress: newProgress(c.app), target: &sqliteTarget{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if c.db != "" {
		if s.target, err = c.target(); err != nil {
			return nil, err
		}
	}
	if t, ok := s.target.(*sqliteTarget); ok {
		s.target = &sqliteTarget{params: t.params}
	} else {
		c.database = s.target.String()
	}
	if s.root, err = openFolder(c.settings); err != nil {
		return nil, err
	}
	s.db, err = s.target.open(explains, c.wait)
	return s, err
}

// assumptions says what was taken for granted.
func (c *call) assumptions() []string {
	if c.db == "" {
		return []string{"no database is given: the migrations are taken for SQLite's"}
	}
	return nil
}

// fromHere returns a path as people look for it: from the working folder if it lies below
// that, and with forward slashes.
func fromHere(name string) string {
	if filepath.IsAbs(name) {
		if here, err := filepath.Abs("."); err == nil {
			if relative, err := filepath.Rel(here, name); err == nil && filepath.IsLocal(relative) {
				name = relative
			}
		}
	}
	return path.Clean(filepath.ToSlash(name))
}

// splitRelease reads NAME=FOLDER.
func splitRelease(text string) (name, folder string, err error) {
	name, folder, ok := strings.Cut(text, "=")
	if !ok || name == "" || folder == "" {
		return "", "", &usageError{message: "--released-dir " + clean(text) + " is not of the form NAME=FOLDER", hint: "write it as --released-dir v1.0.0=../v1.0.0"}
	}
	return name, folder, nil
}
