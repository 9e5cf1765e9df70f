package enginetest

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

func testSynthesize(t *testing.T, c Config) {
	// healed makes the schema of want out of that of have by the statements, and
	// fails unless it then is just that.
	healed := func(t *testing.T, want, have []string, write func(engine.Engine, *schema.Snapshot) []string) {
		t.Helper()
		db := c.connect(t)
		target := scratch(t, db)
		run(t, target, want...)
		wanted := inspect(t, target)
		statements := write(c.Engine, wanted)
		if len(statements) == 0 {
			t.Fatal("no statement was written")
		}
		live := scratch(t, db)
		run(t, live, have...)
		run(t, live, statements...)
		same(t, wanted, inspect(t, live))
	}
	const notes = "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80))"

	for _, column := range []string{
		"body VARCHAR(20)",
		"body VARCHAR(20) DEFAULT 'a ''b'''",
		"body INTEGER NOT NULL DEFAULT 0",
		"body INTEGER DEFAULT -1",
		"body DECIMAL(10, 2) DEFAULT 1.5",
	} {
		t.Run("add a column: "+column, func(t *testing.T) {
			healed(t, []string{notes, "ALTER TABLE notes ADD COLUMN " + column}, []string{notes},
				func(e engine.Engine, want *schema.Snapshot) []string {
					return e.Add(want.Get(schema.Key{Kind: schema.Column, Table: "notes", Name: "body"}))
				})
		})
	}

	objects := map[string]string{
		"index":  "CREATE INDEX by_title ON notes (title)",
		"unique": "CREATE UNIQUE INDEX by_title ON notes (title)",
		"table":  "CREATE TABLE more (id INTEGER NOT NULL PRIMARY KEY, CHECK (id > 0))",
	}
	if c.View != "" {
		objects["view"] = c.View
	}
	if c.Trigger != "" {
		objects["trigger"] = c.Trigger
	}
	for name, statement := range objects {
		t.Run("add and drop: "+name, func(t *testing.T) {
			have := []string{notes}
			both := []string{notes, statement}
			made := func(want *schema.Snapshot) *schema.Object {
				for o := range want.All() {
					switch o.Key.Kind {
					case schema.Index, schema.Unique, schema.View, schema.Trigger:
						return o
					case schema.Table:
						if o.Key.Name != "notes" {
							return o
						}
					}
				}
				t.Fatal("it is not there")
				return nil
			}
			healed(t, both, have, func(e engine.Engine, want *schema.Snapshot) []string {
				o := made(want)
				statements := e.Add(o)
				for _, part := range want.Parts(o.Key) {
					if part.Source != "" { // it is not made with its table
						statements = append(statements, e.Add(part)...)
					}
				}
				return statements
			})

			db := scratch(t, c.connect(t))
			run(t, db, have...)
			want := inspect(t, db)
			run(t, db, statement)
			run(t, db, c.Engine.Drop(made(inspect(t, db)))...)
			same(t, want, inspect(t, db))
		})
	}

	t.Run("drop a column", func(t *testing.T) {
		db := scratch(t, c.connect(t))
		run(t, db, notes)
		want := inspect(t, db)
		run(t, db, "ALTER TABLE notes ADD COLUMN body VARCHAR(20)")
		run(t, db, c.Engine.Drop(inspect(t, db).Get(schema.Key{Kind: schema.Column, Table: "notes", Name: "body"}))...)
		same(t, want, inspect(t, db))
	})

	t.Run("empty a table", func(t *testing.T) {
		db := scratch(t, c.connect(t))
		run(t, db, notes, "INSERT INTO notes VALUES (1, 'a'), (2, 'b')")
		want := inspect(t, db)
		run(t, db, c.Engine.Empty(want.Get(schema.Key{Kind: schema.Table, Name: "notes"}))...)
		equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
		same(t, want, inspect(t, db))
	})

	t.Run("rename a table and a column", func(t *testing.T) {
		db := scratch(t, c.connect(t))
		run(t, db, notes)
		have := inspect(t, db)
		run(t, db, c.Engine.Rename(have.Get(schema.Key{Kind: schema.Column, Table: "notes", Name: "title"}), "body")...)
		run(t, db, c.Engine.Rename(have.Get(schema.Key{Kind: schema.Table, Name: "notes"}), "pages")...)
		other := scratch(t, c.connect(t))
		run(t, other, "CREATE TABLE pages (id INTEGER NOT NULL PRIMARY KEY, body VARCHAR(80))")
		same(t, inspect(t, other), inspect(t, db))
	})

	t.Run("what cannot be done is not written", func(t *testing.T) {
		db := scratch(t, c.connect(t))
		run(t, db, "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80) NOT NULL)")
		have := inspect(t, db)
		for _, k := range []schema.Key{
			{Kind: schema.Column, Table: "notes", Name: "title"}, // what would old rows hold?
			{Kind: "riddle", Name: "notes"},
		} {
			o := have.Get(k)
			if o == nil {
				o = &schema.Object{Key: k}
			}
			if statements := c.Engine.Add(o); statements != nil {
				t.Errorf("add %s: %q", k, statements)
			}
		}
		if statements := c.Engine.Drop(&schema.Object{Key: schema.Key{Kind: "riddle", Name: "notes"}}); statements != nil {
			t.Errorf("drop a riddle: %q", statements)
		}
		if statements := c.Engine.Rename(&schema.Object{Key: schema.Key{Kind: schema.PrimaryKey, Table: "notes"}}, "more"); statements != nil {
			t.Errorf("rename a primary key: %q", statements)
		}
	})
}
