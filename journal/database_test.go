package journal_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/journal"
	_ "modernc.org/sqlite"
)

// proper is the journal as it should be; loose has the same columns and keeps
// whatever is put into them.
const (
	proper = `CREATE TABLE dbmend_journal (
		"entry" INTEGER PRIMARY KEY, "run" TEXT NOT NULL, "at" TEXT NOT NULL, "kind" TEXT NOT NULL,
		"outcome" TEXT NOT NULL, "version" TEXT NOT NULL, "name" TEXT NOT NULL, "statement" INTEGER NOT NULL,
		"sql" TEXT NOT NULL, "checksum" TEXT NOT NULL, "evidence" TEXT NOT NULL, "duration_us" INTEGER NOT NULL,
		"before" TEXT NOT NULL, "after" TEXT NOT NULL, "stamp" TEXT NOT NULL, "tool" TEXT NOT NULL)`
	loose = `CREATE TABLE dbmend_journal ("entry", "run", "at", "kind", "outcome", "version", "name",
		"statement", "sql", "checksum", "evidence", "duration_us", "before", "after", "stamp", "tool")`
)

// database is one connection to an SQLite database in memory, and counts the
// statements that it is given.
type database struct {
	conn  *sql.Conn
	count int
}

// open returns an empty database in which the statements have been run.
func open(t testing.TB, statements ...string) *database {
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
	db := &database{conn: conn}
	for _, s := range statements {
		db.must(t, s)
	}
	return db
}

func (db *database) must(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := db.conn.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (db *database) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	db.count++
	result, err := db.conn.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (db *database) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	db.count++
	return db.conn.QueryContext(ctx, query, args...)
}

func (db *database) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	db.count++
	return db.conn.QueryRowContext(ctx, query, args...)
}

func (db *database) Traits() engine.Traits {
	return engine.Traits{
		Flavor:      engine.Flavor{Vendor: "SQLite", Major: 3},
		Quote:       func(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` },
		Placeholder: func(int) string { return "?" },
		Fold:        strings.ToLower,
	}
}

// write appends the entries, with a run for those that name none.
func write(t testing.TB, db *database, entries ...journal.Entry) []journal.Entry {
	t.Helper()
	for i := range entries {
		if entries[i].Run == "" {
			entries[i].Run = "r"
		}
	}
	if err := journal.Append(t.Context(), db, entries); err != nil {
		t.Fatal(err)
	}
	return entries
}
