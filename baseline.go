package dbmend

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/plan"
)

// Baseline records every migration of the set ([To] shortens it) as present,
// without running anything. What is recorded already stays as it is.
//
// A baseline is a claim, so it is checked first: where the database lacks what it
// would claim, Baseline asks ([diagnosis.Q18]) instead of recording.
//
// Errors: *[Refusal]; [engine.ErrLocked].
func (m *Migrator) Baseline(ctx context.Context) (report *Report, err error) {
	report = &Report{}
	db, err := m.connect(ctx)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	unlock, err := m.lock(ctx, db)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := db.Begin(ctx, engine.Normal); err != nil {
		return report, err
	}
	run := &run{Migrator: m, db: db, report: report, id: journal.NewRun()}
	if err := run.baseline(ctx); err != nil {
		return report, errors.Join(err, db.Rollback(ctx))
	}
	if report.Nothing() {
		return report, db.Rollback(ctx)
	}
	return report, db.Commit(ctx)
}

func (r *run) baseline(ctx context.Context) error {
	s, err := r.look(ctx, r.db)
	if err != nil {
		return err
	}
	d, _, err := r.diagnose(ctx, r.db, s)
	if err != nil {
		return err
	}
	for _, open := range d.Questions {
		switch open.Code {
		case diagnosis.Q1, diagnosis.Q2, diagnosis.Q17: // not about what is there, but about where we are
			return &Refusal{Questions: []diagnosis.Question{open}, Diagnosis: d}
		}
	}
	q := diagnosis.Question{
		Code:    diagnosis.Q18,
		Text:    "The database lacks what this baseline would claim. Record it all the same?",
		Choices: []diagnosis.Choice{{Answer: "record", Means: "claim it as present; nothing of it is run"}},
	}
	p := &plan.Plan{Diagnosis: d, From: s.fingerprint, To: s.fingerprint, Healing: true}
	for i := range d.Migrations {
		mf := &d.Migrations[i]
		if mf.Claim.Recorded && !mf.Claim.Begun {
			continue
		}
		p.Records = append(p.Records, plan.Record{Migration: mf.Migration, Outcome: journal.Baselined, Reason: "declared present"})
		for j := range mf.Findings {
			f := &mf.Findings[j]
			if f.Ignored {
				continue // nobody minds
			}
			switch f.Verdict {
			case diagnosis.NotDone, diagnosis.Partly, diagnosis.Conflict, diagnosis.Ambiguous:
				q.Facts = append(q.Facts, fmt.Sprintf("%s %s: %s", f.Ref, f.Verdict, strings.Join(f.Evidence, "; ")))
			}
		}
	}
	if len(p.Records) == 0 {
		return nil
	}
	d.Answered = nil
	if len(q.Facts) > 0 {
		if r.answers.To(&q) == "" {
			return &Refusal{Questions: []diagnosis.Question{q}, Diagnosis: d}
		}
		d.Answered = []diagnosis.Question{q}
	}
	prep := &prepared{survey: s, plan: p, claimed: len(q.Facts) > 0}
	if err := r.write(ctx, prep, &plan.Segment{Records: p.Records}, nil, s.fingerprint, "", true); err != nil {
		return err
	}
	r.report.Run, r.report.Diagnosis, r.report.Records = r.id, d, p.Records
	return nil
}
