package dbmend_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
)

// around are files before and behind a migration in Go, of which the last needs what
// that one makes.
var around = fstest.MapFS{
	"1_users.up.sql": file("CREATE TABLE users (id integer PRIMARY KEY, name varchar(40)); INSERT INTO users VALUES (1, 'Ada'), (2, 'Brian');"),
	"3_index.up.sql": file("CREATE INDEX users_initial ON users (initial);"),
}

// initials gives users a column, and fills it row by row as only a program can.
func initials(ctx context.Context, tx dbmend.Tx) error {
	if _, err := tx.ExecContext(ctx, "ALTER TABLE users ADD COLUMN initial varchar(4)"); err != nil {
		return err
	}
	return fillInitials(ctx, tx)
}

func fillInitials(ctx context.Context, tx dbmend.Tx) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, name FROM users ORDER BY id")
	if err != nil {
		return err
	}
	names := map[int]string{}
	for rows.Next() {
		var id int
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return err
		}
		names[id] = name
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for id, name := range names {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("UPDATE users SET initial = '%s' WHERE id = %d", name[:1], id)); err != nil {
			return err
		}
	}
	return nil
}

func dropInitials(ctx context.Context, tx dbmend.Tx) error {
	_, err := tx.ExecContext(ctx, "ALTER TABLE users DROP COLUMN initial")
	return err
}

// inGo is the second migration, as far as a test does not want it otherwise.
func inGo(change func(*dbmend.GoMigration)) dbmend.Option {
	m := dbmend.GoMigration{Version: "2", Name: "initials", Up: initials, Down: dropInitials, OnScratch: true}
	if change != nil {
		change(&m)
	}
	return dbmend.GoMigrations(m)
}

func offScratch(m *dbmend.GoMigration) { m.OnScratch = false }

const initialsOfUsers = "SELECT id, initial FROM users ORDER BY id"

// everywhere runs a test on each engine.
func everywhere(t *testing.T, test func(t *testing.T, g ground, s *stage)) {
	t.Helper()
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, grounds[name], grounds[name].open(t))
		})
	}
}

// TestGoMigrationBetweenFiles: a migration in Go runs where its version is, is recorded,
// taken back and brought again, whether or not it is for scratch databases.
func TestGoMigrationBetweenFiles(t *testing.T) {
	everywhere(t, func(t *testing.T, g ground, s *stage) {
		m := migrate(t, s, g, around, inGo(offScratch))
		report, err := m.Up(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(steps(report)[2:], "; "); got != "Go: 2_initials up; CREATE INDEX users_initial ON users (initial)" {
			t.Errorf("ran %s", got)
		}
		if got := queryJSON(t, s.witness, initialsOfUsers); got != `[["1","A"],["2","B"]]` {
			t.Errorf("initials: %s", got)
		}
		if report, err := migrate(t, s, g, around, inGo(offScratch)).Up(t.Context()); err != nil || !report.Nothing() {
			t.Errorf("a later start: %v, ran %q", err, steps(report))
		}
		status, err := m.Status(t.Context())
		if err != nil || !status.Current() {
			t.Errorf("status: %+v, %v", status, err)
		}
		if _, err := m.Down(t.Context(), "1"); questionOf(err) != "Q20@3_index" {
			t.Errorf("down over a file without a way back: %v", err)
		}
	})
}

// TestGoMigrationIsTakenBack: its way back is rehearsed, asked about, since nobody can
// say what it does to rows, and proven like any other.
func TestGoMigrationIsTakenBack(t *testing.T) {
	everywhere(t, func(t *testing.T, g ground, s *stage) {
		files := fstest.MapFS{"1_users.up.sql": around["1_users.up.sql"]}
		up := migrate(t, s, g, files, inGo(nil))
		if _, err := up.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		full := look(t, up, s.witness)
		if _, err := up.Down(t.Context(), ""); questionOf(err) != "Q12@down 2_initials" {
			t.Fatalf("down: %v", err)
		}
		if _, err := migrate(t, s, g, files, inGo(offScratch)).Down(t.Context(), ""); questionOf(err) != "Q20@2_initials" {
			t.Errorf("down, where nothing shows where it leads: %v", err)
		}
		m := migrate(t, s, g, files, inGo(nil), dbmend.Answer(diagnosis.Answers{"Q12@down 2_initials": "lose"}))
		if report, err := m.Down(t.Context(), ""); err != nil || len(report.Steps) != 1 {
			t.Fatalf("down, with consent: %v, ran %q", err, steps(report))
		}
		if got := tablesAndColumns(t, m); got != "users users.id users.name" {
			t.Errorf("left are %s", got)
		}
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		if again := look(t, m, s.witness); again != full {
			t.Errorf("up again gives\n%s\nwanted\n%s", again, full)
		}
	})
}

// TestGoMigrationInTheTransaction: what a function has done is undone with its error,
// where the server can undo it. Where it cannot, the half of it that stays is asked
// about, and not taken for the whole.
func TestGoMigrationInTheTransaction(t *testing.T) {
	everywhere(t, func(t *testing.T, g ground, s *stage) {
		broken := func(m *dbmend.GoMigration) {
			m.Up = func(ctx context.Context, tx dbmend.Tx) error {
				if err := initials(ctx, tx); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, "UPDATE users SET initial = '?'"); err != nil {
					return err
				}
				return errors.New("the service that was asked is out of order")
			}
			m.OnScratch = false
		}
		_, err := migrate(t, s, g, around, inGo(broken)).Up(t.Context())
		failure, ok := errors.AsType[*dbmend.StatementError](err)
		if !ok || !strings.Contains(failure.Error(), "2_initials.go") || !strings.Contains(err.Error(), "out of order") {
			t.Fatalf("up: %v", err)
		}
		m := migrate(t, s, g, around, inGo(nil))
		_, err = m.Up(t.Context())
		if g.engine.Name() != "mysql" {
			if err != nil {
				t.Fatalf("the next up: %v", err)
			}
			if got := queryJSON(t, s.witness, initialsOfUsers); got != `[["1","A"],["2","B"]]` {
				t.Errorf("initials: %s", got)
			}
			return
		}
		if questionOf(err) != "Q6@2/1" {
			t.Fatalf("the next up: %v; wanted a question about the rows", err)
		}
		done := migrate(t, s, g, around, inGo(nil), dbmend.Answer(diagnosis.Answers{"Q6@2/1": "done"}))
		if _, err := done.Up(t.Context()); err != nil {
			t.Fatalf("up, by answer: %v", err)
		}
	})
}

