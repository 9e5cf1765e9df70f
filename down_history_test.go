package dbmend_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
)

// TestDownPassesRepeatables takes the newest step of the way back, which a migration that
// is run again whenever it changes is none of.
func TestDownPassesRepeatables(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		files := fstest.MapFS{
			"V1__users.sql": file("CREATE TABLE users (id integer PRIMARY KEY);"),
			"V2__tags.sql":  file("CREATE TABLE tags (id integer PRIMARY KEY);"),
			"U2__tags.sql":  file("DROP TABLE tags;"),
			"R__names.sql":  file("DROP VIEW IF EXISTS names; CREATE VIEW names AS SELECT id FROM users;"),
		}
		m := migrate(t, s, g, files)
		up(t, m)
		full := look(t, m, s.witness)
		report, err := m.Down(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"DROP TABLE tags"}, steps(report)); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
		if report = up(t, m); len(report.Steps) != 1 {
			t.Errorf("brought again by %q", steps(report))
		}
		if diff := cmp.Diff(full, look(t, m, s.witness)); diff != "" {
			t.Errorf("up did not bring it again (-before +after):\n%s", diff)
		}
		if _, err := m.Redo(t.Context()); err != nil {
			t.Errorf("redo: %v", err)
		}
		if diff := cmp.Diff(full, look(t, m, s.witness)); diff != "" {
			t.Errorf("redo did not bring it again (-before +after):\n%s", diff)
		}
	})
}

// TestDownOfARepeatable asks where there is nothing else to take back.
func TestDownOfARepeatable(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		m := migrate(t, s, g, fstest.MapFS{
			"R__one.sql": file("DROP VIEW IF EXISTS one; CREATE VIEW one AS SELECT 1 AS id;"),
		})
		up(t, m)
		keepsAsking(t, g, s, m, "it is run again whenever it changes")
	})
}

// TestDownOfWhatABaselineStandsFor takes back what came behind a baseline, and nothing
// that it stands for, whoever says so: nobody has run those files.
func TestDownOfWhatABaselineStandsFor(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		files := fstest.MapFS{
			"B2__all.sql":   file("CREATE TABLE users (id integer PRIMARY KEY); CREATE TABLE tags (id integer PRIMARY KEY);"),
			"V1__users.sql": file("CREATE TABLE users (id integer PRIMARY KEY);"),
			"V2__tags.sql":  file("CREATE TABLE tags (id integer PRIMARY KEY);"),
			"U2__tags.sql":  file("DROP TABLE tags;"),
			"V3__notes.sql": file("CREATE TABLE notes (id integer PRIMARY KEY);"),
			"U3__notes.sql": file("DROP TABLE notes;"),
		}
		m := migrate(t, s, g, files, dbmend.History("flyway"))
		up(t, m)
		if _, err := m.Down(t.Context(), ""); err != nil {
			t.Fatalf("down of what came behind the baseline: %v", err)
		}
		keepsAsking(t, g, s, m, "a baseline stands for it")
		// Flyway's table says the same where there is no journal, and once it is adopted.
		exec(t, s.app, "DROP TABLE dbmend_journal")
		keepsAsking(t, g, s, m, "a baseline stands for it")
		adopted := migrate(t, s, g, files)
		if _, err := adopted.Adopt(t.Context()); err != nil {
			t.Fatalf("adopt: %v", err)
		}
		keepsAsking(t, g, s, adopted, "what these statements make was there already or was made by others")
	})
}

// TestDownOfAnAdoptedHistory takes back what the other runner has run. Its table, which
// rules no longer, is left as it is, and learns of it when it is to rule again.
func TestDownOfAnAdoptedHistory(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		files := fstest.MapFS{
			"1_users.up.sql": file("CREATE TABLE users (id integer PRIMARY KEY);"), "1_users.down.sql": file("DROP TABLE users;"),
			"2_tags.up.sql": file("CREATE TABLE tags (id integer PRIMARY KEY);"), "2_tags.down.sql": file("DROP TABLE tags;"),
		}
		theirs := func() string { return queryJSON(t, s.witness, "SELECT version FROM schema_migrations") }
		up(t, migrate(t, s, g, files, dbmend.History("golang-migrate")))
		exec(t, s.app, "DROP TABLE dbmend_journal")
		m := migrate(t, s, g, files)
		if _, err := m.Adopt(t.Context()); err != nil {
			t.Fatalf("adopt: %v", err)
		}
		if report, err := m.Down(t.Context(), ""); err != nil || len(report.Steps) != 1 {
			t.Fatalf("down: %v, ran %q", err, steps(report))
		}
		if got := theirs(); got != `[["2"]]` {
			t.Errorf("the other table says %s, and was given up", got)
		}
		if _, err := m.UndoAdopt(t.Context()); !errors.Is(err, dbmend.ErrMovedOn) {
			t.Errorf("the adoption is undone though the other table does not know of it: %v", err)
		}
		up(t, m)
		if _, err := migrate(t, s, g, files, dbmend.History("golang-migrate")).Down(t.Context(), ""); err != nil {
			t.Fatalf("down, with the other table: %v", err)
		}
		if got := theirs(); got != `[["1"]]` {
			t.Errorf("the other table rules again and says %s", got)
		}
		if report := up(t, m); len(report.Steps) != 1 || theirs() != `[["2"]]` {
			t.Errorf("brought again by %q, and the other table says %s", steps(report), theirs())
		}
		if _, err := m.Down(t.Context(), "0"); err != nil {
			t.Fatalf("down of all: %v", err)
		}
		if got := tablesAndColumns(t, m); got != "" {
			t.Errorf("left are %q", got)
		}
	})
}

