package postgres

import (
	"database/sql"
	"testing"
	"time"
)

// A long query reads a table that is to be altered. Whoever comes behind an ALTER
// that waits would wait as well, readers too, and the application would stand
// still; so the ALTER steps out of the queue, lets them pass, and tries again.
func TestHealingBesideALongReader(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id integer)", "INSERT INTO notes VALUES (1)")
	leave := read(t, pool)
	d.Patience(20 * time.Second)
	start(t, d)
	execute(t, d, "INSERT INTO notes VALUES (2)")
	altered := make(chan error)
	go func() {
		_, err := d.Exec(t.Context(), "ALTER TABLE notes ADD COLUMN title text")
		altered <- err
	}()

	app := take(t, pool)
	for deadline := time.Now().Add(1200 * time.Millisecond); time.Now().Before(deadline); {
		began := time.Now()
		value(t, app, "SELECT count(*) FROM notes")
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the application waited for %v", took)
		}
	}
	select {
	case err := <-altered:
		t.Fatalf("the table was altered under a reader: %v", err)
	default:
	}
	leave()
	if err := <-altered; err != nil {
		t.Fatal(err)
	}
	finish(t, d)
	if n := value(t, app, "SELECT count(title) + count(*) FROM notes"); n != "2" {
		t.Errorf("%s, want two rows without a title", n)
	}
}

// The reader does not go. The statement is given up and the transaction is not:
// whoever began it decides.
func TestPatienceEnds(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id integer)")
	defer read(t, pool)()
	const patience = 400 * time.Millisecond
	d.Patience(patience)
	for _, inside := range []bool{true, false} {
		for _, statement := range []string{
			"ALTER TABLE notes ADD COLUMN title text", "DROP TABLE notes", "DO 'BEGIN DROP TABLE notes; END'",
		} {
			if inside {
				start(t, d)
			}
			began := time.Now()
			_, err := d.Exec(t.Context(), statement)
			waited := time.Since(began)
			if sqlState(err) != lockTimeout || waited < patience || waited > patience+5*time.Second {
				t.Errorf("%s: %v after %v", statement, err, waited)
			}
			execute(t, d, "CREATE TABLE IF NOT EXISTS tags (id integer)")
			if err := d.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Statements on rows wait in nobody's way, and for all of the time at once.
func TestStatementsOnRowsWait(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id integer)", "INSERT INTO notes VALUES (1)")
	holder, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Rollback()
	if _, err := holder.Exec("UPDATE notes SET id = 2"); err != nil {
		t.Fatal(err)
	}
	const patience = 600 * time.Millisecond
	d.Patience(patience)
	start(t, d)
	began := time.Now()
	_, err = d.Exec(t.Context(), "DELETE FROM notes")
	if waited := time.Since(began); sqlState(err) != lockTimeout || waited < patience {
		t.Errorf("%v after %v", err, waited)
	}
	if err := d.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
}

// What makes an index concurrently holds nobody up while it waits; given up, it
// would leave an invalid index behind.
func TestConcurrentlyIsNotHurried(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id integer)")
	leave := write(t, pool)
	d.Patience(50 * time.Millisecond)
	time.AfterFunc(400*time.Millisecond, leave)
	execute(t, d, "CREATE INDEX CONCURRENTLY by_id ON notes (id)")
	if valid := value(t, d, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_id'::regclass"); valid != "true" {
		t.Error("the index is invalid")
	}
}

// The session's own lock_timeout is what holds until somebody says otherwise.
func TestPatienceOfTheSession(t *testing.T) {
	for set, want := range map[string]time.Duration{"0": -1, "150ms": 150 * time.Millisecond, "2min": 2 * time.Minute} {
		_, pool := live(t)
		pool.SetMaxOpenConns(2) // one is taken by live
		c, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.ExecContext(t.Context(), "SET lock_timeout = '"+set+"'"); err != nil {
			t.Fatal(err)
		}
		c.Close()
		d := take(t, pool)
		if d.patience != want {
			t.Errorf("lock_timeout %s is a patience of %v, want %v", set, d.patience, want)
		}
		d.Patience(time.Second)
		if got := value(t, d, "SHOW lock_timeout"); got != "1s" {
			t.Errorf("lock_timeout is %s", got)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if c, err = pool.Conn(t.Context()); err != nil {
			t.Fatal(err)
		}
		var back string
		if err := c.QueryRowContext(t.Context(), "SHOW lock_timeout").Scan(&back); err != nil || back != set {
			t.Errorf("lock_timeout came back as %s, want %s (%v)", back, set, err)
		}
	}
}

// read opens a transaction that has read notes, and returns what ends it.
func read(t *testing.T, pool *sql.DB) (leave func()) { return occupy(t, pool, "SELECT * FROM notes") }

// write opens a transaction that has written notes.
func write(t *testing.T, pool *sql.DB) (leave func()) {
	return occupy(t, pool, "INSERT INTO notes VALUES (7)")
}

func occupy(t *testing.T, pool *sql.DB, statement string) (leave func()) {
	t.Helper()
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(statement); err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}
