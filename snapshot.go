package dbmend

import (
	"context"
	"errors"

	"github.com/dbmend/dbmend/schema"
)

// Snapshot returns what the database holds, without tracking tables. It changes
// nothing.
func (m *Migrator) Snapshot(ctx context.Context) (snapshot *schema.Snapshot, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := m.look(ctx, db)
	if err != nil {
		return nil, err
	}
	return s.have, nil
}
