package dbmend

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
)

// This file contains the words in which a transaction is written down in the journal.

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
