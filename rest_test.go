package dbmend_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// An engine that counts how often a whole schema is inspected.
type inspected struct {
	engine.Engine
	times *atomic.Int64
}

func (e inspected) Connect(ctx context.Context, db *sql.DB) (engine.Database, error) {
	d, err := e.Engine.Connect(ctx, db)
	return inspectedDatabase{d, e.times}, err
}

type inspectedDatabase struct {
	engine.Database
	times *atomic.Int64
}

func (d inspectedDatabase) Inspect(ctx context.Context) (*schema.Snapshot, error) {
	d.times.Add(1)
	return d.Database.Inspect(ctx)
}

func (d inspectedDatabase) Watch(ctx context.Context) (engine.Watch, error) {
	d.times.Add(1)
	return d.Database.Watch(ctx)
}

// stepwise are the servers on which each migration has a transaction of its own.
var stepwise = map[string]struct {
	engine engine.Engine
	open   func(t *testing.T) *sql.DB
}{
	"MariaDB":    {mysql.Engine{}, func(t *testing.T) *sql.DB { return openServer(t, "mysql", testserver.MariaDB(t)) }},
	"PostgreSQL": {postgres.Engine{}, func(t *testing.T) *sql.DB { return openServer(t, "pgx", testserver.Postgres(t)) }},
}

// However many transactions a run has, it inspects the whole schema as often.
func TestALongRunInspectsAsOftenAsAShortOne(t *testing.T) {
	for name, server := range stepwise {
		t.Run(name, func(t *testing.T) {
			inspections := func(migrations int) int64 {
				files := fstest.MapFS{}
				for i := range migrations {
					files[fmt.Sprintf("%02d_table.sql", i+1)] = file(fmt.Sprintf("CREATE TABLE t%d (id INTEGER);", i))
				}
				var times atomic.Int64
				if _, err := dbmend.Up(t.Context(), server.open(t), inspected{server.engine, &times}, files, dbmend.TransactionEach()); err != nil {
					t.Fatal(err)
				}
				return times.Load()
			}
			if short, long := inspections(3), inspections(12); long != short {
				t.Errorf("3 migrations take %d inspections, and 12 take %d", short, long)
			}
		})
	}
}

// One migration on top of others takes two inspections: behind the lock it is enough to
// find that nobody has written to the histories, and changed the schema as far as a stamp
// tells.
func TestOnePendingMigrationInspectsTwice(t *testing.T) {
	for name, server := range stepwise {
		t.Run(name, func(t *testing.T) {
			db := server.open(t)
			files := fstest.MapFS{"1_notes.sql": file("CREATE TABLE notes (id INTEGER);")}
			var times atomic.Int64
			up := func() {
				t.Helper()
				if _, err := dbmend.Up(t.Context(), db, inspected{server.engine, &times}, files); err != nil {
					t.Fatal(err)
				}
			}
			up()
			files["2_tags.sql"] = file("CREATE TABLE tags (id INTEGER);")
			times.Store(0)
			if up(); times.Load() != 2 {
				t.Errorf("it takes %d inspections", times.Load())
			}
		})
	}
}

// What the journal claims in the middle of a run is what it claims where each
// migration is a run of its own, with the whole schema inspected behind it.
func TestWhatIsClaimedInTheMiddleOfARun(t *testing.T) {
	files := fstest.MapFS{
		"1_notes.sql":  file("CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, body VARCHAR(80));"),
		"2_tags.sql":   file("CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY, note INTEGER REFERENCES notes (id));"),
		"3_view.sql":   file("CREATE VIEW numbers AS SELECT id FROM notes;"),
		"4_rows.sql":   file("INSERT INTO notes (id, body) VALUES (1, 'one');"),
		"5_column.sql": file("ALTER TABLE notes ADD COLUMN author VARCHAR(80); CREATE INDEX by_author ON notes (author);"),
		"6_rename.sql": file("ALTER TABLE notes RENAME COLUMN body TO content;"),
		"7_drop.sql":   file("DROP TABLE tags;"),
		"8_last.sql":   file("CREATE TABLE tags (id INTEGER);"),
	}
	for name, server := range stepwise {
		t.Run(name, func(t *testing.T) {
			one, each := server.open(t), server.open(t)
			if _, err := dbmend.Up(t.Context(), one, server.engine, files, dbmend.TransactionEach()); err != nil {
				t.Fatal(err)
			}
			for v := range len(files) {
				if _, err := dbmend.Up(t.Context(), each, server.engine, files, dbmend.To(migration.Version(fmt.Sprint(v+1)))); err != nil {
					t.Fatal(err)
				}
			}
			if have, want := claimed(t, one), claimed(t, each); len(want) != len(files) || !slices.Equal(have, want) {
				t.Errorf("one run claims\n%v\nand a run for each migration\n%v", have, want)
			}
		})
	}
}

// claimed returns the fingerprints that the runs' entries in the journal claim.
func claimed(t *testing.T, db *sql.DB) (fingerprints []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT j.after FROM dbmend_journal AS j WHERE j.kind = 'run' ORDER BY j.entry")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var f string
		if err := rows.Scan(&f); err != nil {
			t.Fatal(err)
		}
		fingerprints = append(fingerprints, f)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return fingerprints
}

// Where no stamp tells who changes the schema, what somebody else does to it in the
// middle of a run is noticed ahead of the last migration: what is left is planned anew,
// and asked about.
func TestAnotherHandInTheMiddleOfARun(t *testing.T) {
	files := fstest.MapFS{}
	for i := range 6 {
		files[fmt.Sprintf("%d_table.sql", i+1)] = file(fmt.Sprintf("CREATE TABLE t%d (id INTEGER);", i+1))
	}
	server := stepwise["MariaDB"]
	db := server.open(t)
	report, err := dbmend.Up(t.Context(), db, server.engine, files, dbmend.Observe(func(e dbmend.Event) {
		if s, ok := e.(dbmend.Stepped); ok && s.Step.Ref.Version == "3" {
			exec(t, db, "ALTER TABLE t1 DROP COLUMN id, ADD COLUMN other INTEGER")
		}
	}))
	if _, ok := errors.AsType[*dbmend.PartialError](err); !ok || len(report.Records) != 5 {
		t.Errorf("the run recorded %d migrations and ended with %v", len(report.Records), err)
	}
}