// onGrounds runs a test on each engine.
func onGrounds(t *testing.T, test func(*testing.T, ground, *stage)) {
	t.Parallel()
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		t.Run(name, func(t *testing.T) { test(t, grounds[name], grounds[name].open(t)) })
	}
}

func up(t testing.TB, m *dbmend.Migrator) *dbmend.Report {
	t.Helper()
	report, err := m.Up(t.Context())
	if err != nil {
		t.Fatalf("up: %v", err)
	}
	return report
}

// keepsAsking requires that down asks Q20, says why and changes nothing.
func keepsAsking(t testing.TB, g ground, s *stage, m *dbmend.Migrator, why string) {
	t.Helper()
	before := g.dump(t, s.witness)
	report, err := m.Down(t.Context(), "")
	refusal, ok := errors.AsType[*dbmend.Refusal](err)
	if !ok || refusal.Questions[0].Code != diagnosis.Q20 || !strings.Contains(refusal.Questions[0].Text, why) {
		t.Errorf("down: %v, ran %q; wanted %s, since %s", err, steps(report), diagnosis.Q20, why)
	}
	if diff := cmp.Diff(before, g.dump(t, s.witness)); diff != "" {
		t.Errorf("the refusal changed the database (-before +after):\n%s", diff)
	}
}

// TestDownEach: with a transaction for each migration, what is taken back stays so when
// the next one cannot be, and a later down goes on from there.
func TestDownEach(t *testing.T) {
	onGrounds(t, func(t *testing.T, g ground, s *stage) {
		on := ""
		if g.engine.Name() == "mysql" {
			on = " ON users"
		}
		files := fstest.MapFS{
			"1_users.up.sql":   file("CREATE TABLE users (id integer PRIMARY KEY, name varchar(40)); CREATE UNIQUE INDEX users_name ON users (name);"),
			"2_twice.up.sql":   file("DROP INDEX users_name" + on + ";"),
			"2_twice.down.sql": file("CREATE UNIQUE INDEX users_name ON users (name);"),
			"3_tags.up.sql":    file("CREATE TABLE tags (id integer PRIMARY KEY);"),
			"3_tags.down.sql":  file("DROP TABLE tags;"),
		}
		m := migrate(t, s, g, files, dbmend.TransactionEach())
		up(t, m)
		exec(t, s.live, "INSERT INTO users VALUES (1, 'Ada'), (2, 'Ada')")
		report, err := m.Down(t.Context(), "1")
		if err == nil {
			t.Fatalf("a unique index was made over duplicates: ran %q", steps(report))
		}
		if diff := cmp.Diff([]string{"DROP TABLE tags"}, steps(report)); diff != "" {
			t.Errorf("%v: steps (-want +got):\n%s", err, diff)
		}
		if got := tablesAndColumns(t, m); got != "users users.id users.name" {
			t.Errorf("left are %q", got)
		}
		exec(t, s.live, "DELETE FROM users WHERE id = 2")
		if report, err = m.Down(t.Context(), "1"); err != nil || len(report.Records) != 1 {
			t.Fatalf("down, once more: %v, took back %d", err, len(report.Records))
		}
		up(t, m)
		if got := tablesAndColumns(t, m); got != "tags tags.id users users.id users.name" {
			t.Errorf("up again: %q", got)
		}
	})
}

// TestDownUnderARepeatable: a view that a repeatable migration has made of what is to go
// is in the way, which is asked about before anything is changed.
func TestDownUnderARepeatable(t *testing.T) {
	g := grounds["postgres"]
	s := g.open(t)
	files := fstest.MapFS{
		"V1__users.sql": file("CREATE TABLE users (id integer PRIMARY KEY);"),
		"V2__mail.sql":  file("ALTER TABLE users ADD COLUMN mail varchar(40);"),
		"U2__mail.sql":  file("ALTER TABLE users DROP COLUMN mail;"),
		"R__mails.sql":  file("CREATE OR REPLACE VIEW mails AS SELECT mail FROM users;"),
	}
	m := migrate(t, s, g, files)
	up(t, m)
	before := look(t, m, s.witness)
	_, err := m.Down(t.Context(), "")
	if got := questionOf(err); got != "Q21@2_mail" {
		t.Errorf("down: %q, %v", got, err)
	}
	if diff := cmp.Diff(before, look(t, m, s.witness)); diff != "" {
		t.Errorf("it has changed (-before +after):\n%s", diff)
	}
	files["U2__mail.sql"] = file("DROP VIEW mails; ALTER TABLE users DROP COLUMN mail;")
	_, err = migrate(t, s, g, files).Down(t.Context(), "")
	if got := questionOf(err); got != "Q21@2_mail" {
		t.Errorf("down over a view that the repeatable, which stays, has made: %q, %v", got, err)
	}
}
