package enginetest

import (
	"slices"
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// hostile are names that break what is not quoted, or quoted carelessly.
var hostile = []string{
	"select", "group", "a b", `a"b`, "a'b", "a`b", "a]b", "[a]", "a;b", "a--b", "a/*b", "a.b", "a\nb", `a\b`,
	"a%sb", "?1", ":a", "$1", "naïve", "表", "🂡", "x); DROP TABLE notes; --", "main.notes",
}

func testNames(t *testing.T, c Config) {
	for _, name := range hostile {
		t.Run(name, func(t *testing.T) {
			db := c.connect(t)
			traits := db.Traits()
			q := traits.Quote(name)
			if slices.Contains(c.Refused, name) {
				if _, err := db.Exec(t.Context(), "CREATE TABLE "+q+" (id INTEGER)"); err == nil {
					t.Error("it is not refused")
				}
				return
			}
			run(t, db,
				"CREATE TABLE "+q+" ("+q+" INTEGER NOT NULL PRIMARY KEY, other INTEGER)",
				"CREATE INDEX "+traits.Quote(name+" index")+" ON "+q+" (other, "+q+")",
				"INSERT INTO "+q+" VALUES (1, 2)",
			)
			equal(t, "row", 1, count(t, db, "SELECT "+q+" FROM "+q))
			want := inspect(t, db)
			table := want.Get(schema.Key{Kind: schema.Table, Name: traits.Fold(name)})
			column := called(want, schema.Column, name)
			if table == nil || column == nil {
				t.Fatalf("the schema holds %q", keys(want))
			}
			equal(t, "name of the table", name, table.Spelling())
			equal(t, "name of the column", name, column.Spelling())

			s := scratch(t, db)
			if err := s.Build(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			same(t, want, inspect(t, s))

			// The engine's own statements mean these objects too.
			other := want.Get(schema.Key{Kind: schema.Column, Table: traits.Fold(name), Name: "other"})
			run(t, s, c.Engine.Rename(other, name+" 2")...)
			run(t, s, c.Engine.Rename(column, name+" 3")...)
			run(t, s, c.Engine.Rename(table, name+" 4")...)
			renamed := inspect(t, s)
			run(t, s, c.Engine.Drop(called(renamed, schema.Index, name+" index"))...)
			run(t, s, c.Engine.Drop(called(renamed, schema.Column, name+" 2"))...)
			run(t, s, c.Engine.Drop(renamed.Get(schema.Key{Kind: schema.Table, Name: traits.Fold(name + " 4")}))...)
			if left := inspect(t, s); left.Len() != 0 {
				t.Errorf("there is left: %q", keys(left))
			}
		})
	}
}

// testSpace makes sure that the default schema, which keys leave out, is the one that
// the traits name.
func testSpace(t *testing.T, c Config) {
	db := c.connect(t)
	traits := db.Traits()
	if traits.Space == "" {
		return // it has no schemas
	}
	run(t, db, "CREATE TABLE "+traits.Quote(traits.Space)+".notes (id INTEGER)")
	if have := inspect(t, db); have.Get(schema.Key{Kind: schema.Table, Name: "notes"}) == nil {
		t.Errorf("a table made in %s is there as %q", traits.Space, keys(have))
	}
	equal(t, "rows", 0, count(t, db, "SELECT count(*) FROM notes"))
}

// called returns the object of this kind and spelling, or nil. An engine may fold the
// names of tables and those of their parts each in its own way.
func called(s *schema.Snapshot, kind schema.Kind, name string) *schema.Object {
	for o := range s.All() {
		if o.Key.Kind == kind && o.Spelling() == name {
			return o
		}
	}
	return nil
}
