package dbmend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// A Report is what a run did.
type Report struct {
	Run       string // the run's name in the journal; empty if nothing was done
	Steps     []StepReport
	Records   []plan.Record
	Diagnosis *diagnosis.Diagnosis // what it was based on; nil if nothing was to be done
	Healed    bool                 // something was done that a plain runner would not do
	Drift     []diagnosis.Drift    // what was left alone, as it was told to
	Ignored   []diagnosis.Drift    // what was left alone since the ignore list names it
	History   string               // the tracking table of another runner that is written from this run on; else empty
	Orphans   []engine.Orphan      // rows that refer to nothing since this run, on a connection that does not mind
	Took      time.Duration
}

// Nothing reports that there was nothing to do.
func (r *Report) Nothing() bool { return len(r.Steps) == 0 && len(r.Records) == 0 }

// A StepReport is one step that was run.
type StepReport struct {
	Step *plan.Step
	Rows int64 // that it wrote, as far as the engine tells
	Took time.Duration
}

// Up brings the database to the newest version of the set, healing it on the way:
// it runs what is proven to be missing and refuses the rest. With nothing to do it
// reads a row or two and takes no lock.
//
// On an error nothing of the transaction that failed is kept, and the first error
// is written to the journal; what earlier transactions committed stays, and is in
// the report. Called again, Up goes on from there.
//
// Errors: *[Refusal] with the questions that must be answered first; *[AheadError];
// *[StatementError]; *[MismatchError]; [engine.ErrLocked]; [ErrHeld]; the context's.
func (m *Migrator) Up(ctx context.Context) (*Report, error) {
	last := m.lastEntry(ctx, pool{m.db, m.traits})
	if m.untouched(ctx, pool{m.db, m.traits}, last) {
		return &Report{}, nil
	}
	if m.continues(last, m.sumTo) {
		if report, err := m.runSequel(ctx, last); !errors.Is(err, errAside) {
			return report, err
		}
	}
	settled := func(db engine.Database) bool {
		m.traits = db.Traits()
		return m.stamped(ctx, db, last)
	}
	return m.work(ctx, settled, func(r *run) error { return r.all(ctx) })
}

// work connects and does what changes the database behind the lock, unless settled,
// which may be nil, says that there is nothing to do.
func (m *Migrator) work(ctx context.Context, settled func(engine.Database) bool, do func(*run) error) (report *Report, err error) {
	started := time.Now()
	report = &Report{}
	db, err := m.connect(ctx)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if settled != nil && settled(db) {
		return report, nil
	}
	err = m.locked(ctx, db, report, do)
	report.Took = time.Since(started)
	return report, err
}

// bring brings a database to the newest version, and writes into the report what it
// did.
func (m *Migrator) bring(ctx context.Context, db engine.Database, report *Report) error {
	return m.locked(ctx, db, report, func(r *run) error { return r.all(ctx) })
}

