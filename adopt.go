package dbmend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/tracking"
)

// An Adoption is a change of the history that rules: from another runner's table to
// dbmend's journal, or back. The other table itself is never touched.
type Adoption struct {
	Run    string   // the run's name in the journal; empty if nothing was to be done
	Table  string   // the other runner's table
	Runner string   // whose it is
	Took   []string // what the journal claims from now on, or no longer, as people call it
}

// Nothing reports that there was nothing to do.
func (a *Adoption) Nothing() bool { return a.Run == "" }

// Errors of Adopt and UndoAdopt.
var (
	// ErrNoHistory: there is no tracking table of another runner to adopt, or none was
	// adopted.
	ErrNoHistory = errors.New("there is no history of another runner")
	// ErrUnsettled: the other history says something that a journal cannot take over.
	ErrUnsettled = errors.New("the history is not settled: run up first, which settles it")
	// ErrMovedOn: migrations were recorded or taken back since the history was adopted,
	// which the other table does not know.
	ErrMovedOn = errors.New("migrations were recorded since, or taken back: --history begins to write the other table again")
)

// Adopt makes dbmend's journal the history that rules, for good. What the other
// runner's table claims is taken over, names that the set does not have included; the
// table stays as it is, and is no longer read but to notice that somebody writes it.
// Called again, it does nothing.
//
// Errors: *[Refusal] where several histories are there; [ErrNoHistory];
// [ErrUnsettled]; [engine.ErrLocked].
func (m *Migrator) Adopt(ctx context.Context) (*Adoption, error) {
	return m.changeHistory(ctx, (*run).adopt)
}

// UndoAdopt lets the other runner's table rule again, as if [Migrator.Adopt] had not
// been called. It can be done until a migration is recorded or taken back.
//
// Errors: [ErrNoHistory]; [ErrMovedOn]; [engine.ErrLocked].
func (m *Migrator) UndoAdopt(ctx context.Context) (*Adoption, error) {
	return m.changeHistory(ctx, (*run).undoAdopt)
}

// changeHistory runs one of the two in a transaction.
func (m *Migrator) changeHistory(ctx context.Context, do func(*run, context.Context, *survey) (*Adoption, error)) (a *Adoption, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	unlock, err := db.Lock(ctx, m.lockTimeout)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	r := &run{Migrator: m, db: db, report: &Report{}, id: journal.NewRun()}
	if err := r.begin(ctx, engine.Normal); err != nil {
		return nil, err
	}
	s, err := m.look(ctx, db)
	if err == nil {
		a, err = do(r, ctx, s)
	}
	if err != nil || a.Nothing() {
		return a, errors.Join(err, db.Rollback(ctx))
	}
	return a, db.Commit(ctx)
}

func (r *run) adopt(ctx context.Context, s *survey) (*Adoption, error) {
	switch {
	case s.adopted != nil && len(s.questions) == 0 && s.foreign == nil:
		return &Adoption{Table: s.adopted.table.Path(), Runner: s.adopted.runner.Name}, nil
	case len(s.questions) > 0:
		return nil, &Refusal{Questions: s.questions, Diagnosis: &diagnosis.Diagnosis{Recorded: s.recorded, Have: s.have, Target: s.have, Questions: s.questions}}
	case s.foreign == nil:
		return nil, fmt.Errorf("adopt: %w", ErrNoHistory)
	}
	known, err := r.known(ctx, s)
	if err != nil {
		return nil, err
	}
	a := &Adoption{Run: r.id, Table: s.foreign.Table.Path(), Runner: s.foreign.Runner.Name}
	var entries []journal.Entry
	claim := func(v migration.Version, name, checksum, how string) {
		a.Took = append(a.Took, strings.Trim(string(v)+"_"+name, "_"))
		if e, ok := known[v.Normal()]; ok && e.Name == name {
			delete(known, v.Normal())
			return // the journal says so already
		}
		entries = append(entries, journal.Entry{
			Kind: journal.Migrated, Outcome: journal.Adopted, Version: v, Name: name, Checksum: checksum, Evidence: how,
		})
		delete(known, v.Normal())
	}
	for _, mig := range r.set.Migrations {
		c := s.recorded.Of(mig)
		switch {
		case c.Begun || c.Edited || c.Changed:
			return nil, fmt.Errorf("adopt: %s (%s): %w", mig.ID(), c.How, ErrUnsettled)
		case c.Covered:
			claim(mig.Version, mig.Name, "", c.How) // nobody says that this file was run
		case c.Recorded:
			claim(mig.Version, mig.Name, mig.Checksum, c.How)
		}
	}
	for _, row := range s.unknown {
		// What has no version goes by its name.
		v := migration.Version(cmp.Or(string(row.Version), row.Name, row.Key))
		name := strings.TrimLeft(strings.TrimPrefix(row.Name, string(v)), "_-.")
		claim(v, name, "", "by "+a.Runner+": "+row.Text)
	}
	for _, e := range known {
		entries = append(entries, journal.Entry{
			Kind: journal.Migrated, Outcome: journal.Reverted, Version: e.Version, Name: e.Name,
			Evidence: a.Table + ", which told until now, does not know it",
		})
	}
	entries = append(entries, journal.Entry{
		Kind: journal.Moved, Outcome: journal.Adopted, Name: ruling{s.foreign.Runner, s.foreign.Table, s.foreign.Digest}.String(),
		Evidence: fmt.Sprintf("what %s (%s) claims is the journal's: %s; the table stays as it is",
			a.Table, a.Runner, wording.Count(int64(len(a.Took)), "migration")),
	})
	return a, r.appendSettled(ctx, s, entries, "")
}

