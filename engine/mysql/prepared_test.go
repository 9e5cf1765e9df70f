package mysql

import (
	"fmt"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

// What comes with arguments again and again is prepared, a few statements at a time, and
// does each time what it says: also when its table has changed, and in a transaction
// that was rolled back.
func TestStatementsThatComeAgain(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE notes (id int PRIMARY KEY, title varchar(80))")
	insert := func(statement string, args ...any) {
		t.Helper()
		if n, err := db.Exec(t.Context(), statement, args...); err != nil || n != 1 {
			t.Fatalf("%s: %d rows: %v", statement, n, err)
		}
	}
	for i := range 4 {
		insert("INSERT INTO notes (id, title) VALUES (?, ?)", i, "a")
	}
	must(t, db, "ALTER TABLE notes ADD COLUMN more int DEFAULT 7")
	insert("INSERT INTO notes (id, title) VALUES (?, ?)", 4, "b")
	if err := db.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	insert("INSERT INTO notes (id, title) VALUES (?, ?)", 5, "c")
	if err := db.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * mostPrepared {
		for again := range 2 {
			insert(fmt.Sprintf("INSERT INTO notes (id, title) VALUES (?, '%d')", i), 100+2*i+again)
		}
	}
	if n := len(db.prepared); n > mostPrepared {
		t.Errorf("%d statements are kept", n)
	}
	var rows, changed int
	if err := db.QueryRow(t.Context(), "SELECT count(*), count(more) FROM notes WHERE id < 100").Scan(&rows, &changed); err != nil {
		t.Fatal(err)
	}
	if rows != 5 || changed != 5 {
		t.Errorf("%d rows, %d of them with the new column", rows, changed)
	}
}
