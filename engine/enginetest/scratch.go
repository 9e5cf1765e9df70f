package enginetest

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
)

func testScratch(t *testing.T, c Config) {
	t.Run("it is empty and of the same flavor", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		s := scratch(t, db)
		if have := inspect(t, s); have.Len() != 0 {
			t.Errorf("it holds %q", keys(have))
		}
		equal(t, "flavor", db.Traits().Flavor, s.Traits().Flavor)
		if s.Traits().ReadOnly {
			t.Error("it cannot be written")
		}
	})

	t.Run("it is private", func(t *testing.T) {
		db := c.connect(t)
		before := stamp(t, db)
		one := scratch(t, db)
		c.fill(t, one)
		run(t, one, "INSERT INTO notes VALUES (1, 'a')")
		other := scratch(t, db)
		for _, untouched := range []engine.Database{db, other} {
			if have := inspect(t, untouched); have.Len() != 0 {
				t.Errorf("another database holds %q", keys(have))
			}
		}
		c.alike(t, "stamp of the live database", before, stamp(t, db))
	})

	t.Run("it does all that a database does", func(t *testing.T) {
		s := scratch(t, c.connect(t))
		c.fill(t, s)
		want := inspect(t, s)
		begin(t, s, engine.Normal)
		run(t, s, "INSERT INTO notes VALUES (1, 'a')")
		rollback(t, s)
		same(t, want, inspect(t, s))
		if have := inspect(t, scratch(t, s)); have.Len() != 0 {
			t.Errorf("its own scratch database holds %q", keys(have))
		}
	})

	t.Run("it is gone when it is closed", func(t *testing.T) {
		db := c.connect(t)
		s := scratch(t, db)
		c.fill(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Inspect(t.Context()); err == nil {
			t.Error("it can still be read")
		}
		if have := inspect(t, scratch(t, db)); have.Len() != 0 {
			t.Errorf("a new one holds %q", keys(have))
		}
	})

	t.Run("it can be opened in a transaction", func(t *testing.T) {
		db := c.connect(t)
		run(t, db, library...)
		begin(t, db, engine.Rebuild)
		c.fill(t, scratch(t, db))
		rollback(t, db)
	})
}