// TestGoMigrationOverWhatIsThere: the effects of the migration are there and it is not
// recorded, as after a script of the whole schema.
func TestGoMigrationOverWhatIsThere(t *testing.T) {
	everywhere(t, func(t *testing.T, g ground, s *stage) {
		run(t, s, g, `CREATE TABLE users (id integer PRIMARY KEY, name varchar(40), initial varchar(4));
			INSERT INTO users VALUES (1, 'Ada', NULL), (2, 'Brian', NULL);`)
		before := g.dump(t, s.witness)
		for name, change := range map[string]func(*dbmend.GoMigration){"on scratch": nil, "off scratch": offScratch} {
			_, err := migrate(t, s, g, around, inGo(change)).Up(t.Context())
			if questionOf(err) != "Q6@2/1" && !strings.Contains(fmt.Sprint(err), "OnScratch") {
				t.Errorf("%s: %v; wanted a question about the rows", name, err)
			}
		}
		if after := g.dump(t, s.witness); after != before {
			t.Errorf("the refusals changed the database:\n%s", after)
		}
		probed := func(m *dbmend.GoMigration) { m.Probe = "SELECT count(*) = 0 FROM users WHERE initial IS NOT NULL" }
		m := migrate(t, s, g, around, inGo(probed))
		report, err := m.Up(t.Context())
		if err != nil || strings.Join(steps(report), "; ") != "CREATE INDEX users_initial ON users (initial)" {
			t.Errorf("with a probe that says that it has run: %v, ran %q", err, steps(report))
		}
		if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
			t.Errorf("and once more: %v, ran %q", err, steps(report))
		}
	})
}

// TestGoMigrationNotForScratch: in a database that nobody has a history of, nobody knows
// either whether code has run of which nothing is known. Once that is answered, it runs,
// and behind it what needs it.
func TestGoMigrationNotForScratch(t *testing.T) {
	everywhere(t, func(t *testing.T, g ground, s *stage) {
		run(t, s, g, `CREATE TABLE users (id integer PRIMARY KEY, name varchar(40));
			INSERT INTO users VALUES (1, 'Ada'), (2, 'Brian');`)
		before := g.dump(t, s.witness)
		if _, err := migrate(t, s, g, around, inGo(offScratch)).Up(t.Context()); questionOf(err) != "Q6@2/1" {
			t.Fatalf("up: %v; wanted a question", err)
		}
		if after := g.dump(t, s.witness); after != before {
			t.Errorf("the refusal changed the database:\n%s", after)
		}
		m := migrate(t, s, g, around, inGo(offScratch), dbmend.Answer(diagnosis.Answers{"Q6@2/1": "run"}))
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatalf("up, by answer: %v", err)
		}
		if got := queryJSON(t, s.witness, initialsOfUsers); got != `[["1","A"],["2","B"]]` {
			t.Errorf("initials: %s", got)
		}
		if got := queryJSON(t, s.witness, "SELECT version, outcome FROM dbmend_journal WHERE kind = 'migration' ORDER BY entry"); got != `[["1","present"],["2","healed"],["3","applied"]]` && got != `[["1","present"],["2","applied"],["3","applied"]]` {
			t.Errorf("recorded are %s", got)
		}
		if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
			t.Errorf("and once more: %v, ran %q", err, steps(report))
		}
	})
}

