package dbmend

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	unseen      bool             // nobody has looked: the rest is what the last run has left (sequel.go), and have is empty
	fingerprint schema.Fingerprint
	stamp       string

	journal   bool              // there is a journal
	unclaimed bool              // nothing has been claimed or taken back since the last run
	newest    int64             // the number of the journal's newest entry; zero without one
	last      journal.Entry     // the last run that ended well; zero without one
	kept      diagnosis.Answers // what was answered then and still holds: see readKept
	foreign   *tracking.History
	recorded  *diagnosis.Recorded
	entries   map[migration.Version]journal.Entry // what the journal records, by the normal form of the version
	unknown   []tracking.Row                      // what the history records and the set does not have
	squashing bool                                // a squash file was begun, and the run that did so has not ended
	notes     []string                            // what is to be said of it besides
	edited    []*migration.Migration              // recorded with another checksum, and meaning the same
	questions []diagnosis.Question                // which history rules
	shapes    map[string]bool                     // places of those about tables that look like a history
	hidden    map[schema.Key]bool                 // tracking tables, and what runners keep beside them
	handed    bool                                // the foreign history is to rule again: what is recorded is told by the journal
	adopted   *ruling                             // the history that was given up for the journal; nil without one
	sole      bool                                // no table looks like a history, or like what is kept beside one
	readopted bool                                // it was written since, which is to be passed over, by answer
}

