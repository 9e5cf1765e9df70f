package dbmend_test

import (
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
)

// On a server, too, a start with nothing to do recognises the set by its checksums and
// the schema by its stamp, whatever is written to its tables, and inspects nothing. What
// somebody has changed behind its back it sees, and mends.
func TestUpOnServersLooksAtWhatHasChanged(t *testing.T) {
	drop := map[string]string{"MariaDB": "DROP INDEX by_title ON notes", "PostgreSQL": "DROP INDEX by_title"}
	for name, server := range stepwise {
		t.Run(name, func(t *testing.T) {
			db := server.open(t)
			var looks atomic.Int64
			eng := inspected{server.engine, &looks}
			files := fstest.MapFS{
				"1_notes.sql": file("CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80));\nCREATE INDEX by_title ON notes (title);"),
				"2_tags.sql":  file("CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY);"),
			}
			up := func() (ran []string) {
				t.Helper()
				report, err := dbmend.Up(t.Context(), db, eng, files)
				if err != nil {
					t.Fatal(err)
				}
				return steps(report)
			}
			ready, err := dbmend.New(db, eng, files)
			if err != nil {
				t.Fatal(err)
			}
			if ran := up(); len(ran) != 3 {
				t.Fatalf("a fresh install ran %v", ran)
			}
			looks.Store(0)
			for _, write := range []string{"SELECT 1", "INSERT INTO notes VALUES (1, 'a')", "DELETE FROM notes"} {
				exec(t, db, write)
				if ran := up(); len(ran) > 0 || looks.Load() > 0 {
					t.Errorf("behind %s a start inspected %d times and ran %v", write, looks.Load(), ran)
				}
				if report, err := ready.Up(t.Context()); err != nil || !report.Nothing() || looks.Load() > 0 {
					t.Errorf("behind %s a ready object inspected %d times and ran %v: %v", write, looks.Load(), steps(report), err)
				}
			}
			for _, damage := range []string{drop[name], "DROP TABLE tags"} {
				exec(t, db, damage)
				if ran := up(); len(ran) != 1 {
					t.Errorf("behind %s a start ran %v", damage, ran)
				}
				looks.Store(0)
				if ran := up(); len(ran) > 0 || looks.Load() > 0 {
					t.Errorf("behind a healing a start inspected %d times and ran %v", looks.Load(), ran)
				}
			}
		})
	}
}
