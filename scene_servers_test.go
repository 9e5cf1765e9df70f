package dbmend_test

import (
	"context"
	"database/sql"
	"net"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/internal/wire"
	"github.com/dbmend/dbmend/migration"
)

// This file contains what scene_test.go has for SQLite: the databases on servers on
// which things go wrong, and what "the same database" means to them.

// A product is a kind of server.
type product struct {
	name     string
	driver   string // as database/sql calls it
	engine   engine.Engine
	protocol wire.Protocol
	server   func(t testing.TB, arguments ...string) *testserver.Server
	open     func(t testing.TB, dsn string, dial dial) *sql.DB
	picture  func(t testing.TB, db *sql.DB) string
	// leftovers are the names of scratch databases, and company the sessions in this
	// database and in those, but for the one that asks.
	leftovers, company string
	scenes             []scene
}

// A dial reaches a server.
type dial func(ctx context.Context, network, address string) (net.Conn, error)

var products = []product{
	{
		name: "postgres", driver: "pgx", engine: postgres.Engine{}, protocol: wire.Postgres, server: testserver.PostgresServer,
		open: openPostgres, picture: picturePostgres, scenes: postgresScenes,
		leftovers: `SELECT datname FROM pg_database WHERE datname LIKE 'dbmend\_scratch\_%'`,
		company: `SELECT datname, state, query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
			AND (datname = current_database() OR datname LIKE 'dbmend\_scratch\_%')`,
	},
	{
		name: "mariadb", driver: "mysql", engine: mysql.Engine{}, protocol: wire.MariaDB, server: testserver.MariaDBServer,
		open: openMariaDB, picture: pictureMariaDB, scenes: mariadbScenes,
		leftovers: `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'dbmend\_scratch\_%'`,
		company: `SELECT DB, COMMAND, INFO FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()
			AND (DB = DATABASE() OR DB LIKE 'dbmend\_scratch\_%')`,
	},
}

var postgresScenes = []scene{
	{
		name: "to be healed",
		live: `CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL); INSERT INTO users VALUES (7, 'kept')`,
		files: fstest.MapFS{
			"001_users.sql": file("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\nCREATE INDEX users_by_name ON users (name);"),
			"002_notes.sql": file("CREATE TABLE notes (id int PRIMARY KEY, author bigint REFERENCES users (id), body text);\n" +
				"INSERT INTO notes VALUES (1, 7, 'a'), (2, NULL, 'b');\nUPDATE notes SET body = body || '!';"),
			"003_tags.sql": file("ALTER TABLE notes ADD COLUMN tag text NOT NULL DEFAULT 'x';\nCREATE VIEW tagged AS SELECT id, tag FROM notes;"),
		},
	},
	{
		name: "pending, and more behind its transaction", applied: "001", stages: []string{},
		files: fstest.MapFS{
			"001_users.sql": file("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\nINSERT INTO users VALUES (7, 'kept');"),
			"002_notes.sql": file("CREATE TABLE notes (id int PRIMARY KEY, body text);\nINSERT INTO notes VALUES (1, 'a'), (2, 'b');\nUPDATE notes SET body = body || '!';"),
			"003_late.sql":  file("CREATE INDEX CONCURRENTLY notes_by_body ON notes (body);"),
		},
	},
	{
		name: "more behind what the last run has left, at a start", applied: "001", start: true,
		files: fstest.MapFS{
			"001_users.sql": file("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\nINSERT INTO users VALUES (7, 'kept');"),
			"002_notes.sql": file("CREATE TABLE notes (id int PRIMARY KEY, body text);\nINSERT INTO notes VALUES (1, 'a'), (2, 'b');\nUPDATE notes SET body = body || '!';"),
			"003_index.sql": file("CREATE INDEX notes_by_body ON notes (body);\nALTER TABLE users ADD COLUMN mail text;"),
		},
	},
}

var mariadbScenes = []scene{
	{
		name: "to be healed", stages: []string{},
		live: `CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL); INSERT INTO users VALUES (7, 'kept')`,
		files: fstest.MapFS{
			"001_users.sql": file("CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL);\nCREATE INDEX users_by_name ON users (name);"),
			"002_notes.sql": file("CREATE TABLE notes (id int PRIMARY KEY, author bigint, body varchar(50), FOREIGN KEY (author) REFERENCES users (id));\n" +
				"INSERT INTO notes VALUES (1, 7, 'a'), (2, NULL, 'b');\nUPDATE notes SET body = concat(body, '!');"),
			"003_tags.sql": file("ALTER TABLE notes ADD COLUMN tag varchar(9) NOT NULL DEFAULT 'x';\nCREATE VIEW tagged AS SELECT id, tag FROM notes;"),
		},
	},
	{
		name: "pending", applied: "001", stages: []string{},
		files: fstest.MapFS{
			"001_users.sql": file("CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL);\nINSERT INTO users VALUES (7, 'kept');"),
			"002_notes.sql": file("CREATE TABLE notes (id int PRIMARY KEY, body varchar(50));\nINSERT INTO notes VALUES (1, 'a'), (2, 'b');\nUPDATE notes SET body = concat(body, '!');"),
			"003_index.sql": file("CREATE INDEX notes_by_body ON notes (body);\nDELETE FROM notes WHERE id = 2;\nDROP TABLE users;"),
		},
	},
	{
		name: "one more behind what the last run has left, at a start", applied: "001", start: true, stages: []string{},
		files: fstest.MapFS{
			"001_users.sql": file("CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL);\nINSERT INTO users VALUES (7, 'kept');"),
			"002_notes.sql": file("CREATE TABLE notes (id int PRIMARY KEY, body varchar(50));\nINSERT INTO notes VALUES (1, 'a'), (2, 'b');\n" +
				"UPDATE notes SET body = concat(body, '!');\nCREATE INDEX notes_by_body ON notes (body);\nALTER TABLE users ADD COLUMN mail text;"),
		},
	},
}

