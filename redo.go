package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/plan"
)

// Redo takes the newest migration back and runs it again, as its file says now: what
// [Migrator.Down] does, and then what Up does as far as to it. It is for the time in
// which a migration is being written.
//
// Where the database can undo statements on the schema, the two are one transaction:
// where the second fails or has a question, nothing has changed. They are two on other
// servers, where a down part has statements that no transaction bears, and where just one
// of the two needs foreign keys to rest; if the second fails then, the migration is
// pending, and the report has what the first did.
//
// Errors: those of Down and of [Migrator.Up]; *[PartialError] where questions are
// open after it was taken back.
func (m *Migrator) Redo(ctx context.Context) (*Report, error) {
	return m.work(ctx, nil, func(r *run) error {
		if r.db.Traits().TransactionalDDL {
			err := r.redo(ctx, true)
			if err != nil && r.hold.begun() {
				err = errors.Join(err, r.db.Rollback(ctx))
				*r.report = Report{}
			}
			r.hold = nil
			if !errors.Is(err, errApart) {
				return err
			}
		}
		return r.redo(ctx, false)
	})
}

// redo takes the newest migration back and brings it again, together in one transaction
// or each in its own.
//
// Errors: errApart where they cannot be together; nothing is committed then.
func (r *run) redo(ctx context.Context, together bool) error {
	up := r.Migrator
	defer func() { r.Migrator = up }()
	if together {
		r.hold = &hold{}
	}
	way := &descent{Migrator: up, consent: true}
	r.aim = way.prepare
	if err := r.all(ctx); err != nil || len(way.back) == 0 {
		return err
	}
	again, err := up.upTo(way.back[0].Version)
	if err != nil {
		return err
	}
	r.Migrator, r.aim = again, again.prepare
	if err := r.all(ctx); err != nil || !r.hold.begun() {
		return err
	}
	r.hold = nil
	return r.db.Commit(ctx) // it has nothing to run
}

// errApart says that two runs cannot share a transaction.
var errApart = errors.New("this takes more than one transaction")

// A hold has the first transaction of a run left open, for what comes next to go on with.
type hold struct {
	open bool
	mode engine.TxMode
}

// begun reports whether a transaction is left open.
func (h *hold) begun() bool { return h != nil && h.open }

// commit ends a transaction, or leaves it open where that is what this run is for.
func (r *run) commit(ctx context.Context, s *plan.Segment, last bool) error {
	if r.hold != nil && !r.hold.open {
		if !last || slices.ContainsFunc(s.Steps, afterwards) {
			return errApart
		}
		r.hold.open = true
		return nil
	}
	if err := r.db.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	r.hold = nil
	return nil
}

// PlanRedo returns what Redo would run: the way back as [Migrator.PlanDown] has it, and
// what runs the migration again, as it is written. Both are nil where there is nothing to
// take back. It changes nothing.
//
// Errors: those of PlanDown.
func (m *Migrator) PlanRedo(ctx context.Context) (back, again *plan.Plan, err error) {
	back, err = m.PlanDown(ctx, "")
	if err != nil || len(back.Records) == 0 {
		return nil, nil, err
	}
	mig := back.Records[0].Migration
	finding := diagnosis.MigrationFinding{Migration: mig, Standing: diagnosis.Pending, Plain: true}
	for i := range mig.Statements {
		st := &mig.Statements[i]
		finding.Findings = append(finding.Findings, diagnosis.Finding{
			Ref: diagnosis.Ref{Version: mig.Version, Number: st.Number}, Statement: st,
			Verdict: diagnosis.NotDone, Evidence: []string{"pending, once it is taken back"},
		})
	}
	target := back.Diagnosis.Target
	again, err = plan.Make(&diagnosis.Diagnosis{
		Recorded: back.Diagnosis.Recorded, Have: target, Target: target, Agrees: true,
		Migrations: []diagnosis.MigrationFinding{finding},
	}, m.engine)
	return back, again, err
}
