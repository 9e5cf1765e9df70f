package enginetest

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

func testConnect(t *testing.T, c Config) {
	t.Run("an empty database has an empty schema", func(t *testing.T) {
		db := c.connect(t)
		if have := inspect(t, db); have.Len() != 0 {
			t.Errorf("it holds %q", keys(have))
		}
	})

	t.Run("the engine has a name in lower case", func(t *testing.T) {
		if name := c.Engine.Name(); name == "" || name != strings.ToLower(name) {
			t.Errorf("name %q", name)
		}
	})

	t.Run("the traits are complete", func(t *testing.T) {
		traits := c.connect(t).Traits()
		if traits.Flavor.Vendor == "" || !traits.Flavor.AtLeast(1, 0) {
			t.Errorf("flavor %+v", traits.Flavor)
		}
		if traits.Quote == nil || traits.Placeholder == nil || traits.Fold == nil {
			t.Fatal("a function is missing")
		}
		if traits.ReadOnly {
			t.Error("it claims that it cannot write")
		}
		if traits.Placeholder(1) == "" || traits.Fold("notes") != "notes" {
			t.Error("placeholders or names are wrong")
		}
	})

	t.Run("the traits tell whether references are enforced", func(t *testing.T) {
		live := c.connect(t)
		for _, db := range []engine.Database{live, scratch(t, live)} {
			run(t, db, library...)
			_, err := db.Exec(t.Context(), "INSERT INTO books VALUES (1, 7, 'a')") // by nobody
			equal(t, "enforced", db.Explain(err).Problem == engine.Violated, db.Traits().ForeignKeys)
		}
	})

	t.Run("connecting writes nothing", func(t *testing.T) {
		pool := c.pool(t)
		db := c.take(t, pool)
		c.fill(t, db)
		before, want := stamp(t, db), inspect(t, db)
		again := c.take(t, pool)
		c.alike(t, "stamp", before, stamp(t, again))
		same(t, want, inspect(t, again))
	})

	t.Run("the connection goes back to the pool", func(t *testing.T) {
		pool := c.pool(t)
		pool.SetMaxOpenConns(1)
		for range 3 {
			db, err := c.Engine.Connect(soon(t), pool)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := pool.PingContext(soon(t)); err != nil {
			t.Error(err)
		}
	})

	t.Run("closing rolls back", func(t *testing.T) {
		pool := c.pool(t)
		db := c.take(t, pool)
		c.fill(t, db)
		begin(t, db, engine.Normal)
		run(t, db, "INSERT INTO notes VALUES (1, 'a')")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		equal(t, "rows", 0, count(t, c.take(t, pool), "SELECT count(*) FROM notes"))
	})

	refused := func(name string, open func(*testing.T) *sql.DB, want error) {
		if open == nil {
			return
		}
		t.Run(name, func(t *testing.T) {
			pool := open(t)
			defer pool.Close()
			db, err := c.Engine.Connect(t.Context(), pool)
			if err == nil {
				_, err = db.Inspect(t.Context())
				db.Close()
			}
			if !errors.Is(err, want) {
				t.Errorf("error %v, want %v", err, want)
			}
		})
	}
	refused("what is not a database is called that", c.Alien, engine.ErrNotADatabase)
	refused("a damaged database is called that", c.Damaged, engine.ErrUnreadable)

	if c.ReadOnly != nil {
		t.Run("a database that cannot be written can be read", func(t *testing.T) {
			pool := c.ReadOnly(t)
			t.Cleanup(func() { pool.Close() })
			db := c.take(t, pool)
			if !db.Traits().ReadOnly {
				t.Error("the traits do not tell")
			}
			inspect(t, db)
			stamp(t, db)
			_, err := db.Exec(t.Context(), "CREATE TABLE more (id INTEGER)")
			if got := db.Explain(err).Problem; got != engine.ReadOnly {
				t.Errorf("%v is explained as problem %d", err, got)
			}
		})
	}
}
