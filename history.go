package dbmend

import (
	"context"
	"errors"

	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/schema"
)

// History returns what the journal says, oldest first; nothing where there is no
// journal. It changes nothing.
//
// Errors: *[journal.ShapeError] and *[journal.EntryError] for a table that is not
// what dbmend wrote; the engine's own.
func (m *Migrator) History(ctx context.Context, want journal.Filter) (entries []journal.Entry, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := db.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	if all.Get(schema.Key{Kind: schema.Table, Name: journal.Table}) == nil {
		return nil, nil
	}
	return journal.Read(ctx, db, want)
}
