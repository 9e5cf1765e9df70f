package sqlite

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/schema"
)

// Where the rows do not fit, the rebuild says so, whatever the table says of such
// rows, and all is as it was.
func TestRebuildOfRowsThatDoNotFit(t *testing.T) {
	for _, test := range []struct{ name, have, rows, want string }{
		{"NULL where none may be", "CREATE TABLE notes (a)", "(1), (NULL)", "CREATE TABLE notes (a NOT NULL)"},
		{"NULL for which there is a default", "CREATE TABLE notes (a)", "(1), (NULL)", "CREATE TABLE notes (a NOT NULL ON CONFLICT REPLACE DEFAULT 7)"},
		{"NULL that would be passed over", "CREATE TABLE notes (a)", "(1), (NULL)", "CREATE TABLE notes (a NOT NULL ON CONFLICT IGNORE)"},
		{"NULL that would become a rowid", "CREATE TABLE notes (a INT)", "(1), (NULL)", "CREATE TABLE notes (a INTEGER PRIMARY KEY)"},
		{"a text that cannot become a rowid", "CREATE TABLE notes (a INT)", "(1), ('x')", "CREATE TABLE notes (a INTEGER PRIMARY KEY)"},
		{"NULL in a key without rowid", "CREATE TABLE notes (a INT PRIMARY KEY)", "(1), (NULL)", "CREATE TABLE notes (a INT PRIMARY KEY) WITHOUT ROWID"},
		{"twice the same", "CREATE TABLE notes (a)", "(1), (1)", "CREATE TABLE notes (a UNIQUE)"},
		{"twice the same, of which one would go", "CREATE TABLE notes (a)", "(1), (1)", "CREATE TABLE notes (a UNIQUE ON CONFLICT REPLACE)"},
		{"twice the same, of which one would not come", "CREATE TABLE notes (a)", "(1), (1)", "CREATE TABLE notes (a UNIQUE ON CONFLICT IGNORE)"},
		{"the same but for the case", "CREATE TABLE notes (a)", "('a'), ('A')", "CREATE TABLE notes (a COLLATE nocase PRIMARY KEY)"},
		{"a check", "CREATE TABLE notes (a)", "(1), (-1)", "CREATE TABLE notes (a CHECK (a > 0))"},
		{"a type of a strict table", "CREATE TABLE notes (a INT)", "(1), ('x')", "CREATE TABLE notes (a INT) STRICT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, _ := live(t, test.have, "INSERT INTO notes VALUES "+test.rows)
			have := inspected(t, d)
			rows := rowsOf(t, d, have)
			err := remake(t, d, have, with(have, snapshotOf(t, test.want)))
			if err == nil {
				t.Errorf("the rows are now %q", rowsOf(t, d, have))
			}
			for _, d := range schema.Compare(have, inspected(t, d)) {
				t.Error(d)
			}
			if diff := cmp.Diff(rows, rowsOf(t, d, have)); diff != "" {
				t.Errorf("rows (-before +after):\n%s", diff)
			}
		})
	}
}

// Nothing is written where a value would be lost, made up or turned into another
// one, where the table need not be made anew, and where not all is known of it.
func TestRebuildRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		have []string
		want string
	}{
		{"a column that is not wanted", ddl("CREATE TABLE notes (a, b)"), "CREATE TABLE notes (a NOT NULL)"},
		{"a generated column that is not wanted", ddl("CREATE TABLE notes (a, b AS (a))"), "CREATE TABLE notes (a NOT NULL)"},
		{"a column by another name", ddl("CREATE TABLE notes (a, b)"), "CREATE TABLE notes (a, c NOT NULL DEFAULT 1)"},
		{"a column that would be computed", ddl("CREATE TABLE notes (a, b)"), "CREATE TABLE notes (a, b AS (a))"},
		{"a new column that needs a value", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a, b NOT NULL)"},
		{"a new column whose default is NULL", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a, b NOT NULL DEFAULT (NULL))"},
		{"a new key", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (id INTEGER PRIMARY KEY, a)"},
		{"a new part of the key", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a, b DEFAULT 1, PRIMARY KEY (a, b))"},
		{"texts that become numbers", ddl("CREATE TABLE notes (a TEXT)"), "CREATE TABLE notes (a INT)"},
		{"numbers that become texts", ddl("CREATE TABLE notes (a INT)"), "CREATE TABLE notes (a TEXT)"},
		{"integers that become reals", ddl("CREATE TABLE notes (a INT)"), "CREATE TABLE notes (a REAL)"},
		{"reals that become integers", ddl("CREATE TABLE notes (a REAL)"), "CREATE TABLE notes (a NUMERIC)"},
		{"values without a type that get one", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a VARCHAR(9))"},
		{"ANY that is NUMERIC after all", ddl("CREATE TABLE notes (a ANY) STRICT"), "CREATE TABLE notes (a ANY)"},

		{"the same table", ddl("CREATE TABLE notes (a)"), "create table Notes ([A])"},
		{"a column that can be added", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a, b TEXT NOT NULL DEFAULT '')"},
		{"no table", ddl("CREATE TABLE other (a)"), "CREATE TABLE notes (a)"},
		{"no such table wanted", ddl("CREATE TABLE notes (a)"), "CREATE TABLE other (a)"},
		{"a view", ddl("CREATE VIEW notes AS SELECT 1"), "CREATE TABLE notes (a)"},

		{"a virtual table", ddl("CREATE VIRTUAL TABLE notes USING fts5(a)"), "CREATE VIRTUAL TABLE notes USING fts5(a, b)"},
		{"an ordinary table that should be virtual", ddl("CREATE TABLE notes (a)"), "CREATE VIRTUAL TABLE notes USING fts5(a)"},
		{"what is declared twice", ddl("CREATE TABLE notes (a REFERENCES p(id) ON DELETE CASCADE REFERENCES p(id))"), "CREATE TABLE notes (a NOT NULL)"},
		{"what should be declared twice", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a REFERENCES p(id) ON DELETE CASCADE REFERENCES p(id))"},
	} {
		t.Run(test.name, func(t *testing.T) {
			have := snapshotOf(t, test.have...)
			if s := (Engine{}).Rebuild(have, snapshotOf(t, test.want), notes); s != nil {
				t.Errorf("statements %q", s)
			}
		})
	}
}

