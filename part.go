package dbmend

import (
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
)

// This file contains what is written down of a migration that takes more than one
// transaction, though each of its statements but one bears to share it (decision 0050).

// yieldPart puts the beginning of a migration into words that a transaction ends with: that
// it is begun, which of its statements need no run, and which have run. Killed behind it, the
// next run goes on from there.
func (r *run) yieldPart(p *prepared, s *plan.Segment, ran map[diagnosis.Ref][]StepReport, entry func(journal.Entry)) {
	if s.Open == nil {
		return
	}
	alone := !r.db.Traits().TransactionalDDL // then all but what is still to run is written down already
	if s.GoesOn != s.Open && !alone {
		for _, e := range beginnings(p, &plan.Segment{Steps: s.Steps, Open: s.Open}, takesSome) {
			entry(e)
		}
	}
	after := map[diagnosis.Ref]bool{}
	for i := range s.Steps {
		after[s.Steps[i].Ref] = afterwards(s.Steps[i])
	}
	for i := range p.plan.Diagnosis.Migrations {
		mf := &p.plan.Diagnosis.Migrations[i]
		if mf.Migration != s.Open {
			continue
		}
		for j := range mf.Findings {
			f := &mf.Findings[j]
			for _, step := range ran[f.Ref] {
				if !alone {
					entry(stepEntry(step))
				}
			}
			if after[f.Ref] {
				entry(openEntry(f, p.plan.Back))
			}
		}
	}
}

// begun returns the migrations whose first steps are in a transaction.
func begun(s *plan.Segment) []*migration.Migration {
	var first []*migration.Migration
	for _, record := range s.Records {
		if record.Migration != s.GoesOn {
			first = append(first, record.Migration)
		}
	}
	if s.Open != nil && s.Open != s.GoesOn {
		first = append(first, s.Open)
	}
	return first
}
