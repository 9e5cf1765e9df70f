package sqlite

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend/engine/enginetest"
)

// The suite runs as applications have their databases: as SQLite makes them, in
// WAL mode, and with foreign keys checked.
func TestConformance(t *testing.T) {
	for name, parameters := range map[string]string{
		"default":      "",
		"wal":          "?_pragma=journal_mode(wal)",
		"foreign keys": "?_pragma=foreign_keys(1)&_pragma=busy_timeout(3000)",
	} {
		t.Run(name, func(t *testing.T) { enginetest.Run(t, config(parameters)) })
	}
}

// config describes SQLite to the suite; parameters are those of the data source
// name.
func config(parameters string) enginetest.Config {
	return enginetest.Config{
		Engine: Engine{},
		Open: func(t *testing.T) *sql.DB {
			return openPool(t, address(t, parameters))
		},
		View:      "CREATE VIEW titles AS SELECT title FROM notes",
		Trigger:   "CREATE TRIGGER keep BEFORE DELETE ON notes WHEN old.id < 0 BEGIN SELECT raise(ABORT, 'kept;'); END",
		Unchecked: []string{"PRAGMA foreign_keys = OFF"},
		Long:      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000) SELECT count(*) FROM n",
		Script: "CREATE TRIGGER a AFTER INSERT ON b BEGIN\n  UPDATE b SET c = CASE WHEN 1 THEN ';' END; -- ;\n  SELECT 1; END;\n" +
			"INSERT INTO [a;b] VALUES ('it''s;', \"x;\", `y;`) /* ; */ ; SELECT 1",
		Statements: []string{
			"CREATE TRIGGER a AFTER INSERT ON b BEGIN\n  UPDATE b SET c = CASE WHEN 1 THEN ';' END; -- ;\n  SELECT 1; END",
			"INSERT INTO [a;b] VALUES ('it''s;', \"x;\", `y;`)",
			"SELECT 1",
		},
		Alien: func(t *testing.T) *sql.DB {
			return poolOn(t, []byte("This is no database. It is a text, and longer than the hundred bytes of SQLite's header, which it has not got."))
		},
		Damaged: func(t *testing.T) *sql.DB {
			name := filepath.Join(t.TempDir(), "test.db")
			db := openPool(t, name)
			setUp(t, db, "CREATE TABLE notes (id INTEGER)", "PRAGMA writable_schema = ON",
				"UPDATE sqlite_master SET sql = 'CREATE TABLE notes ('")
			db.Close()
			return openPool(t, name)
		},
		ReadOnly: func(t *testing.T) *sql.DB {
			name := address(t, "")
			db := openPool(t, name)
			setUp(t, db, "CREATE TABLE notes (id INTEGER)")
			db.Close()
			return openPool(t, name+"?mode=ro")
		},
	}
}

// address returns the data source name of a file of its own.
func address(t *testing.T, parameters string) string {
	file := url.URL{Path: filepath.Join(t.TempDir(), "test.db")}
	return "file:" + file.EscapedPath() + parameters
}

// openPool opens a pool on a file.
func openPool(t testing.TB, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// poolOn opens a pool on a file with this content.
func poolOn(t *testing.T, content []byte) *sql.DB {
	t.Helper()
	name := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return openPool(t, name)
}

// setUp runs statements on one connection of the pool.
func setUp(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, statement := range statements {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
