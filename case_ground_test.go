package dbmend_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

// This file contains the engines that cases are run on, and how a live database
// and a history come about on each.

// A ground is an engine that cases are run on.
type ground struct {
	engine engine.Engine
	open   func(t testing.TB) *stage
	// dump returns the schema and every row, as text, with code of its own.
	dump func(t testing.TB, db *sql.DB) string
	// versions makes a tracking table of dbmate's, which holds a set of versions;
	// dirty one of golang-migrate's, which can say that a migration was begun.
	versions, dirty []string
}

// grounds are by the names that cases have for them.
var grounds = map[string]ground{
	"sqlite":   sqliteGround,
	"postgres": postgresGround,
	"mysql":    mysqlGround,
	"mariadb":  mysqlGround,
}

var sqliteGround = ground{
	engine:   sqlite.Engine{},
	open:     openSQLite,
	dump:     dumpFile,
	versions: []string{"CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)"},
	dirty: []string{
		"CREATE TABLE schema_migrations (version uint64, dirty bool)",
		"CREATE UNIQUE INDEX version_unique ON schema_migrations (version)",
	},
}

var postgresGround = ground{
	engine: postgres.Engine{},
	open: func(t testing.TB) *stage {
		address := testserver.Postgres(t)
		// The witness looks at tables that change their form between two looks, of
		// which prepared statements do not hear.
		return &stage{
			live: openServer(t, "pgx", address), app: openServer(t, "pgx", address),
			witness: openServer(t, "pgx", address+"&default_query_exec_mode=simple_protocol"),
		}
	},
	dump:     dumpPostgres,
	versions: []string{"CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY)"},
	dirty:    []string{"CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"},
}

var mysqlGround = ground{
	engine: mysql.Engine{},
	open: func(t testing.TB) *stage {
		address := testserver.MariaDB(t)
		return &stage{
			live: openServer(t, "mysql", address), app: openServer(t, "mysql", address),
			witness: openServer(t, "mysql", address),
		}
	},
	dump:     dumpMySQL,
	versions: []string{"CREATE TABLE schema_migrations (version varchar(255) NOT NULL PRIMARY KEY)"},
	dirty:    []string{"CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"},
}

// A stage is one database and who is connected to it: the client that makes it live,
// the application that calls dbmend, and the witness of what comes of it.
type stage struct{ live, app, witness *sql.DB }

// openSQLite has one connection for everybody: whether it enforces foreign keys is
// part of some situations.
func openSQLite(t testing.TB) *stage {
	t.Helper()
	if list := os.Getenv("DBMEND_TEST_ENGINES"); list != "" && !slices.Contains(strings.Split(list, ","), "sqlite") {
		t.Skipf("this run is about %s alone: DBMEND_TEST_ENGINES", list)
	}
	db := open(t, filepath.Join(t.TempDir(), "live.db"))
	return &stage{live: db, app: db, witness: db}
}

func openServer(t testing.TB, driver, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// onPurpose ends the line of a statement that is to fail, as one did that left
// something behind.
const onPurpose = "-- fails on purpose"

// client runs a script as the engine's own client does: statement by statement, on
// one connection, which a server forgets afterwards.
func (s *stage) client(t *testing.T, e engine.Engine, script string) {
	t.Helper()
	statements, err := e.Cut(script)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := s.live.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(script, "\n")
	for _, statement := range statements {
		last := lines[statement.Line-1+strings.Count(statement.Text, "\n")]
		_, err := conn.ExecContext(t.Context(), statement.Text)
		if fails := strings.HasSuffix(last, onPurpose); fails != (err != nil) {
			t.Fatalf("live.sql: %s: %v", statement.Text, err)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if s.live != s.app {
		s.live.Close()
	}
}

// record writes what the history claims into a tracking table that can say it.
func (c *situation) record(t *testing.T, g ground, db *sql.DB) {
	t.Helper()
	live, err := g.engine.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	run := func(statement string, args ...any) {
		t.Helper()
		if _, err := live.Exec(t.Context(), statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	one, two := live.Traits().Placeholder(1), live.Traits().Placeholder(2)
	switch lines := strings.Fields(*c.recorded); {
	case strings.Contains(*c.recorded, "!"):
		for _, ddl := range g.dirty {
			run(ddl)
		}
		version, dirty := strings.CutSuffix(lines[len(lines)-1], "!")
		run("INSERT INTO schema_migrations VALUES ("+one+", "+two+")", version, dirty)
	case strings.ContainsAny(*c.recorded, "*="):
		for _, ddl := range g.engine.JournalDDL() {
			run(ddl)
		}
		if err := journal.Append(t.Context(), live, c.entries(t, g.engine, lines)); err != nil {
			t.Fatal(err)
		}
	default:
		for _, ddl := range g.versions {
			run(ddl)
		}
		for _, line := range lines {
			run("INSERT INTO schema_migrations VALUES ("+one+")", line)
		}
	}
}

// entries are what the journal has to say, for a history with names and checksums.
func (c *situation) entries(t *testing.T, e engine.Engine, lines []string) (entries []journal.Entry) {
	t.Helper()
	set, err := migration.Load(c.files, e, migration.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		line, other := strings.CutSuffix(line, "*")
		line, name, renamed := strings.Cut(line, "=")
		e := journal.Entry{Run: "r", Kind: journal.Migrated, Outcome: journal.Applied, Version: migration.Version(line), Name: name, Tool: "dbmend test"}
		if m := set.Find(e.Version); m != nil && !renamed {
			e.Name, e.Checksum = m.Name, m.Checksum
		}
		if other {
			e.Checksum = strings.Repeat("0", 64)
		}
		entries = append(entries, e)
	}
	return entries
}