// Descriptions may come from a file that somebody has tampered with, or be older
// than what they describe.
func TestRebuildDistrustsDescriptions(t *testing.T) {
	have := snapshotOf(t, "CREATE TABLE notes (a, b)", "CREATE INDEX i ON notes (a)", "CREATE TRIGGER r AFTER INSERT ON notes BEGIN SELECT 1; END")
	want := snapshotOf(t, "CREATE TABLE notes (a NOT NULL, b)")
	if (Engine{}).Rebuild(have, want, notes) == nil {
		t.Fatal("nothing is written for what is beyond doubt")
	}
	index := schema.Key{Kind: schema.Index, Table: "notes", Name: "i"}
	trigger := schema.Key{Kind: schema.Trigger, Table: "notes", Name: "r"}
	for _, test := range []struct {
		name   string
		of     *schema.Snapshot
		key    schema.Key
		change func(o *schema.Object)
	}{
		{"a trigger without a source", have, trigger, func(o *schema.Object) { o.Source = "" }},
		{"an index that nobody vouches for", have, index, func(o *schema.Object) { o.Unsupported = "unknown" }},
		{"a trigger of two statements", have, trigger, func(o *schema.Object) { o.Source += "; DROP TABLE other" }},
		{"a trigger that drops", have, trigger, func(o *schema.Object) { o.Source = "DROP TABLE other" }},
		{"a live table of which the text lacks a column", have, notes, func(o *schema.Object) { o.Source = "CREATE TABLE notes (a)" }},
		{"a live table without a text", have, notes, func(o *schema.Object) { o.Source = "" }},
		{"a live table that nobody vouches for", have, notes, func(o *schema.Object) { o.Unsupported = "unknown" }},
		{"a table that drops", want, notes, func(o *schema.Object) { o.Source = "DROP TABLE other" }},
		{"a table of two statements", want, notes, func(o *schema.Object) { o.Source += "; DROP TABLE other" }},
		{"a table with more behind its end", want, notes, func(o *schema.Object) { o.Source += "\x00; DROP TABLE other" }},
		{"a table by another name", want, notes, func(o *schema.Object) { o.Source = "CREATE TABLE other (a NOT NULL, b)" }},
		{"a table whose text says more", want, notes, func(o *schema.Object) { o.Source = "CREATE TABLE notes (a NOT NULL, b) STRICT" }},
		{"a table that copies", want, notes, func(o *schema.Object) { o.Source = "CREATE TABLE notes AS SELECT 1" }},
		{"a column that nobody vouches for", want, schema.Key{Kind: schema.Column, Table: "notes", Name: "a"}, func(o *schema.Object) { o.Unsupported = "unknown" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := *test.of.Get(test.key)
			test.change(&o)
			changed := test.of.Clone()
			changed.Put(&o)
			is, should := have, want
			if test.of == have {
				is = changed
			} else {
				should = changed
			}
			if s := (Engine{}).Rebuild(is, should, notes); s != nil {
				t.Errorf("statements %q", s)
			}
		})
	}
}
