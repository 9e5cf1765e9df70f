package tracking_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/internal/testdb"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
	_ "modernc.org/sqlite"
)

// The tables as their tools make them on SQLite.
const (
	namedTable = `CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT,
		migration_name TEXT UNIQUE NOT NULL, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`
	dbmateTable        = `CREATE TABLE "schema_migrations" (version varchar(128) primary key)`
	golangMigrateTable = `CREATE TABLE schema_migrations (version uint64, dirty bool);
		CREATE UNIQUE INDEX version_unique ON schema_migrations (version)`
	gooseTable = `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`
)

// tables has the statement and the key of each runner's table, by runner.
var tables = map[string]struct {
	ddl string
	key schema.Key
}{
	"named":           {namedTable, key("schema_migrations")},
	"dbmate or Rails": {dbmateTable, key("schema_migrations")},
	"golang-migrate":  {golangMigrateTable, key("schema_migrations")},
	"goose":           {gooseTable, key("goose_db_version")},
}

func key(table string) schema.Key { return schema.Key{Kind: schema.Table, Name: table} }

// database is a database of SQLite's in memory.
type database struct{ *testdb.Memory }

// open returns an empty database in which the statements have been run.
func open(t testing.TB, statements ...string) *database {
	t.Helper()
	return &database{testdb.Open(t, statements...)}
}

// dump returns the rows of a query, values joined by a bar, one row a line.
func (db *database) dump(t testing.TB, query string) string {
	t.Helper()
	rows, err := db.Conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
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
		var values []string
		for _, c := range cells {
			values = append(values, c.String)
		}
		lines = append(lines, strings.Join(values, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// history opens a database with a runner's table in which the statements have been
// run, and reads it.
func history(t testing.TB, runner string, statements ...string) (*database, *tracking.History) {
	t.Helper()
	db := open(t, append([]string{tables[runner].ddl}, statements...)...)
	return db, read(t, db, runner)
}

func read(t testing.TB, db *database, runner string) *tracking.History {
	t.Helper()
	h, err := tracking.Lookup(runner).Read(t.Context(), db, tables[runner].key)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// set returns the migrations of files with these names.
func set(files ...string) *migration.Set {
	s := &migration.Set{}
	for _, file := range files {
		id := strings.TrimSuffix(strings.TrimSuffix(file, ".sql"), ".up")
		v, name, _ := strings.Cut(id, "_")
		s.Migrations = append(s.Migrations, &migration.Migration{
			Version: migration.Version(v), Name: name, Path: "migrations/" + file, Checksum: "sum of " + file,
		})
	}
	return s
}
