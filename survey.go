package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// A survey is what a live database holds and claims at one moment.
type survey struct {
	have        *schema.Snapshot // without tracking tables
	fingerprint schema.Fingerprint
	stamp       string

	journal   bool          // there is a journal
	unclaimed bool          // nothing has been claimed or taken back since the last run
	newest    int64         // the number of the journal's newest entry; zero without one
	last      journal.Entry // the last run that ended well; zero without one
	foreign   *tracking.History
	recorded  *diagnosis.Recorded
	edited    []*migration.Migration // recorded with another checksum, and meaning the same
	question  *diagnosis.Question    // which history rules
	hidden    map[schema.Key]bool    // tracking tables
}

// look surveys the database. It changes nothing.
func (m *Migrator) look(ctx context.Context, db engine.Database) (*survey, error) {
	s := &survey{
		recorded: &diagnosis.Recorded{Claims: map[migration.Version]diagnosis.Claim{}},
		hidden:   map[schema.Key]bool{},
	}
	var err error
	// The stamp comes first: if somebody changes the schema in between, it is that of
	// before, and nobody takes what is inspected for what it is about.
	if s.stamp, err = db.Stamp(ctx); err != nil {
		return nil, fmt.Errorf("inspect the database: %w", err)
	}
	if s.have, err = db.Inspect(ctx); err != nil {
		return nil, fmt.Errorf("inspect the database: %w", err)
	}
	ours := schema.Key{Kind: schema.Table, Name: journal.Table}
	if s.journal = s.have.Get(ours) != nil; s.journal {
		s.hidden[ours] = true
		runs, err := journal.Read(ctx, db, journal.Filter{Kinds: []journal.Kind{journal.Completed}, Limit: 1})
		if err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		if len(runs) > 0 {
			s.last = runs[0]
		}
	}
	if err := m.findForeign(ctx, db, s); err != nil {
		return nil, err
	}
	s.have.DeleteFunc(func(o *schema.Object) bool { return s.hidden[o.Key.Owner()] })
	s.fingerprint = s.have.Fingerprint()
	if err := m.readClaims(ctx, db, s); err != nil {
		return nil, err
	}
	return s, nil
}

// findForeign looks for the tracking table of another runner.
func (m *Migrator) findForeign(ctx context.Context, db engine.Database, s *survey) error {
	hint := tracking.Hint{Format: m.set.Format}
	if m.history != "" {
		hint.Table = m.historyKey(db)
	}
	var readable []tracking.Candidate
	for _, c := range tracking.Detect(s.have, hint) {
		if c.Runner == nil && m.makes(c.Table) && c.Table != hint.Table {
			continue // the set's own, whatever it looks like
		}
		s.hidden[c.Table] = true
		if c.Runner == nil {
			s.question = &diagnosis.Question{
				Code: diagnosis.Q1, Place: c.Table.String(),
				Text:    fmt.Sprintf("%s looks like a history that cannot be read: %s. Which history rules?", c.Table, c.Reason),
				Facts:   []string{"point at the right table with --history TABLE, or say that this one is none"},
				Choices: []diagnosis.Choice{{Answer: "none", Means: "it is no history: leave it alone"}},
			}
			continue
		}
		readable = append(readable, c)
	}
	if s.question != nil && (m.answers.To(s.question) != "" || len(readable) == 1) {
		s.question = nil
	}
	if len(readable) == 0 {
		return nil
	}
	var histories []*tracking.History
	for _, c := range readable {
		h, err := c.Runner.Read(ctx, db, c.Table)
		if err != nil {
			return err
		}
		histories = append(histories, h)
	}
	if histories = m.withoutOwn(s, histories, hint.Table); len(histories) == 0 {
		return nil
	}
	s.foreign = histories[0]
	if len(histories) > 1 {
		q := &diagnosis.Question{Code: diagnosis.Q1}
		var names []string
		for _, h := range histories {
			names = append(names, fmt.Sprintf("%s (%s, %d rows)", h.Table.Path(), h.Runner.Name, len(h.Rows)))
			q.Choices = append(q.Choices, diagnosis.Choice{Answer: h.Table.Path(), Means: "the history of " + h.Runner.Name})
		}
		q.Text = "There are several histories: " + strings.Join(names, ", ") + ". Which one rules?"
		// The default schema, which paths leave out, may be named all the same.
		answer := strings.TrimPrefix(m.answers[q.Name()], db.Traits().Space+".")
		if n := slices.IndexFunc(histories, func(h *tracking.History) bool { return h.Table.Path() == answer }); n >= 0 {
			s.foreign = histories[n]
		} else {
			s.question = q
		}
	}
	return nil
}

// withoutOwn leaves out the tables that look like a history, are empty and are made by
// the set itself, where there is another history or the journal has ruled so far. They
// are tables like any other.
func (m *Migrator) withoutOwn(s *survey, histories []*tracking.History, named schema.Key) []*tracking.History {
	own := func(h *tracking.History) bool { return len(h.Rows) == 0 && h.Table != named && m.makes(h.Table) }
	others := slices.DeleteFunc(slices.Clone(histories), own)
	if len(others) == 0 && (s.last.Kind == "" || s.last.Name != "") {
		return histories
	}
	for _, h := range histories {
		if own(h) {
			delete(s.hidden, h.Table)
		}
	}
	return others
}

