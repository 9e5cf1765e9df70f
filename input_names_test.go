package dbmend_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// Names are foreign text. Every one of these is a name that SQLite accepts.
var hostileNames = []string{
	`"`, `'`, `""`, "`", "[", "]", "a\"; DROP TABLE keep; --", "x'); DELETE FROM keep; --", "a\nb", "a\r\n\tb", " ", " a ", "a.b", "main.notes", "a,b", "(", "--", "/*", "*/", ";", "?", "?1", ":a", "@a", "$1", "%s%d%n",
	"select", "table", "Index", "rowid", "NULL", "0", "-1", "1e5", "\\", "\\n", "é", "É", "e\u0301", "名前", "🗄", "\u202egnp.exe", "\ufeffbom", "\x01", "\x1b[31m", "dbmend_journal_", "temp", "sqlit",
	strings.Repeat("long ", 200), "a\x7f", "{}", "\"quoted\"", "\u2028", "K", "ſ",
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// TestHostileNames: tables, columns and indexes with such names are made, seen,
// missed and made again like any others; whoever is not named is left alone.
func TestHostileNames(t *testing.T) {
	for i, name := range hostileNames {
		t.Run(fmt.Sprintf("%d %.20q", i, name), func(t *testing.T) {
			t.Parallel()
			table, column, added := quoted(name), quoted(name+"_c"), quoted(name+"_d")
			index, unique := quoted(name+"_i"), quoted(name+"_j")
			files := fstest.MapFS{
				"1_make.sql": file("CREATE TABLE keep (id INTEGER PRIMARY KEY, " + quoted(name) + " TEXT);\n" +
					"CREATE TABLE " + table + " (id INTEGER PRIMARY KEY, " + column + " TEXT DEFAULT 'd', other TEXT REFERENCES keep(id));\n" +
					"INSERT INTO " + table + " (" + column + ") VALUES ('" + strings.ReplaceAll(name, "'", "''") + "');\n" +
					"CREATE INDEX " + index + " ON " + table + " (" + column + ");\n"),
				"2_more.sql": file("ALTER TABLE " + table + " ADD COLUMN " + added + " TEXT;\n" +
					"CREATE UNIQUE INDEX " + unique + " ON " + table + " (" + added + ", id);\n"),
			}
			s := scene{files: files}
			path := put(t, nil)
			db := open(t, path)
			s.up(t, db)
			done := picture(t, path)
			if got := queryOne(t, db, "SELECT "+column+" FROM "+table); got != name {
				t.Errorf("the row holds %q; wanted %q", got, name)
			}

			// What goes missing is seen, and made again.
			exec(t, db, "INSERT INTO keep (id) VALUES (1)")
			exec(t, db, "DROP INDEX "+index)
			exec(t, db, "DROP INDEX "+unique)
			exec(t, db, "ALTER TABLE "+table+" DROP COLUMN "+added)
			report, err := s.migrator(t, db).Up(t.Context())
			if err != nil || len(report.Steps) != 3 {
				t.Fatalf("healing: %v, ran %q; wanted three steps", err, steps(report))
			}
			exec(t, db, "DELETE FROM keep")
			if healed := picture(t, path); beforeJournal(healed) != beforeJournal(done) {
				t.Errorf("healed to\n%s\nwanted\n%s", healed, done)
			}
			if report, err := s.migrator(t, db).Up(t.Context()); err != nil || !report.Nothing() {
				t.Errorf("the second up: %v, ran %q", err, steps(report))
			}
		})
	}
}

// TestNameThatCannotBeRead: what SQLite says of such a table cannot be taken apart
// again, so that nothing is vouched for, and nothing is done.
func TestNameThatCannotBeRead(t *testing.T) {
	const name = "\x1e\x1f"
	s := scene{
		live:  "CREATE TABLE " + quoted(name) + " (" + quoted(name) + " TEXT); CREATE TABLE keep (id INTEGER);",
		files: fstest.MapFS{"1_make.sql": file("CREATE TABLE " + quoted(name) + " (" + quoted(name) + " TEXT);")},
	}
	path := put(t, s.build(t))
	sum := fileSum(t, path)
	_, err := s.migrator(t, open(t, path)).Up(t.Context())
	if _, ok := errors.AsType[*dbmend.Refusal](err); !ok {
		t.Errorf("up: %v; wanted a refusal", err)
	}
	if fileSum(t, path) != sum {
		t.Error("the refusal changed the file")
	}
}

// TestHostileFileNames: the names of migrations are shown, compared and recorded,
// and mean nothing else.
func TestHostileFileNames(t *testing.T) {
	for i, name := range hostileNames {
		if strings.Contains(name, "/") {
			continue // no file has such a name
		}
		t.Run(fmt.Sprintf("%d %.20q", i, name), func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{"1_" + name + ".sql": file(createNotes), "2_more.sql": file("CREATE TABLE tags (name TEXT);")}
			s := scene{files: files, live: createNotes + emptyRows}
			path := put(t, s.build(t))
			db := open(t, path)
			m, err := dbmend.New(db, sqlite.Engine{}, files)
			if err != nil {
				if strings.ContainsFunc(name, unicode.IsControl) {
					return // a name that no terminal can be trusted with is refused, whole
				}
				t.Fatalf("new: %v", err)
			}
			if _, err := m.Up(t.Context()); err != nil {
				t.Fatalf("up: %v", err)
			}
			if got := queryOne(t, db, "SELECT migration_name FROM schema_migrations ORDER BY id"); got != "1_"+name+".sql" {
				t.Errorf("recorded as %q", got)
			}
			if report, err := s.migrator(t, db).Up(t.Context()); err != nil || !report.Nothing() {
				t.Errorf("the second up: %v, ran %q", err, steps(report))
			}
		})
	}
}

// queryOne returns the first value of the first row.
func queryOne(t testing.TB, db *sql.DB, query string) (value string) {
	t.Helper()
	if err := db.QueryRow(query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// beforeJournal cuts a picture where the journal begins.
func beforeJournal(picture string) string {
	before, _, _ := strings.Cut(picture, "\njournal ")
	return before
}
