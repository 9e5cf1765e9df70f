package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// This file contains how a check builds the databases of a release: as the release
// itself would have.

// A built database is one that a release could have left behind.
type built struct {
	stopped string               // where the release's own start stopped
	rows    map[schema.Key]int64 // of the tables that have any
}

// build makes a database by a recipe, and gives it rows.
func (c *checker) build(ctx context.Context, db engine.Database, how recipe) (*built, error) {
	b := &built{}
	first := how.starts[0].m
	switch how.way {
	case check.ByMigrations:
		if err := c.installByMigrations(ctx, db, how.starts[0]); err != nil {
			return nil, err
		}
	default:
		if err := first.runScript(ctx, db, first.schema, nil); err != nil {
			return nil, err
		}
	}
	if how.way == check.ByUpgrade {
		// Rows come before the later releases do: they are what is to be kept.
		if err := c.fill(ctx, db, how.starts[0], b); err != nil {
			return nil, err
		}
	}
	starts := how.starts[1:]
	if how.way == check.ByStart {
		starts = how.starts
	}
	for _, r := range starts {
		if r.m == nil {
			continue
		}
		stopped, err := r.m.start(ctx, db, r.m.schema)
		if err != nil {
			return nil, err
		}
		if stopped != nil {
			b.stopped = r.Name + " at " + describeFailure(stopped)
		}
	}
	return b, c.fill(ctx, db, how.starts[len(how.starts)-1], b)
}

// errOlder: the migrations of a release presuppose what only an older one made, and
// that is tried as an upgrade of the older one.
var errOlder = errors.New("what is presupposed is an older release's")

// installByMigrations makes a database as dbmend does it from the migrations alone.
// What they presuppose and nobody gave is taken from the release's schema file, if
// there is no older one to take it from.
//
// Errors: [errOlder].
func (c *checker) installByMigrations(ctx context.Context, db engine.Database, r *released) error {
	var base *schema.Snapshot
	if r.m.base == nil && r.m.schema != nil && (c.replay.Base.Len() > 0 || !c.begins(r)) {
		replay, err := r.m.replaySet(ctx, c.live, schema.NewSnapshot(), nil)
		if err != nil {
			return err
		}
		if replay.Base.Len() > 0 {
			base = replay.Base
		}
		if base != nil && c.releases[0] != r && c.releases[0].m != nil && c.releases[0].m.schema != nil {
			return errOlder
		}
	}
	if base != nil {
		if err := db.Build(ctx, base); err != nil {
			return fmt.Errorf("build what was there before the first migration: %w", err)
		}
	}
	script, m := r.m.schema, r.m
	m.schema = nil
	defer func() { m.schema = script }()
	return m.bring(ctx, db, &Report{})
}

// begins reports whether the set of today begins with that of a release, so that what
// its replay has shown holds for the release.
func (c *checker) begins(r *released) bool {
	then, now := r.m.set.Migrations, c.now.set.Migrations
	if len(then) > len(now) {
		return false
	}
	for i, m := range then {
		if m.Sum != now[i].Sum {
			return false
		}
	}
	return true
}

// start does what an application does at its start that has a runner which goes by
// its history alone: it runs its schema file, then the migrations that the history
// does not claim, and stops at the first error. What has run before that stays, as far
// as the engine lets it.
func (m *Migrator) start(ctx context.Context, db engine.Database, opening *script) (stopped *StatementError, err error) {
	if opening != nil {
		if stopped, err = m.startScript(ctx, db, opening); stopped != nil || err != nil {
			return stopped, err
		}
	}
	if len(m.set.Migrations) == 0 {
		return nil, nil
	}
	before, err := m.look(ctx, db)
	if err != nil {
		return nil, err
	}
	var applied []*migration.Migration
	for _, mig := range m.set.Migrations {
		if before.recorded.Of(mig).Recorded {
			continue
		}
		if stopped, err = m.startMigration(ctx, db, mig); err != nil {
			return nil, err
		}
		if stopped != nil {
			break
		}
		applied = append(applied, mig)
	}
	return stopped, m.recordAsRunner(ctx, db, before, applied)
}

// startScript runs the schema file as applications do: in one go where an error ends
// the transaction, statement by statement elsewhere.
func (m *Migrator) startScript(ctx context.Context, db engine.Database, s *script) (*StatementError, error) {
	statements, err := m.cut(s)
	if err != nil {
		return nil, err
	}
	return m.runAsRunner(ctx, db, s.name, nil, statements, db.Traits().ErrorsAbort)
}

