package tracking_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/internal/testserver"
)

// engines are all that tables are written to, with how to open an empty database.
var engines = []struct {
	name   string
	engine engine.Engine
	driver string
	open   func(testing.TB) string
}{
	{"sqlite", sqlite.Engine{}, "sqlite", func(testing.TB) string { return ":memory:" }},
	{"postgres", postgres.Engine{}, "pgx", testserver.Postgres},
	{"mariadb", mysql.Engine{}, "mysql", testserver.MariaDB},
}

// A live is a connection to a database of a real server.
type live struct {
	engine.Database
	engine engine.Engine
	name   string
}

// onEveryEngine runs a test on a new database of each engine, or of those named.
func onEveryEngine(t *testing.T, only string, run func(t *testing.T, db live)) {
	for _, e := range engines {
		if only != "" && !strings.Contains(only, e.name) {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			pool, err := sql.Open(e.driver, e.open(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { pool.Close() })
			db, err := e.engine.Connect(t.Context(), pool)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			run(t, live{db, e.engine, e.name})
		})
	}
}

// must runs statements, none of which may fail.
func (db live) must(t testing.TB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// within runs fn in a transaction and commits it; an error of fn rolls it back, and is
// returned.
func (db live) within(t testing.TB, fn func(ctx context.Context) error) error {
	t.Helper()
	if err := db.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	if err := fn(t.Context()); err != nil {
		if err := db.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		return err
	}
	if err := db.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return nil
}

// table returns the lines of a query, values joined by a bar. What engines write
// differently for the same value is written in one way.
func (db live) table(t testing.TB, query string) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		values := make([]string, len(cells))
		for i, c := range cells {
			if values[i] = c.String; !c.Valid {
				values[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(values, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
