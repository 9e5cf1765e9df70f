package enginetest

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
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
