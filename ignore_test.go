package dbmend_test

import (
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

// What is left alone is written down once; then a start goes by the journal again,
// for as long as the list says the same.
func TestIgnoredIndexCostsNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "live.db"))
	files := fstest.MapFS{"1_notes.sql": file("CREATE TABLE notes (id INTEGER, slug TEXT); CREATE INDEX by_slug ON notes (slug);")}
	indexes := func() string { return queryJSON(t, db, "SELECT count(*) FROM sqlite_master WHERE type = 'index'") }
	replays := 0
	up := func(options ...dbmend.Option) *dbmend.Report {
		t.Helper()
		observe := dbmend.Observe(func(e dbmend.Event) {
			if _, ok := e.(dbmend.Replaying); ok {
				replays++
			}
		})
		m, err := dbmend.New(db, sqlite.Engine{}, files, append(options, observe)...)
		if err != nil {
			t.Fatal(err)
		}
		report, err := m.Up(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	up()
	exec(t, db, "DROP INDEX by_slug")
	ignore := dbmend.Ignore("index by_slug on notes # too expensive", "table elsewhere")

	if report := up(ignore); !report.Nothing() || len(report.Ignored) != 1 || replays == 0 {
		t.Fatalf("ran %v, ignored %v", steps(report), report.Ignored)
	}
	last := queryJSON(t, db, "SELECT outcome FROM dbmend_journal ORDER BY entry DESC LIMIT 2")
	if want := `[["` + string(journal.Ignored) + `"],["` + string(journal.Ignored) + `"]]`; last != want {
		t.Errorf("the journal ends in %s; wanted %s: the notice and the run", last, want)
	}

	before := dump(t, db)
	replays = 0
	sameInOtherWords := dbmend.Ignore("table elsewhere", "", "# gone", "index by_slug on notes")
	if report := up(sameInOtherWords); !report.Nothing() || replays > 0 || dump(t, db) != before {
		t.Errorf("a start with nothing to do ran %v after %d events of a replay", steps(report), replays)
	}
	if got := indexes(); got != `[["0"]]` {
		t.Errorf("%s indexes; wanted none", got)
	}
	if report := up(); len(steps(report)) != 1 || indexes() != `[["1"]]` {
		t.Errorf("off the list, up ran %v", steps(report))
	}
}

// A claim about what is missing on purpose needs nobody's word.
func TestBaselineOfWhatIsIgnored(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "live.db"))
	exec(t, db, "CREATE TABLE notes (id INTEGER, slug TEXT)")
	files := fstest.MapFS{
		"1_notes.sql":          file("CREATE TABLE notes (id INTEGER, slug TEXT);"),
		"2_index.sql":          file("CREATE INDEX by_slug ON notes (slug);"),
		migration.IgnoreFile:   file("index by_slug on notes"),
		"3_another_column.sql": file("ALTER TABLE notes ADD COLUMN body TEXT;"),
	}
	m, err := dbmend.New(db, sqlite.Engine{}, files, dbmend.To("2"))
	if err != nil {
		t.Fatal(err)
	}
	if report, err := m.Baseline(t.Context()); err != nil || len(report.Records) != 2 {
		t.Fatalf("baseline: %v, recorded %v", err, report.Records)
	}
	m, err = dbmend.New(db, sqlite.Engine{}, files)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := m.Up(t.Context()); err != nil || len(steps(report)) != 1 {
		t.Fatalf("up: %v, ran %v", err, steps(report))
	}
}

func TestIgnoreThatNamesNothing(t *testing.T) {
	_, err := dbmend.New(open(t, ":memory:"), sqlite.Engine{}, fstest.MapFS{}, dbmend.Ignore("table a"), dbmend.Ignore("index b"))
	if want := "read the ignore list: Ignore:2: does not say which table the index is on"; err == nil || err.Error() != want {
		t.Errorf("error %v; wanted %s", err, want)
	}
}
