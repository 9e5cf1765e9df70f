package dbmend_test

import (
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
)

// A cutting engine counts the scripts that it cuts.
type cutting struct {
	sqlite.Engine
	scripts *atomic.Int64
}

func (c cutting) Cut(source string) ([]migration.Statement, error) {
	c.scripts.Add(1)
	return c.Engine.Cut(source)
}

// A start with nothing to do recognises the set by its checksums and cuts no file,
// whatever belongs to the set; whatever changes, it does all that a Migrator does.
func TestUpCutsOnlyWhatHasChanged(t *testing.T) {
	for name, c := range map[string]struct {
		history string // a table of another runner's, which rules
		options []dbmend.Option
	}{
		"a plain set":         {},
		"a set with a base":   {options: []dbmend.Option{dbmend.Base("base.sql", "CREATE TABLE old (id INTEGER);")}},
		"a part of a set":     {options: []dbmend.Option{dbmend.To("2")}},
		"an ignore list":      {options: []dbmend.Option{dbmend.Ignore("table elsewhere")}},
		"a foreign history":   {history: "CREATE TABLE schema_migrations (version uint64, dirty bool)"},
		"a history by option": {options: []dbmend.Option{dbmend.History("versions")}},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, filepath.Join(t.TempDir(), "live.db"))
			if c.history != "" {
				exec(t, db, c.history)
			}
			files := fstest.MapFS{
				"1_notes.sql": file("CREATE TABLE notes (id INTEGER);"),
				"2_tags.sql":  file("CREATE TABLE tags (id INTEGER);"),
			}
			up := func() (*dbmend.Report, int64) {
				t.Helper()
				var scripts atomic.Int64
				report, err := dbmend.Up(t.Context(), db, cutting{scripts: &scripts}, files, c.options...)
				if err != nil {
					t.Fatal(err)
				}
				return report, scripts.Load()
			}
			if report, _ := up(); len(report.Records) != 2 {
				t.Fatalf("a fresh install recorded %v", report.Records)
			}
			before := dump(t, db)
			if report, scripts := up(); !report.Nothing() || scripts > 0 || dump(t, db) != before {
				t.Errorf("a start with nothing to do cut %d scripts and ran %v", scripts, steps(report))
			}
			exec(t, db, "CREATE TABLE elsewhere (id INTEGER)")
			if _, scripts := up(); scripts == 0 {
				t.Error("the schema has changed, and no file was cut")
			}
			exec(t, db, "DROP TABLE tags")
			if report, _ := up(); len(steps(report)) != 1 {
				t.Errorf("where a table is gone, a start ran %v", steps(report))
			}
		})
	}
}

// A file that cannot be read is told of, also on a database that is up to date.
func TestUpTellsWhatIsWrongWithFiles(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "live.db"))
	files := fstest.MapFS{"1_notes.sql": file("CREATE TABLE notes (id INTEGER);")}
	if _, err := dbmend.Up(t.Context(), db, sqlite.Engine{}, files); err != nil {
		t.Fatal(err)
	}
	before := dump(t, db)
	for name, want := range map[string]struct{ content, says string }{
		"1_again.sql": {"SELECT 1;", "has the version 1"},
		"2_open.sql":  {"SELECT 'a", "2_open.sql:1"},
		"3_nul.sql":   {"SELECT \x00", "NUL"},
	} {
		files[name] = file(want.content)
		report, err := dbmend.Up(t.Context(), db, sqlite.Engine{}, files)
		if err == nil || !strings.Contains(err.Error(), want.says) || !report.Nothing() {
			t.Errorf("%s: %v; wanted an error with %q", name, err, want.says)
		}
		delete(files, name)
	}
	if _, err := dbmend.Up(t.Context(), db, sqlite.Engine{}, files, dbmend.To("7")); err == nil {
		t.Error("a version that the set does not have is no error")
	}
	if dump(t, db) != before {
		t.Error("an error has changed the database")
	}
}

// What a start asks while it reads the files takes the one connection that there is, and
// leaves it to whoever comes next, wherever the files lead.
func TestUpGivesBackTheConnection(t *testing.T) {
	for name, c := range map[string]struct {
		more  map[string]string
		runs  int
		fails string
	}{
		"one more":                         {more: map[string]string{"3_more.sql": "CREATE TABLE more (id INTEGER);"}, runs: 1},
		"nothing more, and a later name":   {more: map[string]string{"2026.md": "what we did"}},
		"one more, which takes a look":     {more: map[string]string{"3_less.sql": "DROP TABLE tags;"}, runs: 1},
		"one more, and an earlier one too": {more: map[string]string{"0_more.sql": "CREATE TABLE more (id INTEGER);", "3_more.sql": "SELECT 1;"}, runs: 2},
		"one more, which cannot be cut":    {more: map[string]string{"3_open.sql": "SELECT 'a"}, fails: "3_open.sql:1"},
		"one more, which cannot be read":   {more: map[string]string{"3_nul.sql": "SELECT \x00"}, fails: "NUL"},
		"one more, which fails":            {more: map[string]string{"3_fails.sql": "CREATE TABLE notes (id INTEGER);"}, fails: "already exists"},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, filepath.Join(t.TempDir(), "live.db"))
			files := fstest.MapFS{
				"1_notes.sql": file("CREATE TABLE notes (id INTEGER);"),
				"2_tags.sql":  file("CREATE TABLE tags (id INTEGER);"),
			}
			for range 2 {
				report, err := dbmend.Up(t.Context(), db, sqlite.Engine{}, files)
				switch {
				case len(files) == 2 && err != nil:
					t.Fatal(err)
				case len(files) == 2:
				case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)):
					t.Errorf("%v; wanted an error with %q", err, c.fails)
				case c.fails == "" && (err != nil || len(steps(report)) != c.runs):
					t.Errorf("it ran %v, %v; wanted %d", steps(report), err, c.runs)
				}
				if n := db.Stats().InUse; n > 0 {
					t.Errorf("%d connections were not given back", n)
				}
				for name, text := range c.more {
					files[name] = file(text)
				}
			}
		})
	}
}
