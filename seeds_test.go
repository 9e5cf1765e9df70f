package dbmend_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// manySeeds is a set that puts many rows into a table, by statements of some rows each.
func manySeeds(rows, each int) fstest.MapFS {
	var b strings.Builder
	for i := range rows {
		lead := "INSERT INTO places (id, name) VALUES\n"
		if i%each != 0 {
			lead = ",\n"
		}
		fmt.Fprintf(&b, "%s(%d, 'place %d; a name that is not short')", lead, i+1, i*7)
		if i%each == each-1 || i == rows-1 {
			b.WriteString(";\n")
		}
	}
	return fstest.MapFS{
		"1_places.sql": file("CREATE TABLE places (id integer PRIMARY KEY, name varchar(80) NOT NULL);\nCREATE TABLE users (id integer PRIMARY KEY, name varchar(80));"),
		"2_seeds.sql":  file(b.String()),
		"3_index.sql":  file("CREATE INDEX places_name ON places (name);"),
	}
}

// TestManySeeds: of a set that puts thousands of rows into a table a new database can be
// made, and they are looked for one by one where no history tells of them.
func TestManySeeds(t *testing.T) {
	const rows = 5000
	everywhere(t, func(t *testing.T, g ground, s *stage) {
		files := manySeeds(rows, 100)
		m := migrate(t, s, g, files)
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		dump, err := m.Dump(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		other := g.open(t)
		for _, statement := range dump {
			exec(t, other.live, statement)
		}
		if report, err := migrate(t, other, g, files).Up(t.Context()); err != nil || !report.Nothing() {
			t.Errorf("up on what the dump made: %v, ran %d steps", err, len(steps(report)))
		}
		places := "SELECT count(*), min(name), max(name) FROM places"
		full := queryJSON(t, s.witness, places)
		if got := queryJSON(t, other.witness, places); got != full {
			t.Errorf("the dump made %s, wanted %s", got, full)
		}

		exec(t, s.live, "DROP TABLE dbmend_journal")
		exec(t, s.live, "DELETE FROM places")
		exec(t, s.live, "INSERT INTO users VALUES (1, 'Ada')")
		if _, err := migrate(t, s, g, files).Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := queryJSON(t, s.witness, places); got != full {
			t.Errorf("healed to %s, wanted %s", got, full)
		}

		exec(t, s.live, "DROP TABLE dbmend_journal")
		exec(t, s.live, "DELETE FROM places WHERE id = 4321")
		_, err = migrate(t, s, g, files).Up(t.Context())
		if got := questionOf(err); got != "Q7@places" {
			t.Errorf("one row less: asked %q, error %v", got, err)
		}
	})
}

// TestSeedsBeyondAllBounds: rows that are too many to be noted are in no dump. Where no
// history tells of them, they are looked for statement by statement, and nobody takes them
// for put in.
func TestSeedsBeyondAllBounds(t *testing.T) {
	s := openSQLite(t)
	var seeds strings.Builder
	for i := range 35 {
		fmt.Fprintf(&seeds, "INSERT INTO texts VALUES (%d, '%s');\n", i, strings.Repeat("x", 1<<20))
	}
	files := fstest.MapFS{
		"1_texts.sql": file("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT); CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);"),
		"2_seeds.sql": file(seeds.String()),
		"3_mail.sql":  file("CREATE INDEX texts_id ON texts (id); ALTER TABLE users ADD COLUMN mail TEXT;"),
	}
	m := migrate(t, s, sqliteGround, files)
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Dump(t.Context()); err == nil || !strings.Contains(err.Error(), "table texts: they are more than a dump holds, 32 MB") {
		t.Errorf("dump: %v", err)
	}
	exec(t, s.live, "DELETE FROM texts")
	exec(t, s.live, "DROP TABLE dbmend_journal")
	if _, err := migrate(t, s, sqliteGround, files).Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := queryJSON(t, s.witness, "SELECT count(*) FROM texts"); got != `[["35"]]` {
		t.Errorf("there are %s rows", got)
	}
}