// startMigration runs a migration in a transaction of its own, where its statements
// bear one.
func (m *Migrator) startMigration(ctx context.Context, db engine.Database, mig *migration.Migration) (*StatementError, error) {
	outside := slices.ContainsFunc(mig.Statements, func(s migration.Statement) bool { return s.Class == migration.Outside })
	return m.runAsRunner(ctx, db, mig.Path, mig, mig.Statements, db.Traits().TransactionalDDL && !mig.NoTransaction && !outside)
}

func (m *Migrator) runAsRunner(ctx context.Context, db engine.Database, path string, mig *migration.Migration, statements []migration.Statement, together bool) (*StatementError, error) {
	if together {
		if err := db.Begin(ctx, engine.Normal); err != nil {
			return nil, err
		}
	}
	for i := range statements {
		s := &statements[i]
		if s.Class == migration.Transaction || s.Class == migration.Forbidden {
			continue
		}
		if s.Class == migration.Session && (mig == nil || db.Traits().ErrorsAbort && !together) {
			continue // it would outlive what it is for
		}
		if s.Class == migration.Outside && !s.Concurrent() {
			continue // it reaches beyond the database
		}
		_, err := db.Exec(ctx, s.Text)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return nil, errors.Join(ctx.Err(), db.Rollback(ctx))
		}
		stopped := &StatementError{Migration: mig, Path: path, Line: s.Line, Number: s.Number, SQL: s.Text, During: "run", Err: err}
		if together {
			err = db.Rollback(ctx)
		} else {
			err = nil
		}
		return stopped, err
	}
	if together {
		return nil, db.Commit(ctx)
	}
	return nil, nil
}

// recordAsRunner writes what was applied into the tracking table of the runner whose
// files these are, which is made if it is not there.
func (m *Migrator) recordAsRunner(ctx context.Context, db engine.Database, before *survey, applied []*migration.Migration) error {
	runner, table := tracking.OfFormat(m.set.Format), schema.Key{}
	if m.history != "" || runner == nil || runner.Create == nil {
		runner = tracking.Lookup("named")
	}
	if table = runner.Home(db.Traits()); m.history != "" {
		table = m.historyKey(db)
	}
	if before.foreign != nil {
		runner, table = before.foreign.Runner, before.foreign.Table
	} else {
		for _, sql := range runner.Create(db.Traits(), table) {
			if _, err := db.Exec(ctx, sql); err != nil {
				return fmt.Errorf("make the tracking table: %w", err)
			}
		}
	}
	if err := db.Begin(ctx, engine.Normal); err != nil {
		return err
	}
	h, err := runner.Read(ctx, db, table)
	if err == nil {
		err = runner.Record(ctx, db, h, m.set.Migrations, applied)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the tracking table: %w", err), db.Rollback(ctx))
	}
	return db.Commit(ctx)
}

// tryOrdinary finds out what a runner that goes by its history alone makes of a state
// which had to be healed: whether it stops, or takes rows away.
func (c *checker) tryOrdinary(ctx context.Context, how recipe, was *built, s *check.State) (err error) {
	db, err := c.live.Scratch(ctx)
	if err != nil {
		return fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b, err := c.build(ctx, db, how)
	if err != nil {
		return err
	}
	stopped, err := c.now.start(ctx, db, nil)
	if err != nil {
		return err
	}
	f := check.Finding{
		Rule: check.Conflict, Severity: check.Note, Releases: []string{s.String()},
		Hint: "dbmend up heals this database; a runner that goes by its history alone does not",
	}
	if stopped != nil {
		s.Conflict = fmt.Sprintf("stops at %s: %s", c.placeOf(stopped), wording.Line(stopped.Err.Error()))
		f.Text, f.Place = "a runner that goes by its history alone stops here: "+stopped.Err.Error(), c.placeOf(stopped)
		if c.pending[stopped.Migration.Version] {
			f.Severity = check.Warning
		}
		c.report.Add(f)
		return nil
	}
	after, err := c.now.look(ctx, db)
	if err != nil {
		return err
	}
	lost, err := c.lost(ctx, db, b, after.have)
	if err != nil {
		return err
	}
	for _, loss := range lost {
		same := func(l check.Loss) bool { return l.Table == loss.Table }
		if text := loss.String(); !slices.ContainsFunc(s.Lost, same) {
			s.Conflict = text
			f.Severity, f.Place.Path, f.Text = check.Warning, c.Folder, "a runner that goes by its history alone takes rows away: "+text
			c.report.Add(f)
		}
	}
	return nil
}
