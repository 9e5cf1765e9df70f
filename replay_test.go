package dbmend_test

import (
	"database/sql"
	"testing"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// A replay is kept while what it has taken from the live database stays as it was, and
// made anew when that changes: what else changes does not matter.
func TestReplay_isKeptWhileWhatItAskedForStays(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	replays := 0
	m, err := dbmend.New(db, sqlite.Engine{}, folder("001_more.sql", "ALTER TABLE legacy ADD COLUMN more TEXT;", "002_gone.sql", "DROP TABLE IF EXISTS gone;"),
		dbmend.Observe(func(e dbmend.Event) {
			if r, ok := e.(dbmend.Replaying); ok && r.At == nil {
				replays++
			}
		}))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name, sql string
		replays   int
	}{
		{"the first look", "CREATE TABLE legacy (a TEXT); CREATE TABLE other (a TEXT);", 1},
		{"nothing has changed", "", 0},
		{"another table has", "ALTER TABLE other ADD COLUMN b TEXT;", 0},
		{"the table that was borrowed has", "DROP TABLE legacy; CREATE TABLE legacy (a INTEGER, b TEXT);", 1},
		{"an index of it has", "CREATE INDEX by_b ON legacy (b);", 1},
		{"the table that would be dropped is there", "CREATE TABLE gone (a TEXT);", 2}, // the second pass takes its form
	} {
		if _, err := db.Exec(step.sql); err != nil {
			t.Fatal(err)
		}
		replays = 0
		d, err := m.Diagnose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Questions) > 0 || len(d.Drift) > 0 {
			t.Errorf("%s: questions %v, drift %v", step.name, d.Questions, d.Drift)
		}
		if replays != step.replays {
			t.Errorf("%s: %d replays; want %d", step.name, replays, step.replays)
		}
	}
}
