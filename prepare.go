package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// A prepared run is a survey and the plan that follows from it.
type prepared struct {
	*survey
	plan *plan.Plan
	// plain says that the database is what its journal says, or empty: then the
	// author's statements are run as they are, and there is nothing to rehearse.
	plain bool
	// claimed says that something is recorded which is not there, by answer.
	claimed bool
	// opening is the script that is run ahead of the plan, on an empty database.
	opening *script
	// squash stands for migrations that it makes unnecessary; nil for most runs.
	squash *squash
	// partly says that the plan ends at code which nobody has seen: what comes behind it
	// can be planned once it has run.
	partly error
}

// prepare surveys the database and plans the run. It changes nothing.
//
// Errors: *[Refusal] if questions are open; *[StatementError] of the replay.
func (m *Migrator) prepare(ctx context.Context, db engine.Database) (*prepared, error) {
	s, err := m.look(ctx, db)
	if err != nil {
		return nil, err
	}
	if err := m.refuseAhead(s); err != nil {
		return nil, err
	}
	if p, err := m.prepareSquashed(ctx, db, s); p != nil || err != nil {
		return p, err
	}
	if m.healthy(s) && !m.drops(s) || m.wentOn(s) {
		p, err := m.planPlainly(s)
		if err == nil {
			err = m.callable(p)
		}
		return &prepared{survey: s, plan: p, plain: true}, err
	}
	d, opening, err := m.diagnose(ctx, db, s)
	if failure, ok := errors.AsType[*StatementError](err); ok && failure.During == "replay" {
		if short := m.upToUnseen(s); short != nil {
			p, shortErr := short.prepare(ctx, db)
			if shortErr == nil {
				p.partly = err
			}
			return p, shortErr
		}
	}
	if err != nil {
		return nil, err
	}
	if len(d.Questions) > 0 {
		return nil, &Refusal{Questions: d.Questions, Diagnosis: d}
	}
	p, err := plan.Make(d, m.engine)
	if unwritten, ok := errors.AsType[*plan.SynthesisError](err); ok {
		return nil, &Refusal{Diagnosis: d, Questions: []diagnosis.Question{{
			Code: diagnosis.Q16, Place: unwritten.Ref.String(),
			Text: fmt.Sprintf("%v. Make it by hand, then run again.", unwritten),
		}}}
	}
	if err != nil {
		return nil, err
	}
	if err := m.callable(p); err != nil {
		return nil, err
	}
	prep := &prepared{survey: s, plan: p, opening: opening}
	if opening != nil {
		if err := m.planOpening(prep); err != nil {
			return nil, err
		}
	}
	return prep, nil
}

// diagnose explains a surveyed database. An empty one with a script that opens it
// is explained as what that script makes of it.
func (m *Migrator) diagnose(ctx context.Context, db engine.Database, s *survey) (d *diagnosis.Diagnosis, opening *script, err error) {
	rows, have, recorded := db, s.have, s.recorded
	if opening = m.opening(); opening != nil && s.empty() {
		scratch, scratchErr := db.Scratch(ctx)
		if scratchErr != nil {
			return nil, nil, fmt.Errorf("open a scratch database: %w", scratchErr)
		}
		defer func() { err = errors.Join(err, scratch.Close()) }()
		if have, recorded, err = m.open(ctx, scratch, opening, s); err != nil {
			return nil, nil, err
		}
		rows = scratch
	} else {
		opening = nil
	}
	replay, err := m.replaySet(ctx, db, have, s.recorded)
	if err != nil {
		return nil, nil, err
	}
	w := witness.Remembering(rows, m.engine, have)
	d, err = m.resolve(ctx, rows, w, diagnosis.Input{
		Replay: replay, Have: have, Recorded: recorded, Witness: w,
		Drift: m.drift, Ahead: m.ahead, Answers: m.answered(s),
		Ignore: m.ignored, Space: db.Traits().Space,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("diagnose: %w", err)
	}
	d.Questions = append(slices.Clone(s.questions), d.Questions...)
	d.Notes = append(d.Notes, s.notes...)
	if s.foreign != nil && len(s.foreign.Rows) == 0 && s.have.Len() > 0 {
		d.Notes = append(d.Notes, s.recorded.Source+" has no rows: what has run is told by the schema alone")
	}
	if lacks := m.unvouched(s); opening == nil && len(lacks) > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%s records %s, which %s lacks and no file here has: its own runner takes it for pending",
			m.schema.name, wording.List(lacks, 5), s.foreign.Table.Path()))
	}
	return d, opening, nil
}

