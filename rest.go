package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how a plan of several transactions goes on from one to the next
// (decision 0012).

// A rest is what is left of a plan of which earlier transactions are committed. It
// is good for the schema that they have led to.
type rest struct {
	begun    *prepared // what the last of them was carried out with
	segments []plan.Segment
	after    schema.Fingerprint
}

// goOn runs the next transaction of a plan that was begun, if nobody has changed
// anything in between: what it rests on was looked at before the first.
func (r *run) goOn(ctx context.Context) (going, more bool, err error) {
	rest := r.rest
	r.rest = nil
	p := r.carried(rest)
	if r.begun = r.begun && p != nil; !r.begun {
		if err := r.begin(ctx, rest.segments[0].Mode); err != nil {
			return false, false, err
		}
		p, err = r.takeUp(ctx, rest)
		if err != nil || p == nil {
			return false, false, errors.Join(err, r.db.Rollback(ctx))
		}
	}
	more, err = r.carryOut(ctx, p, rest.segments)
	if err != nil {
		return true, false, errors.Join(err, r.db.Rollback(ctx))
	}
	return true, more, nil
}

// takeUp returns what the next transaction is carried out with; nil where somebody
// has changed something since the last one.
func (r *run) takeUp(ctx context.Context, rest *rest) (*prepared, error) {
	if p := r.carried(rest); p != nil {
		same, err := r.stands(ctx, r.db, p.survey)
		if err == nil && same && p.foreign != nil {
			p.foreign, err = p.foreign.Runner.Read(ctx, r.db, p.foreign.Table)
		}
		if err != nil || !same {
			return nil, err
		}
		return p, nil
	}
	s, err := r.look(ctx, r.db)
	if err != nil || s.fingerprint != rest.after || s.last.Run != r.id || !s.unclaimed {
		return nil, err
	}
	return &prepared{survey: s, plan: rest.begun.plan, plain: rest.begun.plain, partly: rest.begun.partly, squash: rest.begun.squash}, nil
}

// carried returns what a look would find if nobody but this run has changed anything; nil
// where one is to be had: for a plan that rests on more than the history, for a history
// that is just changing hands, and ahead of the last transaction where no stamp tells
// who else has changed the schema.
func (r *run) carried(rest *rest) *prepared {
	p := *rest.begun
	last := len(rest.segments) == 1
	if r.trail == nil || !p.plain || p.handed || p.adopted != nil || r.hands(p.survey) || last && r.completed.Stamp == "" {
		return nil
	}
	s := *p.survey
	s.have, s.fingerprint = r.trail.watch.Snapshot(), rest.after
	s.stamp, s.journal, s.newest, s.last = r.completed.Stamp, true, r.newest, r.completed
	s.last.Run = r.id
	s.sole = last && r.looksSole(s.have)
	if s.foreign != nil {
		ruling, err := parseRuling(r.completed.Name)
		if err != nil {
			return nil
		}
		history := *s.foreign
		history.Digest = ruling.digest
		s.foreign = &history
	}
	p.survey = &s
	return &p
}

// A trail is what the transactions in the middle of a run make of the schema, of a plain
// one where nothing can be undone, read change by change: to inspect all of it behind each would take a time that grows
// with the square of their number.
type trail struct {
	watch engine.Watch
	after schema.Fingerprint // without tracking tables
}

// follow returns the fingerprint of what a transaction in the middle has led to.
func (r *run) follow(ctx context.Context, p *prepared) (schema.Fingerprint, error) {
	if r.trail == nil {
		watch, err := r.db.Watch(ctx)
		if err != nil {
			return schema.Fingerprint{}, fmt.Errorf("inspect the database: %w", err)
		}
		have := watch.Snapshot().Filter(func(o *schema.Object) bool { return !p.hidden[o.Key.Owner()] })
		r.trail = &trail{watch, have.Fingerprint()}
		return r.trail.after, nil
	}
	changes, err := r.trail.watch.Changes(ctx, migration.Statement{})
	if err != nil {
		return schema.Fingerprint{}, fmt.Errorf("inspect the database: %w", err)
	}
	changes = slices.DeleteFunc(changes, func(c schema.Change) bool { return p.hidden[c.Key.Owner()] })
	r.trail.after = r.trail.after.Apply(changes)
	return r.trail.after, nil
}
