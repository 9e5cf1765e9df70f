package postgres

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// After an error PostgreSQL takes nothing but a rollback. COMMIT would be one too,
// and would say nothing about it.
func TestFailedTransactionIsNotCommitted(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id integer PRIMARY KEY)")
	start(t, d)
	execute(t, d, "INSERT INTO notes VALUES (1)")
	_, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (1)")
	if err == nil || errors.Is(err, engine.ErrRolledBack) || sqlState(err) != "23505" {
		t.Errorf("the statement itself was told %v", err)
	}
	if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (2)"); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("the next statement was told %v", err)
	}
	if _, err := d.Query(t.Context(), "SELECT 1"); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("a query was told %v", err)
	}
	var n int
	if err := d.QueryRow(t.Context(), "SELECT 1").Scan(&n); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("a query for a row was told %v", err)
	}
	if err := d.Commit(t.Context()); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("the commit was told %v", err)
	}
	if err := d.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := value(t, d, "SELECT count(*) FROM notes"); n != "0" {
		t.Errorf("%s rows are left", n)
	}
}

// What an author's statement does to the transaction is not taken for granted:
// nothing that belonged in it runs behind it.
func TestStatementThatEndsTheTransaction(t *testing.T) {
	for _, statement := range []string{"COMMIT", "ROLLBACK", "PREPARE TRANSACTION 'x'", "COMMIT AND CHAIN; ROLLBACK"} {
		d, _ := live(t, "CREATE TABLE notes (id integer)")
		start(t, d)
		execute(t, d, "INSERT INTO notes VALUES (1)")
		if _, err := d.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s: nobody noticed", statement)
		}
		if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (2)"); !errors.Is(err, engine.ErrRolledBack) {
			t.Errorf("%s: the next statement was told %v", statement, err)
		}
		if err := d.Commit(t.Context()); !errors.Is(err, engine.ErrRolledBack) {
			t.Errorf("%s: the commit was told %v", statement, err)
		}
		if err := d.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
		if n := value(t, d, "SELECT count(*) FROM notes WHERE id = 2"); n != "0" {
			t.Errorf("%s: something ran outside of the transaction", statement)
		}
	}
}

// A constraint that is checked last undoes the whole transaction, and for certain.
func TestCommitThatAConstraintRefuses(t *testing.T) {
	d, _ := live(t,
		"CREATE TABLE notes (id integer PRIMARY KEY)",
		"CREATE TABLE loans (note integer REFERENCES notes DEFERRABLE INITIALLY DEFERRED)",
	)
	start(t, d)
	execute(t, d, "INSERT INTO loans VALUES (1)")
	err := d.Commit(t.Context())
	if !errors.Is(err, engine.ErrRolledBack) || sqlState(err) != "23503" {
		t.Errorf("the commit was told %v", err)
	}
	if err := d.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := value(t, d, "SELECT count(*) FROM loans"); n != "0" {
		t.Errorf("%s rows are left", n)
	}
}

// An administrator, a failing network, a server that is restarted: nothing of the
// transaction is left, and nothing more runs.
func TestConnectionLostBeforeCommit(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id integer)")
	other := take(t, pool)
	start(t, d)
	execute(t, d, "INSERT INTO notes VALUES (1)")
	terminate(t, other, value(t, d, "SELECT pg_backend_pid()"))
	if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (2)"); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("the statement was told %v", err)
	}
	if err := d.Commit(t.Context()); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("the commit was told %v", err)
	}
	if err := d.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (3)"); err == nil {
		t.Error("a statement ran on a connection that is gone")
	}
	if n := value(t, other, "SELECT count(*) FROM notes"); n != "0" {
		t.Errorf("%s rows are left", n)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// The connection breaks at the commit itself: no answer comes, and either may be
// true. The server is asked what has become of the transaction.
func TestConnectionLostAtCommit(t *testing.T) {
	for _, c := range []struct {
		name    string
		arrives bool
		want    error
		rows    string
	}{
		{"on its way there", false, engine.ErrRolledBack, "0"},
		{"on the way back", true, nil, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := testserver.Postgres(t)
			other := take(t, openPool(t, address))
			execute(t, other, "CREATE TABLE notes (id integer)")
			d := take(t, breaking(t, address, "COMMIT\x00", c.arrives))
			start(t, d)
			execute(t, d, "INSERT INTO notes VALUES (1)")
			if err := d.Commit(t.Context()); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if n := value(t, other, "SELECT count(*) FROM notes"); n != c.rows {
				t.Errorf("%s rows are left, want %s", n, c.rows)
			}
			if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (2)"); err == nil {
				t.Error("a statement ran on a connection that is gone")
			}
		})
	}
}