// refuseAhead refuses to take a database back: with To, what is recorded after
// it must not be taken for unknown.
func (m *Migrator) refuseAhead(s *survey) error {
	if m.to == "" || len(s.recorded.Unknown) == 0 || m.ahead {
		return nil
	}
	var past []string
	for _, row := range s.unknown {
		if row.Version != "" && row.Version.Compare(m.to) > 0 {
			past = append(past, row.Text)
		}
	}
	if len(past) == 0 {
		return nil
	}
	return &AheadError{To: m.to, Recorded: past}
}

// planPlainly plans what is pending on a healthy database: all of it, as written.
func (m *Migrator) planPlainly(s *survey) (*plan.Plan, error) {
	d := &diagnosis.Diagnosis{Recorded: s.recorded, Have: s.have, Agrees: true, Notes: s.notes}
	d.Migrations = make([]diagnosis.MigrationFinding, 0, len(m.set.Migrations))
	for _, mig := range m.set.Migrations {
		mf := diagnosis.MigrationFinding{
			Migration: mig, Claim: s.recorded.Of(mig), Standing: diagnosis.Pending, Plain: true,
			Findings: make([]diagnosis.Finding, len(mig.Statements)),
		}
		verdict, why := diagnosis.NotDone, "pending"
		switch {
		case !mf.Claim.Due(mig):
			mf.Standing, mf.Plain = diagnosis.Applied, false
			verdict, why = diagnosis.Done, "recorded"
		case mf.Claim.Changed:
			mf.Due, why = "changed since it was run", "changed since it was run"
		case mf.Claim.Recorded:
			mf.Standing, mf.Due, why = diagnosis.Applied, "run each time", "run each time"
		}
		for i := range mig.Statements {
			st := &mig.Statements[i]
			mf.Findings[i] = diagnosis.Finding{
				Ref:       diagnosis.Ref{Version: mig.Version, Number: st.Number},
				Statement: st, Verdict: verdict, Evidence: []string{why},
			}
		}
		d.Migrations = append(d.Migrations, mf)
	}
	d.Target = s.have
	return plan.Make(d, m.engine)
}

// rehearse runs a plan on a scratch copy of the live schema and requires that it
// leads to the schema that is wanted, and that no row is in its way where that could
// not be undone. What makes statements of rows, and fails on a copy without them, has a
// second go on one with them, where they are not too many. The live database is not touched.
//
// Errors: *[StatementError]; *[MismatchError]; *[Refusal].
func (m *Migrator) rehearse(ctx context.Context, db engine.Database, p *prepared) error {
	if p.plain || p.plan.Back || len(p.plan.Steps) == 0 {
		return nil // as it is written, or rehearsed already
	}
	err := m.rehearseOn(ctx, db, p, nil)
	if err != nil && p.opening == nil && slices.ContainsFunc(p.plan.Steps, composes) {
		w := witness.New(db, m.engine, p.have)
		if about := concerned(w, p.plan); about != nil {
			few, uncounted := w.Copyable(ctx, about)
			if uncounted != nil {
				return errors.Join(err, uncounted)
			}
			if few && m.rehearseOn(ctx, db, p, about) == nil {
				err = nil
			}
		}
	}
	if err != nil {
		return err
	}
	return m.foresee(ctx, db, p)
}

