package testserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

var errNoPgBouncer = errors.New("PgBouncer is not installed: apt install pgbouncer, or test SQLite alone with DBMEND_TEST_ENGINES=sqlite")

// PgBouncer puts a pool in transaction mode in front of a database that [Postgres]
// or [Server.DSN] gave, and returns the address that goes through it: every
// transaction may be on another session of the server. The pool ends with the test.
//
// Prepared statements of pgx do not survive such a pool; whoever uses this address
// says how to do without, by default_query_exec_mode for example.
func PgBouncer(t testing.TB, database string) string {
	t.Helper()
	asked(t, "postgres")
	pool := program("pgbouncer")
	if pool == "" {
		t.Fatal(errNoPgBouncer)
	}
	// It has to get at the server's socket, so it is the same user.
	f, err := newFolder(postgres{}.users())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.remove(); err != nil {
			t.Error(err)
		}
	})
	address, p, err := startPgBouncer(t.Context(), pool, f, database)
	if err != nil {
		t.Fatalf("PgBouncer: %v%s", err, f.said())
	}
	t.Cleanup(func() {
		if err := p.quit(); err != nil {
			t.Error(err)
		}
	})
	return address
}

func startPgBouncer(ctx context.Context, pool string, f *folder, database string) (string, *process, error) {
	server, err := pgconn.ParseConfig(database)
	if err != nil {
		return "", nil, err
	}
	settings := filepath.Join(f.path, "pgbouncer.ini")
	if err := os.WriteFile(settings, []byte(pgBouncerSettings(server, f.path)), 0o600); err != nil {
		return "", nil, err
	}
	if err := f.give(settings); err != nil {
		return "", nil, err
	}
	p, err := f.start([]string{pool, settings}, signals{stop: syscall.SIGINT, quit: syscall.SIGKILL})
	if err != nil {
		return "", nil, err
	}
	u := url.URL{Scheme: "postgres", User: url.User(server.User), Path: "/" + server.Database}
	u.RawQuery = url.Values{"host": {f.path}, "port": {"6432"}}.Encode()
	address := u.String()
	answers := func(ctx context.Context) error { return postgres{}.exec(ctx, address, "") }
	if err := p.await(ctx, answers); err != nil {
		return "", nil, errors.Join(err, p.quit())
	}
	return address, p, nil
}

// pgBouncerSettings lets whoever reaches the socket be the user of the server.
func pgBouncerSettings(server *pgconn.Config, folder string) string {
	quote := func(value string) string { return "'" + strings.ReplaceAll(value, "'", "''") + "'" }
	target := fmt.Sprintf("host=%s port=%d user=%s", quote(server.Host), server.Port, quote(server.User))
	if server.Password != "" {
		target += " password=" + quote(server.Password)
	}
	return fmt.Sprintf(`[databases]
* = %s

[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = %s
auth_type = any
pool_mode = transaction
max_client_conn = 300
`, target, folder)
}
