package dbmend

import (
	"context"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/plan"
)

// This file contains the refusals that a diagnosis does not see coming: those of
// the rehearsal, and those of the rows.

// unproven turns what a rehearsal has shown into a refusal: a plan that does not
// lead to the schema that is wanted rests on an explanation that is wrong. What
// says nothing about the schema, a cancelled context or a full disk, stays what it is.
func unproven(ctx context.Context, db engine.Database, p *prepared, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	q := diagnosis.Question{
		Code: diagnosis.Q16,
		Text: "No explanation of this database leads to the schema that the migrations want. Look at what is different, mend it by hand, then run again.",
	}
	mismatch, differs := errors.AsType[*MismatchError](err)
	statement, failed := errors.AsType[*StatementError](err)
	switch {
	case differs:
		for _, d := range mismatch.Differences {
			q.Facts = append(q.Facts, "after the plan, "+d.String())
		}
	case failed && witness.TellsOfSchema(db.Explain(statement.Err).Problem):
		q.Facts = append(q.Facts, statement.Error(), "statement: "+wording.Quote(statement.SQL))
	default:
		return err
	}
	return &Refusal{Questions: []diagnosis.Question{q}, Diagnosis: p.plan.Diagnosis}
}

// violated turns rows that a statement cannot be applied to into a refusal: no
// row is ever changed to make a statement pass.
func (r *run) violated(ctx context.Context, p *prepared, s *plan.Step, err error) error {
	if r.report.Run != "" || !r.db.Traits().TransactionalDDL {
		failure := stepError(s, "run", err) // what was committed before is no refusal any more
		failure.Migration = r.set.Find(s.Ref.Version)
		return failure
	}
	return &Refusal{Questions: []diagnosis.Question{r.inTheWay(ctx, r.db, p, s, err)}, Diagnosis: p.plan.Diagnosis}
}

// orphaned turns references that a run would break into a refusal.
func (r *run) orphaned(p *prepared, orphans []engine.Orphan) error {
	if r.report.Run != "" {
		mismatch := &MismatchError{During: "run", Kept: !r.db.Traits().TransactionalDDL} // what was committed before is no refusal any more
		for _, o := range orphans {
			mismatch.Rows = append(mismatch.Rows, fmt.Sprintf("row %s of table %s refers to nothing in table %s", o.Row, o.Table, o.Parent))
		}
		return mismatch
	}
	q := diagnosis.Question{
		Code: diagnosis.Q8, Place: "references",
		Text: fmt.Sprintf("After this run %s would refer to nothing, where they refer to something now or are not there. Which of them may go, or change? Mend them, then run again.",
			wording.Count(int64(len(orphans)), "row")),
	}
	for _, o := range orphans[:min(len(orphans), 10)] {
		q.Facts = append(q.Facts, fmt.Sprintf("row %s of table %s refers to nothing in table %s", o.Row, o.Table, o.Parent))
	}
	return &Refusal{Questions: []diagnosis.Question{q}, Diagnosis: p.plan.Diagnosis}
}
