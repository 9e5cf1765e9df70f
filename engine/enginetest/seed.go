package enginetest

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

func testSeed(t *testing.T, c Config) {
	t.Run("literals are read", func(t *testing.T) {
		have, ok := c.Engine.Seed("INSERT INTO notes (id, title) VALUES (1, 'it''s; --'), (2, NULL)")
		if !ok {
			t.Fatal("they are not")
		}
		for _, row := range have.Rows {
			for i := range row {
				if strings.EqualFold(row[i], "NULL") {
					row[i] = "NULL"
				}
			}
		}
		equal(t, "seed", engine.Seed{
			Table: "notes", Columns: []string{"id", "title"}, Rows: [][]string{{"1", "'it''s; --'"}, {"2", "NULL"}},
		}, have)
	})

	t.Run("columns that are not named are nil", func(t *testing.T) {
		have, ok := c.Engine.Seed("INSERT INTO notes VALUES (1, 'a')")
		if !ok || have.Columns != nil {
			t.Errorf("%+v, %v", have, ok)
		}
	})

	t.Run("the values mean what was put in", func(t *testing.T) {
		const insert = "INSERT INTO notes (id, title) VALUES (-1, 'a\n''b')"
		db := c.connect(t)
		run(t, db, library...)
		run(t, db, insert)
		have, ok := c.Engine.Seed(insert)
		if !ok || len(have.Rows) != 1 {
			t.Fatalf("%+v, %v", have, ok)
		}
		row := have.Rows[0]
		equal(t, "rows", 1, count(t, db, "SELECT count(*) FROM notes WHERE id = ("+row[0]+") AND title = ("+row[1]+")"))
	})

	t.Run("nothing else is a seed", func(t *testing.T) {
		for _, statement := range []string{
			"", "SELECT 1", "UPDATE notes SET title = 'a'", "DELETE FROM notes",
			"INSERT INTO notes SELECT 1, 'a'",
			"INSERT INTO notes VALUES (1, (SELECT name FROM authors))",
			"INSERT INTO notes VALUES (1, 'a'), (2)",
			"INSERT INTO notes VALUES (1, 'a'); DELETE FROM notes",
			"INSERT INTO notes VALUES (1, 'a",
		} {
			if have, ok := c.Engine.Seed(statement); ok {
				t.Errorf("%q: %+v", statement, have)
			}
		}
	})
}

func testCopy(t *testing.T, c Config) {
	t.Run("a query's rows are put in", func(t *testing.T) {
		have, ok := c.Engine.Copy("INSERT INTO notes (id, title) SELECT id, name FROM authors WHERE name <> ';'")
		if !ok {
			t.Fatal("it is not read")
		}
		equal(t, "copy", engine.Copy{
			Table: "notes", Columns: []string{"id", "title"}, Query: "SELECT id, name FROM authors WHERE name <> ';'",
		}, have)
	})

	t.Run("nothing else is a copy", func(t *testing.T) {
		for _, statement := range []string{
			"", "SELECT 1", "INSERT INTO notes VALUES (1, 'a')", "DELETE FROM notes",
			"INSERT INTO notes SELECT 1, 'a'; DELETE FROM notes",
		} {
			if have, ok := c.Engine.Copy(statement); ok {
				t.Errorf("%q: %+v", statement, have)
			}
		}
	})
}
