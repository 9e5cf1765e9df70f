package dbmend

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how a run writes down what it has done: in the journal, in the words
// of entries.go, and in the tracking table of the runner that the application has
// (record_foreign.go).

// write records one transaction, inside it. The stamp is that of a schema with the
// fingerprint; without one it is taken here, where it is worth its cost.
func (r *run) write(ctx context.Context, p *prepared, s *plan.Segment, steps []StepReport, after schema.Fingerprint, stamp string, last bool) error {
	if err := r.writeForeign(ctx, p, s); err != nil {
		return err
	}
	if err := r.openJournal(ctx, p); err != nil {
		return err
	}
	// The journal is written part by part: a fresh install has very many entries.
	const part = 1000
	var entries []journal.Entry
	flush := func(most int) error {
		if len(entries) <= most {
			return nil
		}
		if err := r.append(ctx, entries); err != nil {
			return err
		}
		entries = entries[:0]
		return nil
	}
	for e := range r.entries(p, s, steps, last) {
		entries = append(entries, e)
		if err := flush(part); err != nil {
			return err
		}
	}
	if stamp == "" && (last || counts(r.db)) {
		var err error
		if stamp, err = r.seal(ctx, p.survey, after); err != nil {
			return err
		}
	}
	completed, err := r.completion(ctx, p, s, steps, after, stamp, last)
	if err != nil {
		return err
	}
	entries = append(entries, r.withSole(p, completed))
	if err := flush(0); err != nil {
		return err
	}
	for _, record := range s.Records {
		r.tell(Recorded{record})
	}
	return nil
}

// openJournal creates the journal, unless it is there.
func (r *run) openJournal(ctx context.Context, p *prepared) error {
	if p.journal {
		return nil
	}
	if err := r.createJournal(ctx); err != nil {
		return err
	}
	p.journal = true
	p.hidden[schema.Key{Kind: schema.Table, Name: journal.Table}] = true
	return nil
}

func (r *run) createJournal(ctx context.Context) error {
	for _, sql := range r.engine.JournalDDL() {
		if _, err := r.db.Exec(ctx, sql); err != nil {
			return fmt.Errorf("create the journal: %w", err)
		}
	}
	return nil
}

// afterwards reports whether a step runs after the transaction.
func afterwards(s plan.Step) bool { return s.Kind == plan.Afterwards }

// noteAfterwards writes down what has run after a transaction, and that the run is
// through.
func (r *run) noteAfterwards(ctx context.Context, steps []StepReport, stamp string) error {
	if err := r.begin(ctx, engine.Normal); err != nil {
		return err
	}
	var entries []journal.Entry
	for _, step := range steps {
		entries = append(entries, stepEntry(step))
	}
	r.completed.Stamp, r.completed.Before = stamp, r.completed.After
	r.completed.Evidence = fmt.Sprintf("%s run after the transaction", wording.Count(int64(len(steps)), "statement"))
	if err := r.append(ctx, append(entries, r.completed)); err != nil {
		return errors.Join(err, r.db.Rollback(ctx))
	}
	return r.db.Commit(ctx)
}

// noteFailure writes the first error down, in a transaction of its own. A refusal
// and a cancelled context leave no trace, and nothing is written where writing is
// what fails: see unfit.
func (r *run) noteFailure(ctx context.Context, cause error) error {
	failure, ok := errors.AsType[*StatementError](cause)
	if !ok || failure.During != "run" || ctx.Err() != nil || r.unfit(cause) {
		return nil
	}
	entry := journal.Entry{
		Run: r.id, Tool: "dbmend " + Version, Kind: journal.Failed, SQL: failure.SQL,
		Evidence: fmt.Sprintf("%s:%d: %v", failure.Path, failure.Line, failure.Err),
	}
	if failure.Migration != nil {
		entry.Version, entry.Name, entry.Statement = failure.Migration.Version, failure.Migration.Name, failure.Number
	}
	if err := r.db.Begin(ctx, engine.Normal); err != nil {
		return nil // the database does not let us; the error itself is on its way
	}
	all, err := r.db.Inspect(ctx)
	if err == nil && all.Get(schema.Key{Kind: schema.Table, Name: journal.Table}) == nil {
		err = r.createJournal(ctx)
	}
	if err == nil {
		err = journal.Append(ctx, r.db, []journal.Entry{entry})
	}
	if err == nil {
		err = r.db.Commit(ctx)
	}
	if err != nil {
		return r.db.Rollback(ctx)
	}
	return nil
}

// unfit reports an error after which nothing more may be written: the trees of a
// damaged file lead anywhere, a full disk has no room for what is not the user's,
// and the connection is gone or another's turn has come.
func (r *run) unfit(err error) bool {
	for _, why := range [...]error{engine.ErrUnreadable, engine.ErrReadOnly, engine.ErrLocked, driver.ErrBadConn, sql.ErrConnDone} {
		if errors.Is(err, why) {
			return true
		}
	}
	switch r.db.Explain(err).Problem {
	case engine.Full, engine.Busy, engine.ReadOnly:
		return true
	}
	return false
}
