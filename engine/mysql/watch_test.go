package mysql

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// anyStatement is one that changes a schema, or that may fail on the way; the ordinary ones
// are those that say by their words what they change.
func anyStatement() (all, ordinary *rapid.Generator[string]) {
	tables := []string{"a", "b", "Ab", "a`b", "naïve"}
	name := rapid.SampledFrom(tables)
	columns := rapid.SampledFrom([]string{"x", "y", "z"})
	draw := func(choose func(a, b, x, y string) []string) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			a, b := quote(name.Draw(t, "a")), quote(name.Draw(t, "b"))
			x, y := columns.Draw(t, "x"), columns.Draw(t, "y")
			return rapid.SampledFrom(choose(a, b, x, y)).Draw(t, "statement")
		})
	}
	usual := func(a, b, x, y string) []string {
		return []string{
			fmt.Sprintf("CREATE TABLE %s (id int PRIMARY KEY, %s int, KEY (%[2]s), FOREIGN KEY (%[2]s) REFERENCES %s (id))", a, x, b),
			fmt.Sprintf("CREATE TABLE %s LIKE %s", a, b),
			fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s int", a, x),
			fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", a, x),
			fmt.Sprintf("CREATE INDEX i ON %s (%s)", a, x),
			fmt.Sprintf("INSERT INTO %s (id) VALUES (1)", a),
		}
	}
	every := func(a, b, x, y string) []string {
		return append(usual(a, b, x, y),
			fmt.Sprintf("CREATE OR REPLACE TABLE %s (id int PRIMARY KEY)", a),
			fmt.Sprintf("DROP TABLE IF EXISTS %s, %s", a, b),
			fmt.Sprintf("RENAME TABLE %s TO tmp, %s TO %[1]s, tmp TO %[2]s", a, b),
			fmt.Sprintf("ALTER TABLE %s RENAME TO %s", a, b),
			fmt.Sprintf("ALTER TABLE %s RENAME COLUMN id TO %s", a, x),
			fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", a, x, y),
			fmt.Sprintf("DROP INDEX i ON %s", a),
			fmt.Sprintf("CREATE OR REPLACE VIEW v AS SELECT * FROM %s", a),
			fmt.Sprintf("CREATE TRIGGER tr BEFORE INSERT ON %s FOR EACH ROW SET @x = 1", a),
			fmt.Sprintf("CREATE OR REPLACE PROCEDURE p() ALTER TABLE %s ADD COLUMN %s int", a, x),
			"CALL p()", "DROP TRIGGER tr", "DROP VIEW v", "DROP PROCEDURE p", "SET NAMES latin1", "SET NAMES utf8mb4", "SET foreign_key_checks = 0",
			fmt.Sprintf("/*!50000 ALTER TABLE %s ADD COLUMN %s int */", a, x),
			"SET sql_mode = 'ANSI_QUOTES'",
		)
	}
	return draw(every), draw(usual)
}

// Whatever is run, a watch says what inspecting says.
func TestWatchIsInspect(t *testing.T) {
	statement, _ := anyStatement()
	db := open(t)
	rapid.Check(t, func(t *rapid.T) {
		s, err := db.Scratch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		w, err := s.Watch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(5, 25).Draw(t, "steps") {
			before := w.Snapshot().Clone()
			sql := statement.Draw(t, "statement")
			if sql[0] == 'I' || rapid.Bool().Draw(t, "by exec") {
				_, _ = s.Exec(t.Context(), sql) // some fail, and do half of it
			} else if rows, err := s.Query(t.Context(), sql); err == nil {
				rows.Close()
			}
			changes, err := w.Changes(t.Context(), migration.Statement{})
			if err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			have := inspectOnce(t, s)
			for _, d := range schema.Compare(have, w.Snapshot()) {
				t.Errorf("behind %s: %s", sql, d)
			}
			if want := schema.Changes(before, have); len(want) != len(changes) {
				t.Errorf("behind %s: %d changes, want %d", sql, len(changes), len(want))
			}
		}
	})
}

func inspectOnce(t *rapid.T, db engine.Database) *schema.Snapshot {
	s, err := db.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Behind a statement on rows nothing is read; behind one that makes or changes a table
// by its name that table, and the list of tables behind all others.
func TestWatchReadsLittle(t *testing.T) {
	db := open(t)
	for i := range 20 {
		must(t, db, fmt.Sprintf("CREATE TABLE table_%d (id int)", i))
	}
	w, err := db.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type reads struct{ Tables, Lists int }
	counted := func() (r reads) {
		const counters = `SELECT (SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'COM_SHOW_CREATE_TABLE'),
(SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'COM_SHOW_TABLES')`
		if err := db.conn.QueryRowContext(t.Context(), counters).Scan(&r.Tables, &r.Lists); err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, test := range []struct {
		statement string
		want      reads
	}{
		{"INSERT INTO table_3 VALUES (1)", reads{0, 0}},
		{"ALTER TABLE table_7 ADD COLUMN a int", reads{1, 0}},
		{"CREATE INDEX by_a ON table_7 (a)", reads{1, 0}},
		{"ALTER TABLE table_17 ADD COLUMN a int", reads{1, 0}},
		{"CREATE TABLE more (id int)", reads{1, 0}},
		{"CREATE TABLE IF NOT EXISTS more (id int, other int)", reads{1, 0}},
		{"ALTER TABLE more RENAME TO less", reads{1, 1}},
		{"DROP TABLE table_5", reads{0, 1}},
		{"SET @a = 1", reads{0, 0}},
		{"CREATE VIEW v AS SELECT id FROM table_3", reads{2, 1}},
		{"EXECUTE IMMEDIATE 'DO 1'", reads{21, 1}},
	} {
		must(t, db, test.statement)
		before := counted()
		if _, err := w.Changes(t.Context(), migration.Statement{}); err != nil {
			t.Fatal(err)
		}
		after := counted()
		if diff := cmp.Diff(test.want, reads{after.Tables - before.Tables, after.Lists - before.Lists}); diff != "" {
			t.Errorf("behind %s (-want +got):\n%s", test.statement, diff)
		}
	}
}
