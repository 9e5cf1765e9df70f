package dbmend

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how it is made sure that statements which dbmend wrote lose no
// row. A table is looked at right before them and right behind them: what the
// author's own statements do to it, before or after, by themselves or by a reference
// that cascades, is none of their business.

// A guard is what a table held before synthesised statements.
type guard struct {
	rows int64
	sum  witness.RowSum // of a table that is made anew
	anew bool
}

// guards reports whether a step is a synthesised one that works on a table which was
// there before the run and is meant to stay.
func guards(p *prepared, s *plan.Step) bool {
	return s.Kind == plan.Synthesised && s.Table.Kind == schema.Table &&
		p.have.Get(s.Table) != nil && p.plan.Diagnosis.Target.Get(s.Table) != nil
}

// together reports whether two steps are synthesised ones on the same table, between
// which its rows need not be whole.
func together(a, b *plan.Step) bool {
	return a.Kind == plan.Synthesised && b.Kind == plan.Synthesised && a.Table == b.Table
}

// weigh notes what a table holds, ahead of the first of the synthesised statements on
// it that follow each other.
func (r *run) weigh(ctx context.Context, p *prepared, steps []plan.Step, i int) (err error) {
	s := &steps[i]
	if i > 0 && together(&steps[i-1], s) {
		return nil
	}
	if r.guard = nil; !guards(p, s) {
		return nil
	}
	w := witness.New(r.db, r.engine, p.have)
	g := &guard{anew: s.Anew}
	if g.anew {
		g.sum, err = w.Sum(ctx, s.Table, p.have.Columns(s.Table))
	} else {
		g.rows, err = w.Rows(ctx, s.Table, 0)
	}
	r.guard = g
	return err
}

// weighAgain compares, behind the last of them.
//
// Errors: *[MismatchError].
func (r *run) weighAgain(ctx context.Context, p *prepared, steps []plan.Step, i int) error {
	s := &steps[i]
	if r.guard == nil || i+1 < len(steps) && together(s, &steps[i+1]) {
		return nil
	}
	before := r.guard
	r.guard = nil
	w := witness.New(r.db, r.engine, p.have)
	loss := ""
	if before.anew {
		after, err := w.Sum(ctx, s.Table, before.sum.Columns)
		if err != nil {
			return err
		}
		if !after.Same(before.sum) {
			loss = fmt.Sprintf("%s was made anew and does not hold the rows that it held", s.Table)
		}
	} else {
		rows, err := w.Rows(ctx, s.Table, 0)
		if err != nil {
			return err
		}
		if rows < before.rows {
			loss = fmt.Sprintf("%s has %d rows and had %d", s.Table, rows, before.rows)
		}
	}
	if loss == "" {
		return nil
	}
	return &MismatchError{During: "run", Kept: !r.db.Traits().TransactionalDDL, Rows: []string{loss}}
}