// TestGoMigrationOfSchemaAlone: code that was seen to touch no row is judged by the
// schema, and nobody is asked.
func TestGoMigrationOfSchemaAlone(t *testing.T) {
	everywhere(t, func(t *testing.T, g ground, s *stage) {
		run(t, s, g, `CREATE TABLE users (id integer PRIMARY KEY, name varchar(40), initial varchar(4));
			INSERT INTO users VALUES (1, 'Ada', NULL), (2, 'Brian', NULL);`)
		plain := func(m *dbmend.GoMigration) {
			m.Up = func(ctx context.Context, tx dbmend.Tx) error {
				_, err := tx.ExecContext(ctx, "ALTER TABLE users ADD COLUMN initial varchar(4)")
				return err
			}
		}
		m := migrate(t, s, g, around, inGo(plain))
		report, err := m.Up(t.Context())
		if err != nil || strings.Join(steps(report), "; ") != "CREATE INDEX users_initial ON users (initial)" {
			t.Errorf("up: %v, ran %q", err, steps(report))
		}
	})
}

// TestGoMigrationKeepsToItsTransaction: what would end the run's transaction, or leave
// it, is refused, also where the function does not look at the error.
func TestGoMigrationKeepsToItsTransaction(t *testing.T) {
	for _, escape := range []string{"COMMIT", "SELECT 1; ROLLBACK"} {
		everywhere(t, func(t *testing.T, g ground, s *stage) {
			change := func(m *dbmend.GoMigration) {
				m.OnScratch = false
				m.Up = func(ctx context.Context, tx dbmend.Tx) error {
					var one int
					_ = tx.QueryRowContext(ctx, escape).Scan(&one)
					return initials(ctx, tx)
				}
			}
			_, err := migrate(t, s, g, around, inGo(change)).Up(t.Context())
			if err == nil || !strings.Contains(err.Error(), "is not for a migration in Go") {
				t.Errorf("%s: %v", escape, err)
			}
		})
	}
}

// In goose's own folder a file of Go has its place among the others. It is run by the
// function of its version; without one, nothing that is behind it is run either.
func TestGoMigrationOfAFile(t *testing.T) {
	files := fstest.MapFS{
		"00001_users.sql":   file("-- +goose Up\nCREATE TABLE users (id integer PRIMARY KEY, name varchar(40));"),
		"00002_initials.go": file("package migrations"),
		"00003_index.sql":   file("-- +goose Up\nCREATE INDEX users_initial ON users (initial);"),
	}
	everywhere(t, func(t *testing.T, g ground, s *stage) {
		if _, err := migrate(t, s, g, files).Up(t.Context()); questionOf(err) != "Q16@00002/1" {
			t.Fatalf("without the function: %v", err)
		}
		if _, err := s.witness.ExecContext(t.Context(), "SELECT * FROM users"); err == nil {
			t.Error("the file ahead of it was run all the same")
		}
		report, err := migrate(t, s, g, files, inGo(nil)).Up(t.Context())
		if err != nil || len(report.Records) != 3 {
			t.Fatalf("with it: %+v, %v", report, err)
		}
	})
}

// TestGoMigrationOfAWrongVersion: two migrations cannot have one version.
func TestGoMigrationOfAWrongVersion(t *testing.T) {
	s := grounds["sqlite"].open(t)
	for _, version := range []string{"1", "001", "one", ""} {
		_, err := dbmend.New(s.app, grounds["sqlite"].engine, around, dbmend.GoMigrations(dbmend.GoMigration{
			Version: migration.Version(version), Name: "x", Up: initials,
		}))
		if err == nil {
			t.Errorf("version %q was taken", version)
		}
	}
	if _, err := dbmend.New(s.app, grounds["sqlite"].engine, around, dbmend.GoMigrations(dbmend.GoMigration{Version: "7"})); err == nil {
		t.Error("a migration without Up was taken")
	}
}

// questionOf returns the name of the first question of a refusal.
func questionOf(err error) string {
	if partial, ok := errors.AsType[*dbmend.PartialError](err); ok {
		return partial.Refusal.Questions[0].Name()
	}
	if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
		return refusal.Questions[0].Name()
	}
	return ""
}
