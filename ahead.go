package dbmend

import (
	"context"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

// This file contains what a start asks of the database while the files are read
// (decision 0058).

// An ahead is a connection that was taken, and what it was asked, before the files are
// known. The zero value is none.
type ahead struct {
	db   engine.Database // nil once somebody has taken it
	roll journal.Roll
}

// askAhead returns the journal's newest entry. Where the database may be gone on with as
// the run of that entry has left it, and the names of the files, which are sent as soon
// as they are known, tell of more than it has run, it asks what the journal holds as well.
// Nothing is decided by that, and no error of it counts: who finds nothing here asks again.
func (m *Migrator) askAhead(ctx context.Context, listed <-chan *migration.Listing) lastEntry {
	e := m.lastEntry(ctx, pool{DB: m.db})
	names := <-listed
	if names == nil || !m.leavesOff(e) || !names.Beyond(e.version) {
		return e
	}
	db, err := m.engine.Connect(ctx, m.db)
	if err != nil {
		return e
	}
	m.asks.db = db
	m.asks.roll, _ = journal.CallRoll(ctx, db, names.Len())
	return e
}

// connection returns the connection that is there already, or takes one.
func (m *Migrator) connection(ctx context.Context) (engine.Database, error) {
	if db := m.asks.db; db != nil {
		m.asks.db = nil
		return db, nil
	}
	return m.engine.Connect(ctx, m.db)
}

// giveBack closes the connection if nobody has taken it: there may be no other.
func (m *Migrator) giveBack() error {
	db := m.asks.db
	if m.asks = (ahead{}); db == nil {
		return nil
	}
	return db.Close()
}
