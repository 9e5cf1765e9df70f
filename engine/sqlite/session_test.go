package sqlite

import (
	"errors"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

// The connection comes from the application's pool, and goes back to it.
func TestSessionIsRestored(t *testing.T) {
	pool := openPool(t, address(t, "?_pragma=busy_timeout(1234)&_pragma=foreign_keys(1)&_pragma=cache_size(-4000)"))
	pool.SetMaxOpenConns(1)
	state := func() map[string]string {
		d := take(t, pool)
		state := map[string]string{}
		for _, name := range settings {
			text, ok, err := d.pragma(t.Context(), name)
			if err != nil || !ok {
				t.Fatalf("%s: %v, error %v", name, ok, err)
			}
			state[name] = text
		}
		d.Close()
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		var busy string
		if err := conn.QueryRowContext(t.Context(), "PRAGMA busy_timeout").Scan(&busy); err != nil {
			t.Fatal(err)
		}
		state["busy_timeout"] = busy
		return state
	}
	before := state()
	if before["busy_timeout"] != "1234" || before["foreign_keys"] != "1" {
		t.Fatalf("the session begins with %v", before)
	}

	d := take(t, pool)
	if err := d.Begin(t.Context(), engine.Rebuild); err != nil {
		t.Fatal(err)
	}
	execute(t, d, "PRAGMA legacy_alter_table = ON", "PRAGMA foreign_keys = OFF")
	if err := d.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	execute(t, d,
		"PRAGMA foreign_keys = OFF", "PRAGMA recursive_triggers = ON", "PRAGMA ignore_check_constraints = ON",
		"PRAGMA writable_schema = ON", "PRAGMA cache_size = 10", "PRAGMA synchronous = OFF", "PRAGMA temp_store = MEMORY",
		"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA secure_delete = ON", "PRAGMA trusted_schema = OFF",
		"PRAGMA reverse_unordered_selects = ON", "PRAGMA query_only = ON",
	)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	after := state()
	for name, value := range before {
		if after[name] != value {
			t.Errorf("%s was %s and is %s", name, value, after[name])
		}
	}
}

func TestReadOnly(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id INTEGER)")
	d.Close()
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "PRAGMA query_only = ON"); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	pool.SetMaxOpenConns(1)
	d = take(t, pool)
	if !d.Traits().ReadOnly {
		t.Error("query_only is not seen")
	}
	if err := d.Begin(t.Context(), engine.Normal); !errors.Is(err, engine.ErrReadOnly) {
		t.Errorf("begin: error %v", err)
	}
}

func TestForeignKeysAreTold(t *testing.T) {
	for parameters, want := range map[string]bool{
		"":                         false, // unless SQLite was compiled otherwise
		"?_pragma=foreign_keys(0)": false,
		"?_pragma=foreign_keys(1)": true,
	} {
		d := take(t, openPool(t, address(t, parameters)))
		if have := d.Traits().ForeignKeys; have != want {
			t.Errorf("%q: %v, want %v", parameters, have, want)
		}
		s, err := d.Scratch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if have := s.Traits().ForeignKeys; have != want {
			t.Errorf("%q, scratch: %v, want %v", parameters, have, want)
		}
		s.Close()
	}
}

func TestFlavor(t *testing.T) {
	for version, want := range map[string]engine.Flavor{
		"3.54.1":      {Vendor: "SQLite", Major: 3, Minor: 54, Patch: 1},
		"3.7.16.2":    {Vendor: "SQLite", Major: 3, Minor: 7, Patch: 16},
		"3.46":        {Vendor: "SQLite", Major: 3, Minor: 46},
		"3.x":         {Vendor: "SQLite", Major: 3},
		"":            {Vendor: "SQLite"},
		"3.1.2.3.4.5": {Vendor: "SQLite", Major: 3, Minor: 1, Patch: 2},
	} {
		if have := flavor(version); have != want {
			t.Errorf("%q: %+v, want %+v", version, have, want)
		}
	}
}

// What a migration leaves in the temporary database would be in its own way the
// next time, and would hide the application's tables; what was there stays.
func TestTemporaryObjectsAreDropped(t *testing.T) {
	pool := openPool(t, address(t, "?_pragma=foreign_keys(1)"))
	pool.SetMaxOpenConns(1)
	setUp(t, pool, "CREATE TABLE notes (id INTEGER PRIMARY KEY)", "CREATE TEMP TABLE mine (id INTEGER PRIMARY KEY)")
	d := take(t, pool)
	execute(t, d,
		"CREATE TABLE temp.authors (id INTEGER PRIMARY KEY)",
		`CREATE TABLE "TEMP"."it's ""ours""" (author INTEGER REFERENCES authors)`,
		"INSERT INTO authors VALUES (1)", `INSERT INTO "it's ""ours""" VALUES (1)`,
		"CREATE TEMPORARY VIEW numbers AS SELECT id FROM authors",
		"CREATE INDEX temp.authors_id ON authors (id)",
		"CREATE TEMP TRIGGER kept AFTER INSERT ON notes BEGIN INSERT INTO authors VALUES (new.id); END",
		"CREATE VIRTUAL TABLE temp.words USING fts5(word)",
		"CREATE INDEX temp.mine_id ON mine (id)",
	)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	var names string
	if err := pool.QueryRow("SELECT group_concat(name) FROM sqlite_temp_master").Scan(&names); err != nil {
		t.Fatal(err)
	}
	if names != "mine" {
		t.Errorf("the application finds %s, want mine", names)
	}
}
