package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/dbmend/dbmend/engine"
)

func testLock(t *testing.T, c Config) {
	// hold takes the lock as the core does, and returns what lets it go.
	hold := func(ctx context.Context, db engine.Database, timeout time.Duration) (func() error, error) {
		unlock, err := db.Lock(ctx, timeout)
		if err != nil || !db.Traits().TransactionLocks {
			return unlock, err
		}
		if err := db.Begin(ctx, engine.Normal); err != nil {
			return nil, errors.Join(err, unlock())
		}
		return func() error { return errors.Join(db.Rollback(ctx), unlock()) }, nil
	}
	two := func(t *testing.T) (pool *sql.DB, one, other engine.Database) {
		pool = c.pool(t)
		return pool, c.take(t, pool), c.take(t, pool)
	}

	t.Run("one at a time", func(t *testing.T) {
		_, one, other := two(t)
		release, err := hold(t.Context(), one, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hold(t.Context(), other, 0); !errors.Is(err, engine.ErrLocked) {
			t.Fatalf("error %v, want %v", err, engine.ErrLocked)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		release, err = hold(t.Context(), other, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("it waits as long as it is told", func(t *testing.T) {
		_, one, other := two(t)
		release, err := hold(t.Context(), one, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		const timeout = 150 * time.Millisecond
		began := time.Now()
		if _, err := hold(t.Context(), other, timeout); !errors.Is(err, engine.ErrLocked) {
			t.Fatalf("error %v, want %v", err, engine.ErrLocked)
		}
		if waited := time.Since(began); waited < timeout || waited > timeout+5*time.Second {
			t.Errorf("it waited for %v, want %v", waited, timeout)
		}
	})

	for _, timeout := range []time.Duration{15 * time.Second, -1} {
		t.Run("it comes when the holder lets go, waiting for "+timeout.String(), func(t *testing.T) {
			_, one, other := two(t)
			release, err := hold(t.Context(), one, 0)
			if err != nil {
				t.Fatal(err)
			}
			released := make(chan error)
			time.AfterFunc(100*time.Millisecond, func() { released <- release() })
			second, err := hold(soon(t), other, timeout)
			if err := <-released; err != nil {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := second(); err != nil {
				t.Fatal(err)
			}
		})
	}

	t.Run("waiting ends with the context", func(t *testing.T) {
		_, one, other := two(t)
		release, err := hold(t.Context(), one, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		began := time.Now()
		if _, err := hold(ctx, other, -1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if waited := time.Since(began); waited > 5*time.Second {
			t.Errorf("it waited for %v", waited)
		}
	})

	t.Run("it is gone when its holder is", func(t *testing.T) {
		pool, one, other := two(t)
		if _, err := hold(t.Context(), one, 0); err != nil {
			t.Fatal(err)
		}
		if err := one.Close(); err != nil {
			t.Fatal(err)
		}
		release, err := hold(t.Context(), other, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		// And the connection in the pool holds nothing either.
		third := c.take(t, pool)
		if release, err = hold(t.Context(), third, 0); err != nil {
			t.Fatal(err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("it is gone when a context has cut its holder's statement short", func(t *testing.T) {
		_, one, other := two(t)
		release, err := hold(t.Context(), one, 0)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := one.Exec(ctx, c.Long); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error %v", err)
		}
		_, _ = one.Rollback(context.WithoutCancel(ctx)), release()
		_ = one.Close()
		// Whoever comes next is not to wait for what nobody wants any more; a pooler in
		// between has a little time to notice.
		if release, err = hold(t.Context(), other, 10*time.Second); err != nil {
			t.Fatal(err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("everybody in a crowd gets it once", func(t *testing.T) {
		pool := c.pool(t)
		first := c.take(t, pool)
		run(t, first, "CREATE TABLE tally (n INTEGER)", "INSERT INTO tally VALUES (0)")
		const crowd = 8
		failed := make(chan error, crowd)
		for range crowd {
			db := c.take(t, pool)
			go func() {
				failed <- func() error {
					unlock, err := db.Lock(t.Context(), 30*time.Second)
					if err != nil {
						return err
					}
					if err := db.Begin(t.Context(), engine.Normal); err != nil {
						return err
					}
					var n int
					if err := db.QueryRow(t.Context(), "SELECT n FROM tally").Scan(&n); err != nil {
						return err
					}
					time.Sleep(2 * time.Millisecond)
					if _, err := db.Exec(t.Context(), "UPDATE tally SET n = "+db.Traits().Placeholder(1), n+1); err != nil {
						return err
					}
					return errors.Join(db.Commit(t.Context()), unlock())
				}()
			}()
		}
		for range crowd {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		equal(t, "tally", crowd, count(t, first, "SELECT n FROM tally"))
	})
}
