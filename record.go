package dbmend

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// This file contains what a run writes down: in the journal, and in the tracking
// table of the runner that the application has.

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

// hands reports that a tracking table of another runner is to be begun, or to rule
// again, by name.
func (m *Migrator) hands(s *survey) bool { return m.history != "" && (s.foreign == nil || s.handed) }

// writeForeign records migrations in the application's own tracking table. One that
// begins to rule is told of everything that is recorded, and is made first if it is
// not there.
func (r *run) writeForeign(ctx context.Context, p *prepared, s *plan.Segment) error {
	if p.plan.Back {
		return r.forgetForeign(ctx, p, s.Records)
	}
	recorded := map[*migration.Migration]bool{}
	for _, mig := range p.squash.of(s.Records) {
		recorded[mig] = true
	}
	if r.hands(p.survey) {
		if err := r.beginForeign(ctx, p); err != nil {
			return err
		}
		for _, mig := range r.set.Migrations {
			if c := p.recorded.Of(mig); c.Recorded && !c.Begun {
				recorded[mig] = true
			}
		}
		r.report.History = p.foreign.Table.Path()
	}
	if err := r.openedForeign(ctx, p); err != nil {
		return err
	}
	if p.foreign == nil {
		return nil
	}
	opens := slices.ContainsFunc(s.Steps, func(s plan.Step) bool { return s.Kind == plan.Scripted })
	switch {
	case p.handed && (opens || len(recorded) > 0):
		return r.handBack(ctx, p, recorded)
	case p.handed:
		return nil
	}
	applied := p.applied(r.set, recorded)
	if opens {
		applied = append(p.vouched(r.set), applied...)
	}
	if len(applied) == 0 {
		return nil
	}
	if err := r.readAgain(ctx, p, s); err != nil {
		return err
	}
	if err := p.foreign.Runner.Record(ctx, r.db, p.foreign, r.set.Migrations, applied); err != nil {
		return fmt.Errorf("record in %s: %w", p.foreign.Table, err)
	}
	return nil
}

// forgetForeign takes migrations back in the application's own tracking table. None is
// made for it, and one that begins to rule again is told of what stays.
func (r *run) forgetForeign(ctx context.Context, p *prepared, records []plan.Record) error {
	if p.foreign == nil {
		return nil
	}
	back := make([]*migration.Migration, len(records))
	for i := range records {
		back[i] = records[i].Migration
	}
	if !p.handed {
		return r.forget(ctx, p, back)
	}
	stays := map[*migration.Migration]bool{}
	for _, mig := range r.set.Migrations {
		if c := p.recorded.Of(mig); c.Recorded && !slices.Contains(back, mig) {
			stays[mig] = true
		}
	}
	return r.handBack(ctx, p, stays)
}

// handBack has a tracking table that begins to rule again say of the files just what is
// recorded: migrations may have been taken back while it did not rule, those behind the
// version that the run goes to as well.
func (r *run) handBack(ctx context.Context, p *prepared, recorded map[*migration.Migration]bool) (err error) {
	gone := slices.DeleteFunc(slices.Clone(r.whole.Migrations), func(mig *migration.Migration) bool {
		_, stays := p.entries[migration.Version(mig.Version.Normal())]
		return recorded[mig] || stays && r.set.Find(mig.Version) == nil
	})
	if err := p.foreign.Runner.Forget(ctx, r.db, p.foreign, r.whole.Migrations, gone); err != nil {
		return fmt.Errorf("record in %s: %w", p.foreign.Table, err)
	}
	if p.foreign, err = p.foreign.Runner.Read(ctx, r.db, p.foreign.Table); err != nil {
		return err
	}
	if err := p.foreign.Runner.Record(ctx, r.db, p.foreign, r.set.Migrations, append(p.vouched(r.set), p.applied(r.set, recorded)...)); err != nil {
		return fmt.Errorf("record in %s: %w", p.foreign.Table, err)
	}
	return nil
}

