package enginetest

import (
	"context"
	"errors"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

func testTry(t *testing.T, c Config) {
	wrong := errors.New("wrong")
	insert := func(db engine.Database, err error) func(context.Context) error {
		return func(ctx context.Context) error {
			if _, e := db.Exec(ctx, "INSERT INTO notes VALUES (2, 'b')"); e != nil {
				return e
			}
			if db.Traits().TransactionalDDL {
				if _, e := db.Exec(ctx, "CREATE TABLE more (id INTEGER)"); e != nil {
					return e
				}
			}
			return err
		}
	}

	for _, name := range []string{"in a transaction", "without one"} {
		open := name == "in a transaction"
		t.Run(name, func(t *testing.T) {
			db := c.connect(t)
			c.fill(t, db)
			before, want := stamp(t, db), inspect(t, db)
			if open {
				begin(t, db, engine.Normal)
			}
			run(t, db, "INSERT INTO notes VALUES (1, 'a')")
			for _, result := range []error{nil, wrong} {
				if err := db.Try(t.Context(), insert(db, result)); err != result {
					t.Errorf("error %v, want %v", err, result)
				}
				equal(t, "rows", 1, count(t, db, "SELECT count(*) FROM notes"))
				same(t, want, inspect(t, db))
			}
			if open {
				commit(t, db)
			}
			equal(t, "rows", 1, count(t, db, "SELECT count(*) FROM notes"))
			c.alike(t, "stamp", before, stamp(t, db))
		})
	}

	t.Run("what is tried sees what it did", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		err := db.Try(t.Context(), func(ctx context.Context) error {
			run(t, db, "INSERT INTO notes VALUES (1, 'a')")
			equal(t, "rows", 1, count(t, db, "SELECT count(*) FROM notes"))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("tries nest", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		err := db.Try(t.Context(), func(ctx context.Context) error {
			run(t, db, "INSERT INTO notes VALUES (1, 'a')")
			err := db.Try(ctx, func(context.Context) error {
				run(t, db, "DELETE FROM notes")
				return wrong
			})
			equal(t, "rows", 1, count(t, db, "SELECT count(*) FROM notes"))
			return err
		})
		if !errors.Is(err, wrong) {
			t.Errorf("error %v", err)
		}
		equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
	})

	t.Run("a statement that fails is undone like another", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		begin(t, db, engine.Normal)
		run(t, db, "INSERT INTO notes VALUES (1, 'a')")
		err := db.Try(t.Context(), func(ctx context.Context) error {
			_, err := db.Exec(ctx, "INSERT INTO notes VALUES (1, 'a')")
			return err
		})
		if got := db.Explain(err).Problem; got != engine.Violated {
			t.Errorf("%v is explained as problem %d", err, got)
		}
		commit(t, db)
		equal(t, "rows", 1, count(t, db, "SELECT count(*) FROM notes"))
	})

	t.Run("it is undone with a cancelled context", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		begin(t, db, engine.Normal)
		ctx, cancel := context.WithCancel(t.Context())
		_ = db.Try(ctx, func(context.Context) error {
			run(t, db, "INSERT INTO notes VALUES (1, 'a')")
			cancel()
			return ctx.Err()
		})
		commit(t, db)
		equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
	})

	t.Run("it is undone after a panic", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		func() {
			defer func() { _ = recover() }()
			_ = db.Try(t.Context(), func(context.Context) error {
				run(t, db, "INSERT INTO notes VALUES (1, 'a')")
				panic("out")
			})
		}()
		begin(t, db, engine.Normal)
		rollback(t, db)
		equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
	})
}
