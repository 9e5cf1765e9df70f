package dbmend

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how a plain run finds out what it has made of the schema without
// reading all of it again: the fingerprint is a sum (decision 0005), of which what has
// changed is taken off and put back (decision 0042).

// trace notes what the schema is, ahead of the last transaction of a plain run; nil
// where the engine cannot, or where more than the fingerprint is to be had.
func (r *run) trace(ctx context.Context, p *prepared, s *plan.Segment, last bool) (engine.Trace, error) {
	tracer, ok := r.engine.(engine.Tracer)
	if !ok || !p.plain || p.plan.Back || !last || p.squash != nil {
		return nil, nil
	}
	statements := make([]*migration.Statement, len(s.Steps))
	for i := range s.Steps {
		statements[i] = s.Steps[i].Source
	}
	t, err := tracer.Trace(ctx, r.db, p.stamp, statements)
	if err != nil {
		return nil, fmt.Errorf("inspect the database: %w", err)
	}
	return t, nil
}

// stampAfter takes the stamp of what the steps have led to. It comes before the schema is
// inspected: see look. Where a trace tells neither, it is of no more use.
func (r *run) stampAfter(ctx context.Context, pf *proof) (stamp string, err error) {
	if t, ok := pf.trace.(engine.StampedTrace); ok {
		if stamp, err = t.Stamp(ctx); stamp != "" || err != nil {
			return stamp, err
		}
		pf.trace = nil
	}
	if both, ok := r.db.(engine.Stamper); ok {
		r.seen, stamp, err = both.Stamped(ctx)
		return stamp, err
	}
	return r.db.Stamp(ctx)
}

// traced returns the fingerprint of what the transaction has led to, and notes whether
// something has come that looks like a history; told is false where only an inspection
// tells.
func (r *run) traced(ctx context.Context, p *prepared, t engine.Trace) (after schema.Fingerprint, told bool, err error) {
	if t == nil {
		return after, false, nil
	}
	was, is, told, err := t.Changed(ctx)
	if err != nil {
		return after, false, fmt.Errorf("inspect the database: %w", err)
	}
	before, now := schema.NewSnapshot(was...), schema.NewSnapshot(is...)
	p.sole = p.sole && r.looksSole(now)
	for _, s := range []*schema.Snapshot{before, now} {
		s.DeleteFunc(func(o *schema.Object) bool { return p.hidden[o.Key.Owner()] })
	}
	return p.fingerprint.Replace(before, now), told, nil
}
