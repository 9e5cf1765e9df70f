package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
)

// This file contains how steps run on a server that commits at each statement on the
// schema: nothing can be undone there, so what is about to run is written down
// before, and what has run behind it (decision 0012).

// executeAlone runs the steps of one migration, each in a transaction of its own
// together with the entry that says so. It is called in an open transaction, and
// leaves another one open.
//
// Killed at any instruction, the journal says which statements have run, but for one
// on the schema: of that the schema tells. With an error come the steps that have
// run, which stay.
func (r *run) executeAlone(ctx context.Context, p *prepared, s *plan.Segment) ([]StepReport, error) {
	if err := r.openJournal(ctx, p); err != nil {
		return nil, err
	}
	entries := intents(s)
	if p.plan.Back {
		for i := range entries {
			entries[i].Outcome = journal.Reverted
		}
	} else {
		entries = append(entries, skips(p, s)...)
	}
	if err := r.append(ctx, entries); err != nil {
		return nil, err
	}
	if err := r.db.Commit(ctx); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	var done []StepReport
	for i := range s.Steps {
		if afterwards(s.Steps[i]) {
			continue
		}
		step, err := r.stepAlone(ctx, p, s.Steps, i, s.Mode)
		if err != nil {
			return done, err
		}
		done = append(done, step)
		r.report.Run = r.id // from here on something stays
	}
	if err := forget(ctx, r.db); err != nil {
		return nil, err
	}
	return done, r.db.Begin(ctx, engine.Normal)
}

// stepAlone runs one step and writes down that it has run. An author's statement on the
// schema is committed by the server, and so is the one row of the journal behind it:
// transactions around them would be begun in vain.
func (r *run) stepAlone(ctx context.Context, p *prepared, steps []plan.Step, i int, mode engine.TxMode) (step StepReport, err error) {
	commits := mode == engine.Normal && steps[i].Kind != plan.Synthesised && defines(steps[i].Source)
	if !commits {
		if err := r.db.Begin(ctx, mode); err != nil {
			return step, err
		}
	}
	if step, err = r.step(ctx, p, steps, i); err == nil {
		err = r.append(ctx, []journal.Entry{stepEntry(step)})
	}
	if err != nil {
		if failure, ok := errors.AsType[*StatementError](err); ok && failure.Hint == "" && r.report.Run != "" {
			failure.Hint = "what ran before it stays; the next run goes on from here"
		}
		return step, errors.Join(err, r.db.Rollback(ctx))
	}
	if !commits {
		if err := r.db.Commit(ctx); err != nil {
			return step, fmt.Errorf("commit: %w", err)
		}
	}
	return step, nil
}

// append writes entries of this run.
func (r *run) append(ctx context.Context, entries []journal.Entry) error {
	for i := range entries {
		entries[i].Run, entries[i].Tool = r.id, "dbmend "+Version
	}
	if len(entries) == 0 {
		return nil
	}
	var err error
	if r.newest > 0 {
		err = journal.AppendAfter(ctx, r.db, r.newest, entries)
	} else {
		err = journal.Append(ctx, r.db, entries)
	}
	if err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	r.newest = entries[len(entries)-1].Number
	return nil
}

// intents says of every migration that has steps that it is begun.
func intents(s *plan.Segment) []journal.Entry {
	var entries []journal.Entry
	for _, record := range s.Records {
		v := record.Migration.Version
		if slices.ContainsFunc(s.Steps, func(step plan.Step) bool { return step.Ref.Version == v }) {
			entries = append(entries, journal.Entry{
				Kind: journal.Intent, Version: v, Name: record.Migration.Name,
				Evidence: "begun: the server commits at each statement on the schema",
			})
		}
	}
	return entries
}

// skips says which statements of the segment's migrations need no run.
func skips(p *prepared, s *plan.Segment) []journal.Entry {
	recorded := map[*migration.Migration]bool{}
	for _, record := range s.Records {
		recorded[record.Migration] = true
	}
	var entries []journal.Entry
	for i := range p.plan.Diagnosis.Migrations {
		mf := &p.plan.Diagnosis.Migrations[i]
		if !recorded[mf.Migration] {
			continue
		}
		for j := range mf.Findings {
			f := &mf.Findings[j]
			if !slices.ContainsFunc(s.Steps, func(step plan.Step) bool { return step.Ref == f.Ref }) {
				entries = append(entries, skipEntry(f))
			}
		}
	}
	return entries
}
