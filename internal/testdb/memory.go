// Package testdb gives tests a real SQLite database without the engine that is
// built on top of what they test. The test imports the driver, called "sqlite".
package testdb

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

// A Memory is one connection to an SQLite database in memory.
type Memory struct {
	Conn  *sql.Conn
	Count int // statements that it was given
}

// Open returns an empty database in which the statements have been run.
func Open(t testing.TB, statements ...string) *Memory {
	t.Helper()
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	db := &Memory{Conn: conn}
	for _, s := range statements {
		db.Must(t, s)
	}
	return db
}

// Must runs a statement that is not counted.
func (db *Memory) Must(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Conn.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// Exec implements [engine.Querier].
func (db *Memory) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	db.Count++
	result, err := db.Conn.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Query implements [engine.Querier].
func (db *Memory) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	db.Count++
	return db.Conn.QueryContext(ctx, query, args...)
}

// QueryRow implements [engine.Querier].
func (db *Memory) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	db.Count++
	return db.Conn.QueryRowContext(ctx, query, args...)
}

// Traits returns what the tests need of SQLite's.
func (db *Memory) Traits() engine.Traits {
	return engine.Traits{
		Flavor:      engine.Flavor{Vendor: "SQLite", Major: 3},
		AutoKey:     "INTEGER PRIMARY KEY AUTOINCREMENT",
		KeyText:     "TEXT",
		Quote:       func(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` },
		Joined:      func(expression string) string { return "group_concat(" + expression + ", '')" },
		Placeholder: func(int) string { return "?" },
		Fold:        strings.ToLower,
	}
}
