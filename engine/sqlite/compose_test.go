package sqlite

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/schema"
)

// What should be there is not always in one text: nobody's migration knows what
// was added by hand, and a CREATE TABLE knows nothing of the ALTER TABLE behind it.
func TestRebuildComposes(t *testing.T) {
	for _, test := range []struct {
		name         string
		have, source string
		want         string // by what it comes to, whoever wrote it
		text         string
	}{
		{"a column that was added by hand",
			"CREATE TABLE notes (a TEXT, extra INT DEFAULT 3 REFERENCES users, CHECK (a <> ''))",
			"CREATE TABLE notes (\n\ta TEXT NOT NULL, -- the title\n\tCHECK (a <> '')\n) -- done",
			"CREATE TABLE notes (a TEXT NOT NULL, extra INT DEFAULT 3 REFERENCES users, CHECK (a <> ''))",
			"CREATE TABLE notes (a TEXT NOT NULL, extra INT DEFAULT 3 REFERENCES users, CHECK (a <> '')) -- done"},
		{"constraints that were added by hand",
			`CREATE TABLE notes (a TEXT, b, CONSTRAINT mine CHECK ("b" > 0) UNIQUE (b), FOREIGN KEY (a) REFERENCES users (name))`,
			"CREATE TABLE notes (a TEXT NOT NULL, b)",
			"CREATE TABLE notes (a TEXT NOT NULL, b UNIQUE CHECK (b > 0), FOREIGN KEY (a) REFERENCES users (name))",
			`CREATE TABLE notes (a TEXT NOT NULL, b, CONSTRAINT mine CHECK ("b" > 0) UNIQUE (b), FOREIGN KEY (a) REFERENCES users (name))`},
		{"a source older than its table",
			"CREATE TABLE notes (headline TEXT, c)",
			"CREATE TABLE Notes (title TEXT NOT NULL, old INT, UNIQUE (title), UNIQUE (headline)) ",
			`CREATE TABLE notes (headline TEXT UNIQUE, c, d INT NOT NULL DEFAULT 0, "e ""f""")`,
			`CREATE TABLE Notes (headline TEXT, c, "d" INT DEFAULT 0 NOT NULL, "e ""f""", UNIQUE (headline)) `},
		{"a key that was added by hand, and a reference to it",
			"CREATE TABLE notes (id INTEGER PRIMARY KEY, up INT REFERENCES notes, a TEXT)",
			"CREATE TABLE notes (a TEXT NOT NULL)",
			"CREATE TABLE notes (a TEXT NOT NULL, id INTEGER PRIMARY KEY, up INT REFERENCES notes (id))",
			"CREATE TABLE notes (a TEXT NOT NULL, id INTEGER PRIMARY KEY, up INT REFERENCES notes)"},
		{"a column of which the source has had another form",
			"CREATE TABLE notes (id INTEGER PRIMARY KEY, a)",
			"CREATE TABLE notes (id INTEGER PRIMARY KEY CHECK (id > 0), a NOT NULL)",
			"CREATE TABLE notes (id INTEGER PRIMARY KEY, a NOT NULL)",
			"CREATE TABLE notes (a NOT NULL, id INTEGER PRIMARY KEY)"},
		{"a piece that makes sense behind another only",
			`CREATE TABLE notes (a, x CHECK ("y" > 0), y)`,
			"CREATE TABLE notes (a NOT NULL)",
			"CREATE TABLE notes (a NOT NULL, x, y, CHECK (y > 0))",
			`CREATE TABLE notes (a NOT NULL, y, x CHECK ("y" > 0))`},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, _ := live(t, test.have, "INSERT INTO notes DEFAULT VALUES")
			execute(t, d, "UPDATE notes SET "+identifier(inspected(t, d).Parts(notes)[0].Key.Name)+" = 'x'")
			have := inspected(t, d)
			rows := rowsOf(t, d, have)
			want := snapshotOf(t, test.want)
			table := *want.Get(notes)
			table.Source = test.source
			want.Put(&table)
			statements := Engine{}.Rebuild(have, want, notes)
			if !slices.Contains(statements, test.text) {
				t.Fatalf("statements %q", statements)
			}
			execute(t, d, statements...)
			for _, d := range schema.Compare(want, inspected(t, d)) {
				t.Error(d)
			}
			if diff := cmp.Diff(rows, rowsOf(t, d, have)); diff != "" {
				t.Errorf("rows (-before +after):\n%s", diff)
			}
		})
	}
	t.Run("what no piece makes", func(t *testing.T) {
		have := snapshotOf(t, "CREATE TABLE notes (a)")
		want := snapshotOf(t, "CREATE TABLE notes (a NOT NULL, b UNIQUE)")
		table := *want.Get(notes)
		table.Source = "CREATE TABLE notes (a NOT NULL, b)"
		want.Put(&table)
		if s := (Engine{}).Rebuild(have, want, notes); s != nil {
			t.Errorf("statements %q", s)
		}
	})
}