// known returns what the journal claims itself, by version.
func (r *run) known(ctx context.Context, s *survey) (map[string]journal.Entry, error) {
	known := map[string]journal.Entry{}
	if !s.journal {
		return known, nil
	}
	entries, err := journal.Recorded(ctx, r.db)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	for _, e := range entries {
		known[e.Version.Normal()] = e
	}
	return known, nil
}

func (r *run) undoAdopt(ctx context.Context, s *survey) (*Adoption, error) {
	if s.adopted == nil {
		return nil, fmt.Errorf("undo the adoption: %w", ErrNoHistory)
	}
	moves, err := journal.Read(ctx, r.db, journal.Filter{Kinds: []journal.Kind{journal.Moved}, Limit: 1})
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	taken, err := journal.Recorded(ctx, r.db)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	adopted := moves[0]
	since, err := journal.Read(ctx, r.db, journal.Filter{Kinds: []journal.Kind{journal.Migrated}, Limit: 1})
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	if len(since) > 0 && since[0].Number > adopted.Number { // recorded, or taken back
		return nil, fmt.Errorf("undo the adoption of %s: %w", s.adopted.table.Path(), ErrMovedOn)
	}
	a := &Adoption{Run: r.id, Table: s.adopted.table.Path(), Runner: s.adopted.runner.Name}
	var entries []journal.Entry
	for _, e := range taken {
		if e.Outcome == journal.Adopted {
			a.Took = append(a.Took, strings.Trim(string(e.Version)+"_"+e.Name, "_"))
			entries = append(entries, journal.Entry{
				Kind: journal.Migrated, Outcome: journal.Reverted, Version: e.Version, Name: e.Name,
				Evidence: "the adoption is undone: " + a.Table + " tells again",
			})
		}
	}
	entries = append(entries, journal.Entry{
		Kind: journal.Moved, Outcome: journal.Reverted, Name: adopted.Name,
		Evidence: fmt.Sprintf("%s (%s) rules again", a.Table, a.Runner),
	})
	return a, r.appendSettled(ctx, s, entries, adopted.Name)
}

// appendSettled writes entries, and behind them, where the database was what its
// history says, that it still is, by the history that rules now.
func (r *run) appendSettled(ctx context.Context, s *survey, entries []journal.Entry, ruler string) error {
	if !s.journal {
		if err := r.createJournal(ctx); err != nil {
			return err
		}
	}
	if r.healthy(s) && !s.empty() {
		stamp, err := r.seal(ctx, s, s.fingerprint)
		if err != nil {
			return err
		}
		last := s.last
		last.Name, last.Stamp, last.Duration = ruler, stamp, 0
		last.Evidence = "nothing run"
		entries = append(entries, last)
	}
	for i := range entries {
		entries[i].Run, entries[i].Tool = r.id, "dbmend "+Version
	}
	if err := journal.Append(ctx, r.db, entries); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// adoption returns the history that was given up for the journal; nil where none
// was, or where it rules again.
//
// Errors: those of [journal.Read]; a ruling that cannot be read.
func adoption(ctx context.Context, db engine.Database) (*ruling, error) {
	moves, err := journal.Read(ctx, db, journal.Filter{Kinds: []journal.Kind{journal.Moved}, Limit: 1})
	if err != nil || len(moves) == 0 || moves[0].Outcome != journal.Adopted {
		return nil, err
	}
	r, err := parseRuling(moves[0].Name)
	return &r, err
}

// askAboutAdopted asks about a history that was given up and that somebody has
// written since: one of the two does not know what the other has done.
func (m *Migrator) askAboutAdopted(ctx context.Context, db engine.Database, s *survey) error {
	a := s.adopted
	h, err := a.runner.Read(ctx, db, a.table)
	if row, ok := errors.AsType[*tracking.RowError](err); ok {
		h = &tracking.History{Digest: row.Error()}
	} else if err != nil {
		return err
	}
	if h.Digest == a.digest {
		return nil
	}
	q := diagnosis.Question{
		Code: diagnosis.Q1, Place: a.table.Path(),
		Text: fmt.Sprintf("The history of %s in %s was given up for dbmend's journal, and somebody has written it since. Which one rules?",
			a.runner.Name, a.table),
		Facts: []string{
			"when it was adopted: " + a.digest + "; now: " + h.Digest,
			"dbmend adopt --undo lets it rule again, if no migration was recorded or taken back since; --history " + a.table.Path() + " does at any time",
		},
		Choices: []diagnosis.Choice{{Answer: journal.Table, Means: "the journal rules: what was written there counts for nothing"}},
	}
	s.readopted = m.answers.To(&q) != ""
	if s.readopted {
		a.digest = h.Digest
	} else {
		s.ask(q)
	}
	return nil
}
