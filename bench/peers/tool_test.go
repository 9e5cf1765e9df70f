package peers

import (
	"testing"
	"testing/fstest"
)

// What is measured must do what it is measured at: each tool runs a history, runs
// what is added to it, and has nothing to do after that.
func TestToolsRunTheHistory(t *testing.T) {
	for _, engine := range everywhere {
		for _, tool := range Tools {
			if !tool.Knows(engine) {
				continue
			}
			t.Run(engine+"/"+tool.Name, func(t *testing.T) {
				const few, all = 5, 7
				address := filled(t, tool, engine, History(1, few))
				db := reach(t, engine, address)
				if n := tables(t, db, all); n != few {
					t.Fatalf("a fresh install makes %d tables of %d", n, few)
				}
				r := openRunner(t, tool, db, tool.Folder(History(1, all)))
				up(t, r)
				up(t, r)
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				if n := tables(t, reach(t, engine, address), all); n != all {
					t.Fatalf("what was pending makes %d tables of %d", n, all)
				}
			})
		}
	}
}

// The limits run the same history.
func TestLimitRunsTheHistory(t *testing.T) {
	for _, engine := range everywhere {
		t.Run(engine, func(t *testing.T) {
			db := reach(t, engine, empty(t, engine))
			if err := Run(t.Context(), db, History(1, 5)); err != nil {
				t.Fatal(err)
			}
			if n := tables(t, db, 5); n != 5 {
				t.Fatalf("%d tables of 5", n)
			}
			if err := Look(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// The folder is one, as the standard library's own check says.
func TestFolder(t *testing.T) {
	folder := goose.Folder(History(1, 3))
	if err := fstest.TestFS(folder, "00001_table.sql", "00003_table.sql"); err != nil {
		t.Fatal(err)
	}
}
