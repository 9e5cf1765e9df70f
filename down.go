package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
)

// Down takes migrations back, the newest first, each by the part of its file that
// its author wrote for it: all that are recorded and come after a version, which is
// the newest one afterwards. With "" that is one migration; with a version from
// before the first, as "0" mostly is, it is all of them. With nothing to take back it
// does nothing. Up brings them again.
//
// A down part is run only for what this migration is known to have made, and only
// where it leads to the schema that the migrations which stay have made: that is
// rehearsed on a copy of the schema, and proven before the commit, with the rows of
// the tables that it is not about. What it loses, tables, columns and rows, is asked
// about with figures ([diagnosis.Q12]); [Migrator.PlanDown] tells them without asking.
//
// On a server that cannot undo statements on the schema, a down that was interrupted
// is gone on with by the next one, or made good by Up.
//
// Errors: *[Refusal]; [migration.ErrNoVersion]; those of [Migrator.Up].
func (m *Migrator) Down(ctx context.Context, to migration.Version) (*Report, error) {
	return m.work(ctx, nil, func(r *run) error {
		r.aim = (&descent{Migrator: m, to: to, consent: true}).prepare
		return r.all(ctx)
	})
}

// PlanDown returns what Down would run, rehearsed, with what would be lost as
// hazards of its steps. It changes nothing.
//
// Errors: *[Refusal]; [migration.ErrNoVersion]; *[StatementError] if the set cannot
// be replayed.
func (m *Migrator) PlanDown(ctx context.Context, to migration.Version) (p *plan.Plan, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	prep, err := (&descent{Migrator: m, to: to}).prepare(ctx, db)
	if err != nil {
		return nil, err
	}
	return prep.plan, m.weighHazards(ctx, db, prep)
}

// A descent is the way of some migrations back.
type descent struct {
	*Migrator
	to      migration.Version
	consent bool // what is lost must have been agreed to

	chosen bool                   // what is to be taken back is settled:
	back   []*migration.Migration // the newest first
	last   *rehearsal
}

// prepare surveys the database, plans the way back and rehearses it. It changes
// nothing.
func (d *descent) prepare(ctx context.Context, db engine.Database) (*prepared, error) {
	s, err := d.look(ctx, db)
	if err != nil {
		return nil, err
	}
	back, err := d.choose(s)
	if err != nil {
		return nil, err
	}
	if len(back) == 0 {
		empty := &diagnosis.Diagnosis{Recorded: s.recorded, Have: s.have, Target: s.have}
		return &prepared{survey: s, plan: &plan.Plan{Diagnosis: empty, Back: true, From: s.fingerprint, To: s.fingerprint}}, nil
	}
	replay, err := d.replaySet(ctx, db, s.have, s.recorded)
	if err != nil {
		return nil, err
	}
	if err := d.allow(ctx, db, s, replay, back); err != nil {
		return nil, err
	}
	p, err := d.retrace(ctx, db, s, diagnosis.DownInput{
		Replay: replay, Have: s.have, Recorded: s.recorded, Back: back,
		Drift: d.drift, Ignore: d.ignored, Space: db.Traits().Space,
	})
	if err != nil {
		return nil, err
	}
	if err := d.tellLosses(ctx, db, p); err != nil {
		return nil, err
	}
	return p, nil
}

// choose returns what is to be taken back, the newest first. The first choice holds:
// what another runner does meanwhile makes the way no longer.
//
// Errors: [migration.ErrNoVersion]; *[Refusal] where the history does not tell.
func (d *descent) choose(s *survey) ([]*migration.Migration, error) {
	if len(s.questions) > 0 {
		return nil, &Refusal{Questions: s.questions}
	}
	all := d.set.Migrations
	if d.to != "" && len(all) > 0 && d.to.Compare(all[0].Version) >= 0 {
		if _, err := d.set.To(d.to); err != nil {
			return nil, fmt.Errorf("down: %w", err)
		}
	}
	there := func(mig *migration.Migration) bool {
		c := s.recorded.Of(mig)
		return c.Recorded || c.Reverting
	}
	if !d.chosen {
		d.chosen = true
		var repeatable *migration.Migration
		for _, mig := range slices.Backward(all) {
			if d.to == "" && len(d.back) == 1 || d.to != "" && mig.Rerun == migration.Never && mig.Version.Compare(d.to) <= 0 {
				break
			}
			switch {
			case !there(mig) || d.to != "" && mig.Version.Compare(d.to) <= 0:
			case mig.Rerun == migration.Never || mig.Down != nil:
				d.back = append(d.back, mig)
			case repeatable == nil:
				repeatable = mig // what is run again whenever it changes is no step of the way
			}
		}
		if len(d.back) == 0 && repeatable != nil {
			return nil, &Refusal{Questions: []diagnosis.Question{noStep(repeatable)}}
		}
	}
	return slices.DeleteFunc(slices.Clone(d.back), func(mig *migration.Migration) bool { return !there(mig) }), nil
}

