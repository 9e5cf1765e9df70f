package sqlite

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
)

// family is a table that a child, a trigger and a view refer to.
var family = []string{
	"CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, above INTEGER REFERENCES notes (id))",
	"CREATE TABLE tags (note INTEGER REFERENCES notes (id) ON DELETE CASCADE)",
	"CREATE TABLE log (id INTEGER)",
	"INSERT INTO notes VALUES (1, 'a', NULL), (2, 'b', 1)",
	"INSERT INTO tags VALUES (1), (2)",
}

// watchers mention the table from outside it.
var watchers = []string{
	"CREATE VIEW titles AS SELECT title FROM notes",
	"CREATE TRIGGER tagged AFTER INSERT ON tags BEGIN INSERT INTO log SELECT id FROM notes WHERE id = new.note; END",
}

// rebuild is the way that SQLite's documentation teaches.
var rebuild = []string{
	"CREATE TABLE notes_new (id INTEGER PRIMARY KEY, title TEXT NOT NULL, above INTEGER REFERENCES notes (id))",
	"INSERT INTO notes_new SELECT id, title, above FROM notes",
	"DROP TABLE notes",
	"ALTER TABLE notes_new RENAME TO notes",
}

func TestRebuild(t *testing.T) {
	for _, enforced := range []string{"0", "1"} {
		for _, legacy := range []string{"0", "1"} {
			t.Run("foreign_keys "+enforced+", legacy_alter_table "+legacy, func(t *testing.T) {
				d, _ := live(t, family...)
				statements := rebuild
				if legacy == "1" {
					// Without it the rename refuses: see TestRebuildBelowAView.
					execute(t, d, watchers...)
				}
				execute(t, d, "PRAGMA foreign_keys = "+enforced, "PRAGMA legacy_alter_table = "+legacy)
				if err := d.Begin(t.Context(), engine.Rebuild); err != nil {
					t.Fatal(err)
				}
				execute(t, d, statements...)
				if orphans, err := d.Orphans(t.Context(), 5); err != nil || len(orphans) > 0 {
					t.Errorf("orphans %v, error %v", orphans, err)
				}
				if err := d.Commit(t.Context()); err != nil {
					t.Fatal(err)
				}
				if have := value(t, d, "SELECT count(*) FROM tags"); have != "2" {
					t.Errorf("%s tags are left of 2", have)
				}
				if have := value(t, d, `SELECT group_concat("table") FROM pragma_foreign_key_list('tags')`); have != "notes" {
					t.Errorf("the child refers to %s", have)
				}
				if have := value(t, d, `SELECT group_concat("table") FROM pragma_foreign_key_list('notes')`); have != "notes" {
					t.Errorf("the table refers to %s and not to itself", have)
				}
				if have := value(t, d, "PRAGMA foreign_keys"); have != enforced {
					t.Errorf("foreign_keys is %s afterwards", have)
				}
				if have := value(t, d, "PRAGMA legacy_alter_table"); have != legacy {
					t.Errorf("legacy_alter_table is %s afterwards", have)
				}
				if legacy == "1" {
					execute(t, d, "INSERT INTO tags VALUES (1)")
					if have := value(t, d, "SELECT (SELECT count(*) FROM titles) || (SELECT count(*) FROM log)"); have != "21" {
						t.Errorf("view and trigger say %s, want 21", have)
					}
				}
			})
		}
	}
}

