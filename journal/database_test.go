package journal_test

import (
	"testing"

	"github.com/dbmend/dbmend/internal/testdb"
	"github.com/dbmend/dbmend/journal"
	_ "modernc.org/sqlite"
)

// proper is the journal as it should be; loose has the same columns and keeps
// whatever is put into them.
const (
	proper = `CREATE TABLE dbmend_journal (
		"entry" INTEGER PRIMARY KEY, "run" TEXT NOT NULL, "at" TEXT NOT NULL, "kind" TEXT NOT NULL,
		"outcome" TEXT NOT NULL, "version" TEXT NOT NULL, "name" TEXT NOT NULL, "statement" INTEGER NOT NULL,
		"sql" TEXT NOT NULL, "checksum" TEXT NOT NULL, "evidence" TEXT NOT NULL, "duration_us" INTEGER NOT NULL,
		"before" TEXT NOT NULL, "after" TEXT NOT NULL, "stamp" TEXT NOT NULL, "tool" TEXT NOT NULL)`
	loose = `CREATE TABLE dbmend_journal ("entry", "run", "at", "kind", "outcome", "version", "name",
		"statement", "sql", "checksum", "evidence", "duration_us", "before", "after", "stamp", "tool")`
)

// database is a database of SQLite's in memory.
type database struct{ *testdb.Memory }

// open returns an empty database in which the statements have been run.
func open(t testing.TB, statements ...string) *database {
	t.Helper()
	return &database{testdb.Open(t, statements...)}
}

// write appends the entries, with a run for those that name none.
func write(t testing.TB, db *database, entries ...journal.Entry) []journal.Entry {
	t.Helper()
	for i := range entries {
		if entries[i].Run == "" {
			entries[i].Run = "r"
		}
	}
	if err := journal.Append(t.Context(), db, entries); err != nil {
		t.Fatal(err)
	}
	return entries
}
