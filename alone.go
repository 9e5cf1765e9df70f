package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how steps run on a server that commits at each statement on the
// schema: nothing can be undone there, so what is about to run is written down
// before, and what has run behind it (decision 0012).

// executeAlone runs the steps of one migration, each in a transaction of its own
// together with the entry that says so. It is called in an open transaction, unless the
// migration is begun already, and leaves another one open, unless writeAlone does without.
//
// Killed at any instruction, the journal says which statements have run, but for one
// on the schema: of that the schema tells. With an error come the steps that have
// run, which stay.
func (r *run) executeAlone(ctx context.Context, p *prepared, segments []plan.Segment) ([]StepReport, error) {
	s := &segments[0]
	if err := r.openJournal(ctx, p); err != nil {
		return nil, err
	}
	if !r.begun {
		if err := r.append(ctx, beginnings(p, s, commitsEach)); err != nil {
			return nil, err
		}
		if err := r.db.Commit(ctx); err != nil {
			return nil, fmt.Errorf("commit: %w", err)
		}
	}
	r.begun = false
	var done []StepReport
	for i := range s.Steps {
		if afterwards(s.Steps[i]) {
			continue
		}
		step, err := r.stepAlone(ctx, p, s.Steps, i, s.Mode)
		if err != nil {
			_ = r.unload(ctx) // the error that counts is on its way
			return done, err
		}
		done = append(done, step)
		r.report.Run = r.id // from here on something stays
	}
	if err := forget(ctx, r.db); err != nil {
		return nil, err
	}
	if r.chains(p, segments) {
		return done, nil
	}
	if err := r.db.Begin(ctx, engine.Normal); err != nil {
		return done, err
	}
	return done, r.unload(ctx)
}

// chains reports that a migration is in the middle of a plain run of which the journal is
// the only history: then what it has led to and what comes next are written together.
func (r *run) chains(p *prepared, segments []plan.Segment) bool {
	return !r.db.Traits().TransactionalDDL && len(segments) > 1 && p.plain && !p.plan.Back && r.hold == nil &&
		p.foreign == nil && p.adopted == nil && p.opening == nil && p.squash == nil && !r.hands(p.survey)
}

// writeAlone records a migration that chains, and that the next one is begun, in one
// statement, which needs no transaction around it. That it does not meet another entry of
// its number says that nobody has written the journal since the one before. Ahead of the
// last migration the whole schema is looked at, and that one is begun behind the look.
func (r *run) writeAlone(ctx context.Context, p *prepared, segments []plan.Segment, steps []StepReport, after schema.Fingerprint) error {
	s, next := &segments[0], &segments[1]
	completed, err := r.completion(ctx, p, s, steps, after, "", false)
	if err != nil {
		return err
	}
	entries := append(slices.AppendSeq(r.waiting, r.entries(p, s, steps, false)), completed)
	r.waiting = nil
	if more := beginnings(p, next, commitsEach); len(segments) > 2 && len(next.Steps) > 0 && next.Mode == engine.Normal && len(entries)+len(more) <= journal.AtOnce {
		entries, r.begun = append(entries, more...), true
	}
	if len(entries) > journal.AtOnce {
		err = r.db.Begin(ctx, engine.Normal)
	}
	if err == nil {
		err = r.append(ctx, entries)
	}
	if err == nil && len(entries) > journal.AtOnce {
		err = r.db.Commit(ctx)
	}
	if err != nil {
		return err
	}
	for _, record := range s.Records {
		r.tell(Recorded{record})
	}
	return nil
}

// Why it is written down that a migration is begun.
const (
	commitsEach = "begun: the server commits at each statement on the schema"
	takesSome   = "begun: it takes several transactions"
)

// beginnings says that the migrations of a segment are begun, and why that is said, and
// which of their statements need no run.
func beginnings(p *prepared, s *plan.Segment, why string) []journal.Entry {
	entries := intents(s, why)
	if !p.plan.Back {
		return append(entries, skips(p, s)...)
	}
	for i := range entries {
		entries[i].Outcome = journal.Reverted
	}
	return entries
}

// stepAlone runs one step and writes down that it has run. An author's statement on the
// schema is committed by the server, and so is the one row of the journal behind it:
// transactions around them would be begun in vain. That something was created is written with
// the next entry: see creates.
func (r *run) stepAlone(ctx context.Context, p *prepared, steps []plan.Step, i int, mode engine.TxMode) (step StepReport, err error) {
	commits := mode == engine.Normal && steps[i].Kind != plan.Synthesised && defines(steps[i].Source)
	creates := commits && p.plain && !p.plan.Back && creates(steps[i].Source)
	switch {
	case commits && !creates:
		err = r.unload(ctx)
	case !commits:
		err = r.db.Begin(ctx, mode)
	}
	if err != nil {
		return step, err
	}
	if step, err = r.step(ctx, p, steps, i); err == nil {
		entry := stepEntry(step)
		entry.At = time.Now()
		if r.waiting = append(r.waiting, entry); !creates || len(r.waiting) == mostWaiting {
			err = r.unload(ctx)
		}
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

// creates reports whether a statement does nothing but make a table without rows or an
// index. Where the schema ahead of it is known, as in a plain run, the schema behind it tells
// for certain whether it has run, however many such statements follow one another: their
// entries wait for the next one (decision 0046).
func creates(source *migration.Statement) bool {
	return source.Verb == "create table" || source.Verb == "create index"
}

// mostWaiting bounds how many entries wait.
const mostWaiting = journal.AtOnce / 2

// unload writes the entries that wait. What it cannot write is not tried again: then nothing
// more can be written at all, and the schema tells.
func (r *run) unload(ctx context.Context) error {
	entries := r.waiting
	r.waiting = nil
	return r.append(ctx, entries)
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

// intents says of every migration that begins here and has steps that it is begun.
func intents(s *plan.Segment, why string) []journal.Entry {
	var entries []journal.Entry
	for _, mig := range begun(s) {
		if slices.ContainsFunc(s.Steps, func(step plan.Step) bool { return step.Ref.Version == mig.Version }) {
			entries = append(entries, journal.Entry{
				Kind: journal.Intent, Version: mig.Version, Name: mig.Name, Evidence: why,
			})
		}
	}
	return entries
}

// skips says which statements of the migrations that begin here need no run.
func skips(p *prepared, s *plan.Segment) []journal.Entry {
	first := map[*migration.Migration]bool{}
	for _, mig := range begun(s) {
		first[mig] = true
	}
	var entries []journal.Entry
	for i := range p.plan.Diagnosis.Migrations {
		mf := &p.plan.Diagnosis.Migrations[i]
		if !first[mf.Migration] {
			continue
		}
		steps := s.Steps
		if mf.Migration == s.Open {
			steps = p.plan.Steps // the others of it come later
		}
		for j := range mf.Findings {
			f := &mf.Findings[j]
			if !slices.ContainsFunc(steps, func(step plan.Step) bool { return step.Ref == f.Ref }) {
				entries = append(entries, skipEntry(f))
			}
		}
	}
	return entries
}
