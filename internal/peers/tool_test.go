package peers

import (
	"database/sql"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/internal/testserver"
)

// A tool is a runner as this package uses it.
type tool struct {
	name   string
	format string // of its files, as dbmend calls it
	table  string // its tracking table
	// file returns the name and the content of a migration.
	file func(m step) map[string]string
	// open returns the runner for a database and a folder.
	open func(t *testing.T, db database, folder fs.FS) runner
	// finish adds what lies beside the files; it may be nil.
	finish func(folder fstest.MapFS)
	// engines are those that are tested.
	engines []string
	// borrowed says that the table is not made by code of the tool's.
	borrowed bool
}

// A runner is a tool with a database and a folder.
type runner interface {
	// up runs what is pending.
	up(t *testing.T) error
	// applied returns what the tool says of each migration of the folder, in their
	// order: whether it is applied. Anything that is dirty, failed or missing fails the
	// test.
	applied(t *testing.T) []bool
}

// A reverter is a runner that can revert.
type reverter interface {
	// down reverts the newest migration.
	down(t *testing.T) error
}

// A step is a migration.
type step struct {
	number   int
	name     string
	up, down []string
}

// steps are the migrations of all tests. The last one is shipped after the healing.
var steps = []step{
	{1, "users", []string{"CREATE TABLE users (id integer NOT NULL PRIMARY KEY, email varchar(80) NOT NULL)"}, []string{"DROP TABLE users"}},
	{2, "posts", []string{
		"CREATE TABLE posts (id integer NOT NULL PRIMARY KEY, user_id integer NOT NULL)",
		"CREATE INDEX idx_posts_user ON posts (user_id)",
	}, []string{"DROP TABLE posts"}},
	{3, "names", []string{
		"ALTER TABLE users ADD COLUMN name varchar(40)",
		"CREATE INDEX idx_users_name ON users (name)",
	}, nil},
	{4, "audit", []string{"CREATE TABLE audit (id integer NOT NULL PRIMARY KEY, what varchar(40) NOT NULL)"}, []string{"DROP TABLE audit"}},
	{5, "later", []string{"CREATE TABLE later (id integer NOT NULL PRIMARY KEY)"}, []string{"DROP TABLE later"}},
}

// folder returns the files of the first migrations.
func (u tool) folder(count int) fstest.MapFS {
	folder := fstest.MapFS{}
	for _, m := range steps[:count] {
		for name, content := range u.file(m) {
			folder[name] = &fstest.MapFile{Data: []byte(content)}
		}
	}
	if u.finish != nil {
		u.finish(folder)
	}
	return folder
}

// script joins statements.
func script(statements []string) string {
	var b strings.Builder
	for _, s := range statements {
		fmt.Fprintf(&b, "%s;\n", s)
	}
	return b.String()
}

// A database is a new one, for one test.
type database struct {
	*sql.DB
	name    string // of the engine: "sqlite", "postgres", "mariadb"
	engine  engine.Engine
	driver  string
	address string // as the driver is given it
}

// open returns an empty database of an engine.
func open(t *testing.T, name string) database {
	t.Helper()
	db := database{name: name}
	switch name {
	case "sqlite":
		db.engine, db.driver, db.address = sqlite.Engine{}, "sqlite", t.TempDir()+"/app.db"
	case "postgres":
		db.engine, db.driver, db.address = postgres.Engine{}, "pgx", testserver.Postgres(t)
	case "mariadb":
		db.engine, db.driver, db.address = mysql.Engine{}, "mysql", testserver.MariaDB(t)
		// Some tools send a whole file at once, and read times.
		db.address += "?multiStatements=true&parseTime=true"
	default:
		t.Fatalf("no engine is called %q", name)
	}
	db.DB = db.again(t)
	return db
}

// again returns another pool of connections.
func (db database) again(t *testing.T) *sql.DB {
	t.Helper()
	pool, err := sql.Open(db.driver, db.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return pool
}

// must runs statements, none of which may fail.
func (db database) must(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// column returns the first column of a query, as texts.
func (db database) column(t *testing.T, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}
