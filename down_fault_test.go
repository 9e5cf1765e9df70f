package dbmend_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/internal/fault"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/migration"
)

// back is a set whose way back has statements of every ordinary kind.
var back = fstest.MapFS{
	"1_users.up.sql":   file("CREATE TABLE users (id integer PRIMARY KEY, name varchar(40)); INSERT INTO users VALUES (1, 'Ada'), (2, 'Brian');"),
	"1_users.down.sql": file("DROP TABLE users;"),
	"2_tags.up.sql": file(`CREATE TABLE tags (id integer PRIMARY KEY, label varchar(40));
		INSERT INTO tags VALUES (1, 'red'), (2, 'blue');
		INSERT INTO users VALUES (3, 'Cleo');`),
	"2_tags.down.sql": file(`DELETE FROM users WHERE id = 3;
		DROP TABLE tags;`),
	"3_mail.up.sql": file(`ALTER TABLE users ADD COLUMN mail varchar(40);
		ALTER TABLE users ADD COLUMN born integer;`),
	"3_mail.down.sql": file(`ALTER TABLE users DROP COLUMN born;
		ALTER TABLE users DROP COLUMN mail;`),
}

// agreed lets go what the way back of that set loses.
var agreed = dbmend.Answer(diagnosis.Answers{"Q12@down 2_tags": "lose", "Q12@down 1_users": "lose"})

// TestWhereverDownFails fails every call that Down makes to a SQLite database: each
// time it is as it was, or as it is after an undisturbed down, and the next one ends
// where that did.
func TestWhereverDownFails(t *testing.T) {
	full := &scene{name: "a set with a way back", files: back, options: []dbmend.Option{agreed}}
	content := func() []byte {
		s := *full
		s.applied = "3"
		return s.build(t)
	}()
	// References rest for a dropped table, and not for a deleted row: two transactions.
	ends := []string{picture(t, put(t, content))}
	for _, to := range []migration.Version{"2", "1"} {
		path := put(t, content)
		if _, err := full.migrator(t, open(t, path)).Down(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, picture(t, path))
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			call := 1
			for struck := true; struck; call += f.step {
				path := put(t, content)
				d := fault.New(open(t, ":memory:").Driver())
				db := d.OpenDB(address(path, "_pragma=foreign_keys(1)&_pragma=busy_timeout(1234)&_pragma=synchronous(0)"))
				db.SetMaxOpenConns(1)
				ctx, cancel := context.WithCancel(t.Context())
				m := full.migrator(t, db)
				due := f.at(call, cancel)
				due.Spare = scratch
				d.Set(due)
				_, err := m.Down(ctx, "1")
				struck = d.Struck() != ""
				d.Set(fault.Fault{})
				cancel()
				found := picture(t, path)
				if !slices.Contains(ends, found) {
					t.Errorf("call %d: down said %v and left\n%s", call, err, found)
				}
				if _, refused := errors.AsType[*dbmend.Refusal](err); refused {
					t.Errorf("call %d: a fault became a question: %v", call, err)
				}
				if _, err := m.Down(t.Context(), "1"); err != nil {
					t.Errorf("call %d: the next down: %v", call, err)
				}
				if found := picture(t, path); found != ends[2] {
					t.Errorf("call %d: the next down ended elsewhere:\n%s", call, found)
				}
				if _, err := m.Up(t.Context()); err != nil {
					t.Errorf("call %d: up behind it: %v", call, err)
				}
				db.Close()
			}
			if call < 30 {
				t.Errorf("Down was seen to make %d calls only: the faults missed most of them", call)
			}
		})
	}
}

// TestWhereverDownFailsHalfWay does the same on a server that commits as it goes. What
// a down leaves half-way, the next down ends, and so does up.
func TestWhereverDownFailsHalfWay(t *testing.T) {
	address := testserver.MariaDB(t)
	witness := openServer(t, "mysql", address)
	d := fault.New(witness.Driver())
	db := d.OpenDB(address)
	defer db.Close()
	m, err := dbmend.New(db, mysqlGround.engine, back, agreed)
	if err != nil {
		t.Fatal(err)
	}
	seen := func() string { return look(t, m, witness) }
	up := func() {
		t.Helper()
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatalf("up: %v", err)
		}
	}
	down := func() {
		t.Helper()
		if _, err := m.Down(t.Context(), "1"); err != nil {
			t.Fatalf("down: %v", err)
		}
	}
	up()
	full := seen()
	down()
	one := seen()
	up()
	halfway := 0
	for call, struck := 1, true; struck; call += 7 { // a number that meets every kind of call
		if call%16 == 0 { // InnoDB keeps room for columns that are gone
			if _, err := m.Down(t.Context(), "0"); err != nil {
				t.Fatal(err)
			}
			up()
		}
		due := fault.Fail(call, errors.New("the disk is on fire"))
		if call%2 == 0 {
			due = fault.Lose(call, driver.ErrBadConn)
		}
		d.Set(due)
		_, downErr := m.Down(t.Context(), "1")
		what := d.Struck()
		struck = what != ""
		d.Set(fault.Fault{})
		left := seen()
		if left != full && left != one {
			halfway++
		}
		if call%4 < 2 {
			if _, err := m.Down(t.Context(), "1"); err != nil {
				t.Fatalf("call %d (%s): down said %v; the next down: %v", call, what, downErr, err)
			}
			if diff := cmp.Diff(one, seen()); diff != "" {
				t.Fatalf("call %d (%s): the next down ended elsewhere (-want +got):\n%s", call, what, diff)
			}
		}
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatalf("call %d (%s): down said %v; the next up: %v", call, what, downErr, err)
		}
		if diff := cmp.Diff(full, seen()); diff != "" {
			t.Fatalf("call %d (%s): up ended elsewhere (-want +got):\n%s", call, what, diff)
		}
	}
	if halfway < 5 {
		t.Errorf("only %d faults left the database half-way", halfway)
	}
}

