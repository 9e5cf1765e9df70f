package dbmend

import (
	"context"
	"errors"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
)

// A Status is where every migration stands.
type Status struct {
	Migrations []MigrationStatus
	Source     string               // the tracking table that rules; empty where there is none
	Format     string               // the file format of the set
	Unknown    []string             // recorded, and not in the set
	Drift      []diagnosis.Drift    // what is not as the history says
	Ignored    []diagnosis.Drift    // the same, and left alone: the ignore list names it
	Foreign    int                  // objects that nobody knows and the ignore list does not name
	Questions  []diagnosis.Question // what must be answered before Up does anything
	Notes      []string             // what was noticed and needs no decision
	FirstError string               // of a failed try that nothing has mended since
	Agrees     bool                 // the database is what its history says
}

// A MigrationStatus is where one migration stands.
type MigrationStatus struct {
	Migration *migration.Migration
	Standing  diagnosis.Standing
	How       string // how it was recorded; empty where it was not
	Done, Of  int    // statements
}

// Current reports that there is nothing to do: everything is recorded and there.
func (s *Status) Current() bool {
	for i := range s.Migrations {
		if s.Migrations[i].Standing != diagnosis.Applied {
			return false
		}
	}
	return len(s.Unknown) == 0 && len(s.Drift) == 0 && len(s.Questions) == 0
}

// Status tells where every migration stands. It changes nothing. A database that
// is what its journal says is believed; any other is diagnosed, and so is one with an
// ignore list.
//
// Errors: those of [Migrator.Diagnose].
func (m *Migrator) Status(ctx context.Context) (st *Status, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := m.look(ctx, db)
	if err != nil {
		return nil, err
	}
	st = &Status{Source: s.recorded.Source, Format: m.set.Format, Unknown: s.recorded.Unknown, FirstError: s.recorded.FirstError}
	var d *diagnosis.Diagnosis
	if m.healthy(s) && len(m.ignored) == 0 {
		p, err := m.planPlainly(s)
		if err != nil {
			return nil, err
		}
		d = p.Diagnosis
	} else if d, _, err = m.diagnose(ctx, db, s); err != nil {
		return nil, err
	}
	st.Drift, st.Foreign, st.Questions, st.Agrees = d.Drift, len(d.Foreign), d.Questions, d.Agrees
	st.Ignored, st.Notes = d.Ignored, d.Notes
	for i := range d.Migrations {
		mf := &d.Migrations[i]
		ms := MigrationStatus{Migration: mf.Migration, Standing: mf.Standing, How: mf.Claim.How, Of: len(mf.Findings)}
		for j := range mf.Findings {
			switch mf.Findings[j].Verdict {
			case diagnosis.Done, diagnosis.Superseded, diagnosis.NoOp:
				ms.Done++
			}
		}
		if mf.Due != "" && mf.Standing == diagnosis.Applied {
			ms.Done = ms.Of // it has run, and will each time
		}
		st.Migrations = append(st.Migrations, ms)
	}
	return st, nil
}
