package dbmend

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/literals"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A replayed set, and what it rested on.
type replayed struct {
	*diagnosis.Replay
	live     *schema.Snapshot    // what the live database held
	asked    map[schema.Key]bool // the tables of it that mattered
	whole    bool                // all of it did
	borrowed bool                // something was there before the first migration
	defaults bool                // live tables' defaults were asked for, by what was recorded
	recorded *diagnosis.Recorded
	numbers  []string                           // statements that bring a copy's counters to where the replay has left them
	untold   map[schema.Key]diagnosis.TableRows // rows that the set leaves in tables of which no snapshot tells columns
}

// holds reports whether the replay would be the same beside another live database.
func (r *replayed) holds(live *schema.Snapshot, recorded *diagnosis.Recorded) bool {
	if r.defaults && !r.recorded.Same(recorded) {
		return false
	}
	if r.whole {
		return r.live.Fingerprint() == live.Fingerprint()
	}
	if len(r.asked) == 0 {
		return true
	}
	mattered := func(o *schema.Object) bool { return r.asked[o.Key.Owner()] }
	return len(schema.Compare(r.live.Filter(mattered), live.Filter(mattered))) == 0
}

// replaySet runs the set on a scratch database and returns what every statement
// did. The live database, which db reaches, is not touched; have is what it holds.
//
// A replay is good for as long as what it asked of the live database stays as it was:
// of its schema, and, where tables are to have live tables' defaults, of its history.
//
// Errors: *[StatementError].
func (m *Migrator) replaySet(ctx context.Context, db engine.Database, have *schema.Snapshot, recorded *diagnosis.Recorded) (*diagnosis.Replay, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.replay; r != nil && r.holds(have, recorded) {
		return r.Replay, nil
	}
	r, err := m.replayWith(ctx, db, replayer{live: have, recorded: recorded, asked: map[schema.Key]bool{}})
	if r.lent && err != nil && ctx.Err() == nil {
		// Tables with defaults of different times may not go together.
		r, err = m.replayWith(ctx, db, replayer{live: have, asked: r.asked, whole: r.whole, defaults: true})
	}
	if err != nil {
		return nil, err
	}
	// A second pass is due where the set drops, with IF EXISTS, a table that only
	// the live database has: its form there is then taken for the base's.
	if tables := r.droppedUnseen(); len(tables) > 0 {
		r, err = m.replayWith(ctx, db, replayer{
			live: have, recorded: r.recorded, first: slices.Concat(r.first, tables),
			asked: r.asked, whole: r.whole, defaults: r.defaults,
		})
		if err != nil {
			return nil, err
		}
	}
	m.replay = &replayed{
		Replay: r.result, live: have.Clone(), asked: r.asked, whole: r.whole, borrowed: r.borrowed,
		defaults: r.defaults, recorded: recorded, numbers: r.numbers, untold: r.untold,
	}
	return r.result, nil
}

// A replayer carries one replay.
type replayer struct {
	*Migrator
	live     *schema.Snapshot
	recorded *diagnosis.Recorded // nil: no table is to have a live one's defaults
	lent     bool                // one has
	source   *schema.Snapshot    // where the base is taken from, piece by piece; nil where it is given
	presumed map[schema.Key]bool
	first    []schema.Key    // tables to take from the live schema ahead of everything
	needed   schema.Key      // one that code lacks
	filled   map[string]bool // tables that code has written rows of
	history  schema.Key      // the tracking table, where a statement has needed it; no key otherwise

	asked    map[schema.Key]bool // the tables of the live schema that mattered
	whole    bool                // all of it did
	borrowed bool                // something was there before the first migration
	defaults bool                // live tables' defaults were asked for

	scratch engine.Database
	watch   engine.Watch
	result  *diagnosis.Replay
	numbers []string
	untold  map[schema.Key]diagnosis.TableRows
}