// noStep asks about a migration that is run again whenever it changes: what its last
// form has replaced is nowhere.
func noStep(mig *migration.Migration) diagnosis.Question {
	return diagnosis.NoWayBack(mig, "it is run again whenever it changes, and nothing tells what was there before its last form", mig.Path)
}

// allow refuses what may not be taken back: what the history is unsure of, what has
// no way back, and what nobody knows this migration to have made.
func (d *descent) allow(ctx context.Context, db engine.Database, s *survey, replay *diagnosis.Replay, back []*migration.Migration) error {
	var open []diagnosis.Question
	lowest := back[len(back)-1]
	for _, mig := range d.set.Migrations {
		if c := s.recorded.Of(mig); (c.Begun || len(c.Open) > 0) && !c.Reverting {
			open = append(open, diagnosis.NoWayBack(lowest, mig.ID()+" was begun and is not finished; bring it up first", c.How))
		}
	}
	var newer []string
	for _, row := range s.unknown {
		if row.Version == "" || row.Version.Compare(lowest.Version) >= 0 {
			newer = append(newer, row.Text)
		}
	}
	if len(newer) > 0 {
		open = append(open, diagnosis.NoWayBack(lowest, "the history knows migrations that are not among these files", newer...))
	}
	if len(s.recorded.Collisions) > 0 {
		open = append(open, diagnosis.NoWayBack(lowest, "a version of these files was taken by another file", s.recorded.Collisions...))
	}
	for _, mig := range back {
		c := s.recorded.Of(mig)
		switch {
		case mig.Rerun != migration.Never:
			open = append(open, noStep(mig))
			continue
		case c.Covered:
			open = append(open, diagnosis.NoWayBack(mig, "a baseline stands for it, and nobody says that its own statements were run", c.How))
			continue
		case mig.Down == nil && len(mig.Statements) > 0 && mig.Statements[0].Class == migration.Code:
			open = append(open, diagnosis.NoWayBack(mig, "it is written in Go, and nothing that takes it back is given", mig.Path))
			continue
		case mig.Down == nil:
			open = append(open, diagnosis.NoWayBack(mig, "its file has no part that takes it back", mig.Path))
			continue
		}
		if len(mig.Down) > 0 && !d.runsOnScratch(&mig.Down[0]) {
			open = append(open, diagnosis.NoWayBack(mig, "it is written in Go and not for scratch databases, so that nothing shows where its way back leads"))
			continue
		}
		why, facts, err := d.origin(ctx, db, s, replay, mig)
		if err != nil {
			return err
		}
		if why != "" {
			open = append(open, diagnosis.NoWayBack(mig, why, facts...))
		}
	}
	if len(open) > 0 {
		return &Refusal{Questions: open}
	}
	return nil
}

// tellLosses counts what the plan takes away, notes it as hazards, and where consent
// is needed, asks for what nobody has agreed to.
func (d *descent) tellLosses(ctx context.Context, db engine.Database, p *prepared) error {
	lost, err := d.losses(ctx, db, p)
	if err != nil || !d.consent {
		return err
	}
	var open []diagnosis.Question
	for _, record := range p.plan.Records {
		facts := lost[record.Migration.Version]
		if len(facts) == 0 {
			continue
		}
		q := diagnosis.Question{
			Code: diagnosis.Q12, Place: "down " + record.Migration.ID(), Facts: facts,
			Text: fmt.Sprintf("Taking %s back loses what nothing brings back: %s. Take it back?",
				record.Migration.ID(), strings.Join(facts, "; ")),
			Choices: []diagnosis.Choice{{Answer: "lose", Means: "run its down part; what it takes away is gone"}},
		}
		if d.answers.To(&q) == "" {
			open = append(open, q)
		} else {
			p.plan.Diagnosis.Answered = append(p.plan.Diagnosis.Answered, q)
		}
	}
	if len(open) > 0 {
		return &Refusal{Questions: open, Diagnosis: p.plan.Diagnosis}
	}
	return nil
}
