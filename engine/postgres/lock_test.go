package postgres

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// Fifty instances of an application start at once, as on the day of a deployment.
func TestFiftyRunners(t *testing.T) {
	_, pool := live(t, "CREATE TABLE tally (n integer)", "INSERT INTO tally VALUES (0)")
	const crowd = 50
	var inside atomic.Int32
	errs := make(chan error, crowd)
	for range crowd {
		go func() {
			errs <- func() error {
				d, err := connect(t.Context(), pool)
				if err != nil {
					return err
				}
				unlock, err := d.Lock(t.Context(), time.Minute)
				if err != nil {
					return errors.Join(err, d.Close())
				}
				if inside.Add(1) != 1 {
					t.Error("two are in")
				}
				n, err := strconv.Atoi(value(t, d, "SELECT n FROM tally"))
				if err == nil {
					_, err = d.Exec(t.Context(), "UPDATE tally SET n = $1", n+1)
				}
				inside.Add(-1)
				return errors.Join(err, unlock(), d.Close())
			}()
		}()
	}
	for range crowd {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := value(t, take(t, pool), "SELECT n FROM tally"); n != strconv.Itoa(crowd) {
		t.Errorf("%s have counted, want %d", n, crowd)
	}
}

// Whoever does not call Lock is kept out by the transaction.
func TestTransactionIsTheLock(t *testing.T) {
	one, pool := live(t)
	other := take(t, pool)
	for name, hold := range map[string]func() (release func() error){
		"the lock": func() func() error {
			unlock, err := one.Lock(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			return unlock
		},
		"a transaction": func() func() error {
			start(t, one)
			return func() error { return one.Rollback(t.Context()) }
		},
	} {
		release := hold()
		other.Patience(0)
		if err := other.Begin(t.Context(), engine.Normal); !errors.Is(err, engine.ErrLocked) {
			t.Errorf("beside %s a transaction was told %v", name, err)
		}
		if _, err := other.Lock(t.Context(), 0); !errors.Is(err, engine.ErrLocked) {
			t.Errorf("beside %s the lock was told %v", name, err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		start(t, other)
		if err := other.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Who waits for the lock holds up nobody: CREATE INDEX CONCURRENTLY waits for every
// transaction that was there before it, and those who wait for its runner would
// wait for it for ever.
func TestWaitingHoldsUpNobody(t *testing.T) {
	holder, pool := live(t, "CREATE TABLE notes (id integer)")
	unlock, err := holder.Lock(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	waited := make(chan error)
	waiting := take(t, pool)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, err := waiting.Lock(ctx, -1)
		waited <- err
	}()
	for range 5 {
		execute(t, holder, "CREATE INDEX CONCURRENTLY ON notes (id)")
	}
	cancel()
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
}

// The lock is its session's, and a session ends with its process, whatever ends that.
func TestKilledHolder(t *testing.T) {
	address := testserver.Postgres(t)
	d := take(t, openPool(t, address))
	for _, task := range []string{"lock", "begin"} {
		holder := child(t, task, address)
		if _, err := d.Lock(t.Context(), 0); !errors.Is(err, engine.ErrLocked) {
			t.Fatalf("beside the holder: %v", err)
		}
		kill(t, holder)
		unlock, err := d.Lock(t.Context(), 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}
}

// What was interrupted in the middle of a statement leaves neither the statement nor
// the lock behind: not even where the program ends right after Close.
func TestInterruptedStatementLetsGoOfTheLock(t *testing.T) {
	d, pool := live(t)
	if _, err := d.Lock(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	backend, other := value(t, d, "SELECT pg_backend_pid()"), take(t, pool)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := d.Exec(ctx, "SELECT pg_sleep(600)"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if n := value(t, other, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = "+backend); n != "0" {
		t.Errorf("the lock is held %s times", n)
	}
}

// A session that was ended has no lock to let go of, and that is no error.
func TestUnlockWithoutAConnection(t *testing.T) {
	d, pool := live(t)
	unlock, err := d.Lock(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	terminate(t, take(t, pool), value(t, d, "SELECT pg_backend_pid()"))
	if _, err := d.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Fatal("the session is still there")
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
