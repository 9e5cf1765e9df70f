package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend/migration"
)

const newLong = `new makes the file of the next migration, in the style of those that are there: the
next number or the time, the markers of the format, a second file or a folder where
the format has one. It makes the folder if there is none, needs no database and never
overwrites a file. The path is printed. If a database is named all the same, the
files that are there have to be readable in its dialect.`

func (a *app) newCommand() *cobra.Command {
	return a.command("new NAME", "make the file of the next migration", newLong, someName,
		verb{name: "new", do: a.newMigration, loud: true})
}

func someName(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return wrongUsage("new needs a name for the migration")
	}
	return nil
}

func (a *app) newMigration(_ context.Context, c *call) (*result, error) {
	if _, err := os.Stat(c.dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(c.dir, 0o777); err != nil {
			return nil, fmt.Errorf("make the folder of migrations: %w", err)
		}
	}
	root, err := openFolder(c.settings)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	options := c.files
	options.Format = c.format
	set, err := migration.Load(root.FS(), c.cutter(), options)
	if err != nil {
		return nil, err
	}
	if set.Format == "drizzle" {
		return nil, &failure{message: "Drizzle goes by its journal, in which a new migration needs an entry", hint: "drizzle-kit generate --custom --name=NAME makes both"}
	}
	version := migration.NextVersion(set, time.Now())
	up, down := migration.Filename(version, strings.Join(c.args, " "), set.Format)
	view := newView{}
	for _, name := range []string{up, down} {
		if name == "" {
			continue
		}
		name = set.Word + name
		if err := writeNew(root, name, migration.Template(set.Format)); err != nil {
			return nil, err
		}
		view.Paths = append(view.Paths, filepath.Join(c.dir, name))
	}
	view.Version = string(version)
	var notes []string
	if _, err := root.Stat("atlas.sum"); err == nil {
		notes = append(notes, "atlas.sum does not know the new file yet: when it is written, atlas migrate hash brings that up to date")
	}
	return &result{view: view, notes: notes, show: func(out *screen) {
		for _, path := range view.Paths {
			out.line(clean(path))
		}
	}}, nil
}

// cutter returns who cuts the files that are there: the engine of the database that
// the settings name, if they name one.
func (c *call) cutter() migration.Cutter {
	if t, err := c.target(); err == nil {
		return t.engine()
	}
	return uncut{}
}

// uncut takes each script for one statement: the next version follows from names
// alone, and without a database nobody knows in which dialect the files are.
type uncut struct{}

// Cut returns the script, unless it is blank.
func (uncut) Cut(script string) ([]migration.Statement, error) {
	if strings.TrimSpace(script) == "" {
		return nil, nil
	}
	return []migration.Statement{{Text: script, Line: 1}}, nil
}

// writeNew makes a file that is not there yet, in a folder of its own where its name
// has one.
func writeNew(root *os.Root, name, text string) (err error) {
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("make the migration: %w", err)
		}
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("make the migration: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.WriteString(text)
	return err
}
