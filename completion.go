package dbmend

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how a run writes down what one of its transactions has led to, by
// which a later start knows the database again.

// completion returns the entry that says what a transaction has led to.
func (r *run) completion(ctx context.Context, p *prepared, s *plan.Segment, steps []StepReport, after schema.Fingerprint, stamp string, last bool) (journal.Entry, error) {
	completed := journal.Entry{
		Kind: journal.Completed, Outcome: journal.Applied, Checksum: r.sum,
		Before: p.plan.From.String(), After: after.String(), Stamp: stamp,
		Evidence: fmt.Sprintf("%s run, %s recorded", wording.Count(int64(len(steps)), "statement"), wording.Count(int64(len(s.Records)), "migration")),
	}
	if p.plan.Back {
		completed.Evidence = fmt.Sprintf("%s run, %s taken back", wording.Count(int64(len(steps)), "statement"), wording.Count(int64(len(s.Records)), "migration"))
		completed.Checksum = "" // the set is not through
	}
	if p.plan.Healing {
		completed.Outcome = journal.Healed
	}
	switch {
	case len(left(p.plan.Diagnosis)) > 0:
		completed.Outcome = journal.Left
	case len(p.plan.Diagnosis.Ignored) > 0:
		completed.Outcome = journal.Ignored
	}
	if n := len(r.set.Migrations); n > 0 {
		completed.Version = r.set.Migrations[n-1].Version
	}
	if p.foreign != nil {
		digest, err := p.foreign.Runner.Digest(ctx, r.db, p.foreign.Table)
		if err != nil {
			return journal.Entry{}, err
		}
		completed.Name = ruling{p.foreign.Runner, p.foreign.Table, digest}.String()
	}
	if slices.ContainsFunc(r.set.Migrations, func(mig *migration.Migration) bool { return mig.Rerun == migration.Always }) {
		completed.Checksum = "" // there is always something to run
	}
	r.completed = completed
	if !last || p.claimed || p.partly != nil || slices.ContainsFunc(s.Steps, afterwards) {
		// The set is not through, or claims what is not there, or something is still to
		// run after this transaction: a start must not take it for settled.
		completed.Checksum = ""
	}
	return completed, nil
}

// seal returns a stamp of a schema that has this fingerprint; "" where somebody has
// changed it meanwhile.
func (r *run) seal(ctx context.Context, s *survey, fingerprint schema.Fingerprint) (string, error) {
	stamp, err := r.db.Stamp(ctx)
	if err != nil {
		return "", err
	}
	have, err := r.db.Inspect(ctx)
	if err != nil {
		return "", fmt.Errorf("inspect the database: %w", err)
	}
	have.DeleteFunc(func(o *schema.Object) bool { return s.hidden[o.Key.Owner()] })
	if have.Fingerprint() != fingerprint {
		return "", nil
	}
	return stamp, nil
}