// forget writes into the application's own tracking table that migrations are not
// applied any more.
func (r *run) forget(ctx context.Context, p *prepared, back []*migration.Migration) error {
	if err := p.foreign.Runner.Forget(ctx, r.db, p.foreign, r.set.Migrations, back); err != nil {
		return fmt.Errorf("record in %s: %w", p.foreign.Table, err)
	}
	return nil
}

// beginForeign makes the tracking table that [History] names, unless it is there, and
// reads it.
func (r *run) beginForeign(ctx context.Context, p *prepared) error {
	if p.foreign != nil {
		return nil
	}
	table, runner := r.historyKey(r.db), r.handedTo()
	if runner == nil { // a name: of the files' own tool, if it says how its table is made
		runner = tracking.OfFormat(r.set.Format)
	}
	var statements []string
	if runner != nil && runner.Create != nil {
		statements = runner.Create(r.db.Traits(), table)
	}
	switch {
	case p.opening != nil && p.opening.runner != nil && p.opening.table == table: // the dump has made it
		runner, statements = p.opening.runner, nil
	case len(statements) == 0 && r.handedTo() != nil:
		return fmt.Errorf("create %s: %s makes its own table on this server: let it do so, then run again", table, runner.Name)
	case len(statements) == 0:
		runner = tracking.Lookup("named")
		statements = runner.Create(r.db.Traits(), table)
	}
	for _, sql := range statements {
		if _, err := r.db.Exec(ctx, sql); err != nil {
			return fmt.Errorf("create %s: %w", table, err)
		}
	}
	h, err := runner.Read(ctx, r.db, table)
	if err != nil {
		return err
	}
	p.foreign, p.hidden[table], p.handed = h, true, true
	return r.hideBeside(ctx, p)
}

// hideBeside hides what a runner keeps beside its table.
func (r *run) hideBeside(ctx context.Context, p *prepared) error {
	all, err := r.db.Inspect(ctx)
	if err != nil {
		return fmt.Errorf("inspect the database: %w", err)
	}
	for _, c := range tracking.Detect(all, tracking.Hint{Table: p.foreign.Table}) {
		for _, beside := range c.Beside {
			p.hidden[beside] = true
		}
	}
	return nil
}

// entries puts a transaction into words.
func (r *run) entries(p *prepared, s *plan.Segment, steps []StepReport, last bool) iter.Seq[journal.Entry] {
	return func(yield func(journal.Entry) bool) {
		r.yieldEntries(p, s, steps, last, func(e journal.Entry) { yield(e) })
	}
}

