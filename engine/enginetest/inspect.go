package enginetest

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

func testInspect(t *testing.T, c Config) {
	t.Run("every object has its key", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		have := inspect(t, db)
		want := []schema.Key{
			{Kind: schema.Table, Name: "authors"},
			{Kind: schema.Column, Table: "authors", Name: "id"},
			{Kind: schema.Column, Table: "authors", Name: "name"},
			{Kind: schema.PrimaryKey, Table: "authors"},
			{Kind: schema.Table, Name: "books"},
			{Kind: schema.Column, Table: "books", Name: "author"},
			{Kind: schema.Index, Table: "books", Name: "books_by_title"},
			{Kind: schema.Table, Name: "notes"},
		}
		if c.View != "" {
			want = append(want, schema.Key{Kind: schema.View, Name: "titles"})
		}
		if c.Trigger != "" {
			want = append(want, schema.Key{Kind: schema.Trigger, Table: "notes", Name: "keep"})
		}
		for _, k := range want {
			if have.Get(k) == nil {
				t.Errorf("%s is missing", k)
			}
		}
		kinds := map[schema.Kind]int{}
		for o := range have.All() {
			if o.Key.Table == "books" {
				kinds[o.Key.Kind]++
			}
			if o.Unsupported != "" {
				t.Errorf("%s is unsupported: %s", o.Key, o.Unsupported)
			}
		}
		equal(t, "parts of books", map[schema.Kind]int{
			schema.Column: 3, schema.PrimaryKey: 1, schema.Unique: 1, schema.Check: 1, schema.ForeignKey: 1, schema.Index: 1,
		}, kinds)
	})

	t.Run("columns have the facts that the core reads", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		have := inspect(t, db)
		name := have.Get(schema.Key{Kind: schema.Column, Table: "authors", Name: "name"})
		title := have.Get(schema.Key{Kind: schema.Column, Table: "books", Name: "title"})
		equal(t, "null of authors.name", "no", name.Fact(schema.Nullable))
		equal(t, "default of authors.name", "", name.Fact(schema.Default))
		equal(t, "null of books.title", "", title.Fact(schema.Nullable))
		equal(t, "default of books.title", "'untitled'", title.Fact(schema.Default))
		if title.Fact(schema.Type) == "" {
			t.Error("books.title has no type")
		}
		equal(t, "position of books.title", 3, title.Position)
	})

	t.Run("it says the same twice and changes nothing", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		before := stamp(t, db)
		same(t, inspect(t, db), inspect(t, db))
		c.alike(t, "stamp", before, stamp(t, db))
	})

	t.Run("the spelling of a statement is no difference", func(t *testing.T) {
		one, two := c.connect(t), c.connect(t)
		run(t, one, "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80) DEFAULT 'x')")
		run(t, two, "create  table NOTES(\n  ID integer not null -- the key\n  primary key,title varchar( 80 ) default 'x')")
		spelled := inspect(t, two)
		if spelled.Get(schema.Key{Kind: schema.Table, Name: "notes"}) == nil {
			return // names differ in case here, so the two are not the same
		}
		same(t, inspect(t, one), spelled)
	})

	t.Run("a difference is found", func(t *testing.T) {
		for _, change := range []string{
			"ALTER TABLE notes ADD COLUMN body VARCHAR(20)",
			"DROP TABLE notes",
			"CREATE INDEX more ON books (author)",
			"CREATE UNIQUE INDEX more ON books (author)",
			"CREATE TABLE more (id INTEGER)",
		} {
			db := c.connect(t)
			run(t, db, library...)
			before := inspect(t, db)
			run(t, db, change)
			after := inspect(t, db)
			if len(schema.Compare(before, after)) == 0 || before.Fingerprint() == after.Fingerprint() {
				t.Errorf("%s: no difference", change)
			}
		}
	})
}
