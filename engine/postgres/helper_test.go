package postgres

import (
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// live takes a connection to a database of its own and runs statements on it.
func live(t testing.TB, statements ...string) (*database, *sql.DB) {
	t.Helper()
	pool := openPool(t, testserver.Postgres(t))
	d := take(t, pool)
	execute(t, d, statements...)
	return d, pool
}

// openPool opens a pool on a database, until the test ends.
func openPool(t testing.TB, address string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return pool
}

// take takes a connection of the pool, until the test ends.
func take(t testing.TB, pool *sql.DB) *database {
	t.Helper()
	d, err := connect(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// execute runs statements, none of which may fail.
func execute(t testing.TB, d engine.Querier, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := d.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// value returns the first value of a query, as text.
func value(t testing.TB, d engine.Querier, query string, args ...any) (text string) {
	t.Helper()
	if err := d.QueryRow(t.Context(), query, args...).Scan(&text); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}

// start begins a transaction and finish commits it.
func start(t testing.TB, d engine.Database) {
	t.Helper()
	if err := d.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
}

func finish(t testing.TB, d engine.Database) {
	t.Helper()
	if err := d.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// scratchOf opens a scratch database, until the test ends.
func scratchOf(t testing.TB, d *database) *database {
	t.Helper()
	s, err := d.scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// openConfig opens a pool with a configuration of pgx's, until the test ends.
func openConfig(t testing.TB, config *pgx.ConnConfig) *sql.DB {
	t.Helper()
	pool := stdlib.OpenDB(*config)
	t.Cleanup(func() { pool.Close() })
	return pool
}