// Where nobody can be asked, the error says that nothing is known, and not that
// the transaction is undone.
func TestOutcomeThatNobodyKnows(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id integer)")
	start(t, d)
	execute(t, d, "INSERT INTO notes VALUES (1)")
	number, err := d.number(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if kept, told := d.outcome(soon(t), number); kept || told {
		t.Errorf("of a transaction that is open: kept %v, told %v", kept, told)
	}
	if kept, told := d.outcome(soon(t), "4000000000"); kept || told {
		t.Errorf("of a transaction that is yet to come: kept %v, told %v", kept, told)
	}
}

// breaking opens a pool the first connection of which that sends this breaks, before
// or after it has arrived.
func breaking(t *testing.T, address, statement string, arrives bool) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &breakingConn{Conn: c, once: &once, statement: []byte(statement), arrives: arrives}, err
	}
	return openConfig(t, config)
}

type breakingConn struct {
	net.Conn
	once      *sync.Once
	statement []byte
	arrives   bool
	broken    atomic.Bool
}

func (c *breakingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.broken.Load() {
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *breakingConn) Write(b []byte) (int, error) {
	if !bytes.Contains(b, c.statement) {
		return c.Conn.Write(b)
	}
	n, err := len(b), error(nil)
	c.once.Do(func() {
		c.broken.Store(true)
		if c.arrives {
			n, err = c.Conn.Write(b)
			time.Sleep(50 * time.Millisecond) // the server answers, and nobody reads it
		}
		c.Conn.Close()
	})
	return n, err
}

// A transaction that waits for a rehearsal elsewhere is not idle in vain.
func TestIdleTransactionIsNotEnded(t *testing.T) {
	d, _ := live(t)
	if _, err := d.command(t.Context(), "SET idle_in_transaction_session_timeout = '50ms'"); err != nil {
		t.Fatal(err)
	}
	start(t, d)
	if got := value(t, d, "SHOW idle_in_transaction_session_timeout"); got != "0" {
		t.Errorf("it is ended after %s", got)
	}
}

// Those who have waited for the lock must see what its last holder did, whatever
// isolation the session is set to.
func TestTransactionSeesWhatWasCommitted(t *testing.T) {
	d, _ := live(t)
	if _, err := d.command(t.Context(), "SET default_transaction_isolation = serializable"); err != nil {
		t.Fatal(err)
	}
	start(t, d)
	if got := value(t, d, "SHOW transaction_isolation"); got != "read committed" {
		t.Errorf("isolation %q", got)
	}
}

// On scratch a statement that fails costs nothing but itself; the replay goes on,
// with what it lacked or without it.
func TestScratchTransactionOutlivesErrors(t *testing.T) {
	d, _ := live(t)
	s := scratchOf(t, d)
	start(t, s)
	execute(t, s, "CREATE TABLE notes (id integer PRIMARY KEY)", "INSERT INTO notes VALUES (1)")
	for _, wrong := range []string{
		"INSERT INTO notes VALUES (2), (1)", "ALTER TABLE missing ADD COLUMN a integer", "SELECT (",
		"COPY notes FROM stdin;\n3\nno number\n\\.\n",
	} {
		if _, err := s.Exec(t.Context(), wrong); err == nil || errors.Is(err, engine.ErrRolledBack) {
			t.Errorf("%s: %v", wrong, err)
		}
		execute(t, s, "UPDATE notes SET id = id")
	}
	finish(t, s)
	if ids := value(t, s, "SELECT string_agg(id::text, ' ') FROM notes"); ids != "1" {
		t.Errorf("rows %s", ids)
	}
}

// terminate ends another session as an administrator would.
func terminate(t *testing.T, d *database, backend string) {
	t.Helper()
	if got := value(t, d, "SELECT pg_terminate_backend($1::int)", backend); got != "true" {
		t.Fatalf("the session %s was not ended: %s", backend, got)
	}
	for value(t, d, "SELECT count(*) FROM pg_stat_activity WHERE pid = $1::int", backend) != "0" {
		time.Sleep(time.Millisecond)
	}
}

// soon bounds what goes on for ever where it is wrong.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), inquest/20)
	t.Cleanup(cancel)
	return ctx
}