// look surveys the database. It changes nothing.
func (m *Migrator) look(ctx context.Context, db engine.Database) (*survey, error) {
	s := &survey{
		recorded: &diagnosis.Recorded{Claims: map[migration.Version]diagnosis.Claim{}},
		entries:  map[migration.Version]journal.Entry{},
		hidden:   map[schema.Key]bool{},
		shapes:   map[string]bool{},
	}
	var err error
	// The stamp comes first: if somebody changes the schema in between, it is that of
	// before, and nobody takes what is inspected for what it is about.
	if both, ok := db.(engine.Stamper); ok {
		s.have, s.stamp, err = both.Stamped(ctx)
	} else if s.stamp, err = db.Stamp(ctx); err == nil {
		s.have, err = db.Inspect(ctx)
	}
	if err != nil {
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
		if s.adopted, err = adoption(ctx, db); err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
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
	return s, s.readKept(ctx, db)
}

// holds is what the answers of a run say once it has ended: what was to be run has run
// by then.
var holds = map[string]string{
	"keep": "keep", "done": "done", "removed": "removed", "accept": "accept", "adopt": "adopt", "right": "right",
	"run": "done", "insert": "removed",
}

// readKept reads the answers of the last run, if it has left something as it was: they
// hold for as long as the schema is what that run has left, and nothing else tells what
// they do.
func (s *survey) readKept(ctx context.Context, db engine.Database) error {
	if s.last.Outcome != journal.Left || s.last.After != s.fingerprint.String() {
		return nil
	}
	answered, err := journal.Read(ctx, db, journal.Filter{Run: s.last.Run, Kinds: []journal.Kind{journal.Answered}})
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	s.kept = diagnosis.Answers{}
	for _, e := range answered {
		_, given, _ := strings.Cut(e.Evidence[strings.LastIndexByte(e.Evidence, '\n')+1:], diagnosis.AnsweredWith)
		if answer, ok := holds[given]; ok {
			s.kept[e.Name] = answer
		}
	}
	return nil
}

// answered returns the answers that hold: those that were given now, and those that
// were given before.
func (m *Migrator) answered(s *survey) diagnosis.Answers {
	if len(s.kept) == 0 {
		return m.answers
	}
	answers := maps.Clone(s.kept)
	maps.Copy(answers, m.answers)
	return answers
}

// empty reports that there is nothing in the database but tracking tables that
// claim nothing.
func (s *survey) empty() bool {
	return s.have.Len() == 0 && len(s.recorded.Unknown) == 0 && len(s.recorded.Claims) == 0
}

// healthy reports that the database is what its journal says it was left as, so
// that what is not recorded is plainly pending.
func (m *Migrator) healthy(s *survey) bool {
	if len(s.questions) > 0 || s.readopted || len(s.recorded.Unknown) > 0 || len(s.recorded.Collisions) > 0 || len(s.edited) > 0 {
		return false
	}
	pending := false
	for _, mig := range m.set.Migrations {
		c := s.recorded.Of(mig)
		if c.Begun || c.Edited || len(c.Open) > 0 {
			return false
		}
		switch {
		case mig.Rerun != migration.Never: // it has no place that could be passed
		case !c.Recorded:
			pending = true
		case pending:
			return false // out of order
		}
	}
	if s.empty() {
		return m.opening() == nil
	}
	return s.asLeft()
}

// wentOn reports that the last run was one of this very set, which has gone on with a
// newer database, and that this is as that run left it: what was found then holds, and
// is not worked out anew at every start of an old program.
func (m *Migrator) wentOn(s *survey) bool {
	return m.ahead && len(s.recorded.Unknown) > 0 && len(s.questions) == 0 && len(s.edited) == 0 && !s.readopted &&
		s.asLeft() && s.last.Checksum == m.sum
}

// asLeft reports that the database is what the last run has left, and that nothing of it
// was other than the history says.
func (s *survey) asLeft() bool {
	return s.journal && s.unclaimed && s.last.Kind == journal.Completed &&
		s.last.Outcome != journal.Left && s.last.Outcome != journal.Ignored &&
		s.last.After == s.fingerprint.String()
}

// since tells whether the histories still claim what they claimed when the last
// run ended: nobody has stamped a version or taken one back.
func (m *Migrator) since(ctx context.Context, db engine.Database, s *survey) (bool, error) {
	newest, ok, err := journal.Last(ctx, db)
	if _, odd := errors.AsType[*journal.EntryError](err); odd {
		return false, nil // nobody of ours has written that
	}
	s.newest = newest.Number
	if err != nil || !ok || newest.Kind != journal.Completed && newest.Kind != journal.Failed {
		return false, err
	}
	if s.foreign == nil || s.handed {
		return s.last.Name == "", nil
	}
	r, err := parseRuling(s.last.Name)
	return err == nil && r.runner == s.foreign.Runner && r.table == s.foreign.Table && r.digest == s.foreign.Digest, nil
}

// stands reports that nobody has changed the schema or a history since a survey that
// found the database healthy, for the price of a row or two. On an engine
// that commits at each statement the history alone is asked: no transaction keeps anybody
// from changing the schema right behind a look. It is asked inside a transaction, which an
// error may have ended: so none is passed over.
func (m *Migrator) stands(ctx context.Context, db engine.Database, s *survey) (bool, error) {
	holds := db.Traits().TransactionalDDL
	if holds && s.stamp == "" || !holds && !s.journal {
		return false, nil
	}
	if holds {
		if same, err := m.stampStands(ctx, db, s.stamp); err != nil || !same {
			return false, err
		}
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

// stampStands reports that nobody has changed the schema since a stamp was taken. Where
// the stamp that costs a row tells so, a whole one is not asked for.
func (m *Migrator) stampStands(ctx context.Context, db engine.Database, stamp string) (bool, error) {
	var now string
	if err := db.QueryRow(ctx, "SELECT "+m.engine.StampQuery()).Scan(&now); err != nil {
		return false, fmt.Errorf("stamp: %w", err)
	}
	if m.engine.SameStamp(now, stamp) {
		return true, nil
	}
	now, err := db.Stamp(ctx)
	return err == nil && m.engine.SameStamp(now, stamp), err
}

// drops reports that something pending would drop a table or a column of a
// database that is not empty: then it is worth finding out what goes with it.
func (m *Migrator) drops(s *survey) bool {
	if s.empty() {
		return false
	}
	for _, mig := range m.set.Migrations {
		if !s.recorded.Of(mig).Due(mig) {
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
