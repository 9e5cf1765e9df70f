package dbmend_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/tracking"
)

// Journals and tracking tables that somebody else has written, or a machine that
// was broken.

// twoMigrations is a set whose first migration the databases here have.
var twoMigrations = fstest.MapFS{
	"1_notes.sql": file("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);"),
	"2_tags.sql":  file("CREATE TABLE tags (name TEXT);\nCREATE INDEX tags_name ON tags (name);"),
}

// TestTableNamedAsTheJournal: a table of that name with other columns is somebody
// else's. Nothing is read from it, and nothing written.
func TestTableNamedAsTheJournal(t *testing.T) {
	const shape, taken = "is not a journal of format 1: it has no column", "view dbmend_journal already exists"
	for ddl, want := range map[string]string{
		"CREATE TABLE dbmend_journal (id INTEGER PRIMARY KEY, line TEXT)":                shape,
		"CREATE TABLE dbmend_journal (entry INTEGER, run TEXT, kind TEXT, version TEXT)": shape,
		"CREATE TABLE DBMEND_Journal (x)":                                                shape,
		"CREATE VIRTUAL TABLE dbmend_journal USING fts5(entry, run)":                     shape,
		"CREATE VIEW dbmend_journal AS SELECT 1 AS entry":                                taken,
	} {
		t.Run(ddl, func(t *testing.T) {
			s := scene{files: twoMigrations, live: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);" + ddl + ";"}
			path := put(t, s.build(t))
			sum := fileSum(t, path)
			report, err := s.migrator(t, open(t, path)).Up(t.Context())
			if err == nil || !strings.Contains(err.Error(), want) || !report.Nothing() {
				t.Errorf("up: %v, ran %v; wanted %q", err, steps(report), want)
			}
			if fileSum(t, path) != sum {
				t.Error("it changed the file")
			}
		})
	}
}

// TestJournalByAnEnemy: entries that dbmend would not have written are an error, or
// mean what they say; they never make it lose its way.
func TestJournalByAnEnemy(t *testing.T) {
	for name, c := range map[string]struct {
		damage string
		column string // that the error names; "" where the entry is let be
	}{
		"the last number there is":       {"UPDATE dbmend_journal SET entry = 9223372036854775807 WHERE entry = 1", "entry"},
		"a negative number":              {"UPDATE dbmend_journal SET entry = -entry WHERE kind = 'migration'", "entry"},
		"number zero":                    {"UPDATE dbmend_journal SET entry = 0 WHERE kind = 'migration'", "entry"},
		"a statement of huge number":     {"UPDATE dbmend_journal SET statement = 9223372036854775807", "statement"},
		"a statement that is a text":     {"UPDATE dbmend_journal SET statement = 'one'", "statement"},
		"a statement that is a blob":     {"UPDATE dbmend_journal SET statement = x'ff00ff'", "statement"},
		"a negative statement":           {"UPDATE dbmend_journal SET statement = -5", "statement"},
		"a time that is none":            {"UPDATE dbmend_journal SET \"at\" = 'yesterday'", "at"},
		"no run":                         {"UPDATE dbmend_journal SET run = ''", "run"},
		"no kind":                        {"UPDATE dbmend_journal SET kind = ''", ""},
		"an unknown kind":                {"UPDATE dbmend_journal SET kind = 'rumour'", ""},
		"an unknown outcome":             {"UPDATE dbmend_journal SET outcome = 'miracle' WHERE kind = 'migration'", "outcome"},
		"no version":                     {"UPDATE dbmend_journal SET version = '' WHERE kind = 'migration'", "version"},
		"a name without end":             {"UPDATE dbmend_journal SET name = printf('%.*c', 3000000, 'x') WHERE kind = 'migration'", "name"},
		"a version without end":          {"UPDATE dbmend_journal SET version = printf('%.*c', 3000000, '1') WHERE kind = 'migration'", "version"},
		"evidence without end":           {"UPDATE dbmend_journal SET evidence = printf('%.*c', 3000000, 'x')", ""},
		"a fingerprint that is a text":   {"UPDATE dbmend_journal SET \"after\" = 'a quiet evening'", ""},
		"a ruling that names nobody":     {"UPDATE dbmend_journal SET name = '////', stamp = 'x' WHERE kind = 'run'", ""},
		"bytes that are no text":         {"UPDATE dbmend_journal SET name = CAST(x'fffe' AS TEXT), evidence = x'00ff00', tool = x'00'", ""},
		"an escape for the terminal":     {"UPDATE dbmend_journal SET name = char(27) || '[2J', outcome = 'applied' WHERE kind = 'migration'", ""},
		"everything":                     {"DELETE FROM dbmend_journal", ""},
		"a claim of what nobody knows":   {"INSERT INTO dbmend_journal (entry, run, \"at\", kind, outcome, version, name) VALUES (1000, 'r', '2020-01-01T00:00:00Z', 'migration', 'applied', '777', 'luck')", ""},
		"an intent for ever":             {"INSERT INTO dbmend_journal (entry, run, \"at\", kind, version, statement) VALUES (1000, 'r', '2020-01-01T00:00:00Z', 'intent', '1', 2147483647)", ""},
		"a run that says all is settled": {"INSERT INTO dbmend_journal (entry, run, \"at\", kind, outcome, version, checksum, \"after\", stamp) SELECT 1000, run, \"at\", kind, outcome, '2', checksum, \"after\", stamp FROM dbmend_journal WHERE kind = 'run'", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := scene{files: twoMigrations, applied: "1"}
			path := put(t, s.build(t))
			db := open(t, path)
			exec(t, db, "INSERT INTO notes (text) VALUES ('mine')")
			exec(t, db, c.damage)
			db.Close()
			sum := fileSum(t, path)
			err := soundUp(t, &s, path)
			wrong, ok := errors.AsType[*journal.EntryError](err)
			switch {
			case c.column != "" && (!ok || wrong.Column != c.column):
				t.Errorf("up: %v; wanted an error about %s", err, c.column)
			case c.column == "" && ok:
				t.Errorf("up: %v; wanted the entry to be let be", err)
			}
			if err != nil && fileSum(t, path) != sum {
				t.Error("it changed the file")
			}
		})
	}
}

