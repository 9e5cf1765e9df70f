package postgres

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

// The tag of a command tells what it wrote, and SELECT writes nothing, but for one.
func TestRowsWritten(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id integer PRIMARY KEY)")
	for _, step := range []struct {
		statement string
		rows      int64
	}{
		{"INSERT INTO notes SELECT generate_series(1, 5)", 5},
		{"INSERT INTO notes VALUES (1) ON CONFLICT DO NOTHING", 0},
		{"SELECT * FROM notes", 0},
		{"WITH gone AS (DELETE FROM notes WHERE id > 3 RETURNING id) SELECT * FROM gone", 0}, // as PostgreSQL tells it
		{"WITH few AS (SELECT 1 AS id) UPDATE notes SET id = 7 FROM few WHERE notes.id = few.id", 1},
		{"CREATE TABLE copy AS SELECT * FROM notes", 3},
		{"/* of */ create table copy2 as SELECT * FROM notes", 3},
		{"COPY notes FROM stdin;\n8\n9\n\\.\n", 2},
		{"COPY copy (id) FROM stdin WITH (FORMAT csv);\n\"8\"\n\\.\n", 1},
		{"TRUNCATE notes", 0},
	} {
		got, err := d.Exec(t.Context(), step.statement)
		if err != nil || got != step.rows {
			t.Errorf("%s: %d rows, want %d (%v)", step.statement, got, step.rows, err)
		}
	}
	if text := value(t, d, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM copy"); text != "2 3 7 8" {
		t.Errorf("copy holds %s", text)
	}
}

// A text of two statements is none, wherever it comes from.
func TestOneStatementAtATime(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id integer)")
	for _, open := range []bool{false, true} {
		if open {
			start(t, d)
		}
		if _, err := d.Exec(t.Context(), "CREATE TABLE more (id integer); DROP TABLE notes"); sqlState(err) != "42601" {
			t.Errorf("in a transaction: %v; error %v", open, err)
		}
		if err := d.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := value(t, d, "SELECT coalesce(to_regclass('more')::text, '') || to_regclass('notes')"); got != "notes" {
			t.Errorf("there is %s", got)
		}
	}
}

// A value is what the column takes it for, whatever Go takes it for: a version may
// be a number here and a text there.
func TestValuesAreBoundByTheirColumns(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id bigint, title text, at timestamptz, sure boolean)")
	const hostile = `\'; DROP TABLE notes; --`
	for _, values := range [][]any{
		{int64(1), hostile, "2026-01-02T03:04:05Z", true},
		{"1", 20260102, "2026-01-02 03:04:05+00", "t"},
		{nil, nil, nil, nil},
	} {
		if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES ($1, $2, $3, $4)", values...); err != nil {
			t.Errorf("%v: %v", values, err)
		}
	}
	if got := value(t, d, "SELECT title FROM notes WHERE title = $1 AND id = $2", hostile, "1"); got != hostile {
		t.Errorf("title %q", got)
	}
}

// A table that has changed is read as it is now, by a text that was used before.
func TestQueriesOutliveTheirTables(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id integer)")
	start(t, d)
	for _, change := range []string{
		"ALTER TABLE notes ADD COLUMN title text", "ALTER TABLE notes ALTER COLUMN id TYPE text", "ALTER TABLE notes DROP COLUMN id",
	} {
		for range 3 {
			rows, err := d.Query(t.Context(), "SELECT * FROM notes WHERE $1", true)
			if err != nil {
				t.Fatal(err)
			}
			rows.Close()
		}
		execute(t, d, change)
	}
	finish(t, d)
}

// Every kind of statement goes through the protocol that we use, those included
// that no PREPARE takes.
func TestEveryKindOfStatement(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id integer)")
	for _, statement := range []string{
		"VACUUM notes", "ANALYZE", "CREATE INDEX CONCURRENTLY by_id ON notes (id)", "REINDEX INDEX CONCURRENTLY by_id",
		"DROP INDEX CONCURRENTLY by_id", "CREATE TYPE mood AS ENUM ('sad')", "ALTER TYPE mood ADD VALUE 'glad'",
		"CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS $$ SELECT 1; $$",
		"CREATE PROCEDURE twice() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$", "CALL twice()", "DO $$ BEGIN END $$",
		"LOCK TABLE notes", "CHECKPOINT", "NOTIFY news", "REFRESH MATERIALIZED VIEW seen", "EXPLAIN SELECT 1", "DISCARD ALL",
	} {
		if statement == "REFRESH MATERIALIZED VIEW seen" {
			execute(t, d, "CREATE MATERIALIZED VIEW seen AS SELECT * FROM notes")
		}
		if _, err := d.Exec(t.Context(), statement); err != nil && statement != "LOCK TABLE notes" {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// A cancelled statement takes its connection along, and with it the transaction.
func TestCancelledStatement(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id integer)")
	start(t, d)
	execute(t, d, "INSERT INTO notes VALUES (1)")
	ctx, cancel := context.WithTimeout(t.Context(), inquest/100)
	defer cancel()
	_, err := d.Exec(ctx, "SELECT pg_sleep(60)")
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("error %v", err)
	}
	if err := d.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	if n := value(t, take(t, pool), "SELECT count(*) FROM notes"); n != "0" {
		t.Errorf("%s rows are left", n)
	}
}

// A cancelled context costs nothing where nothing has begun.
func TestNothingBeginsWithACancelledContext(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id integer)")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	start(t, d)
	_, exec := d.Exec(cancelled, "INSERT INTO notes VALUES (1)")
	_, query := d.Query(cancelled, "SELECT 1")
	row := d.QueryRow(cancelled, "SELECT 1").Err()
	try := d.Try(cancelled, func(context.Context) error { return nil })
	for _, err := range []error{exec, query, row, try} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
	execute(t, d, "INSERT INTO notes VALUES (2)")
	finish(t, d)
}

func TestNamesAndLiterals(t *testing.T) {
	d, _ := live(t)
	for _, text := range []string{"", "a", `a'b"c\d`, `\'; --`, "naïve\n表", strings.Repeat("ä", 40)} {
		for _, standard := range []string{"on", "off"} {
			execute(t, d, "SET standard_conforming_strings = "+standard)
			if got := value(t, d, "SELECT "+literal(text)); got != text {
				t.Errorf("the literal of %q means %q", text, got)
			}
		}
		if text == "" {
			continue
		}
		execute(t, d, "CREATE TEMPORARY TABLE "+quote(text)+" (id integer)")
		if got := value(t, d, "SELECT relname FROM pg_class WHERE relpersistence = 't' ORDER BY oid DESC LIMIT 1"); got != fold(text) {
			t.Errorf("a table called %q is called %q, and folded %q", text, got, fold(text))
		}
	}
}
