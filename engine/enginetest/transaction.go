package enginetest

import (
	"context"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

func testTransaction(t *testing.T, c Config) {
	t.Run("a rollback leaves nothing", func(t *testing.T) {
		for _, mode := range []engine.TxMode{engine.Normal, engine.Enforced, engine.Rebuild} {
			db := c.connect(t)
			c.fill(t, db)
			before, want := stamp(t, db), inspect(t, db)
			begin(t, db, mode)
			run(t, db, "INSERT INTO notes VALUES (1, 'a')")
			if db.Traits().TransactionalDDL {
				run(t, db, "ALTER TABLE notes ADD COLUMN body VARCHAR(20)", "CREATE TABLE more (id INTEGER)", "DROP TABLE books")
			}
			rollback(t, db)
			c.alike(t, "stamp", before, stamp(t, db))
			same(t, want, inspect(t, db))
			equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
		}
	})

	t.Run("a commit keeps everything", func(t *testing.T) {
		pool := c.pool(t)
		db := c.take(t, pool)
		begin(t, db, engine.Normal)
		c.fill(t, db)
		run(t, db, "INSERT INTO notes VALUES (1, 'a')")
		want := inspect(t, db)
		commit(t, db)
		other := c.take(t, pool)
		same(t, want, inspect(t, other))
		equal(t, "rows", 1, count(t, other, "SELECT count(*) FROM notes"))
	})

	t.Run("transactions do not nest", func(t *testing.T) {
		db := c.connect(t)
		begin(t, db, engine.Normal)
		if err := db.Begin(t.Context(), engine.Normal); err == nil {
			t.Error("a second one was begun")
		}
		rollback(t, db)
	})

	t.Run("there is nothing to commit without one", func(t *testing.T) {
		db := c.connect(t)
		if err := db.Commit(t.Context()); err == nil {
			t.Error("it was committed")
		}
	})

	t.Run("a rollback without one is no error", func(t *testing.T) {
		db := c.connect(t)
		for range 2 {
			if err := db.Rollback(t.Context()); err != nil {
				t.Error(err)
			}
		}
		begin(t, db, engine.Normal)
		rollback(t, db)
		rollback(t, db)
	})

	t.Run("one follows another", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		for i := range 3 {
			begin(t, db, engine.Normal)
			if _, err := db.Exec(t.Context(), "INSERT INTO notes VALUES ("+db.Traits().Placeholder(1)+", 'a')", i); err != nil {
				t.Fatal(err)
			}
			commit(t, db)
		}
		equal(t, "rows", 3, count(t, db, "SELECT count(*) FROM notes"))
	})

	t.Run("a failed statement leaves the transaction to its owner", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		begin(t, db, engine.Normal)
		run(t, db, "INSERT INTO notes VALUES (1, 'a')")
		if _, err := db.Exec(t.Context(), "INSERT INTO notes VALUES (1, 'b')"); err == nil {
			t.Fatal("a second row has the same key")
		}
		rollback(t, db)
		equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
		run(t, db, "INSERT INTO notes VALUES (1, 'c')")
	})

	t.Run("a rollback works with a cancelled context", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		begin(t, db, engine.Normal)
		run(t, db, "INSERT INTO notes VALUES (1, 'a')")
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Rollback(cancelled); err != nil {
			t.Fatal(err)
		}
		equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
	})

	t.Run("a cancelled context begins and commits nothing", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Begin(cancelled, engine.Rebuild); err == nil {
			t.Fatal("a transaction was begun")
		}
		begin(t, db, engine.Normal)
		run(t, db, "INSERT INTO notes VALUES (1, 'a')")
		if err := db.Commit(cancelled); err == nil {
			t.Fatal("it was committed")
		}
		rollback(t, db)
		equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
	})

	t.Run("a rebuild cascades to nobody", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		run(t, db,
			"CREATE TABLE loans (id INTEGER NOT NULL PRIMARY KEY, note INTEGER, FOREIGN KEY (note) REFERENCES notes (id) ON DELETE CASCADE)",
			"INSERT INTO notes VALUES (1, 'a')",
			"INSERT INTO loans VALUES (1, 1)",
		)
		if !db.Traits().TransactionalDDL {
			return
		}
		begin(t, db, engine.Rebuild)
		rebuild := c.Rebuild
		if rebuild == nil {
			rebuild = []string{
				"CREATE TABLE notes_new (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80) NOT NULL)",
				"INSERT INTO notes_new SELECT id, title FROM notes",
				"DROP TABLE notes",
				"ALTER TABLE notes_new RENAME TO notes",
			}
		}
		run(t, db, rebuild...)
		orphans, err := db.Orphans(t.Context(), 10)
		if err != nil || len(orphans) != 0 {
			t.Errorf("orphans %v, error %v", orphans, err)
		}
		commit(t, db)
		equal(t, "loans", 1, count(t, db, "SELECT count(*) FROM loans"))
	})
}
