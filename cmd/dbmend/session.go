package main

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/migration"
)

// A need says what a verb does with the database.
type need int

const (
	reads    need = iota // it shows what is there, without the migrations: there must be a database
	changes              // it works on what is there: there must be a database
	explains             // it shows what would be done: a database that is not there is as good as an empty one
	creates              // it makes what is missing, the file included
)

// A session is one database and one set of migrations, opened for one verb.
type session struct {
	*dbmend.Migrator
	target   target
	db       *sql.DB
	scratch  *sql.DB  // to another server, for scratch databases; nil without one
	root     *os.Root // the folder of migrations; nil where none is read
	progress *progress
	absent   bool // there is no database yet: an empty one in memory stands in for it
}

// open opens what the settings name. The caller closes the session.
func (c *call) open(n need, more ...dbmend.Option) (_ *session, err error) {
	s := &session{progress: newProgress(c.app)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := s.openDatabase(c, n); err != nil {
		return nil, err
	}
	// What only reads the database must work where the migrations are broken.
	var files fs.FS = embed.FS{}
	if n != reads {
		if s.root, err = openFolder(c.settings); err != nil {
			return nil, err
		}
		files = s.root.FS()
	}
	options, err := c.options()
	if err != nil {
		return nil, err
	}
	options = append(options, dbmend.Observe(s.progress.observe))
	if s.progress.shows() || c.flags.json || c.flags.report != "" {
		options = append(options, dbmend.WeighHazards())
	}
	if c.scratch != nil {
		if c.scratch.engine().Name() != s.target.engine().Name() {
			return nil, &usageError{message: "--scratch names a database of another kind than --db", hint: "statements mean what they do on the same database system alone"}
		}
		if s.scratch, err = c.scratch.open(changes, c.wait); err != nil {
			return nil, err
		}
		options = append(options, dbmend.Scratch(s.scratch))
	}
	s.Migrator, err = dbmend.New(s.db, s.target.engine(), files, append(options, more...)...)
	if errors.Is(err, migration.ErrNoVersion) {
		return nil, &usageError{message: "--to: " + err.Error()}
	}
	return s, err
}

// openDatabase finds the database and opens a pool for it.
func (s *session) openDatabase(c *call, n need) error {
	var err error
	if s.target, err = c.target(); err != nil {
		return err
	}
	c.database = s.target.String()
	if s.absent, err = s.target.ready(n); err != nil {
		return err
	}
	s.db, err = s.target.open(n, c.wait)
	return err
}

// openFolder opens the folder of migrations as a root that no link leads out of.
func openFolder(s *settings) (*os.Root, error) {
	root, err := os.OpenRoot(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &failure{
			message: "there is no folder " + clean(s.dir) + " with migrations",
			hint:    "name it with --dir; dbmend new NAME begins one",
			err:     err,
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open the folder of migrations: %w", err)
	}
	return root, nil
}

// options translates the settings for the library.
func (s *settings) options() ([]dbmend.Option, error) {
	options := []dbmend.Option{
		dbmend.Environment(os.LookupEnv),
		dbmend.LockTimeout(s.wait),
		dbmend.Answer(s.answers),
		dbmend.Drift(s.drift),
		dbmend.Placeholders(s.files.Placeholders),
		dbmend.DBMS(s.files.Database),
	}
	if filter := s.files.Filter; filter != nil {
		options = append(options, dbmend.Contexts(filter.Contexts...), dbmend.Labels(filter.Labels))
	}
	if s.to != "" {
		options = append(options, dbmend.To(s.to))
	}
	if s.format != "" {
		options = append(options, dbmend.Format(s.format))
	}
	if s.history != "" {
		options = append(options, dbmend.History(s.history))
	}
	if s.ahead {
		options = append(options, dbmend.AllowAhead())
	}
	if s.base != "" {
		text, err := readScript("base", s.base)
		if err != nil {
			return nil, err
		}
		options = append(options, dbmend.Base(s.base, text))
	}
	if s.schema != "" {
		text, err := readScript("schema", s.schema)
		if err != nil {
			return nil, err
		}
		options = append(options, dbmend.Schema(s.schema, text))
	}
	return options, nil
}

// notes returns what people should know of the set and the database besides.
func (s *session) notes(c *call) []string {
	var notes []string
	if s.absent {
		notes = append(notes, "there is no database at "+c.database+" yet: this is about an empty one")
	}
	if s.root == nil {
		return notes // no folder was read
	}
	for _, hint := range s.Set().Hints {
		notes = append(notes, clean(c.dir)+": "+hint)
	}
	return notes
}

// close gives everything back.
func (s *session) close() error {
	s.progress.stop()
	var errs []error
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.scratch != nil {
		errs = append(errs, s.scratch.Close())
	}
	if s.root != nil {
		errs = append(errs, s.root.Close())
	}
	return errors.Join(errs...)
}

// with opens a session, runs fn in it and closes it.
func (c *call) with(ctx context.Context, n need, fn func(ctx context.Context, s *session) (*result, error), more ...dbmend.Option) (r *result, err error) {
	s, err := c.open(n, more...)
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, s.close())
		if c.scratch != nil {
			err = said(c.scratch, err)
		}
		err = said(s.target, err)
	}()
	r, err = fn(ctx, s)
	s.progress.stop()
	if r != nil {
		r.notes = append(s.notes(c), r.notes...)
	}
	return r, err
}
