package dbmend

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
)

// Up is [New] and [Migrator.Up] in one call, for an application that starts. Where
// nothing has changed since the last run it is several times as fast as the two: the
// files are read and checksummed, while the journal is asked for its last row, and
// not cut into statements. What it changes, and its report, are the same.
//
// Errors: those of [New], with an empty report; those of [Migrator.Up].
func Up(ctx context.Context, db *sql.DB, e engine.Engine, fsys fs.FS, opts ...Option) (report *Report, err error) {
	m := newMigrator(db, e, opts)
	listed, asked := make(chan *migration.Listing, 1), make(chan lastEntry, 1)
	go func() { asked <- m.askAhead(ctx, listed) }()
	draft, err := m.draft(fsys, listed)
	last := <-asked
	defer func() { err = errors.Join(err, m.giveBack()) }()
	if err != nil {
		return &Report{}, err
	}
	if sum := draft.Sum(m.to); sum != "" && last.kind != "" {
		if err := m.identify(sum, draft.Ignore()); err != nil {
			return &Report{}, err
		}
	}
	if m.sum != "" && m.continues(last, draft.Sum) {
		if report, err := m.runSequelOf(ctx, draft, last); !errors.Is(err, errAside) {
			return report, err
		}
	}
	if err := m.giveBack(); err != nil {
		return &Report{}, err
	}
	if m.sum != "" {
		if same, err := m.recognises(ctx, last); same || err != nil {
			return &Report{}, err
		}
	}
	if err := m.take(draft); err != nil {
		return &Report{}, err
	}
	return m.Up(ctx)
}

// draft reads the files, and sends their names ahead.
func (m *Migrator) draft(fsys fs.FS, listed chan<- *migration.Listing) (*migration.Draft, error) {
	listing, err := m.list(fsys)
	listed <- listing
	if err != nil {
		return nil, err
	}
	return m.read(listing)
}

// runSequelOf is runSequel with files of which only those are cut that have not been run.
func (m *Migrator) runSequelOf(ctx context.Context, draft *migration.Draft, last lastEntry) (*Report, error) {
	set, err := draft.CutBehind(last.version)
	m.whole = set
	if err == nil && m.to != "" {
		set, err = set.To(m.to)
	}
	if err != nil {
		return nil, errAside // it is told where all are cut
	}
	m.set = set
	return m.runSequel(ctx, last)
}

// recognises reports that a run of this set left the database as it is. To ask the
// history of another runner, or for a whole stamp, takes a connection of our own.
func (m *Migrator) recognises(ctx context.Context, last lastEntry) (same bool, err error) {
	if !m.ended(last) {
		return false, nil
	}
	if m.untouched(ctx, pool{DB: m.db}, last) {
		return true, nil
	}
	db, err := m.engine.Connect(ctx, m.db)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	m.traits = db.Traits()
	return m.stamped(ctx, db, last), nil
}
