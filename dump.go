package dbmend

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/literals"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// mostDumpedRows bounds the rows of one tracking table in a dump.
const mostDumpedRows = 100_000

// Dump returns the statements that make a new database like this one, for its own
// client to run from the first to the last: the schema, the rows that the migrations put
// in, and the history, so that Up finds nothing to do there. What the application has
// put in is not among them.
//
// The statements are those of a scratch database that was made by them and on which
// Up has nothing to do: what cannot be dumped so is an error. They are the same as long
// as schema, history and migrations are. The database is not changed.
//
// Errors: *[Refusal]; one that says what is pending, or what does not come out equal.
func (m *Migrator) Dump(ctx context.Context) (statements []string, err error) {
	db, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := m.look(ctx, db)
	if err != nil {
		return nil, err
	}
	if _, err := m.replaySet(ctx, db, s.have, s.recorded); err != nil {
		return nil, err
	}
	whole, err := db.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	scratch, err := db.Scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	d := &dump{Migrator: m, live: db, scratch: scratch, survey: s, whole: whole}
	for _, part := range []func(context.Context) error{d.schema, d.rows, d.late, d.foreignHistory, d.journalEntries, d.settled} {
		if err := part(ctx); err != nil {
			return nil, fmt.Errorf("dump: %w", err)
		}
	}
	return d.statements, nil
}

// A dump is one in the making: every statement has run on scratch.
type dump struct {
	*Migrator
	*survey
	live, scratch engine.Database
	whole         *schema.Snapshot // the live schema with its tracking tables
	statements    []string
}

// add runs statements on scratch and keeps them.
func (d *dump) add(ctx context.Context, statements ...string) error {
	for _, sql := range statements {
		if _, err := d.scratch.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%.80q: %w", sql, err)
		}
		d.statements = append(d.statements, sql)
	}
	return nil
}

// build makes objects on scratch.
func (d *dump) build(ctx context.Context, s *schema.Snapshot) error {
	made, err := d.scratch.Script(ctx, s)
	d.statements = append(d.statements, made...)
	return err
}

// insert puts rows into a table.
func (d *dump) insert(ctx context.Context, table *schema.Object, columns []string, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	inserts := d.engine.Insert(table, columns, rows)
	if inserts == nil {
		return fmt.Errorf("no statement of this engine puts rows into %s", table.Key)
	}
	return d.add(ctx, inserts...)
}

func (d *dump) schema(ctx context.Context) error {
	return d.build(ctx, d.have.Filter(func(o *schema.Object) bool { return !witness.Late(d.have, o) }))
}

func (d *dump) late(ctx context.Context) error {
	return d.build(ctx, d.have.Filter(func(o *schema.Object) bool { return witness.Late(d.have, o) }))
}

// rows puts in what the migrations leave in a new database: without it the history
// would claim seeds that are not there.
func (d *dump) rows(ctx context.Context) error {
	if d.replay.Rows == nil {
		return nil
	}
	if err := d.scratch.Begin(ctx, engine.Rebuild); err != nil { // rows come in any order
		return err
	}
	if err := d.seeds(ctx); err != nil {
		return errors.Join(err, d.scratch.Rollback(ctx))
	}
	if err := d.scratch.Commit(ctx); err != nil {
		return err
	}
	return d.add(ctx, d.replay.numbers...)
}

func (d *dump) seeds(ctx context.Context) error {
	for o := range d.have.All() {
		if o.Key.Kind != schema.Table || d.replay.Want.Get(o.Key) == nil {
			continue
		}
		rows, noted := d.replay.Rows[o.Key]
		if !noted {
			why := "code has made them of what is in the database"
			if d.replay.Crowded[o.Key] {
				why = fmt.Sprintf("they are more than a dump holds, %d MB with those of the other tables", seedBudget>>20)
			}
			return fmt.Errorf("the rows that the migrations put into %s: %s", o.Key, why)
		}
		if untold, ok := d.replay.untold[o.Key]; ok {
			rows = untold
		}
		if err := d.insert(ctx, o, rows.Columns, rows.Rows); err != nil {
			return err
		}
	}
	return nil
}

