package sqlite

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
)

// Zero must mean that no row was written, by whomever, and a number that the
// statement wrote so many.
func TestRowsWritten(t *testing.T) {
	d, _ := live(t,
		"CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)",
		"CREATE TABLE log (id INTEGER)",
		"CREATE VIEW titles AS SELECT id, title FROM notes",
		"CREATE TRIGGER logged AFTER INSERT ON notes BEGIN INSERT INTO log VALUES (new.id), (new.id); END",
		"CREATE TRIGGER renamed INSTEAD OF UPDATE ON titles BEGIN UPDATE notes SET title = new.title WHERE id = new.id; END",
		"CREATE TRIGGER spared BEFORE DELETE ON notes BEGIN DELETE FROM log; SELECT raise(IGNORE); END",
	)
	for _, step := range []struct {
		statement string
		rows      int64
	}{
		{"INSERT INTO notes VALUES (1, 'a'), (2, 'b')", 2}, // its trigger's four are not counted
		{"SELECT * FROM notes", 0},
		{"WITH n AS (SELECT 1) SELECT * FROM n", 0},
		{"WITH n AS (SELECT 3 AS id) INSERT INTO notes SELECT id, 'c' FROM n", 1},
		{"PRAGMA user_version = 7", 0},
		{"CREATE TABLE more AS SELECT * FROM notes", 0},
		{"DROP TABLE more", 0},
		{"REPLACE INTO notes VALUES (9, 'z')", 1},
		{"/* a */ -- b\n\tuPdAtE notes SET title = 'd' WHERE id < 3", 2},
		{"UPDATE notes SET title = 'd' WHERE id > 100", 0},
		{"INSERT OR IGNORE INTO notes VALUES (1, 'again')", 0},
		{"UPDATE titles SET title = 'e' WHERE id < 3", 2}, // what INSTEAD OF triggers write
		{"UPDATE titles SET title = 'e' WHERE id > 100", 0},
		{"INSERT INTO notes VALUES (10, 'f') RETURNING id", 1},
		{"DELETE FROM notes WHERE id = 1", 10}, // none of its own, but the log has gone
	} {
		have, err := d.Exec(t.Context(), step.statement)
		if err != nil {
			t.Fatalf("%s: %v", step.statement, err)
		}
		if have != step.rows {
			t.Errorf("%s: %d rows, want %d", step.statement, have, step.rows)
		}
	}
}

func TestOrphans(t *testing.T) {
	d, _ := live(t,
		"PRAGMA foreign_keys = OFF",
		"CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT)",
		"CREATE TABLE books (id INTEGER PRIMARY KEY, author REFERENCES authors)",
		"CREATE TABLE codes (code TEXT PRIMARY KEY, author REFERENCES authors) WITHOUT ROWID",
		"CREATE TABLE strays (id INTEGER PRIMARY KEY, home REFERENCES nowhere (id))",
		"INSERT INTO books VALUES (1, 7), (2, NULL)",
		"INSERT INTO codes VALUES ('k', 7)",
		"INSERT INTO strays VALUES (4, 1), (5, NULL)",
	)
	want := []engine.Orphan{
		{Table: "books", Row: "1", Parent: "authors"},
		{Table: "codes", Row: "", Parent: "authors"},
		{Table: "strays", Row: "4", Parent: "nowhere"},
	}
	check := func(what string) {
		t.Helper()
		have, err := d.Orphans(t.Context(), 10)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		sortOrphans := func(list []engine.Orphan) map[engine.Orphan]int {
			set := map[engine.Orphan]int{}
			for _, o := range list {
				set[o]++
			}
			return set
		}
		if diff := cmp.Diff(sortOrphans(want), sortOrphans(have)); diff != "" {
			t.Errorf("%s (-want +have):\n%s", what, diff)
		}
	}
	check("sound foreign keys")

	// names is no key of authors, so that SQLite can check nothing here.
	execute(t, d, "CREATE TABLE mismatched (id INTEGER PRIMARY KEY, author REFERENCES authors (name))",
		"INSERT INTO mismatched VALUES (1, 'nobody')")
	check("one that cannot be checked")
	for limit := range 4 {
		have, err := d.Orphans(t.Context(), limit)
		if err != nil || len(have) != limit {
			t.Errorf("limit %d: %d orphans, error %v", limit, len(have), err)
		}
	}
}
