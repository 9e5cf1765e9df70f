package testserver_test

import (
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dbmend/dbmend/internal/testserver"
)

// A client asks and tells one database, in the words that both servers know.
type client interface {
	must(t *testing.T, statement string)
	// text returns the one value of a query.
	text(t *testing.T, query string) string
}

type postgresClient struct{ conn *pgx.Conn }

func connectPostgres(t *testing.T, address string) client {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	// The only way that goes through a pool as well.
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return postgresClient{conn}
}

func (c postgresClient) must(t *testing.T, statement string) {
	t.Helper()
	if _, err := c.conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (c postgresClient) text(t *testing.T, query string) (value string) {
	t.Helper()
	if err := c.conn.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

type mariadbClient struct{ conn *sql.Conn }

func connectMariaDB(t *testing.T, address string) client {
	t.Helper()
	db, err := sql.Open("mysql", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return mariadbClient{conn}
}

func (c mariadbClient) must(t *testing.T, statement string) {
	t.Helper()
	if _, err := c.conn.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (c mariadbClient) text(t *testing.T, query string) (value string) {
	t.Helper()
	if err := c.conn.QueryRowContext(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// engines are the two sides of nearly every test here.
var engines = []struct {
	name    string
	dsn     func(testing.TB) string
	server  func(testing.TB, ...string) *testserver.Server
	connect func(*testing.T, string) client
	// current is the name of the connection's database, tables the number of the
	// tables in it, databases how many there are of a name.
	current, tables, databases string
}{
	{
		name: "PostgreSQL", dsn: testserver.Postgres, server: testserver.PostgresServer, connect: connectPostgres,
		current:   "SELECT current_database()",
		tables:    "SELECT count(*)::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
		databases: "SELECT count(*)::text FROM pg_database WHERE datname = ",
	},
	{
		name: "MariaDB", dsn: testserver.MariaDB, server: testserver.MariaDBServer, connect: connectMariaDB,
		current:   "SELECT DATABASE()",
		tables:    "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()",
		databases: "SELECT count(*) FROM information_schema.schemata WHERE schema_name = ",
	},
}

// TestEveryDatabaseIsNewAndEmpty also shows how the two basic functions are used.
func TestEveryDatabaseIsNewAndEmpty(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			one := e.connect(t, e.dsn(t))
			one.must(t, "CREATE TABLE t (a int)")
			other := e.connect(t, e.dsn(t))
			if one.text(t, e.current) == other.text(t, e.current) {
				t.Error("two tests have one database")
			}
			if got := one.text(t, e.tables); got != "1" {
				t.Errorf("%s tables where one was made", got)
			}
			if got := other.text(t, e.tables); got != "0" {
				t.Errorf("%s tables where none was made", got)
			}
		})
	}
}

// TestADatabaseGoesWithItsTest is about connections, too, that the test forgot.
func TestADatabaseGoesWithItsTest(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			staying := e.connect(t, e.dsn(t))
			var name string
			t.Run("passing", func(t *testing.T) {
				c := e.connect(t, e.dsn(t))
				name = c.text(t, e.current)
			})
			if got := staying.text(t, e.databases+"'"+name+"'"); got != "0" {
				t.Errorf("database %s is still there", name)
			}
		})
	}
}

// TestWhatWasCommittedOutlivesTheServer ends a server in each way, with a
// transaction under way, and starts it again.
func TestWhatWasCommittedOutlivesTheServer(t *testing.T) {
	for _, e := range engines {
		for how, end := range map[string]func(*testserver.Server, testing.TB){
			"stopped": (*testserver.Server).Stop,
			"killed":  (*testserver.Server).Kill,
		} {
			t.Run(e.name+" "+how, func(t *testing.T) {
				server := e.server(t)
				address := server.DSN(t)
				c := e.connect(t, address)
				c.must(t, "CREATE TABLE t (a int)")
				c.must(t, "INSERT INTO t VALUES (1)")
				c.must(t, "BEGIN")
				c.must(t, "INSERT INTO t VALUES (2)")
				end(server, t)
				server.Start(t)
				if got := e.connect(t, address).text(t, "SELECT count(*) FROM t WHERE a = 1"); got != "1" {
					t.Errorf("%s rows of the transaction that was committed", got)
				}
				if got := e.connect(t, address).text(t, "SELECT count(*) FROM t WHERE a = 2"); got != "0" {
					t.Errorf("%s rows of the transaction that was not", got)
				}
			})
		}
	}
}

// TestAServerTakesArguments shows one that only a server of one's own can have.
func TestAServerTakesArguments(t *testing.T) {
	p := testserver.PostgresServer(t, "-c", "max_prepared_transactions=7")
	if got := connectPostgres(t, p.DSN(t)).text(t, "SHOW max_prepared_transactions"); got != "7" {
		t.Errorf("PostgreSQL has %s", got)
	}
	m := testserver.MariaDBServer(t, "--lock-wait-timeout=7")
	if got := connectMariaDB(t, m.DSN(t)).text(t, "SELECT @@lock_wait_timeout"); got != "7" {
		t.Errorf("MariaDB has %s", got)
	}
}

// TestManyConnections: tests of locks and of many runners need them.
func TestManyConnections(t *testing.T) {
	if got := connectPostgres(t, testserver.PostgresServer(t).DSN(t)).text(t, "SHOW max_connections"); got != "300" {
		t.Errorf("PostgreSQL takes %s", got)
	}
	if got := connectMariaDB(t, testserver.MariaDBServer(t).DSN(t)).text(t, "SELECT @@max_connections"); got != "500" {
		t.Errorf("MariaDB takes %s", got)
	}
}

// TestPostgresVersions logs which there are, for who reads what a run has covered.
func TestPostgresVersions(t *testing.T) {
	var majors []int
	for _, server := range testserver.PostgresVersions(t) {
		number, err := strconv.Atoi(connectPostgres(t, server.DSN(t)).text(t, "SHOW server_version_num"))
		if err != nil {
			t.Fatal(err)
		}
		if major := strconv.Itoa(number / 10000); !strings.HasPrefix(server.String(), "PostgreSQL "+major+".") {
			t.Errorf("%s says that it is %s", server, major)
		}
		t.Log(server)
		majors = append(majors, number/10000)
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(majors)))
	if len(majors) == 0 || !slices.Equal(majors, sorted) {
		t.Errorf("versions %v: not each once, from the oldest to the newest", majors)
	}
}

// TestPgBouncerPoolsTransactions: two clients that are connected at the same time
// have the same session of the server, one after the other.
func TestPgBouncerPoolsTransactions(t *testing.T) {
	database := testserver.Postgres(t)
	connectPostgres(t, database).must(t, "CREATE TABLE t (a int)")

	address := testserver.PgBouncer(t, database)
	one, other := connectPostgres(t, address), connectPostgres(t, address)
	session := one.text(t, "SELECT pg_backend_pid()::text")
	other.must(t, "BEGIN")
	if got := other.text(t, "SELECT pg_backend_pid()::text"); got != session {
		t.Errorf("sessions %s and %s", session, got)
	}
	if got := one.text(t, "SELECT pg_backend_pid()::text"); got == session {
		t.Error("two clients are in one transaction")
	}
	if got := one.text(t, "SELECT count(*)::text FROM t"); got != "0" {
		t.Errorf("%s rows in the database behind the pool", got)
	}
}
