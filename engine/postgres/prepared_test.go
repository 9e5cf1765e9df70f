package postgres

import (
	"testing"

	"github.com/dbmend/dbmend/internal/testserver"
)

const prepares = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'dbmend%'"

// look inspects and asks for a stamp, each as often as it takes to have the queries kept.
func look(t *testing.T, d *database) {
	t.Helper()
	for range 2 {
		if _, err := d.Inspect(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Stamp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// A session that goes back to its pool is as it came.
func TestQueriesAreKeptNoLongerThanTheConnection(t *testing.T) {
	pool := openPool(t, testserver.Postgres(t))
	pool.SetMaxOpenConns(1)
	for range 2 {
		d := take(t, pool)
		look(t, d)
		if n := value(t, d, prepares); n == "0" {
			t.Error("the server keeps nothing: each look is planned anew")
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := pool.QueryRow(prepares).Scan(&left); err != nil || left > 0 {
			t.Errorf("%d queries are left in a session that was given back (%v)", left, err)
		}
	}
}

// An author's statement may have the server forget what it keeps, ours included.
func TestQueriesThatAnAuthorHasForgotten(t *testing.T) {
	for _, forget := range []string{
		"DEALLOCATE ALL",
		"DEALLOCATE PREPARE ALL",
		"DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$",
	} {
		d, _ := live(t, "CREATE TABLE t (id integer)")
		look(t, d)
		start(t, d)
		execute(t, d, forget)
		look(t, d)
		if err := d.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		look(t, d)
		s := scratchOf(t, d)
		look(t, s)
		execute(t, s, forget)
		look(t, s)
	}
}

// Behind a pooler no session is ours.
func TestNoQueryIsKeptBehindAPooler(t *testing.T) {
	d := take(t, openPool(t, testserver.PgBouncer(t, testserver.Postgres(t))))
	look(t, d)
	if n := value(t, d, prepares); n != "0" {
		t.Errorf("%s queries are kept by a session that others share", n)
	}
}
