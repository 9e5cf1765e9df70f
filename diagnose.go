package dbmend

import (
	"context"
	"errors"

	"github.com/dbmend/dbmend/diagnosis"
)

// Diagnose explains the database: what it has of every statement, and why we
// believe so. It changes nothing, also where questions are open: those are in the
// diagnosis.
//
// Errors: *[StatementError] if the set cannot be replayed; the engine's own.
func (m *Migrator) Diagnose(ctx context.Context) (d *diagnosis.Diagnosis, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := m.look(ctx, db)
	if err != nil {
		return nil, err
	}
	d, _, err = m.diagnose(ctx, db, s)
	return d, err
}