// composes reports whether a step may run what it has made of rows: a block, a procedure, a
// prepared statement.
func composes(s plan.Step) bool {
	return s.Source != nil && s.Source.Class == migration.Schema && !defines(s.Source)
}

// rehearseOn runs a plan on a copy of the live schema, with the rows of some tables; nil: with
// none.
func (m *Migrator) rehearseOn(ctx context.Context, db engine.Database, p *prepared, about func(table schema.Key) bool) (err error) {
	scratch, err := db.Scratch(ctx)
	if err != nil {
		return fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	switch {
	case p.opening != nil:
	case about != nil:
		err = witness.New(db, m.engine, p.have).CopyTo(ctx, scratch, about)
	default:
		err = scratch.Build(ctx, p.have)
	}
	if err != nil {
		return fmt.Errorf("rehearse: copy the live database: %w", err)
	}
	if err := p.copyHistory(ctx, scratch); err != nil {
		return err
	}
	if err := scratch.Begin(ctx, engine.Rebuild); err != nil {
		return err
	}
	for i := range p.plan.Steps {
		s := &p.plan.Steps[i]
		if s.Kind == plan.Afterwards && !s.Divides() {
			continue
		}
		if s.Kind == plan.Afterwards {
			if err := outside(ctx, scratch, s); err != nil {
				return err
			}
			continue
		}
		if m.unseen(*s) {
			return scratch.Rollback(ctx) // what follows rests on what nobody has seen
		}
		if _, err := m.exec(ctx, scratch, s.Source, s.SQL); err != nil {
			data := s.Source != nil && s.Source.Class == migration.Data
			if data && scratch.Explain(err).Problem == engine.Violated {
				continue // the copy has no rows, which the statement may need
			}
			return errors.Join(stepError(s, "rehearsal", err), scratch.Rollback(ctx))
		}
		if s.Source.AddsValue() {
			if err := errors.Join(scratch.Commit(ctx), scratch.Begin(ctx, engine.Rebuild)); err != nil {
				return err
			}
		}
	}
	if err := scratch.Commit(ctx); err != nil {
		return err
	}
	after, err := scratch.Inspect(ctx)
	if err != nil {
		return err
	}
	after.DeleteFunc(func(o *schema.Object) bool {
		return p.hidden[o.Key.Owner()] || p.opening != nil && p.opening.hidden[o.Key.Owner()]
	})
	diff := slices.DeleteFunc(schema.Compare(witness.AsCopied(p.plan.Diagnosis.Target), after), func(d schema.Difference) bool {
		return scratch.Traits().IndexesReferences && byItself(p.plan, d, after)
	})
	if len(diff) > 0 {
		return &MismatchError{During: "rehearsal", Differences: diff}
	}
	return nil
}

// copyHistory makes the tracking table on a scratch database if a step is about it and it
// is not a table of the set's own, which is there.
func (p *prepared) copyHistory(ctx context.Context, scratch engine.Database) error {
	if p.foreign == nil || p.foreign.Runner.Create == nil || !p.hidden[p.foreign.Table] || !slices.ContainsFunc(p.plan.Steps, func(s plan.Step) bool {
		return s.Source != nil && s.Source.Table() == p.foreign.Table
	}) {
		return nil
	}
	return makeHistory(ctx, scratch, p.foreign.Runner, p.foreign.Table)
}

// outside runs a step that no transaction bears, between two of a scratch database.
func outside(ctx context.Context, scratch engine.Database, s *plan.Step) error {
	if err := scratch.Commit(ctx); err != nil {
		return err
	}
	if _, err := scratch.Exec(ctx, s.SQL); err != nil {
		return stepError(s, "rehearsal", err)
	}
	return scratch.Begin(ctx, engine.Rebuild)
}

func stepError(s *plan.Step, during string, err error) *StatementError {
	return &StatementError{Path: s.Path, Line: s.Line, Number: s.Ref.Number, SQL: s.SQL, During: during, Err: err}
}
