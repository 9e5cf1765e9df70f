package dbmend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// This file contains how an empty database is begun by something else than the first
// migration: a script of the whole schema, or a migration that makes what several
// others make.

// A script is a SQL file that is not a migration.
type script struct {
	name     string
	source   string               // the bytes of the file
	text     string               // what is run of it
	versions []migration.Version  // those that its rows for a tracking table name
	baseline *migration.Migration // the migration that it is; nil for a file of its own
	table    schema.Key           // the tracking table that it makes; zero for none
	runner   *tracking.Runner     // whose that is
	hidden   map[schema.Key]bool  // that table, and what lies beside it
}

// parse reads the file as the tools write it that dump schemas.
func (s *script) parse(cutter migration.Cutter) error {
	file, err := migration.ParseSchema(s.name, []byte(s.source), cutter)
	if err != nil {
		return fmt.Errorf("read %s: %w", s.name, err)
	}
	s.text, s.versions = file.Text, file.Versions
	return nil
}

// opening returns what an empty database is begun with; nil where that is the first
// migration, as everywhere else.
func (m *Migrator) opening() *script {
	if s := cmp.Or(m.schema, m.base); s != nil {
		return s
	}
	if n := len(m.set.Baselines); n > 0 {
		b := m.set.Baselines[n-1]
		return &script{name: b.Path, baseline: b}
	}
	return nil
}

// cut cuts a script into statements, none of which may be forbidden.
func (m *Migrator) cut(s *script) ([]migration.Statement, error) {
	statements, err := m.engine.Cut(s.text)
	if s.baseline != nil {
		statements = s.baseline.Statements
	}
	if syntax, ok := errors.AsType[*migration.SyntaxError](err); ok && syntax.Path == "" {
		syntax.Path = s.name
	}
	if err != nil {
		return nil, err
	}
	for i := range statements {
		if st := &statements[i]; st.Class == migration.Forbidden {
			return nil, &migration.SyntaxError{Path: s.name, Line: st.Line, Excerpt: st.Text, Reason: st.Note}
		}
	}
	return statements, nil
}

// unchecked matches what dumps say on PostgreSQL: functions come ahead of the tables
// that they speak of.
var unchecked = regexp.MustCompile(`(?i)\Aset\s+check_function_bodies\s*(?:=|to)\s*(?:false|off)\z`)

// scripted returns what is run of a script's statement, if it is. The transaction is
// the run's; what is set for a session would outlast it where it is not set for the
// transaction alone, and dumps of MySQL rest on what they set, and set it back.
func scripted(st *migration.Statement, traits engine.Traits) (sql string, runs bool) {
	switch {
	case st.Class == migration.Session && unchecked.MatchString(st.Text):
		return "SET LOCAL check_function_bodies = false", true
	case st.Class == migration.Session:
		return st.Text, !traits.TransactionalDDL
	case st.Class == migration.Transaction, st.Class == migration.Outside:
		return "", false
	}
	return st.Text, true
}

// inspectOpened returns the schema that a script has made on a scratch database,
// without the tracking table that dumps have in them.
func (m *Migrator) inspectOpened(ctx context.Context, scratch engine.Database, s *script) (*schema.Snapshot, error) {
	have, err := scratch.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	s.hidden = map[schema.Key]bool{}
	for _, c := range tracking.Detect(have, tracking.Hint{Format: m.set.Format}) {
		if c.Runner == nil || m.makes(c.Table) {
			continue
		}
		s.table, s.runner = c.Table, c.Runner
		s.hidden[c.Table] = true
		for _, beside := range c.Beside {
			s.hidden[beside] = true
		}
	}
	have.DeleteFunc(func(o *schema.Object) bool { return s.hidden[o.Key.Owner()] })
	return have, nil
}