func (r *replayer) run(ctx context.Context, live engine.Database) (err error) {
	scratch, err := live.Scratch(ctx)
	if err != nil {
		return fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	r.scratch = scratch
	r.result = &diagnosis.Replay{Set: r.set, Base: schema.NewSnapshot(), Presumed: r.presumed}

	var whole *schema.Snapshot
	switch {
	case r.base != nil:
		if err := r.runScript(ctx, scratch, r.base, r.lendToScript); err != nil {
			return err
		}
		if r.result.Base, err = r.inspectOpened(ctx, scratch, r.base); err != nil {
			return err
		}
	case r.schema != nil:
		if whole, err = r.inspectScript(ctx, live, r.schema); err != nil {
			return err
		}
		r.source = whole
	default:
		r.source = r.live
	}
	if r.watch, err = scratch.Watch(ctx); err != nil {
		return err
	}
	for _, table := range r.first {
		if err := r.lendLive(ctx, table); err != nil {
			return err
		}
	}
	if err := r.runSet(ctx); err != nil {
		return err
	}
	r.result.Want = r.watch.Snapshot().Filter(func(o *schema.Object) bool { return o.Key.Owner() != r.history })
	if err := r.readRows(ctx); err != nil {
		return err
	}
	if whole != nil {
		r.settleWith(whole)
	}
	return nil
}

// runSet runs every statement and notes what it did.
func (r *replayer) runSet(ctx context.Context) error {
	if err := r.scratch.Begin(ctx, engine.Rebuild); err != nil {
		return err
	}
	total := 0
	for _, m := range r.set.Migrations {
		total += len(m.Statements)
	}
	r.result.Effects = make([]diagnosis.Effect, 0, total)
	for _, m := range r.set.Migrations {
		r.tell(Replaying{len(r.result.Effects), total, m})
		var path *migration.Statement
		for i := range m.Statements {
			effect := diagnosis.Effect{Migration: m, Statement: &m.Statements[i]}
			if err := r.lendDefaults(ctx, &effect); err != nil {
				return err
			}
			if err := r.runStatement(ctx, &effect); err != nil {
				return err
			}
			r.locate(&effect, path)
			if s := effect.Statement; s.Class == migration.Session && s.Target == searchPath {
				path = s
			}
			r.result.Effects = append(r.result.Effects, effect)
			if m.Statements[i].AddsValue() {
				if err := r.again(ctx); err != nil {
					return err
				}
			}
		}
		// What a migration sets for its session is not for the next one.
		_, forgets := r.scratch.(engine.Forgetter)
		if slices.ContainsFunc(m.Statements, func(s migration.Statement) bool {
			return s.Class == migration.Session && (forgets || r.scratch.Traits().ErrorsAbort)
		}) {
			if err := r.again(ctx); err != nil {
				return err
			}
		}
	}
	r.tell(Replaying{total, total, nil})
	return r.scratch.Commit(ctx)
}

// again begins the replay's transaction anew.
func (r *replayer) again(ctx context.Context) error {
	if err := r.scratch.Commit(ctx); err != nil {
		return err
	}
	if err := forget(ctx, r.scratch); err != nil {
		return err
	}
	return r.scratch.Begin(ctx, engine.Rebuild)
}

// forget sets a connection as it was found, where it would keep what a migration sets.
func forget(ctx context.Context, db engine.Database) error {
	if f, ok := db.(engine.Forgetter); ok {
		return f.Forget(ctx)
	}
	return nil
}

// seedBudget bounds the memory for the rows that are noted of a set: they are seeds, which
// mostly stand in its files, word for word.
const seedBudget = 32 << 20

// readRows notes the rows that the set leaves behind, and of which tables it leaves
// none.
func (r *replayer) readRows(ctx context.Context) error {
	writes := false
	for i := range r.result.Effects {
		writes = writes || r.result.Effects[i].Statement.Class == migration.Data
	}
	if !writes {
		return nil
	}
	r.result.Rows, r.result.Crowded = map[schema.Key]diagnosis.TableRows{}, map[schema.Key]bool{}
	r.untold = map[schema.Key]diagnosis.TableRows{}
	budget := seedBudget
	for o := range r.result.Want.All() {
		if o.Key.Kind != schema.Table || r.filled[o.Key.Name] {
			continue // no table, or one whose rows code has made of what is there
		}
		columns, err := witness.Columns(ctx, r.scratch, r.result.Want, o)
		if err != nil {
			return err
		}
		rows, size, err := literals.Within(r.scratch.Literals(ctx, o, columns, literals.Most(budget)), budget)
		if err != nil {
			return err
		}
		if size > budget {
			r.result.Crowded[o.Key] = true
			continue
		}
		budget -= size
		if len(r.result.Want.ColumnsOfRows(o)) == 0 {
			r.untold[o.Key] = diagnosis.TableRows{Columns: columns, Rows: rows}
			columns, rows = nil, nil // nothing is judged by them
		}
		r.result.Rows[o.Key] = diagnosis.TableRows{Columns: columns, Rows: rows}
	}
	var err error
	r.numbers, err = r.scratch.Numbers(ctx, r.result.Want)
	return err
}

// runOutside runs a statement that no transaction bears.
func (r *replayer) runOutside(ctx context.Context, effect *diagnosis.Effect) error {
	if err := r.scratch.Commit(ctx); err != nil {
		return err
	}
	if _, err := r.scratch.Exec(ctx, effect.Statement.Text); err != nil {
		return &StatementError{
			Migration: effect.Migration, Path: effect.Migration.Path, Line: effect.Statement.Line, Number: effect.Statement.Number,
			SQL: effect.Statement.Text, During: "replay", Err: err,
		}
	}
	if err := r.scratch.Begin(ctx, engine.Rebuild); err != nil {
		return err
	}
	var err error
	effect.Changes, err = r.watch.Changes(ctx, *effect.Statement)
	return err
}

// runStatement runs one statement on scratch and fills in its effect. Where it
// lacks something of the base, that is borrowed and the statement tried again.
func (r *replayer) runStatement(ctx context.Context, effect *diagnosis.Effect) error {
	s := effect.Statement
	switch {
	case !r.runsOnScratch(s):
		effect.Skipped, effect.Rowwise = "code that is not for scratch databases", true
		if r.source == nil {
			r.source = r.live // what it makes can only be had from there
		}
		return nil
	case s.Concurrent():
		// On scratch there is nobody to be kept from writing: its effect is worth knowing.
		return r.runOutside(ctx, effect)
	case s.Class == migration.Transaction || s.Class == migration.Outside || s.Class == migration.Forbidden:
		effect.Skipped = s.Class.String()
		return nil
	case s.Class == migration.Session && s.Target == "foreign_keys":
		effect.Skipped = "foreign keys rest on scratch"
		return nil
	}
	before, err := r.rewritable(ctx, effect)
	if err != nil {
		return err
	}
	// Every try either succeeds or borrows something, and there is no more to
	// borrow than the source holds; the bound is for engines that mislead us.
	for try := 0; ; try++ {
		wrote, err := r.carryOut(ctx, effect)
		if err == nil {
			effect.Wrote = wrote
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		complaint := r.scratch.Explain(err)
		mended := false
		if try < 1000 && r.source != nil && s.Class != migration.Code { // code has left half of its work
			var lendErr error
			if mended, lendErr = r.lendOfCode(ctx, complaint, s); lendErr == nil && !mended {
				mended, lendErr = r.lend(ctx, complaint, s)
				r.borrowed = r.borrowed || mended
			}
			if lendErr != nil {
				return lendErr
			}
		}
		if mended {
			continue
		}
		if s.Class == migration.Code && complaint.Problem == engine.Missing && r.lendable(complaint.Key) {
			return errLend
		}
		// Rows that are there in life and not here can make a statement on data fail
		// here: that tells nothing about it.
		if s.Class == migration.Data && complaint.Problem == engine.Violated {
			effect.Skipped = "fails without rows: " + err.Error()
			break
		}
		return r.failed(effect, complaint, err)
	}
	if err := r.noteRewritten(ctx, effect, before); err != nil {
		return err
	}
	changes, err := r.watch.Changes(ctx, *s)
	if err != nil {
		return err
	}
	effect.Changes = slices.DeleteFunc(changes, func(c schema.Change) bool { return c.Key.Owner() == r.history })
	effect.History = r.history.Name != "" && s.Table() == r.history
	return nil
}

func (r *replayer) failed(effect *diagnosis.Effect, c engine.Complaint, err error) error {
	advice := hint(c)
	if code := r.unseenCode(); code != nil && c.Problem == engine.Missing {
		advice = c.Key.String() + " may be what " + code.Migration.ID() + " makes, which is written in Go: what it does is known in the program that has it, once it may be run on scratch databases (OnScratch)"
	}
	return &StatementError{
		Migration: effect.Migration, Path: effect.Migration.Path, Line: effect.Statement.Line,
		SQL: effect.Statement.Text, During: "replay", Err: err, Hint: advice,
	}
}

// hint says what may be done about a statement that does not run.
func hint(c engine.Complaint) string {
	switch c.Problem {
	case engine.Missing:
		if c.Key == (schema.Key{}) {
			return "what belongs to the whole server, as a role does, is made on no scratch database: make it by hand first, and have the migration's own statement look whether it is there"
		}
		return c.Key.String() + " is made by no migration before this one: if it belongs to the schema from before the first migration, give that with --base FILE or --schema FILE"
	case engine.Exists:
		return c.Key.String() + " is there already when this statement runs: two migrations make it, or the base has it"
	case engine.Unequipped:
		return "SQLite has no such thing by itself: where the application gives it to its driver, run dbmend within the application, as a library"
	case engine.Full:
		return "make room, then run again: nothing is half done"
	}
	return ""
}

// inspectScript runs a script on a scratch database of its own and returns the
// schema that it makes.
func (m *Migrator) inspectScript(ctx context.Context, live engine.Database, s *script) (_ *schema.Snapshot, err error) {
	scratch, err := live.Scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	if err := m.runScript(ctx, scratch, s, nil); err != nil {
		return nil, err
	}
	return m.inspectOpened(ctx, scratch, s)
}

// runScript runs a script that is not a migration, in one transaction; ahead, if not
// nil, is called ahead of each statement.
func (m *Migrator) runScript(ctx context.Context, db engine.Database, s *script, ahead func(context.Context, *migration.Statement) error) error {
	statements, err := m.cut(s)
	if err != nil {
		return err
	}
	if err := db.Begin(ctx, engine.Rebuild); err != nil {
		return err
	}
	for i := range statements {
		st := &statements[i]
		sql, runs := scripted(st, db.Traits())
		if !runs {
			continue
		}
		if ahead != nil {
			if err := ahead(ctx, st); err != nil {
				return errors.Join(err, db.Rollback(ctx))
			}
		}
		if _, err := db.Exec(ctx, sql); err != nil {
			return errors.Join(&StatementError{Path: s.name, Line: st.Line, SQL: st.Text, During: "replay", Err: err}, db.Rollback(ctx))
		}
	}
	return db.Commit(ctx)
}
