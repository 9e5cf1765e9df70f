package outages

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/internal/testserver"
)

// A product is a kind of server, and what is to be healed on it.
type product struct {
	engine     engine.Engine
	server     func(t testing.TB, arguments ...string) *testserver.Server
	open       func(t testing.TB, dsn string, dial dial) *sql.DB
	socket     func(dsn string) (string, error)
	migrations fstest.MapFS
}

// A dial reaches a server.
type dial func(ctx context.Context, network, address string) (net.Conn, error)

// live is what somebody has made by hand; the index is missing.
var live = []string{"CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL)", "INSERT INTO users VALUES (7, 'kept')"}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// set is a set of migrations, with what differs between servers.
func set(joined string) fstest.MapFS {
	return fstest.MapFS{
		"001_users.sql": file("CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL);\nCREATE INDEX users_by_name ON users (name);"),
		"002_notes.sql": file("CREATE TABLE notes (id int PRIMARY KEY, author bigint, body varchar(50), FOREIGN KEY (author) REFERENCES users (id));\n" +
			"INSERT INTO notes VALUES (1, 7, 'a'), (2, NULL, 'b');\nUPDATE notes SET body = " + joined + ";"),
		"003_tags.sql": file("ALTER TABLE notes ADD COLUMN tag varchar(9) NOT NULL DEFAULT 'x';\nCREATE VIEW tagged AS SELECT id, tag FROM notes;"),
	}
}

var products = map[string]product{
	"postgres": {
		engine: postgres.Engine{}, server: testserver.PostgresServer, migrations: set("body || '!'"),
		open: func(t testing.TB, dsn string, dial dial) *sql.DB {
			config, err := pgx.ParseConfig(dsn)
			if err != nil {
				t.Fatal(err)
			}
			if dial != nil {
				config.DialFunc = dial.postgres
			}
			return stdlib.OpenDB(*config)
		},
		socket: func(dsn string) (string, error) {
			config, err := pgx.ParseConfig(dsn)
			if err != nil {
				return "", err
			}
			return filepath.Join(config.Host, fmt.Sprintf(".s.PGSQL.%d", config.Port)), nil
		},
	},
	"mariadb": {
		engine: mysql.Engine{}, server: testserver.MariaDBServer, migrations: set("concat(body, '!')"),
		open: func(t testing.TB, dsn string, dial dial) *sql.DB {
			config, err := driver.ParseDSN(dsn)
			if err != nil {
				t.Fatal(err)
			}
			config.Logger = &driver.NopLogger{}
			config.DialFunc = dial
			connector, err := driver.NewConnector(config)
			if err != nil {
				t.Fatal(err)
			}
			return sql.OpenDB(connector)
		},
		socket: func(dsn string) (string, error) {
			config, err := driver.ParseDSN(dsn)
			if err != nil {
				return "", err
			}
			return config.Addr, nil
		},
	},
}

func (d dial) postgres(ctx context.Context, network, address string) (net.Conn, error) {
	return d(ctx, network, address)
}

// A site is a server with a proxy in front of it.
type site struct {
	product
	server *testserver.Server
	proxy  *Proxy
	want   string // what an undisturbed run leads to
}

func newSite(t *testing.T, p product) *site {
	t.Helper()
	s := &site{product: p, server: p.server(t)}
	dsn := s.begin(t)
	socket, err := s.socket(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if s.proxy, err = NewProxy(socket); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.proxy.Close)
	db := s.open(t, dsn, nil)
	defer db.Close()
	if _, err := s.migrator(t, db).Up(t.Context()); err != nil {
		t.Fatalf("an undisturbed up: %v", err)
	}
	s.want = s.picture(t, dsn)
	return s
}

// begin makes the next database and returns its address.
func (s *site) begin(t *testing.T) (dsn string) {
	t.Helper()
	dsn = s.server.DSN(t)
	db := s.open(t, dsn, nil)
	defer db.Close()
	for _, statement := range live {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	return dsn
}

func (s *site) migrator(t *testing.T, db *sql.DB) *dbmend.Migrator {
	t.Helper()
	m, err := dbmend.New(db, s.engine, s.migrations, dbmend.LockTimeout(20*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// picture returns the schema, every row, and what is recorded.
func (s *site) picture(t *testing.T, dsn string) string {
	t.Helper()
	db := s.open(t, dsn, nil)
	defer db.Close()
	have, err := s.migrator(t, db).Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{have.Fingerprint().String()}
	for _, query := range []string{
		"SELECT concat_ws('|', id, name) FROM users ORDER BY id",
		"SELECT concat_ws('|', id, author, body, tag) FROM notes ORDER BY id",
		"SELECT concat(version, ' ', count(*)) FROM dbmend_journal WHERE kind = 'migration' GROUP BY version ORDER BY version",
	} {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(lines, "\n")
}

// heals requires that the next run, which nothing disturbs, ends where it has to, and
// that the run after it has nothing to do.
func (s *site) heals(t *testing.T, dsn string, before error) {
	t.Helper()
	db := s.open(t, dsn, nil)
	defer db.Close()
	m := s.migrator(t, db)
	if _, err := m.Up(t.Context()); err != nil {
		t.Errorf("behind %v\nthe next run: %v", before, err)
		return
	}
	if got := s.picture(t, dsn); got != s.want {
		t.Errorf("behind %v\nthe next run ended in\n%s\nwanted\n%s", before, got, s.want)
	}
	if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
		t.Errorf("behind %v\nthe run after the next one: %v, ran %d", before, err, len(report.Steps))
	}
}