// soundUp runs Up on a database that an enemy has had, and requires what holds
// whatever it finds: rows stay; it ends in an error and has changed nothing, or it
// ends well, all is there, and the next run has nothing to do.
func soundUp(t testing.TB, s *scene, path string) error {
	t.Helper()
	before := picture(t, path)
	db := open(t, path)
	defer db.Close()
	notes := queryJSON(t, db, "SELECT * FROM notes")
	report, err := s.migrator(t, db).Up(t.Context())
	if got := queryJSON(t, db, "SELECT * FROM notes"); got != notes {
		t.Errorf("the notes were %s and are %s", notes, got)
	}
	if err != nil {
		if !report.Nothing() {
			t.Errorf("up: %v, and yet it ran %v", err, steps(report))
		}
		if after := picture(t, path); after != before {
			t.Errorf("up: %v, and it changed the database to\n%s\nfrom\n%s", err, after, before)
		}
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
			t.Errorf("the error would control a terminal: %q", err.Error())
		}
		if len(err.Error()) > 10_000 {
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
		return err
	}
	if got := queryJSON(t, db, "SELECT name FROM sqlite_master WHERE name IN ('tags', 'tags_name') ORDER BY 1"); got != `[["tags"],["tags_name"]]` {
		t.Errorf("it ended well, and what is there is %s", got)
	}
	if report, err := s.migrator(t, db).Up(t.Context()); err != nil || !report.Nothing() {
		t.Errorf("the second up: %v, ran %v", err, steps(report))
	}
	return nil
}

// trackers are the tables of other runners, each with the columns that an enemy
// writes into.
var trackers = []struct {
	name, ddl string
	columns   int
	format    func(text string) string
}{
	{"dbmate", "CREATE TABLE schema_migrations (version VARCHAR(128) PRIMARY KEY)", 1, nil},
	{"golang-migrate", "CREATE TABLE schema_migrations (version uint64, dirty bool)", 2, nil},
	{"goose", "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY, version_id, is_applied, tstamp)", 4, func(text string) string { return "-- +goose Up\n" + text }},
	{"named", "CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY, migration_name TEXT UNIQUE NOT NULL, applied_at TIMESTAMP)", 3, nil},
}

// TestTrackingTableOfGarbage: whatever an enemy writes into the tracking table of
// another runner, Up explains why it stops, or ends well; it never loses a row and
// never half believes.
func TestTrackingTableOfGarbage(t *testing.T) {
	values := []string{
		"NULL", "''", "'1'", "'01'", "'1_notes'", "'1_notes.sql'", "'2_tags.sql'", "2", "1", "0", "-1", "1.5", "1e300", "9223372036854775807", "-9223372036854775808",
		"'99999999999999999999999999'", "x''", "x'00ff'", "'dirty'", "'true'", "'\x1b[31m'", "char(0)", "'''; DROP TABLE notes; --'", "printf('%.*c', 100000, '9')", "CAST(x'fffe' AS TEXT)", "'１'", "' 1'", "'1 '",
	}
	for _, tracker := range trackers {
		t.Run(tracker.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, f := range twoMigrations {
				files[name] = f
				if tracker.format != nil {
					files[name] = file(tracker.format(string(f.Data)))
				}
			}
			s := scene{files: files, live: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes VALUES (1, 'mine');" + tracker.ddl + ";"}
			content := s.build(t)
			table := strings.Fields(tracker.ddl)[2]
			rapid.Check(t, func(r *rapid.T) {
				path := put(t, content)
				db := open(t, path)
				for range rapid.IntRange(1, 3).Draw(r, "rows") {
					row := make([]string, tracker.columns)
					for i := range row {
						row[i] = rapid.SampledFrom(values).Draw(r, fmt.Sprintf("column %d", i+1))
					}
					// What the table itself refuses is not there; that is an enemy's own affair.
					_, _ = db.Exec("INSERT OR IGNORE INTO " + table + " VALUES (" + strings.Join(row, ", ") + ")")
				}
				db.Close()
				sum := fileSum(t, path)
				err := soundUp(t, &s, path)
				_, refused := errors.AsType[*dbmend.Refusal](err)
				_, garbled := errors.AsType[*tracking.RowError](err)
				if err != nil && !refused && !garbled {
					r.Errorf("up: %v; wanted an end, a question or the row that is wrong", err)
				}
				if err != nil && fileSum(t, path) != sum {
					r.Error("it changed the file")
				}
			})
		})
	}
}
