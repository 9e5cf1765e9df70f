package dbmend

import (
	"context"
	"errors"

	"github.com/dbmend/dbmend/plan"
)

// Plan returns what Up would run, rehearsed where that needs a rehearsal, with what
// it costs the tables that have rows. It changes nothing.
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
	if err := m.rehearse(ctx, db, prep); err != nil {
		return prep.plan, unproven(ctx, db, prep, err)
	}
	return prep.plan, m.weighHazards(ctx, db, prep)
}