// open runs the script that begins an empty database on scratch, and returns what it
// has made, and what is to be held for recorded because of it.
func (m *Migrator) open(ctx context.Context, scratch engine.Database, opening *script, s *survey) (*schema.Snapshot, *diagnosis.Recorded, error) {
	if err := m.runScript(ctx, scratch, opening, nil); err != nil {
		return nil, nil, err
	}
	have, err := m.inspectOpened(ctx, scratch, opening)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(s.hidden, opening.hidden)
	if opening.baseline == nil {
		return have, s.recorded, nil
	}
	recorded := *s.recorded
	recorded.Claims = map[migration.Version]diagnosis.Claim{}
	for _, mig := range m.set.Migrations {
		if opening.covers(mig) {
			recorded.Claims[migration.Version(mig.Version.Normal())] = diagnosis.Claim{
				Recorded: true, Baseline: opening.name, How: opening.name + " makes what it makes",
			}
		}
	}
	return have, &recorded, nil
}

// covers reports whether the script is a baseline that makes what a migration makes.
func (s *script) covers(mig *migration.Migration) bool {
	return s != nil && s.baseline != nil && mig.Rerun == migration.Never && mig.Version.Compare(s.baseline.Version) <= 0
}

// planOpening puts the statements of the opening script ahead of a plan.
func (m *Migrator) planOpening(p *prepared) error {
	statements, err := m.cut(p.opening)
	if err != nil {
		return err
	}
	steps := make([]plan.Step, 0, len(statements)+len(p.plan.Steps))
	// A dump has tables in the order of their names, and references to those to come.
	rests := slices.ContainsFunc(statements, func(st migration.Statement) bool {
		return st.Class == migration.Session && strings.Contains(strings.ToLower(st.Text), "foreign_key_checks")
	})
	for i := range statements {
		st := &statements[i]
		sql, runs := scripted(st, m.traits)
		if !runs {
			continue
		}
		if p.foreign != nil && p.opening.table == p.foreign.Table && st.Target == p.foreign.Table.Name {
			continue // the tracking table is there
		}
		steps = append(steps, plan.Step{
			Kind: plan.Scripted, Path: p.opening.name, Line: st.Line, SQL: sql, Source: st,
			Reason: "the database is empty", Rebuild: rests,
		})
	}
	p.plan.Steps = append(steps, p.plan.Steps...)
	p.plan.From = schema.Fingerprint{}
	return nil
}

// openedForeign takes over the tracking table that the opening script has made: an
// application that is begun with it goes by that table.
func (r *run) openedForeign(ctx context.Context, p *prepared) error {
	if p.foreign != nil || p.opening == nil || p.opening.runner == nil || r.history != "" {
		return nil
	}
	h, err := p.opening.runner.Read(ctx, r.db, p.opening.table)
	if err != nil {
		return err
	}
	p.foreign = h
	return nil
}

// vouched returns what the dump that an empty database is begun with has rows of, and
// the set has no file of.
func (p *prepared) vouched(set *migration.Set) []*migration.Migration {
	if p.opening == nil || p.opening.baseline != nil || p.opening.table != p.foreign.Table {
		return nil
	}
	var vouched []*migration.Migration
	for _, v := range p.opening.versions {
		if set.Find(v) == nil {
			vouched = append(vouched, &migration.Migration{Version: v})
		}
	}
	return vouched
}

// applied returns what is to be written into another runner's table for what is
// recorded: a baseline in the place of what it stands for, where the files are that
// tool's.
func (p *prepared) applied(set *migration.Set, recorded map[*migration.Migration]bool) []*migration.Migration {
	var applied []*migration.Migration
	stands := p.opening != nil && p.opening.baseline != nil && slices.Contains(p.foreign.Runner.Formats, set.Format)
	if stands {
		applied = append(applied, p.opening.baseline)
	}
	for _, mig := range set.Migrations {
		if recorded[mig] && !(stands && p.opening.covers(mig)) {
			applied = append(applied, mig)
		}
	}
	return applied
}
