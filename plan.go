package dbmend

import (
	"context"
	"errors"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/plan"
)

// connect takes a connection for one verb. What must wait for other writers waits
// as long as the lock may take.
func (m *Migrator) connect(ctx context.Context) (engine.Database, error) {
	db, err := m.engine.Connect(ctx, m.db)
	if err != nil {
		return nil, err
	}
	db.Patience(m.lockTimeout)
	return db, nil
}

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

// Plan returns what Up would run, rehearsed where that needs a rehearsal. It
// changes nothing.
//
// Errors: *[Refusal] if questions are open, or if a rehearsal shows that nothing
// leads to the schema that is wanted.
func (m *Migrator) Plan(ctx context.Context) (p *plan.Plan, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	prep, err := m.prepare(ctx, db)
	if err != nil {
		return nil, err
	}
	return prep.plan, unproven(ctx, db, prep, m.rehearse(ctx, db, prep))
}
