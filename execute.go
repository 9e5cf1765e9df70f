package dbmend

import (
	"context"
	"errors"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how the steps of a plan are run, in their transaction and behind it.

// execute runs the steps of one transaction.
func (r *run) execute(ctx context.Context, p *prepared, steps []plan.Step) ([]StepReport, error) {
	done := make([]StepReport, 0, len(steps))
	for i := range steps {
		if afterwards(steps[i]) {
			continue
		}
		step, err := r.step(ctx, p, steps, i)
		if err != nil {
			return nil, err
		}
		done = append(done, step)
		if p.squash.makes(&steps[i]) && (i+1 == len(steps) || !p.squash.makes(&steps[i+1])) {
			if r.made, err = r.arrived(ctx, p); err != nil {
				return nil, err
			}
		} else {
			r.made = nil
		}
	}
	return done, nil
}

// step runs one of the steps.
func (r *run) step(ctx context.Context, p *prepared, steps []plan.Step, i int) (StepReport, error) {
	s := &steps[i]
	r.tell(Stepping{i + 1, len(steps), s})
	if err := r.weigh(ctx, p, steps, i); err != nil {
		return StepReport{}, err
	}
	started := time.Now()
	rows, err := r.exec(ctx, r.db, s.Source, s.SQL)
	if err != nil {
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		if r.db.Explain(err).Problem == engine.Violated {
			return StepReport{}, r.violated(ctx, p, s, err)
		}
		failure := stepError(s, "run", err)
		failure.Migration = r.set.Find(s.Ref.Version)
		failure.Hint = hint(r.db.Explain(err))
		return StepReport{}, failure
	}
	took := time.Since(started)
	if err := r.weighAgain(ctx, p, steps, i); err != nil {
		return StepReport{}, err
	}
	r.tell(Stepped{i + 1, len(steps), s, rows, took})
	return StepReport{s, rows, took}, nil
}

// runAfterwards runs what no transaction bears, after the one that it belongs to.
// Killed in between, the next run finds the intent in the journal.
func (r *run) runAfterwards(ctx context.Context, p *prepared, steps []plan.Step, last bool) error {
	var done []StepReport
	for i := range steps {
		s := &steps[i]
		if !afterwards(*s) {
			continue
		}
		r.tell(Stepping{i + 1, len(steps), s})
		started := time.Now()
		if _, err := r.db.Exec(ctx, s.SQL); err != nil {
			e := stepError(s, "run", err)
			e.Migration = r.set.Find(s.Ref.Version)
			e.Hint = "everything else is done and recorded; the next run tries this one statement again"
			return e
		}
		report := StepReport{s, 0, time.Since(started)}
		done = append(done, report)
		r.report.Steps = append(r.report.Steps, report)
		r.tell(Stepped{i + 1, len(steps), s, 0, report.Took})
	}
	if len(done) == 0 {
		return nil
	}
	if !last {
		r.completed.Checksum = ""
	}
	r.made = nil // what has just run is no part of it
	stamp, err := r.db.Stamp(ctx)
	if err != nil {
		return err
	}
	after, err := r.afterwards(ctx, p, last)
	if err != nil {
		return err
	}
	r.completed.After = after.String()
	if r.rest != nil {
		r.rest.after = after
	}
	return r.noteAfterwards(ctx, done, stamp)
}

// afterwards returns the fingerprint of what has run behind a transaction. Where that is one in
// the middle, what has changed is read, and not the rest: an index after the other may be
// built there.
func (r *run) afterwards(ctx context.Context, p *prepared, last bool) (schema.Fingerprint, error) {
	if r.trail != nil && (p.plain || !last) {
		return r.follow(ctx, p)
	}
	r.trail = nil
	after, err := r.inspectAfter(ctx, p)
	if err != nil {
		return schema.Fingerprint{}, err
	}
	if diff := schema.Compare(p.plan.Diagnosis.Target, after); last && !p.plain && len(diff) > 0 {
		return schema.Fingerprint{}, &MismatchError{During: "run", Kept: true, Differences: diff}
	}
	return after.Fingerprint(), nil
}