// locked does behind the lock what changes the database, and writes into the report
// what was done. The first error is written to the journal.
func (m *Migrator) locked(ctx context.Context, db engine.Database, report *Report, do func(*run) error) (err error) {
	unlock, err := m.lock(ctx, db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	run := &run{Migrator: m, db: db, report: report, id: journal.NewRun(), aim: m.prepare}
	err = do(run)
	if err != nil {
		if refusal, ok := errors.AsType[*Refusal](err); ok && report.Run != "" {
			err = &PartialError{Recorded: report.Records, Refusal: refusal}
		}
		return errors.Join(err, run.noteFailure(ctx, err))
	}
	return nil
}

// A run is one call of Up, Down or Redo.
type run struct {
	*Migrator
	db     engine.Database
	report *Report
	id     string
	warned bool // beforeHealed has been called

	// aim plans what is left to do, and changes nothing.
	aim func(ctx context.Context, db engine.Database) (*prepared, error)

	completed journal.Entry    // the last entry that was written for a transaction that is through
	newest    int64            // the number of the last entry that was written
	rest      *rest            // what is left of a plan of several transactions
	begun     bool             // the journal says of the next of them that it is begun: see writeAlone
	waiting   []journal.Entry  // of what was created, not written yet: see creates
	made      *made            // what the squash has made, while nothing has run behind it
	trail     *trail           // what the transactions in the middle of such a plan change
	hold      *hold            // of Redo, whose second half goes on in the transaction of the first; else nil
	seen      *schema.Snapshot // the schema, read together with its stamp: see inspectAfter
	guard     *guard           // what the table held that synthesised statements are working on
}

// all runs one transaction after the other until nothing is left to do.
func (r *run) all(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = r.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// next plans what is left to do and runs the first transaction of it; it reports
// whether there may be more.
func (r *run) next(ctx context.Context) (more bool, err error) {
	if r.rest != nil {
		if going, more, err := r.goOn(ctx); going || err != nil {
			return more, err
		}
	}
	r.trail = nil // it survives no rollback
	// What follows is worked out twice: without holding anybody up, so that a
	// refusal takes no lock, and again behind the lock, where it counts.
	first, err := r.aim(ctx, r.db)
	if err != nil {
		return false, err
	}
	if first.partly != nil && first.plan.Empty() {
		return false, first.partly
	}
	if r.done(first) {
		r.report.Drift = append(r.report.Drift, left(first.plan.Diagnosis)...)
		r.report.Ignored = first.plan.Diagnosis.Ignored
		return false, nil
	}
	if err := r.mayWrite(ctx, first); err != nil {
		return false, err
	}
	if err := r.rehearse(ctx, r.db, first); err != nil {
		return false, unproven(ctx, r.db, first, err)
	}
	if r.weighs {
		if err := r.weighHazards(ctx, r.db, first); err != nil {
			return false, err
		}
	}
	if first.plan.Healing && r.beforeHealed != nil && !r.warned {
		if err := r.beforeHealed(); err != nil {
			return false, fmt.Errorf("before healing: %w", err)
		}
		r.warned = true
	}
	mode := engine.Normal
	if segments := r.segments(first.plan); len(segments) > 0 {
		mode = segments[0].Mode
	}
	if err := r.begin(ctx, mode); err != nil {
		return false, err
	}
	more, err = r.within(ctx, first, mode)
	if odd, ok := errors.AsType[*mistrusted](err); ok && r.db.Traits().TransactionalDDL {
		r.mistrust = "it " + odd.reason
		return true, r.db.Rollback(ctx) // without it, then
	}
	if err == nil && more && r.hold.begun() {
		return false, errApart
	}
	if err != nil {
		return false, errors.Join(err, r.db.Rollback(ctx))
	}
	return more, nil
}

// mayWrite finds out that nobody holds the lock which the other runner keeps in a
// table, before anything is run that may not be undone.
//
// Errors: [ErrHeld].
func (r *run) mayWrite(ctx context.Context, p *prepared) error {
	if p.foreign == nil || p.foreign.Runner.Holder == nil {
		return nil
	}
	holder, err := p.foreign.Runner.Holder(ctx, r.db, p.foreign)
	if err == nil && holder != "" {
		err = fmt.Errorf("%s: %w", holder, ErrHeld)
	}
	return err
}

// segments divides a plan into transactions: one a migration where nothing can be
// undone, so that what is through is recorded as soon as it is.
func (r *run) segments(p *plan.Plan) []plan.Segment {
	traits := r.db.Traits()
	return p.Segments(r.each || !traits.TransactionalDDL, traits.ForeignKeys)
}

// noticeable is how long another runner may keep us waiting before we say so.
const noticeable = 300 * time.Millisecond

// lock takes the runners' lock, and says so if somebody keeps it waiting.
func (m *Migrator) lock(ctx context.Context, db engine.Database) (unlock func() error, err error) {
	if m.lockTimeout >= 0 && m.lockTimeout <= noticeable {
		return db.Lock(ctx, m.lockTimeout)
	}
	unlock, err = db.Lock(ctx, noticeable)
	if errors.Is(err, engine.ErrLocked) {
		m.tell(Waiting{m.lockTimeout})
		unlock, err = db.Lock(ctx, m.lockTimeout)
	}
	if err == nil {
		db.Patience(m.lockTimeout) // also where a lock is no more than that
	}
	return unlock, err
}

// begin opens the transaction, or goes on with one that is left open, and says so if
// somebody keeps it waiting, which is where it is the lock.
func (r *run) begin(ctx context.Context, mode engine.TxMode) error {
	if r.hold.begun() {
		if mode != r.hold.mode {
			return errApart
		}
		return nil
	}
	if r.hold != nil {
		r.hold.mode = mode
	}
	if !r.db.Traits().TransactionLocks || r.lockTimeout >= 0 && r.lockTimeout <= noticeable {
		return r.db.Begin(ctx, mode)
	}
	r.db.Patience(noticeable)
	err := r.db.Begin(ctx, mode)
	if errors.Is(err, engine.ErrLocked) {
		r.tell(Waiting{r.lockTimeout})
		r.db.Patience(r.lockTimeout)
		err = r.db.Begin(ctx, mode)
	}
	r.db.Patience(r.lockTimeout)
	return err
}

// done reports that a plan leaves nothing to do and to write.
func (r *run) done(p *prepared) bool {
	return p.plan.Empty() && (p.plan.Back ||
		len(p.edited) == 0 && !p.readopted && !r.hands(p.survey) && (p.plain || p.settled(r.Migrator)))
}

// settled reports that the journal says all there is to say.
func (p *prepared) settled(m *Migrator) bool {
	last := p.last
	return p.journal && p.unclaimed && last.Kind == journal.Completed && last.After == p.fingerprint.String() && last.Checksum == m.sum
}

// within works inside the open transaction, and ends it.
func (r *run) within(ctx context.Context, first *prepared, mode engine.TxMode) (more bool, err error) {
	p, err := r.prepareAgain(ctx, first)
	if err != nil {
		return false, err
	}
	if r.done(p) {
		return false, r.db.Rollback(ctx) // another runner was faster
	}
	switch same := sameSteps(first.plan, p.plan); {
	case first.plan == p.plan:
	case same:
		for i := range p.plan.Steps {
			p.plan.Steps[i].Hazards = first.plan.Steps[i].Hazards // weighed while nobody had to wait
		}
	default:
		if err := r.rehearse(ctx, r.db, p); err != nil {
			return false, unproven(ctx, r.db, p, err)
		}
	}
	segments := r.segments(p.plan)
	if len(segments) == 0 {
		segments = []plan.Segment{{}}
	}
	if segments[0].Mode != mode {
		return true, r.db.Rollback(ctx) // it needs another kind of transaction now
	}
	if p.plan.Healing && r.beforeHealed != nil && !r.warned {
		return true, r.db.Rollback(ctx) // it has come to a healing only now: first things first
	}
	r.tell(Planned{p.plan})
	return r.carryOut(ctx, p, segments)
}

// carryOut runs the first of the transactions that are left, which is open, proves
// and records it, and commits.
func (r *run) carryOut(ctx context.Context, p *prepared, segments []plan.Segment) (more bool, err error) {
	segment, last := segments[0], len(segments) == 1
	proof, err := r.before(ctx, p, &segment, last)
	if err != nil {
		return false, err
	}
	var steps []StepReport
	if r.db.Traits().TransactionalDDL {
		steps, err = r.execute(ctx, p, segment.Steps)
	} else {
		steps, err = r.executeAlone(ctx, p, segments)
	}
	var after schema.Fingerprint
	if err == nil {
		after, err = r.conclude(ctx, p, segments, proof, steps)
	}
	if err != nil {
		if !r.db.Traits().TransactionalDDL {
			r.report.Steps = append(r.report.Steps, steps...) // they stay
		}
		return false, err
	}
	r.report.Run, r.report.Diagnosis, r.report.Drift = r.id, p.plan.Diagnosis, left(p.plan.Diagnosis)
	r.report.Ignored = p.plan.Diagnosis.Ignored
	r.report.Healed = r.report.Healed || p.plan.Healing
	r.report.Steps = append(r.report.Steps, steps...)
	r.report.Records = append(r.report.Records, segment.Records...)
	if !last {
		r.rest = &rest{p, segments[1:], after}
	}
	return !last || p.partly != nil, r.runAfterwards(ctx, p, segment.Steps, last)
}

// conclude proves and records what a transaction has done, and commits it.
func (r *run) conclude(ctx context.Context, p *prepared, segments []plan.Segment, proof *proof, steps []StepReport) (after schema.Fingerprint, err error) {
	s, last := &segments[0], len(segments) == 1
	if err := r.openJournal(ctx, p); err != nil {
		return after, err
	}
	stamp := ""
	switch {
	case r.hands(p.survey):
	case r.made != nil:
		stamp = r.made.stamp
	case last || counts(r.db):
		if stamp, err = r.stampAfter(ctx, proof); err != nil {
			return after, err
		}
	}
	after, err = r.prove(ctx, p, proof, last)
	if r.seen = nil; err != nil {
		return after, err
	}
	if !r.db.Traits().TransactionalDDL && p.squash.begins(s) && after.String() != p.squash.LeadsTo {
		return after, p.squash.mistrusted(after.String())
	}
	if r.chains(p, segments) {
		return after, r.writeAlone(ctx, p, segments, steps, after)
	}
	if err := r.write(ctx, p, s, steps, after, stamp, last); err != nil {
		return after, err
	}
	return after, r.commit(ctx, s, last)
}

// prepareAgain prepares behind the lock. A plan that rests on nothing but the
// history is still good where the history and the schema are what they were.
func (r *run) prepareAgain(ctx context.Context, first *prepared) (*prepared, error) {
	if !first.plain {
		return r.aim(ctx, r.db)
	}
	if same, err := r.stands(ctx, r.db, first.survey); same || err != nil {
		if r.db.Traits().TransactionLocks {
			r.newest = first.newest // nobody else writes one from here on
		}
		return first, err
	}
	if first.unseen {
		return r.aim(ctx, r.db)
	}
	s, err := r.look(ctx, r.db)
	if err != nil {
		return nil, err
	}
	if r.healthy(s) && s.fingerprint == first.fingerprint && s.last.Number == first.last.Number &&
		maps.EqualFunc(s.recorded.Claims, first.recorded.Claims, func(a, b diagnosis.Claim) bool { return a.Recorded == b.Recorded && a.Changed == b.Changed }) {
		return &prepared{survey: s, plan: first.plan, plain: true, squash: first.squash}, nil
	}
	return r.aim(ctx, r.db)
}

func sameSteps(a, b *plan.Plan) bool {
	return slices.EqualFunc(a.Steps, b.Steps, func(x, y plan.Step) bool { return x.SQL == y.SQL && x.Ref == y.Ref }) &&
		a.From == b.From && a.To == b.To
}

// left returns the drift that a diagnosis leaves alone.
func left(d *diagnosis.Diagnosis) []diagnosis.Drift {
	alone := map[diagnosis.Ref]bool{}
	for i := range d.Migrations {
		for j := range d.Migrations[i].Findings {
			if f := &d.Migrations[i].Findings[j]; f.Left {
				alone[f.Ref] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(d.Drift), func(drift diagnosis.Drift) bool {
		return !alone[drift.Ref] && (drift.Ref != (diagnosis.Ref{}) || slices.Contains(d.Restore, drift.Difference.Want))
	})
}