func (r *run) yieldEntries(p *prepared, s *plan.Segment, steps []StepReport, last bool, entry func(journal.Entry)) {
	d := p.plan.Diagnosis
	if last {
		for _, q := range d.Answered {
			entry(journal.Entry{Kind: journal.Answered, Name: q.Name(), Evidence: strings.Join(append([]string{q.Text}, q.Facts...), "\n")})
		}
		for _, drift := range left(d) {
			entry(journal.Entry{
				Kind: journal.Noticed, Outcome: journal.Left, Version: drift.Ref.Version, Statement: drift.Ref.Number,
				Evidence: drift.Difference.String() + ": " + drift.Why,
			})
		}
		for _, drift := range d.Ignored {
			entry(journal.Entry{
				Kind: journal.Noticed, Outcome: journal.Ignored, Version: drift.Ref.Version, Statement: drift.Ref.Number,
				Evidence: drift.Difference.String() + ": " + drift.Why,
			})
		}
	}
	if p.adopted != nil && (p.readopted || p.handed) {
		moved := journal.Entry{Kind: journal.Moved, Outcome: journal.Adopted, Name: p.adopted.String(), Evidence: "what was written there since counts for nothing"}
		if !p.readopted {
			moved.Outcome, moved.Evidence = journal.Reverted, "it rules again, by name"
		}
		entry(moved)
	}
	for _, o := range r.report.Orphans {
		entry(journal.Entry{
			Kind:     journal.Noticed,
			Evidence: fmt.Sprintf("row %s of table %s refers to nothing in table %s since this run", o.Row, o.Table, o.Parent),
		})
	}
	after := map[diagnosis.Ref]bool{}
	for i := range s.Steps {
		if afterwards(s.Steps[i]) {
			after[s.Steps[i].Ref] = true
		}
	}
	ran := map[diagnosis.Ref][]StepReport{}
	for _, step := range steps {
		ran[step.Step.Ref] = append(ran[step.Step.Ref], step)
	}
	alone := !r.db.Traits().TransactionalDDL // then what ran is written down already
	for _, step := range ran[diagnosis.Ref{}] {
		if !alone {
			entry(stepEntry(step))
		}
	}
	recorded := map[*migration.Migration]plan.Record{}
	for _, record := range s.Records {
		recorded[record.Migration] = record
	}
	for i := range d.Migrations {
		mf := &d.Migrations[i]
		record, ok := recorded[mf.Migration]
		if !ok {
			continue
		}
		if p.squash != nil && mf.Migration == p.squash.script {
			p.squash.entries(alone, entry)
			continue
		}
		var took time.Duration
		for j := range mf.Findings {
			f := &mf.Findings[j]
			for _, step := range ran[f.Ref] {
				took += step.Took
				if !alone {
					entry(stepEntry(step))
				}
			}
			if after[f.Ref] {
				entry(openEntry(f, p.plan.Back))
			} else if len(ran[f.Ref]) == 0 && !alone && !p.plan.Back && mf.Migration != s.GoesOn {
				entry(skipEntry(f))
			}
		}
		entry(journal.Entry{
			Kind: journal.Migrated, Outcome: record.Outcome, Version: mf.Migration.Version, Name: mf.Migration.Name,
			Checksum: mf.Migration.Checksum, Evidence: record.Reason, Duration: took,
		})
	}
	r.yieldPart(p, s, ran, entry)
	for _, mig := range p.edited {
		entry(journal.Entry{
			Kind: journal.Migrated, Outcome: journal.Present, Version: mig.Version, Name: mig.Name,
			Checksum: mig.Checksum, Evidence: "the file differs from what was recorded in comments, blanks and line ends alone",
		})
	}
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

// openEntry says that a statement is to run after the transaction.
func openEntry(f *diagnosis.Finding, back bool) journal.Entry {
	var outcome journal.Outcome
	if back {
		outcome = journal.Reverted
	}
	return journal.Entry{
		Kind: journal.Intent, Outcome: outcome, Version: f.Ref.Version, Statement: f.Ref.Number, Name: f.Statement.Verb,
		Checksum: f.Statement.Sum, Evidence: "no transaction bears it: it runs after this one",
	}
}

func skipEntry(f *diagnosis.Finding) journal.Entry {
	return journal.Entry{
		Kind: journal.Ran, Outcome: journal.Skipped, Version: f.Ref.Version, Statement: f.Ref.Number,
		Name: f.Statement.Verb, Checksum: f.Statement.Sum,
		Evidence: f.Verdict.String() + ": " + strings.Join(f.Evidence, "; "),
	}
}

func stepEntry(step StepReport) journal.Entry {
	s := step.Step
	e := journal.Entry{
		Kind: journal.Ran, Outcome: journal.Applied, Version: s.Ref.Version, Statement: s.Ref.Number,
		Evidence: s.Reason, Duration: step.Took,
	}
	if s.Source != nil {
		e.Name, e.Checksum = s.Source.Verb, s.Source.Sum
	}
	switch {
	case s.Kind == plan.Synthesised:
		e.Outcome, e.SQL = journal.Synthesised, s.SQL
	case s.Reverts:
		e.Outcome = journal.Reverted
	}
	return e
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
