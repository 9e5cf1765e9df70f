package postgres

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/internal/testserver"
)

// Dumps begin with an empty search_path. What follows in the migration is written
// for it, and our own queries are not.
func TestSearchPathOfAMigration(t *testing.T) {
	for _, set := range []string{
		"SELECT pg_catalog.set_config('search_path', '', false)",
		"SET search_path TO app",
		"SET LOCAL search_path TO app",
		"SET SCHEMA 'app'",
		"DO $$ BEGIN PERFORM set_config('search_path', 'app', false); END $$",
	} {
		d, _ := live(t, "CREATE SCHEMA app", "CREATE TABLE notes (id integer)")
		s := scratchOf(t, d)
		execute(t, s, "CREATE SCHEMA app", "CREATE TABLE notes (id integer)")
		for name, d := range map[string]*database{"live": d, "scratch": s} {
			start(t, d)
			execute(t, d, set)
			if _, err := d.Exec(t.Context(), "SELECT * FROM notes"); sqlState(err) != "42P01" && sqlState(err) != abortedBefore {
				t.Errorf("%s, %s: the author's next statement was told %v", name, set, err)
			}
			if err := d.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}

			start(t, d)
			execute(t, d, set)
			if n := value(t, d, "SELECT count(*) FROM notes"); n != "0" {
				t.Errorf("%s, %s: count %s", name, set, n)
			}
			execute(t, d, Engine{}.JournalDDL()...)
			if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES ($1)", 1); err != nil {
				t.Errorf("%s, %s: what is bound is ours: %v", name, set, err)
			}
			finish(t, d)
			if where := value(t, d, "SELECT relnamespace::regnamespace FROM pg_class WHERE relname = 'dbmend_journal'"); where != "public" {
				t.Errorf("%s, %s: the journal is in %s", name, set, where)
			}
			execute(t, d, "SELECT * FROM notes") // in the next transaction the path is the first one
		}
	}
}

// On scratch we look at the schema behind every statement of the author's, and
// that must not take his search_path away.
func TestSearchPathBetweenTwoLooks(t *testing.T) {
	d, _ := live(t)
	s := scratchOf(t, d)
	start(t, s)
	execute(t, s, "CREATE SCHEMA app", "SET search_path = app")
	value(t, s, "SELECT count(*) FROM pg_class")
	execute(t, s, "CREATE TABLE notes (id integer)")
	if where := value(t, s, "SELECT relnamespace::regnamespace FROM pg_class WHERE relname = 'notes'"); where != "app" {
		t.Errorf("the table is in %s", where)
	}
}

// A trial leaves no trace of a search_path either.
func TestSearchPathOfATrial(t *testing.T) {
	d, _ := live(t, "CREATE SCHEMA app", "CREATE TABLE notes (id integer)")
	start(t, d)
	err := d.Try(t.Context(), func(ctx context.Context) error {
		execute(t, d, "SET search_path = app")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	execute(t, d, "INSERT INTO notes VALUES (1)")
	finish(t, d)

	s := scratchOf(t, d)
	execute(t, s, "CREATE SCHEMA app", "CREATE TABLE notes (id integer)")
	start(t, s)
	err = s.Try(t.Context(), func(ctx context.Context) error {
		execute(t, s, "SET search_path = app")
		value(t, s, "SELECT count(*) FROM notes")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	execute(t, s, "INSERT INTO notes VALUES (1)")
	finish(t, s)
}

// Nothing of what a migration did to its session reaches the application.
func TestSessionIsGivenBack(t *testing.T) {
	pool := openPool(t, testserver.Postgres(t))
	pool.SetMaxOpenConns(1)
	for _, statement := range []string{
		"SET search_path = nowhere", "SET app.who = 'x'", "CREATE TEMPORARY TABLE hidden (id integer)",
		"PREPARE p AS SELECT 1", "LISTEN news", "SELECT pg_advisory_lock(9)", "SET ROLE pg_monitor",
		"SET standard_conforming_strings = off", "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
	} {
		d := take(t, pool)
		execute(t, d, statement)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		var path, user, role, strings string
		var left int
		err := pool.QueryRowContext(t.Context(), `SELECT current_setting('search_path'), coalesce(current_setting('app.who', true), ''),
	current_user, current_setting('standard_conforming_strings'),
	(SELECT count(*) FROM pg_prepared_statements WHERE from_sql) + (SELECT count(*) FROM pg_listening_channels()) +
	(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) +
	(SELECT count(*) FROM pg_cursors WHERE is_holdable) + (SELECT count(*) FROM pg_class WHERE relname = 'hidden' AND pg_table_is_visible(oid))`).
			Scan(&path, &user, &role, &strings, &left)
		if err != nil {
			t.Fatal(err)
		}
		if path != `"$user", public` || user != "" || role != "postgres" || strings != "on" || left != 0 {
			t.Errorf("%s: path %s, user %q, role %s, strings %s, %d things left", statement, path, user, role, strings, left)
		}
	}
}

// A pool of pgx's below database/sql's takes back whatever is not closed.
func TestSessionIsNotGivenToAPoolBelow(t *testing.T) {
	below, err := pgxpool.New(t.Context(), testserver.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer below.Close()
	pool := stdlib.OpenDBFromPool(below)
	defer pool.Close()
	d := take(t, pool)
	execute(t, d, "SET search_path = nowhere")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	var path string
	if err := below.QueryRow(t.Context(), "SHOW search_path").Scan(&path); err != nil || path == "nowhere" {
		t.Errorf("path %s (%v)", path, err)
	}
}

// A connection that nothing has run on is the one that it was.
func TestConnectionIsKept(t *testing.T) {
	pool := openPool(t, testserver.Postgres(t))
	pool.SetMaxOpenConns(1)
	var before, after string
	const who = "SELECT pg_backend_pid()"
	if err := pool.QueryRow(who).Scan(&before); err != nil {
		t.Fatal(err)
	}
	d := take(t, pool)
	value(t, d, "SELECT count(*) FROM pg_class")
	unlock, err := d.Lock(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	start(t, d)
	if err := errors.Join(d.Rollback(t.Context()), unlock(), d.Close()); err != nil {
		t.Fatal(err)
	}
	if err := pool.QueryRow(who).Scan(&after); err != nil || before != after {
		t.Errorf("session %s, and then %s (%v)", before, after, err)
	}
}
