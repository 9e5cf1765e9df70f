package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
)

// What one migration sets is not for the next one.
func TestSettingsAreForgotten(t *testing.T) {
	db := open(t)
	if err := db.Begin(t.Context(), engine.Rebuild); err != nil {
		t.Fatal(err)
	}
	read := func() string {
		t.Helper()
		var all string
		err := db.QueryRow(t.Context(), "SELECT concat_ws(' ', @@sql_mode, @@foreign_key_checks, @@time_zone, @@group_concat_max_len, @@character_set_client)").Scan(&all)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	must(t, db, "SET sql_mode = ''", "SET foreign_key_checks = 1", "SET time_zone = '+02:00', group_concat_max_len = 7000", "SET NAMES latin1")
	if err := db.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	changed := read()
	if err := db.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	fresh := open(t)
	one := db
	db = fresh
	want := read()
	db = one
	if have := read(); have != want || changed == want {
		t.Errorf("%q, and was %q; wanted %q", have, changed, want)
	}
	// Twice is as good as once, and what is set anew is forgotten anew.
	must(t, db, "SET time_zone = '+03:00'")
	for range 2 {
		if err := db.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if have := read(); have != want {
		t.Errorf("%q; wanted %q", have, want)
	}
}