// makes reports whether a migration makes the table.
func (m *Migrator) makes(table schema.Key) bool {
	for _, mig := range m.set.Migrations {
		for i := range mig.Statements {
			if s := &mig.Statements[i]; s.Verb == "create table" && s.Table() == table {
				return true
			}
		}
	}
	return false
}

// historyKey returns the key of the table that the user named.
func (m *Migrator) historyKey(db tracking.Database) schema.Key {
	space, name, qualified := strings.Cut(m.history, ".")
	if !qualified {
		space, name = "", m.history
	}
	fold := db.Traits().Fold
	return schema.Key{Kind: schema.Table, Space: fold(space), Name: fold(name)}
}

// readClaims works out what the histories claim of each migration. Where there is
// a foreign history, it rules; the journal then only adds what it knows besides.
func (m *Migrator) readClaims(ctx context.Context, db engine.Database, s *survey) error {
	r := s.recorded
	if s.foreign != nil {
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
	if s.foreign == nil {
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
		if !c.Recorded || e.Checksum == "" || e.Checksum == mig.Checksum {
			continue
		}
		if err := m.claimEdited(ctx, db, s, mig, &c); err != nil {
			return err
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
	for _, c := range matched.Applied {
		if c.OtherName && !c.OtherVersion && !(c.Row.Checksum == c.Migration.Checksum && c.Row.Checksum != "") {
			// The version is taken by another file: of this one nothing is claimed.
			s.recorded.Collisions = append(s.recorded.Collisions, c.Row.Text)
			continue
		}
		s.recorded.Claims[migration.Version(c.Migration.Version.Normal())] = diagnosis.Claim{
			Recorded: true, Edited: c.OtherContent, How: how(c.Row),
		}
	}
	for _, c := range matched.Begun {
		s.recorded.Claims[migration.Version(c.Migration.Version.Normal())] = diagnosis.Claim{Begun: true, How: how(c.Row)}
	}
	for _, u := range matched.Unknown {
		s.recorded.Unknown = append(s.recorded.Unknown, u.Row.Text)
	}
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
			v := migration.Version(e.Version.Normal())
			c := s.recorded.Claims[v]
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

// empty reports that there is nothing in the database but tracking tables that
// claim nothing.
func (s *survey) empty() bool {
	return s.have.Len() == 0 && len(s.recorded.Unknown) == 0 && len(s.recorded.Claims) == 0
}

// healthy reports that the database is what its journal says it was left as, so
// that what is not recorded is plainly pending.
func (m *Migrator) healthy(s *survey) bool {
	if s.question != nil || len(s.recorded.Unknown) > 0 || len(s.recorded.Collisions) > 0 || len(s.edited) > 0 {
		return false
	}
	last := -1
	for i, mig := range m.set.Migrations {
		c := s.recorded.Of(mig)
		if c.Begun || c.Edited || len(c.Open) > 0 {
			return false
		}
		if c.Recorded {
			if last != i-1 {
				return false // out of order
			}
			last = i
		}
	}
	if s.empty() {
		return m.schema == nil && m.base == nil
	}
	return s.journal && s.unclaimed && s.last.Kind == journal.Completed &&
		s.last.Outcome != journal.Left && s.last.Outcome != journal.Ignored && // or it is not what the history says
		s.last.After == s.fingerprint.String()
}

// since tells whether the histories still claim what they claimed when the last
// run ended: nobody has stamped a version or taken one back.
func (m *Migrator) since(ctx context.Context, db engine.Database, s *survey) (bool, error) {
	newest, ok, err := journal.Last(ctx, db)
	if _, odd := errors.AsType[*journal.EntryError](err); odd {
		return false, nil // nobody of ours has written that
	}
	if err != nil || !ok || newest.Kind != journal.Completed && newest.Kind != journal.Failed {
		return false, err
	}
	s.newest = newest.Number
	if s.foreign == nil {
		return s.last.Name == "", nil
	}
	r, err := parseRuling(s.last.Name)
	return err == nil && r.runner == s.foreign.Runner && r.table == s.foreign.Table && r.digest == s.foreign.Digest, nil
}

// stands reports that nobody has changed the schema or a history since a survey that
// found the database healthy, for the price of a row or two. Where the engine cannot
// tell, it is a no. It is asked inside a transaction, which an error may have ended:
// so none is passed over.
func (m *Migrator) stands(ctx context.Context, db engine.Database, s *survey) (bool, error) {
	if s.stamp == "" {
		return false, nil
	}
	if now, err := db.Stamp(ctx); err != nil || now != s.stamp {
		return false, err
	}
	// With the same stamp the tables are there that the others are about.
	if s.journal {
		newest, ok, err := journal.Last(ctx, db)
		if _, odd := errors.AsType[*journal.EntryError](err); odd {
			return false, nil // nobody of ours has written that
		}
		if err != nil || !ok || newest.Number != s.newest {
			return false, err
		}
	}
	if s.foreign == nil {
		return true, nil
	}
	digest, err := s.foreign.Runner.Digest(ctx, db, s.foreign.Table)
	return err == nil && digest == s.foreign.Digest, err
}

// drops reports that something pending would drop a table or a column of a
// database that is not empty: then it is worth finding out what goes with it.
func (m *Migrator) drops(s *survey) bool {
	if s.empty() {
		return false
	}
	for _, mig := range m.set.Migrations {
		if s.recorded.Of(mig).Recorded {
			continue
		}
		for i := range mig.Statements {
			if v := mig.Statements[i].Verb; v == "drop table" || v == "alter table drop column" {
				return true
			}
		}
	}
	return false
}
