package enginetest

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

func testBuild(t *testing.T, c Config) {
	t.Run("what is built is what was inspected", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		run(t, db, "INSERT INTO authors VALUES (1, 'a')")
		want := inspect(t, db)
		s := scratch(t, db)
		if err := s.Build(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		same(t, want, inspect(t, s))
		equal(t, "rows", 0, count(t, s, "SELECT count(*) FROM authors"))
	})

	t.Run("it can be built in a transaction", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		want := inspect(t, db)
		s := scratch(t, db)
		if !s.Traits().TransactionalDDL {
			return
		}
		begin(t, s, engine.Normal)
		if err := s.Build(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		same(t, want, inspect(t, s))
		rollback(t, s)
		if have := inspect(t, s); have.Len() != 0 {
			t.Errorf("after a rollback it holds %q", keys(have))
		}
	})

	t.Run("a name that is taken is an error", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		want := inspect(t, db)
		s := scratch(t, db)
		run(t, s, "CREATE TABLE notes (id INTEGER)")
		before := inspect(t, s)
		err := s.Build(t.Context(), want)
		if err == nil {
			t.Fatal("it was built")
		}
		equal(t, "complaint", engine.Complaint{Problem: engine.Exists, Key: schema.Key{Kind: schema.Table, Name: "notes"}}, s.Explain(err))
		if s.Traits().TransactionalDDL {
			same(t, before, inspect(t, s))
		}
	})

	t.Run("nothing is built from nothing", func(t *testing.T) {
		s := scratch(t, c.connect(t))
		if err := s.Build(t.Context(), schema.NewSnapshot()); err != nil {
			t.Fatal(err)
		}
		if have := inspect(t, s); have.Len() != 0 {
			t.Errorf("it holds %q", keys(have))
		}
	})

	t.Run("a source that makes nothing is refused", func(t *testing.T) {
		for _, source := range []string{
			"DROP TABLE notes",
			"CREATE TABLE more (id INTEGER); DROP TABLE notes",
			"-- CREATE TABLE more (id INTEGER)",
			"CREATE TABLE",
		} {
			s := scratch(t, c.connect(t))
			run(t, s, library[3])
			want := inspect(t, s)
			hostile := schema.NewSnapshot(&schema.Object{
				Key: schema.Key{Kind: schema.Table, Name: "more"}, Name: "more", Source: source,
			})
			if err := s.Build(t.Context(), hostile); err == nil {
				t.Errorf("%q was run", source)
			}
			same(t, want, inspect(t, s))
		}
	})
}