// foreignHistory copies the tracking tables of other runners as they are. One that was
// given up for the journal says nothing any more: a new database begins without it.
func (d *dump) foreignHistory(ctx context.Context) error {
	if d.adopted != nil && d.foreign == nil {
		return nil
	}
	theirs := func(o *schema.Object) bool {
		return d.hidden[o.Key.Owner()] && o.Key.Owner().Name != journal.Table
	}
	tables := d.whole.Filter(theirs)
	if tables.Len() == 0 {
		return nil
	}
	if err := d.build(ctx, tables); err != nil {
		return err
	}
	numbers, err := d.live.Numbers(ctx, tables)
	if err != nil {
		return err
	}
	for o := range tables.All() {
		if o.Key.Kind != schema.Table {
			continue
		}
		columns, err := witness.Columns(ctx, d.live, tables, o)
		if err != nil {
			return err
		}
		rows, err := literals.Gather(d.live.Literals(ctx, o, columns, mostDumpedRows))
		if err != nil {
			return err
		}
		if err := d.insert(ctx, o, columns, rows); err != nil {
			return err
		}
		// What numbers the rows of a table has the table's name in its own.
		for _, sql := range numbers {
			if strings.Contains(sql, o.Spelling()) {
				if err := d.add(ctx, sql); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// journalEntries writes a journal of its own: that of the live database tells of runs
// which the new one has not seen, and would be another with every run. The times are
// zero for the same reason.
func (d *dump) journalEntries(ctx context.Context) error {
	at := time.Unix(0, 0).UTC()
	const run = "19700101T000000.000Z-dump"
	var entries []journal.Entry
	for _, mig := range d.set.Migrations {
		claim := d.recorded.Of(mig)
		if !claim.Recorded || claim.Begun {
			return &PendingError{Migration: mig}
		}
		entries = append(entries, journal.Entry{
			Run: run, Tool: "dbmend", At: at, Kind: journal.Migrated, Outcome: journal.Present, Version: mig.Version, Name: mig.Name,
			Checksum: mig.Checksum, Evidence: "this database was made of a dump that has all of it",
		})
	}
	after, err := d.left(ctx)
	if err != nil {
		return err
	}
	completed := journal.Entry{
		Run: run, Tool: "dbmend", At: at, Kind: journal.Completed, Outcome: journal.Applied, After: after.Fingerprint().String(),
		Evidence: "this database was made of a dump",
	}
	if n := len(d.set.Migrations); n > 0 {
		completed.Version = d.set.Migrations[n-1].Version
	}
	if d.foreign != nil {
		digest, err := d.foreign.Runner.Digest(ctx, d.scratch, d.foreign.Table)
		if err != nil {
			return err
		}
		completed.Name = ruling{d.foreign.Runner, d.foreign.Table, digest}.String()
	}
	if err := d.add(ctx, d.engine.JournalDDL()...); err != nil {
		return err
	}
	if err := journal.Append(ctx, d.scratch, append(entries, completed)); err != nil {
		return err
	}
	made, err := d.scratch.Inspect(ctx)
	if err != nil {
		return err
	}
	table := made.Get(schema.Key{Kind: schema.Table, Name: journal.Table})
	columns := made.Columns(table.Key)
	rows, err := literals.Gather(d.scratch.Literals(ctx, table, columns, len(entries)+1))
	if err != nil {
		return err
	}
	d.statements = append(d.statements, d.engine.Insert(table, columns, rows)...)
	return nil
}

// left returns the schema of scratch without tracking tables, which must be the live
// one's.
func (d *dump) left(ctx context.Context) (*schema.Snapshot, error) {
	made, err := d.scratch.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	made = made.Filter(func(o *schema.Object) bool { return !d.hidden[o.Key.Owner()] })
	if diff := schema.Compare(d.have, made); len(diff) > 0 {
		return nil, &MismatchError{During: "dump", Differences: diff}
	}
	return made, nil
}

// settled requires that Up has nothing to do on what was dumped.
func (d *dump) settled(ctx context.Context) error {
	p, err := d.prepare(ctx, d.scratch)
	if err != nil {
		return err
	}
	if !p.plan.Empty() || len(p.edited) > 0 || !p.plain {
		return errors.New("up would not leave a database made of it alone")
	}
	return nil
}

// A PendingError says that something cannot be done before a migration is recorded.
type PendingError struct{ Migration *migration.Migration }

// Error names the migration.
func (e *PendingError) Error() string {
	return e.Migration.ID() + " is pending: run up first"
}
