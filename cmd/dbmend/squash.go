package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/migration"
)

const squashLong = `squash writes a file beside the migrations (sqlite.squash, postgres.squash or
mysql.squash) that makes on an empty database what they make, up to --to: schema,
rows, counters and history. From then on up begins an empty database with it, many
times as fast, and goes on with the migrations behind it. Any other database is
brought to the newest version by the migrations, as before.

The file is proven before it is written: the migrations are run twice and the file
once, on scratch databases, and all must come out equal. What would be another each
time, such as a row with the current time, is refused with its place.

The file names the migrations that it stands for, with their checksums. Once one of
them changes, or the file, up says so and runs the migrations: run squash again.
check finds it in CI. The migrations stay where they are, for databases that have
some of them.

For a server, --db names one on which scratch databases can be made; the database in
the URL is not looked into.`

func (a *app) squashCommand() *cobra.Command {
	return a.command("squash", "write a file that begins new databases in place of the migrations", squashLong, noArguments,
		verb{name: "squash", do: a.squash})
}

func (a *app) squash(ctx context.Context, c *call) (_ *result, err error) {
	s, err := c.openScratch()
	if err != nil {
		return nil, err
	}
	defer func() { err = said(s.target, errors.Join(err, s.close())) }()
	options, err := c.options()
	if err != nil {
		return nil, err
	}
	m, err := dbmend.New(s.db, s.target.engine(), s.root.FS(), options...)
	if errors.Is(err, migration.ErrNoVersion) {
		return nil, &usageError{message: "--to: " + err.Error()}
	}
	if err != nil {
		return nil, err
	}
	file, err := m.Squash(ctx)
	s.progress.stop()
	if err != nil {
		return nil, err
	}
	written, err := putSquash(s.root, file)
	if err != nil {
		return nil, err
	}
	v := newSquashView(file, filepath.Join(c.dir, file.Path), written)
	return &result{view: v, notes: c.assumptions(), show: func(out *screen) {
		word := "written"
		if !written {
			word = "as it was"
		}
		out.line(out.good(word), " ", clean(v.Path), " stands for ", plural(len(file.Replaces), "migration"), " up to ", clean(v.Through))
	}}, nil
}

// putSquash puts the file in place, whole or not at all, and in the place of nothing but
// an older one; it reports whether that was needed.
func putSquash(root *os.Root, file *migration.Squash) (written bool, err error) {
	before, err := root.ReadFile(file.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return false, fmt.Errorf("write the squash file: %w", err)
	case string(before) == file.Text():
		return false, nil
	case len(before) > 0 && !migration.IsSquash(before):
		return false, &usageError{message: clean(file.Path) + " is not written: it is there and no squash file", hint: "move it away, then run dbmend squash again"}
	}
	draft := ".dbmend-squash-" + rand.Text()
	err = root.WriteFile(draft, []byte(file.Text()), 0o666)
	if err == nil {
		err = root.Rename(draft, file.Path)
	}
	if err != nil {
		if gone := root.Remove(draft); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		return false, fmt.Errorf("write the squash file: %w", err)
	}
	return true, nil
}