// whole reports whether all of a scene is one transaction: then there is nothing
// between its beginning and its end.
func (s *scene) whole() bool { return s.stages == nil }

func openPostgres(t testing.TB, dsn string, dial dial) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if dial != nil {
		config.DialFunc = pgconn.DialFunc(dial)
	}
	db := stdlib.OpenDB(*config)
	t.Cleanup(func() { db.Close() })
	return db
}

func openMariaDB(t testing.TB, dsn string, dial dial) *sql.DB {
	t.Helper()
	config, err := mysqldriver.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.Logger = &mysqldriver.NopLogger{} // that connections break is what is tried
	config.DialFunc = dial
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return db
}

// begin makes the scene on a new database of a server and returns its address.
func (p *product) begin(t testing.TB, server *testserver.Server, s *scene) (dsn string) {
	t.Helper()
	dsn = server.DSN(t)
	db := p.open(t, dsn, nil)
	defer db.Close()
	for statement := range strings.SplitSeq(s.live, "; ") {
		execScript(t, db, statement)
	}
	if s.applied != "" {
		if _, err := p.migrator(t, s, db, dbmend.To(migration.Version(s.applied))).Up(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return dsn
}

func (p *product) migrator(t testing.TB, s *scene, db *sql.DB, more ...dbmend.Option) *dbmend.Migrator {
	t.Helper()
	m, err := dbmend.New(db, p.engine, s.files, append([]dbmend.Option{dbmend.LockTimeout(20 * time.Second)}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// upper returns what brings a scene's database to the newest version.
func (p *product) upper(t testing.TB, s *scene, db *sql.DB) func(context.Context) (*dbmend.Report, error) {
	t.Helper()
	if !s.start {
		return p.migrator(t, s, db).Up
	}
	return func(ctx context.Context) (*dbmend.Report, error) {
		return dbmend.Up(ctx, db, p.engine, s.files, dbmend.LockTimeout(20*time.Second))
	}
}

// recorded is which migrations the journal says are through. How they came through is
// left out, and how often: one that stopped half-way is written down again when it is
// completed.
const recorded = "SELECT DISTINCT version FROM dbmend_journal WHERE kind = 'migration' ORDER BY version"

// picturePostgres returns the schema, every row, and what is recorded.
func picturePostgres(t testing.TB, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	for _, q := range []string{
		`SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name <> 'dbmend_journal' ORDER BY 1, 2`,
		`SELECT indrelid::regclass, indisvalid, pg_get_indexdef(indexrelid) FROM pg_index
			WHERE indrelid >= 16384 AND indrelid::regclass::text <> 'dbmend_journal' AND indrelid::regclass::text !~ '^pg_toast' ORDER BY 3`,
		`SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid >= 16384 AND conrelid::regclass::text <> 'dbmend_journal' ORDER BY 1, 2`,
		`SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1`,
	} {
		b.WriteString(queryJSON(t, db, q) + "\n")
	}
	for _, table := range query(t, db, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1") {
		text := "SELECT to_jsonb(r)::text FROM " + identifier(table[0], `"`) + " r ORDER BY 1"
		if table[0] == "dbmend_journal" {
			text = recorded
		}
		b.WriteString(table[0] + " " + queryJSON(t, db, text) + "\n")
	}
	return b.String()
}

// pictureMariaDB is picturePostgres for MariaDB.
func pictureMariaDB(t testing.TB, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	for _, table := range query(t, db, "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1") {
		name := identifier(table[0], "`")
		switch {
		case table[0] == "dbmend_journal":
			b.WriteString(queryJSON(t, db, recorded) + "\n")
		case table[1] == "VIEW":
			b.WriteString(queryJSON(t, db, "SHOW CREATE VIEW "+name) + "\n")
		default:
			b.WriteString(queryJSON(t, db, "SHOW CREATE TABLE "+name) + queryJSON(t, db, "SELECT * FROM "+name+" ORDER BY 1") + "\n")
		}
	}
	return strings.ReplaceAll(b.String(), query(t, db, "SELECT DATABASE()")[0][0], "db")
}