// TestDownOfAnotherRunner takes back what goose has recorded, in its own way and in the
// same transaction.
func TestDownOfAnotherRunner(t *testing.T) {
	db := open(t, t.TempDir()+"/live.db")
	execScript(t, db, `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (2, 1);
		CREATE TABLE users (id INTEGER PRIMARY KEY);
		CREATE INDEX users_id ON users (id);`)
	m, err := dbmend.New(db, sqlite.Engine{}, fstest.MapFS{
		"00001_users.sql": file("-- +goose Up\nCREATE TABLE users (id INTEGER PRIMARY KEY);\n-- +goose Down\nDROP TABLE users;\n"),
		"00002_index.sql": file("-- +goose Up\nCREATE INDEX users_id ON users (id);\n-- +goose Down\nDROP INDEX users_id;\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if report, err := m.Down(t.Context(), ""); err != nil || len(report.Steps) != 1 {
		t.Fatalf("down: %v, ran %q", err, steps(report))
	}
	const versions = "SELECT version_id FROM goose_db_version ORDER BY id"
	if got := queryJSON(t, db, versions); got != `[["0"],["1"]]` {
		t.Errorf("goose has the versions %s", got)
	}
	report, err := m.Up(t.Context())
	if err != nil || report.Healed || len(report.Steps) != 1 {
		t.Errorf("up: %v, healed %v, ran %q", err, report.Healed, steps(report))
	}
	if got := queryJSON(t, db, versions); got != `[["0"],["1"],["2"]]` {
		t.Errorf("goose has the versions %s", got)
	}
}

// TestRedo runs the newest migration again, as its file says now.
func TestRedo(t *testing.T) {
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := grounds[name]
			s := g.open(t)
			files := fstest.MapFS{
				"1_users.up.sql":   file("CREATE TABLE users (id integer PRIMARY KEY);"),
				"1_users.down.sql": file("DROP TABLE users;"),
			}
			if _, err := migrate(t, s, g, files).Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			files["1_users.up.sql"] = file("CREATE TABLE users (id integer PRIMARY KEY, name varchar(40));")
			m := migrate(t, s, g, files)
			report, err := m.Redo(t.Context())
			if err != nil || len(report.Steps) != 2 || len(report.Records) != 2 {
				t.Fatalf("redo: %v, ran %q", err, steps(report))
			}
			if got := tablesAndColumns(t, m); got != "users users.id users.name" {
				t.Errorf("left are %q", got)
			}
			if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
				t.Errorf("up: %v, ran %q", err, steps(report))
			}
		})
	}
}

// TestRedoIsOneTransaction: where the migration cannot be run again, it is not taken back
// either, where the server can undo statements on the schema.
func TestRedoIsOneTransaction(t *testing.T) {
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := grounds[name]
			s := g.open(t)
			files := fstest.MapFS{
				"1_users.up.sql":  file("CREATE TABLE users (id integer PRIMARY KEY, name varchar(40));"),
				"2_name.up.sql":   file("CREATE INDEX users_name ON users (name);"),
				"2_name.down.sql": file("DROP INDEX users_name;"),
			}
			if _, err := migrate(t, s, g, files).Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			exec(t, s.live, "INSERT INTO users VALUES (1, 'Ada'), (2, 'Ada')")
			files["2_name.up.sql"] = file("CREATE UNIQUE INDEX users_name ON users (name);")
			m := migrate(t, s, g, files)
			before := look(t, m, s.witness)
			report, err := m.Redo(t.Context())
			if err == nil {
				t.Fatalf("redo made a unique index over duplicates: ran %q", steps(report))
			}
			if !report.Nothing() {
				t.Errorf("redo: %v; reported %q", err, steps(report))
			}
			if after := look(t, m, s.witness); after != before {
				t.Errorf("redo: %v; it has changed\n%s\nto\n%s", err, before, after)
			}
			exec(t, s.live, "DELETE FROM users WHERE id = 2")
			if _, err = m.Redo(t.Context()); err != nil {
				t.Error(err)
			}
			if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
				t.Errorf("up afterwards: %v, ran %q", err, steps(report))
			}
		})
	}
}

// TestPlanRedo tells both halves, and changes nothing.
func TestPlanRedo(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		files := fstest.MapFS{
			"1_users.up.sql":   file("CREATE TABLE users (id integer PRIMARY KEY);"),
			"1_users.down.sql": file("DROP TABLE users;"),
		}
		m := migrate(t, s, g, files)
		if back, again, err := m.PlanRedo(t.Context()); back != nil || again != nil || err != nil {
			t.Errorf("of nothing: %v, %v, %v", back, again, err)
		}
		up(t, m)
		before := look(t, m, s.witness)
		back, again, err := m.PlanRedo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(back.Steps) != 1 || back.Steps[0].SQL != "DROP TABLE users" || !back.Back {
			t.Errorf("back: %+v", back.Steps)
		}
		if len(again.Steps) != 1 || again.Steps[0].SQL != "CREATE TABLE users (id integer PRIMARY KEY)" || len(again.Records) != 1 {
			t.Errorf("again: %+v", again.Steps)
		}
		if after := look(t, m, s.witness); after != before {
			t.Errorf("it has changed\n%s\nto\n%s", before, after)
		}
	})
}
