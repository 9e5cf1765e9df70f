package postgres

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// Behind a pooler of transactions every transaction may be on another session of
// the server, and a session is shared with others.
func TestBehindAPooler(t *testing.T) {
	address := testserver.Postgres(t)
	direct := take(t, openPool(t, address))
	if direct.pooled {
		t.Error("a pooler was seen where none is")
	}
	d := take(t, openPool(t, testserver.PgBouncer(t, address)))
	if !d.pooled {
		t.Fatal("the pooler was not seen")
	}

	t.Run("the transaction is the lock", func(t *testing.T) {
		unlock, err := d.Lock(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		start(t, d)
		if _, err := direct.Lock(t.Context(), 0); !errors.Is(err, engine.ErrLocked) {
			t.Errorf("beside it the lock was told %v", err)
		}
		if err := errors.Join(d.Rollback(t.Context()), unlock()); err != nil {
			t.Fatal(err)
		}
		if n := value(t, direct, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"); n != "0" {
			t.Errorf("%s locks are left with the pooler", n)
		}
	})

	t.Run("nothing that was set is left for others", func(t *testing.T) {
		start(t, d)
		execute(t, d, "SET search_path = nowhere", "SET statement_timeout = '7s'", "CREATE TABLE public.notes (id integer)")
		finish(t, d)
		if got := value(t, d, "SELECT current_setting('search_path') || ' ' || current_setting('statement_timeout')"); got != `"$user", public 0` {
			t.Errorf("left: %s", got)
		}
		start(t, d)
		execute(t, d, "SET search_path = nowhere")
		if err := d.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := value(t, d, "SHOW search_path"); got != `"$user", public` {
			t.Errorf("left: %s", got)
		}
	})

	t.Run("patience is not left either", func(t *testing.T) {
		d.Patience(time.Second)
		value(t, d, "SELECT count(*) FROM notes")
		start(t, d)
		if got := value(t, d, "SHOW lock_timeout"); got != "1s" {
			t.Errorf("inside it is %s", got)
		}
		finish(t, d)
		if got := value(t, d, "SHOW lock_timeout"); got != "0" {
			t.Errorf("left: %s", got)
		}
	})

	t.Run("values are bound outside of transactions", func(t *testing.T) {
		for i := range 20 {
			if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES ($1)", i); err != nil {
				t.Fatal(err)
			}
			if got := value(t, d, "SELECT id FROM notes WHERE id = $1", strconv.Itoa(i)); got != strconv.Itoa(i) {
				t.Errorf("id %s", got)
			}
		}
	})

	t.Run("a scratch database goes through it too", func(t *testing.T) {
		s := scratchOf(t, d)
		start(t, s)
		execute(t, s, "CREATE TABLE notes (id integer)")
		finish(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		const set = "SELECT count(*) FROM pg_settings WHERE source = 'session' AND name IN ('search_path', 'synchronous_commit')"
		if n := value(t, d, set); n != "0" {
			t.Errorf("%s settings are left with the pooler", n)
		}
	})
}

// Many runners behind one pooler.
func TestCrowdBehindAPooler(t *testing.T) {
	address := testserver.Postgres(t)
	pool := openPool(t, testserver.PgBouncer(t, address))
	execute(t, take(t, openPool(t, address)), "CREATE TABLE tally (n integer)", "INSERT INTO tally VALUES (0)")
	const crowd = 20
	errs := make(chan error, crowd)
	for range crowd {
		go func() {
			errs <- func() error {
				d, err := connect(t.Context(), pool)
				if err != nil {
					return err
				}
				unlock, err := d.Lock(t.Context(), time.Minute)
				if err == nil {
					err = d.Begin(t.Context(), engine.Normal)
				}
				if err != nil {
					return errors.Join(err, d.Close())
				}
				n, err := strconv.Atoi(value(t, d, "SELECT n FROM tally"))
				if err == nil {
					_, err = d.Exec(t.Context(), "UPDATE tally SET n = $1", n+1)
				}
				return errors.Join(err, d.Commit(t.Context()), unlock(), d.Close())
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
