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
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how the way back is tried on a copy of the schema before it is
// taken, and where one that was interrupted goes on.

// A rehearsal is what a plan was seen to do.
type rehearsal struct {
	plan    *plan.Plan
	changes [][]schema.Change   // by step
	problem *diagnosis.Question // why it does not lead back
}

// retrace plans the way back and rehearses it.
//
// Errors: *[Refusal] where it does not lead back.
func (d *descent) retrace(ctx context.Context, db engine.Database, s *survey, in diagnosis.DownInput) (*prepared, error) {
	inQuestion, err := d.resume(ctx, db, &in)
	if err != nil {
		return nil, err
	}
	p, problem, err := d.try(ctx, db, in)
	if err != nil {
		return nil, err
	}
	if problem != nil && inQuestion != (diagnosis.Ref{}) {
		// What a server commits by itself may have run without anybody having said so.
		in.Through[inQuestion] = true
		further, still, err := d.try(ctx, db, in)
		if err != nil {
			return nil, err
		}
		if still == nil {
			p, problem = further, nil
		}
	}
	if problem != nil {
		return nil, &Refusal{Questions: []diagnosis.Question{*problem}, Diagnosis: p.Diagnosis}
	}
	return &prepared{survey: s, plan: p}, nil
}

// resume finds out where a down that was interrupted goes on: which statements are
// through, and which one may be.
func (d *descent) resume(ctx context.Context, db engine.Database, in *diagnosis.DownInput) (inQuestion diagnosis.Ref, err error) {
	in.Through = map[diagnosis.Ref]bool{}
	halfway := false
	for _, mig := range in.Back {
		c := in.Recorded.Of(mig)
		if !c.Reverting {
			continue
		}
		through := map[int]bool{}
		if c.Recorded {
			halfway = true
			entries, err := journal.Undone(ctx, db, mig.Version)
			if err != nil {
				return inQuestion, fmt.Errorf("read the journal: %w", err)
			}
			for _, e := range entries {
				through[e.Statement] = e.Statement <= len(mig.Down) && mig.Down[e.Statement-1].Sum == e.Checksum
			}
		} else {
			for i := range mig.Down {
				through[mig.Down[i].Number] = !slices.Contains(c.OpenDown, mig.Down[i].Number)
			}
		}
		for i := range mig.Down {
			ref := diagnosis.Ref{Version: mig.Version, Number: mig.Down[i].Number}
			if through[ref.Number] {
				in.Through[ref] = true
			} else if inQuestion == (diagnosis.Ref{}) && mig.Down[i].Class != migration.Data {
				inQuestion = ref
			} else if inQuestion == (diagnosis.Ref{}) {
				inQuestion = diagnosis.Ref{Number: -1} // rows and their entry were committed together
			}
		}
	}
	if inQuestion.Number < 0 {
		inQuestion = diagnosis.Ref{}
	}
	if halfway {
		in.Touched, err = d.touched(ctx, db, in)
	}
	return inQuestion, err
}

// touched returns what the down parts work on where nothing has interrupted them: also
// what they make for themselves and drop again.
func (d *descent) touched(ctx context.Context, db engine.Database, in *diagnosis.DownInput) (touched map[schema.Key]bool, err error) {
	whole := *in
	whole.Through = nil
	whole.Have = in.Replay.After(func(e *diagnosis.Effect) bool { return in.Recorded.Of(e.Migration).Recorded })
	p, err := plan.Down(diagnosis.Down(whole))
	if err != nil {
		return nil, err
	}
	seen, err := d.observe(ctx, db, p)
	if err != nil {
		return nil, err
	}
	touched = map[schema.Key]bool{}
	for _, changes := range seen.changes {
		for _, c := range changes {
			touched[c.Key] = true
		}
	}
	return touched, nil
}

// try plans and rehearses; problem says why the plan does not lead back.
func (d *descent) try(ctx context.Context, db engine.Database, in diagnosis.DownInput) (p *plan.Plan, problem *diagnosis.Question, err error) {
	explained := diagnosis.Down(in)
	if p, err = plan.Down(explained); err != nil {
		return nil, nil, err
	}
	if d.last == nil || !sameSteps(d.last.plan, p) {
		if d.last, err = d.observe(ctx, db, p); err != nil {
			return nil, nil, err
		}
	}
	for i, changes := range d.last.changes {
		p.Observe(i, changes)
	}
	return p, d.last.problem, nil
}

// observe runs a plan on a scratch copy of the schema that it was made for.
func (d *descent) observe(ctx context.Context, db engine.Database, p *plan.Plan) (seen *rehearsal, err error) {
	scratch, err := db.Scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	if err := scratch.Build(ctx, p.Diagnosis.Have); err != nil {
		return nil, fmt.Errorf("rehearse: copy the live schema: %w", err)
	}
	watch, err := scratch.Watch(ctx)
	if err != nil {
		return nil, err
	}
	if err := scratch.Begin(ctx, engine.Rebuild); err != nil {
		return nil, err
	}
	seen = &rehearsal{plan: p, changes: make([][]schema.Change, len(p.Steps))}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Kind == plan.Afterwards && !s.Source.Concurrent() {
			continue
		}
		if err := d.rehearseStep(ctx, scratch, s); err != nil {
			complaint := scratch.Explain(err).Problem
			if s.Source.Class == migration.Data && complaint == engine.Violated {
				continue // the copy has no rows, which the statement may need
			}
			if !witness.TellsOfSchema(complaint) {
				return nil, errors.Join(stepError(s, "rehearsal", err), scratch.Rollback(ctx))
			}
			// It may be of a later migration than the one that the question names.
			seen.problem = noReturn(p, fmt.Sprintf("in the down part of %s, %s fails: %v", s.Ref.Version, wording.Quote(s.SQL), err))
			return seen, scratch.Rollback(ctx)
		}
		if seen.changes[i], err = watch.Changes(ctx, *s.Source); err != nil {
			return nil, err
		}
	}
	if err := scratch.Commit(ctx); err != nil {
		return nil, err
	}
	after, err := scratch.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	var facts []string
	for _, diff := range schema.Compare(witness.AsCopied(p.Diagnosis.Target), after) {
		if scratch.Traits().IndexesReferences && byItself(p, diff, after) {
			continue
		}
		facts = append(facts, "after it, "+diff.String())
	}
	if len(facts) > 0 {
		seen.problem = noReturn(p, facts...)
	}
	return seen, nil
}

// rehearseStep runs one step on scratch.
func (d *descent) rehearseStep(ctx context.Context, scratch engine.Database, s *plan.Step) error {
	if s.Kind != plan.Afterwards {
		_, err := d.exec(ctx, scratch, s.Source, s.SQL)
		return err
	}
	if err := scratch.Commit(ctx); err != nil {
		return err
	}
	_, err := scratch.Exec(ctx, s.SQL)
	return errors.Join(err, scratch.Begin(ctx, engine.Rebuild))
}

// noReturn asks what is to become of migrations whose down parts do not lead to the
// schema from before them.
func noReturn(p *plan.Plan, facts ...string) *diagnosis.Question {
	oldest := p.Records[len(p.Records)-1].Migration
	return &diagnosis.Question{
		Code: diagnosis.Q21, Place: oldest.ID(), Facts: facts,
		Text: fmt.Sprintf("Taking %s back does not lead to the schema from before it. Mend the down part; or where the database is not what its history says, run dbmend up first, which heals it.", oldest.ID()),
	}
}
