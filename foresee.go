package dbmend

import (
	"context"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how rows that are in the way of a plan are found before anything
// is committed, on a server where that would stay: the plan is run on a copy that has
// the rows of the tables that it is about, where they are not too many.

// foresee refuses a plan that rows are in the way of. What it cannot find out, since
// there are too many rows or they cannot be copied, is left to the run.
//
// Errors: *[Refusal]; the context's.
func (m *Migrator) foresee(ctx context.Context, db engine.Database, p *prepared) (err error) {
	if db.Traits().TransactionalDDL || p.opening != nil {
		return nil
	}
	w := witness.New(db, m.engine, p.have)
	about := concerned(w, p.plan)
	if about == nil {
		return nil
	}
	if few, err := w.Copyable(ctx, about); err != nil || !few {
		return ctx.Err()
	}
	scratch, err := db.Scratch(ctx)
	if err != nil {
		return fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	if err := w.CopyTo(ctx, scratch, about); err != nil {
		return ctx.Err() // there are rows that can be had only the way they came
	}
	step, failed := m.runOnCopy(ctx, scratch, p.plan)
	if failed == nil || scratch.Explain(failed).Problem != engine.Violated {
		return ctx.Err() // the rehearsal has told the rest
	}
	q := m.inTheWay(ctx, db, p, step, failed)
	return &Refusal{Questions: []diagnosis.Question{q}, Diagnosis: p.plan.Diagnosis}
}

// concerned chooses the tables that the steps of a plan are about, with those that
// they refer to and that refer to them; nil where there are none with rows in them, as
// far as the schema tells.
func concerned(w *witness.Witness, p *plan.Plan) func(table schema.Key) bool {
	chosen := map[schema.Key]bool{}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Source != nil && (s.Source.Class == migration.Data || len(s.Makes()) == 0) && w.ReachesFar(s.Source) {
			return witness.EveryTable
		}
		for o := range w.Have().All() {
			if o.Key.Kind == schema.Table && (s.Table == o.Key || wording.Speaks(s.SQL, o.Key.Name)) {
				chosen[o.Key] = true
			}
		}
	}
	if len(chosen) == 0 {
		return nil
	}
	for again := true; again; {
		again = false
		for o := range w.Have().All() {
			parent := schema.Key{Kind: schema.Table, Space: o.Key.Space, Name: o.Fact(schema.Parent)}
			if o.Key.Kind != schema.ForeignKey || chosen[o.Key.Owner()] == chosen[parent] || w.Have().Get(parent) == nil {
				continue
			}
			chosen[o.Key.Owner()], chosen[parent], again = true, true, true
		}
	}
	return func(table schema.Key) bool { return chosen[table] }
}

// runOnCopy runs the steps as the run would, and returns the first that fails.
func (m *Migrator) runOnCopy(ctx context.Context, scratch engine.Database, p *plan.Plan) (*plan.Step, error) {
	for _, segment := range p.Segments(true, scratch.Traits().ForeignKeys) {
		for i := range segment.Steps {
			s := &segment.Steps[i]
			if afterwards(*s) {
				continue
			}
			err := scratch.Begin(ctx, segment.Mode)
			if err == nil {
				_, err = scratch.Exec(ctx, s.SQL)
			}
			if err == nil {
				err = scratch.Commit(ctx)
			}
			if err != nil {
				return s, errors.Join(err, scratch.Rollback(ctx))
			}
		}
		if err := forget(ctx, scratch); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// inTheWay asks about rows that a step cannot be applied to.
func (m *Migrator) inTheWay(ctx context.Context, db engine.Database, p *prepared, s *plan.Step, err error) diagnosis.Question {
	q := diagnosis.Question{
		Code: diagnosis.Q8, Place: s.Ref.String(),
		Text: fmt.Sprintf("Rows are in the way of %s (%v). Which of them may change, and how? Mend them, then run again.", wording.Quote(s.SQL), err),
	}
	if s.Source != nil {
		q.Facts = append(q.Facts, fmt.Sprintf("%s:%d", s.Path, s.Line))
	}
	w := witness.New(db, m.engine, p.have)
	for _, o := range s.Makes() {
		q.Facts = append(q.Facts, w.Repeated(ctx, o)...)
	}
	return q
}