// By default the rename reads every view and trigger again, and the dropped table
// is not there. The author has two ways out, and both work inside the transaction.
func TestRebuildBelowAView(t *testing.T) {
	begun := func(t *testing.T) *database {
		d, _ := live(t, family...)
		execute(t, d, watchers...)
		if err := d.Begin(t.Context(), engine.Rebuild); err != nil {
			t.Fatal(err)
		}
		return d
	}
	t.Run("it refuses", func(t *testing.T) {
		d := begun(t)
		execute(t, d, rebuild[:3]...)
		_, err := d.Exec(t.Context(), rebuild[3])
		if c := explain(err); c.Problem != engine.Missing || c.Key.Name != "notes" {
			t.Errorf("error %v", err)
		}
	})
	t.Run("the author drops the view and the trigger first", func(t *testing.T) {
		d := begun(t)
		execute(t, d, "DROP VIEW titles", "DROP TRIGGER tagged")
		execute(t, d, rebuild...)
		execute(t, d, watchers...)
		if err := d.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("the author sets legacy_alter_table", func(t *testing.T) {
		d := begun(t)
		execute(t, d, "PRAGMA legacy_alter_table = ON")
		execute(t, d, rebuild...)
		execute(t, d, "PRAGMA legacy_alter_table = OFF")
		if err := d.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// With foreign_keys on, DROP TABLE deletes the children's rows without a word:
// the reason for the mode.
func TestRebuildOutsideItsModeCascades(t *testing.T) {
	d, _ := live(t, family...)
	execute(t, d, "PRAGMA foreign_keys = ON")
	if err := d.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	execute(t, d,
		"CREATE TABLE notes_new (id INTEGER PRIMARY KEY, title TEXT NOT NULL)",
		"INSERT INTO notes_new SELECT id, title FROM notes",
		"DROP TABLE notes",
		"ALTER TABLE notes_new RENAME TO notes",
	)
	if have := value(t, d, "SELECT count(*) FROM tags"); have != "0" {
		t.Errorf("%s tags are left: SQLite has changed", have)
	}
}

func TestRebuildRestoresForeignKeys(t *testing.T) {
	ends := map[string]func(d *database) error{
		"commit":   func(d *database) error { return d.Commit(t.Context()) },
		"rollback": func(d *database) error { return d.Rollback(t.Context()) },
		"lost": func(d *database) error {
			_, _ = d.Exec(t.Context(), "INSERT OR ROLLBACK INTO notes VALUES (1, 'a', NULL)")
			return d.Rollback(t.Context())
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			d, _ := live(t, family...)
			execute(t, d, "PRAGMA foreign_keys = ON")
			if err := d.Begin(t.Context(), engine.Rebuild); err != nil {
				t.Fatal(err)
			}
			if have := value(t, d, "PRAGMA foreign_keys"); have != "0" {
				t.Errorf("foreign_keys is %s during the rebuild", have)
			}
			if err := end(d); err != nil {
				t.Fatal(err)
			}
			if have := value(t, d, "PRAGMA foreign_keys"); have != "1" {
				t.Errorf("foreign_keys is %s afterwards", have)
			}
		})
	}
	t.Run("not begun", func(t *testing.T) {
		d, pool := live(t, family...)
		holder := take(t, pool)
		if err := holder.Begin(t.Context(), engine.Normal); err != nil {
			t.Fatal(err)
		}
		execute(t, d, "PRAGMA foreign_keys = ON")
		if err := d.Begin(t.Context(), engine.Rebuild); err == nil {
			t.Fatal("two have the lock")
		}
		if have := value(t, d, "PRAGMA foreign_keys"); have != "1" {
			t.Errorf("foreign_keys is %s afterwards", have)
		}
	})
}

// The rebuild that renames the old table away: by default all that refers to it
// goes with it, and is left behind. This is what the author's own runner gets
// too; it is found afterwards, by Orphans.
func TestRebuildByRenamingAway(t *testing.T) {
	for legacy, want := range map[string]string{"0": "notes_old", "1": "notes"} {
		t.Run("legacy_alter_table "+legacy, func(t *testing.T) {
			d, _ := live(t, family...)
			execute(t, d, watchers...)
			execute(t, d, "PRAGMA foreign_keys = ON", "PRAGMA legacy_alter_table = "+legacy)
			if err := d.Begin(t.Context(), engine.Rebuild); err != nil {
				t.Fatal(err)
			}
			execute(t, d,
				"ALTER TABLE notes RENAME TO notes_old",
				"CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL)",
				"INSERT INTO notes SELECT id, title FROM notes_old",
				"DROP TABLE notes_old",
			)
			if have := value(t, d, `SELECT group_concat("table") FROM pragma_foreign_key_list('tags')`); have != want {
				t.Errorf("the child refers to %s, want %s", have, want)
			}
			for _, name := range []string{"titles", "tagged"} {
				query := "SELECT sql LIKE '%notes_old%' FROM sqlite_master WHERE name = '" + name + "'"
				if left := value(t, d, query) == "1"; left != (want == "notes_old") {
					t.Errorf("%s refers to the old name: %v", name, left)
				}
			}
			orphans, err := d.Orphans(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			if found := len(orphans) > 0; found != (want == "notes_old") {
				t.Errorf("orphans %v", orphans)
			}
		})
	}
}
