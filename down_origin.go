package dbmend

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how it is told whose work a down part would take away: a down
// part is run for what its migration has made, and for nothing that was there before.

// origin says why a migration is not known to have made what is there; "" where it
// is. What another runner has recorded, and the journal says nothing of or has taken
// over, that runner has run.
func (d *descent) origin(ctx context.Context, db engine.Database, s *survey, replay *diagnosis.Replay, mig *migration.Migration) (why string, facts []string, err error) {
	entry, ours := s.entries[migration.Version(mig.Version.Normal())]
	if !ours || entry.Outcome == journal.Adopted && entry.Checksum != "" {
		return "", nil, nil
	}
	carried, err := journal.Carried(ctx, db, mig.Version)
	if err != nil {
		return "", nil, fmt.Errorf("read the journal: %w", err)
	}
	ran := map[int]bool{}
	for _, e := range carried {
		ran[e.Statement] = true
	}
	var guarded []string
	for i := range replay.Effects {
		e := &replay.Effects[i]
		st := e.Statement
		if e.Migration != mig || st.Class != migration.Data && !e.Rowwise && len(e.Changes) == 0 {
			continue
		}
		fact := fmt.Sprintf("%s: %s", e.Ref(), wording.Quote(st.Text))
		switch {
		case !ran[st.Number]:
			facts = append(facts, fact)
		case st.Guard && makes(e.Changes):
			guarded = append(guarded, fact)
		}
	}
	if len(facts) > 0 {
		return fmt.Sprintf("it is recorded as %s, and what these statements make was there already or was made by others", entry.Outcome), facts, nil
	}
	if len(guarded) == 0 {
		return "", nil, nil
	}
	if proven, err := d.made(ctx, db, replay, entry.Run); err != nil || proven {
		return "", nil, err
	}
	return "these statements may have found what they make there already, and nothing shows that they made it", guarded, nil
}

// makes reports whether something is there that was not.
func makes(changes []schema.Change) bool {
	for _, c := range changes {
		if c.Before == nil && c.After != nil {
			return true
		}
	}
	return false
}

// made reports whether a run has made all that its migrations make: the fingerprints
// before and after it differ by just that.
func (d *descent) made(ctx context.Context, db engine.Database, replay *diagnosis.Replay, run string) (bool, error) {
	entries, err := journal.Read(ctx, db, journal.Filter{Run: run, Kinds: []journal.Kind{journal.Migrated, journal.Completed}})
	if err != nil {
		return false, fmt.Errorf("read the journal: %w", err)
	}
	var before, after string
	applied := map[string]bool{}
	for _, e := range entries {
		switch {
		case e.Kind == journal.Migrated && e.Outcome != journal.Applied:
			return false, nil
		case e.Kind == journal.Migrated:
			applied[e.Version.Normal()] = true
		default:
			if before == "" {
				before = e.Before
			}
			after = e.After
		}
	}
	sum, err := schema.ParseFingerprint(before)
	if err != nil {
		return false, nil // a run of which nothing is known
	}
	for i := range replay.Effects {
		if e := &replay.Effects[i]; applied[e.Migration.Version.Normal()] {
			sum = sum.Apply(e.Changes)
		}
	}
	return sum.String() == after, nil
}
