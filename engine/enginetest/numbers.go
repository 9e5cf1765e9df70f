package enginetest

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// testNumbers makes sure that a copy numbers its rows on from where the original stands.
func testNumbers(t *testing.T, c Config) {
	db := c.connect(t)
	run(t, db,
		"CREATE TABLE notes (id "+db.Traits().AutoKey+", title VARCHAR(80))",
		"INSERT INTO notes (title) VALUES ('a')", "INSERT INTO notes (title) VALUES ('b')", "INSERT INTO notes (title) VALUES ('c')",
	)
	copied, numbers := copyOf(t, db)
	run(t, copied, "INSERT INTO notes (id, title) VALUES (1, 'a'), (2, 'b'), (3, 'c')")
	run(t, copied, numbers...)
	run(t, copied, "INSERT INTO notes (title) VALUES ('d')")
	equal(t, "number of the next row", 4, count(t, copied, "SELECT max(id) FROM notes"))
	equal(t, "rows", 4, count(t, copied, "SELECT count(*) FROM notes"))
}

// testNumbersOfTheGone makes sure that a copy does not give a number again that a row
// had which is gone, where the original would not.
func testNumbersOfTheGone(t *testing.T, c Config) {
	db := c.connect(t)
	run(t, db,
		"CREATE TABLE notes (id "+db.Traits().AutoKey+", title VARCHAR(80))",
		"INSERT INTO notes (title) VALUES ('a')", "INSERT INTO notes (title) VALUES ('b')", "DELETE FROM notes",
	)
	copied, numbers := copyOf(t, db)
	run(t, copied, numbers...)
	for _, one := range []engine.Database{db, copied} {
		run(t, one, "INSERT INTO notes (title) VALUES ('c')")
		equal(t, "number of the next row", 3, count(t, one, "SELECT max(id) FROM notes"))
	}
}

// testRenumber makes sure that a table numbers on behind rows that have brought their
// numbers with them, and that it does not go back to numbers that it has given.
func testRenumber(t *testing.T, c Config) {
	db := c.connect(t)
	run(t, db, "CREATE TABLE notes (id "+db.Traits().AutoKey+", title VARCHAR(80))")
	have := inspect(t, db)
	key := schema.Key{Kind: schema.Table, Name: "notes"}
	number := func() { run(t, db, c.Engine.Renumber(have.Get(key.Column("id")))...) }
	number()
	run(t, db, c.Engine.Insert(have.Get(key), []string{"id", "title"}, [][]string{{"2", "'a'"}, {"7", "'b'"}})...)
	number()
	run(t, db, "INSERT INTO notes (title) VALUES ('c')")
	equal(t, "number of the next row", 8, count(t, db, "SELECT max(id) FROM notes"))
	run(t, db, "DELETE FROM notes")
	number()
	run(t, db, "INSERT INTO notes (title) VALUES ('d')")
	equal(t, "number of the next row where all are gone", 9, count(t, db, "SELECT max(id) FROM notes"))
	if statements := c.Engine.Renumber(have.Get(key.Column("title"))); statements != nil {
		t.Errorf("a column that nothing numbers: %q", statements)
	}
}

// copyOf builds the schema of a database on scratch, and returns what makes its tables
// number their rows on from where those of the database stand.
func copyOf(t *testing.T, db engine.Database) (copied engine.Database, numbers []string) {
	t.Helper()
	have := inspect(t, db)
	numbers, err := db.Numbers(t.Context(), have)
	if err != nil {
		t.Fatal(err)
	}
	copied = scratch(t, db)
	if err := copied.Build(t.Context(), have); err != nil {
		t.Fatal(err)
	}
	return copied, numbers
}
