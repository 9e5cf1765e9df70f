package dbmend

import (
	"context"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how a check compares the schema file with the migrations.

// compareSchema compares what the schema file makes with what the migrations make.
func (c *checker) compareSchema(ctx context.Context) error {
	if c.now.schema == nil {
		return nil
	}
	have, put, err := c.trace(ctx, c.now.schema)
	if err != nil {
		return c.unreplayable(ctx, err)
	}
	comparison := check.Comparison{
		Want: c.replay.Want, Have: have, File: c.now.schema.name,
		Made: map[schema.Key]check.Place{}, Put: put, Known: map[schema.Key]bool{},
	}
	for i := range c.replay.Effects {
		e := &c.replay.Effects[i]
		for _, change := range e.Changes {
			comparison.Made[change.Key] = c.placeOfRef(e.Ref())
		}
	}
	if c.now.base == nil {
		// The base is taken from the schema file, so that this has it all. What only the
		// file makes is from before the first migration if it is old enough.
		made := map[schema.Key]bool{}
		for key := range comparison.Made {
			made[key] = true
		}
		want := c.replay.Want.Clone()
		old, known := c.oldest(ctx)
		for o := range c.replay.Base.All() {
			if made[o.Key] || c.replay.Want.Get(o.Key) == nil {
				continue
			}
			if known && old.Get(o.Key) == nil {
				want.Delete(o.Key)
			} else if !known && !c.replay.borrowed {
				want.Delete(o.Key)
				comparison.Doubtful = true
			}
		}
		comparison.Want = want
	}
	c.report.Add(check.Disagreements(comparison)...)
	return nil
}

// oldest returns the schema that the oldest release with a schema file makes by it;
// known is false where there is none. That of the release since which migrations are
// pending will do as well.
func (c *checker) oldest(ctx context.Context) (made *schema.Snapshot, known bool) {
	candidates := c.releases
	if len(candidates) == 0 && c.since != nil {
		candidates = []*released{c.since}
	}
	for _, r := range candidates {
		if r.m == nil || r.m.schema == nil {
			continue
		}
		if made, err := r.m.inspectScript(ctx, c.live, r.m.schema); err == nil {
			return made, true
		}
	}
	return nil, false
}

// trace runs a script on a scratch database and returns the schema that it makes,
// without tracking tables, and on which line it gives each object its last form.
func (c *checker) trace(ctx context.Context, s *script) (made *schema.Snapshot, put map[schema.Key]check.Place, err error) {
	statements, err := c.now.cut(s)
	if err != nil {
		return nil, nil, err
	}
	scratch, err := c.live.Scratch(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	watch, err := scratch.Watch(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := scratch.Begin(ctx, engine.Rebuild); err != nil {
		return nil, nil, err
	}
	put = map[schema.Key]check.Place{}
	for i := range statements {
		st := &statements[i]
		if st.Class == migration.Transaction || st.Class == migration.Outside || st.Class == migration.Session {
			continue
		}
		if _, err := scratch.Exec(ctx, st.Text); err != nil {
			failure := &StatementError{Path: s.name, Line: st.Line, SQL: st.Text, During: "replay", Err: err, Hint: hint(scratch.Explain(err))}
			return nil, nil, errors.Join(failure, scratch.Rollback(ctx))
		}
		changes, err := watch.Changes(ctx, *st)
		if err != nil {
			return nil, nil, err
		}
		for _, change := range changes {
			put[change.Key] = check.Place{Path: s.name, Line: st.Line}
		}
	}
	if err := scratch.Commit(ctx); err != nil {
		return nil, nil, err
	}
	found, err := c.now.look(ctx, scratch)
	if err != nil {
		return nil, nil, err
	}
	return found.have, put, nil
}
