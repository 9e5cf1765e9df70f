package dbmend

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/tracking"
)

// This file contains what the histories claim of the migrations of the set.

// readClaims works out what the histories claim of each migration. Where there is
// a foreign history, it rules; the journal then only adds what it knows besides.
func (m *Migrator) readClaims(ctx context.Context, db engine.Database, s *survey) error {
	r := s.recorded
	if s.foreign != nil && !s.handed {
		r.Exists, r.Source = true, fmt.Sprintf("%s (%s)", s.foreign.Table.Path(), s.foreign.Runner.Name)
		m.claim(s, s.foreign, "by "+s.foreign.Runner.Name)
	}
	if !s.journal {
		return nil
	}
	entries, err := journal.Recorded(ctx, db)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	if s.foreign == nil || s.handed {
		r.Exists, r.Source = true, journal.Table
		h := &tracking.History{}
		for _, e := range entries {
			h.Rows = append(h.Rows, tracking.Row{
				Version: e.Version, Name: strings.Trim(string(e.Version)+"_"+e.Name, "_"), Checksum: e.Checksum,
				Text: fmt.Sprintf("%s %s %s by dbmend", strings.Trim(string(e.Version)+"_"+e.Name, "_"), e.Outcome, e.At.Format("2006-01-02 15:04")),
			})
		}
		m.claim(s, h, "")
	}
	for _, e := range entries {
		s.entries[migration.Version(e.Version.Normal())] = e
		// A row of the journal that names another file is a claim about that one.
		mig := m.set.Find(e.Version)
		if mig == nil || mig.Name != e.Name {
			continue
		}
		c := r.Of(mig)
		if c.Recorded && (e.Outcome == journal.Applied || e.Outcome == journal.Healed) && e.Checksum != "" {
			c.Ran = true
			r.Claims[migration.Version(mig.Version.Normal())] = c
		}
		switch {
		case !c.Recorded || e.Checksum == "":
			continue
		case mig.Rerun != migration.Never && (s.foreign == nil || s.handed):
			if err := m.claimChanged(ctx, db, mig, e, &c); err != nil {
				return err
			}
		case mig.Rerun != migration.Never || e.Checksum == mig.Checksum:
			continue
		default:
			if err := m.claimEdited(ctx, db, s, mig, &c); err != nil {
				return err
			}
		}
		r.Claims[migration.Version(mig.Version.Normal())] = c
	}
	if s.unclaimed, err = m.since(ctx, db, s); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	return m.claimUnfinished(ctx, db, s)
}

// claim takes over what a history says.
func (m *Migrator) claim(s *survey, h *tracking.History, by string) {
	matched := tracking.Match(h, m.set)
	how := func(row tracking.Row) string {
		if by == "" {
			return row.Text
		}
		return by + ": " + row.Text
	}
	first := m.firstBaseline()
	for _, c := range matched.Applied {
		if c.OtherName && !c.OtherVersion && !c.SameContent && c.Migration != first {
			// The version is taken by another file: of this one nothing is claimed.
			s.recorded.Collisions = append(s.recorded.Collisions, c.Row.Text)
			continue
		}
		// A row of a baseline, and one of what a baseline replaces, is of another file.
		c.OtherContent = c.OtherContent && !c.Row.UpTo && c.Migration != first
		changed := c.OtherContent && c.Migration.Rerun != migration.Never
		s.recorded.Claims[migration.Version(c.Migration.Version.Normal())] = diagnosis.Claim{
			Recorded: true, Covered: c.Row.UpTo, Edited: c.OtherContent && !changed, Changed: changed, How: how(c.Row),
		}
	}
	for _, c := range matched.Begun {
		s.recorded.Claims[migration.Version(c.Migration.Version.Normal())] = diagnosis.Claim{Begun: true, Done: c.Done, How: how(c.Row)}
	}
	for _, u := range matched.Unknown {
		switch b := m.baseline(u.Row); {
		case b != nil:
			m.claimCovered(s, &script{baseline: b}, how(u.Row))
		case u.Row.Elsewhere && !m.isBehind(u.Row): // what is no file of SQL is not among these
		case u.Row.UpTo: // a baseline of the tool's own, which has no file
		case first != nil && s.recorded.Of(first).Recorded && u.Row.Version != "" && u.Row.Version.Compare(first.Version) < 0:
		case m.dumped(u.Row): // its file is gone, and the schema file vouches for it
		default:
			s.unknown = append(s.unknown, u.Row)
			s.recorded.Unknown = append(s.recorded.Unknown, u.Row.Text)
		}
	}
}

// isBehind reports whether a row has a version that is behind all of the set: that of a
// newer program, perhaps.
func (m *Migrator) isBehind(row tracking.Row) bool {
	n := len(m.whole.Migrations)
	return row.Version != "" && (n == 0 || row.Version.Compare(m.whole.Migrations[n-1].Version) > 0)
}

// firstBaseline returns the baseline that the set begins with: the files of what it
// stands for are gone, and a history may know them. It is nil for other sets.
func (m *Migrator) firstBaseline() *migration.Migration {
	if len(m.set.Migrations) > 0 && m.set.Migrations[0].Baseline {
		return m.set.Migrations[0]
	}
	return nil
}

// baseline returns the baseline that a row says to have been run, or nil.
func (m *Migrator) baseline(row tracking.Row) *migration.Migration {
	for _, b := range m.set.Baselines {
		if row.Version != "" && row.Version.Compare(b.Version) == 0 && !row.Begun {
			return b
		}
	}
	return nil
}

// claimCovered claims what a baseline stands for.
func (m *Migrator) claimCovered(s *survey, b *script, how string) {
	for _, mig := range m.set.Migrations {
		v := migration.Version(mig.Version.Normal())
		if c, ok := s.recorded.Claims[v]; b.covers(mig) && (!ok || c.Begun) {
			s.recorded.Claims[v] = diagnosis.Claim{Recorded: true, Covered: true, How: how}
		}
	}
}

// dumped reports whether the schema file has a row of a history like this one.
func (m *Migrator) dumped(row tracking.Row) bool {
	return m.schema != nil && row.Version != "" && slices.ContainsFunc(m.schema.versions, func(v migration.Version) bool {
		return v.Compare(row.Version) == 0
	})
}

// unvouched returns the versions that a schema file records and that neither the set nor
// a history like its own has.
func (m *Migrator) unvouched(s *survey) []string {
	if m.schema == nil || s.foreign == nil || s.foreign.UpTo {
		return nil
	}
	var lacks []string
	for _, v := range m.schema.versions {
		has := func(row tracking.Row) bool { return row.Version != "" && row.Version.Compare(v) == 0 }
		if m.set.Find(v) == nil && !slices.ContainsFunc(s.foreign.Rows, has) {
			lacks = append(lacks, string(v))
		}
	}
	return lacks
}

// claimChanged tells whether a migration that is run again when it has changed is
// another one by now: in its file, or in what was put into it.
func (m *Migrator) claimChanged(ctx context.Context, db engine.Database, mig *migration.Migration, recorded journal.Entry, c *diagnosis.Claim) error {
	c.Edited, c.Changed = false, recorded.Checksum != mig.Checksum
	if c.Changed {
		return nil
	}
	entries, err := journal.Statements(ctx, db, mig.Version)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	for _, e := range entries {
		// Earlier runs may have been of other statements.
		if n := e.Statement; e.Run == recorded.Run && e.Checksum != "" && (n > len(mig.Statements) || mig.Statements[n-1].Sum != e.Checksum) {
			c.Changed = true
		}
	}
	return nil
}

// claimEdited tells a file whose text has changed from one whose meaning has.
func (m *Migrator) claimEdited(ctx context.Context, db engine.Database, s *survey, mig *migration.Migration, c *diagnosis.Claim) error {
	entries, err := journal.Statements(ctx, db, mig.Version)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	sums := map[int]string{}
	for _, e := range entries {
		if e.Checksum != "" {
			sums[e.Statement] = e.Checksum
		}
	}
	same := len(sums) == len(mig.Statements)
	for i := range mig.Statements {
		same = same && sums[mig.Statements[i].Number] == mig.Statements[i].Sum
	}
	if same {
		c.Edited = false
		s.edited = append(s.edited, mig)
		return nil
	}
	c.Edited = true
	if len(sums) > 0 {
		c.Statements = sums
	}
	return nil
}

// claimUnfinished takes over what the journal says was begun and not finished.
func (m *Migrator) claimUnfinished(ctx context.Context, db engine.Database, s *survey) error {
	unfinished, err := journal.Unfinished(ctx, db)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	for _, e := range unfinished {
		switch e.Kind {
		case journal.Failed:
			s.recorded.FirstError = fmt.Sprintf("%s/%d: %s", e.Version, e.Statement, e.Evidence)
		case journal.Intent:
			s.squashing = s.squashing || e.Outcome == "" && e.Name == m.engine.Name()+migration.SquashExt
			v := migration.Version(e.Version.Normal())
			c := s.recorded.Claims[v]
			if e.Outcome == journal.Reverted {
				if c.Begun, c.Reverting = true, true; e.Statement > 0 {
					c.OpenDown = append(c.OpenDown, e.Statement)
				}
				s.recorded.Claims[v] = c
				continue
			}
			if mig := m.set.Find(v); c.Recorded && mig != nil && e.Statement > 0 && e.Statement <= len(mig.Statements) &&
				mig.Statements[e.Statement-1].Class == migration.Outside {
				c.Open = append(c.Open, e.Statement)
			} else {
				c.Begun = true
			}
			if mig := m.set.Find(v); e.Statement == 0 && mig != nil {
				if err := m.claimFinished(ctx, db, mig, &c); err != nil {
					return err
				}
			}
			s.recorded.Claims[v] = c
		}
	}
	return nil
}

// claimFinished takes over which statements of a migration the journal says to be
// through, where it was to say so of each.
func (m *Migrator) claimFinished(ctx context.Context, db engine.Database, mig *migration.Migration, c *diagnosis.Claim) error {
	entries, err := journal.Statements(ctx, db, mig.Version)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	c.Kept, c.Finished = true, map[int]bool{}
	for _, e := range entries {
		if n := e.Statement; n > len(mig.Statements) || mig.Statements[n-1].Sum != e.Checksum && e.Outcome != journal.Synthesised {
			c.Kept = false // the file is another one by now
		} else {
			c.Finished[n] = true
		}
	}
	return nil
}
