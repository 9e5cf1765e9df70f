package dbmend_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
)

// Migrations that are wrong, that ask for what is not theirs, or that bring their
// own transactions, settings and leftovers.

const createNotes = "CREATE TABLE notes (text TEXT);"

// TestStatementThatIsNoSQL: the error names the file and the line. Where nothing
// had to be tried out on the live database, it is byte for byte as it was;
// elsewhere one entry in the journal says what happened, and nothing else is there.
func TestStatementThatIsNoSQL(t *testing.T) {
	files := fstest.MapFS{
		"1_notes.sql": file(createNotes),
		"2_typo.sql":  file("CREATE INDEX notes_text ON notes (text);\n\n-- a typo\nCREATE TABEL tags (name TEXT);\n"),
	}
	for _, c := range []struct {
		name   string
		scene  scene
		during string
	}{
		{"an empty database", scene{files: files}, "run"},
		{"a healthy database", scene{files: files, applied: "1"}, "run"},
		{"a database that is to be healed", scene{files: files, live: createNotes + "INSERT INTO notes VALUES ('one');"}, "replay"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := put(t, c.scene.build(t))
			before := picture(t, path)
			sum := fileSum(t, path)
			db := open(t, path)
			m := c.scene.migrator(t, db)
			report, err := m.Up(t.Context())
			failure, ok := errors.AsType[*dbmend.StatementError](err)
			if !ok || failure.Path != "2_typo.sql" || failure.Line != 4 || failure.During != c.during {
				t.Fatalf("up: %v; wanted an error during %s at 2_typo.sql:4", err, c.during)
			}
			if !strings.Contains(err.Error(), `near "TABEL": syntax error`) {
				t.Errorf("up: %v; it does not say what is wrong", err)
			}
			if !report.Nothing() {
				t.Errorf("it reports %v", steps(report))
			}
			if picture(t, path) != before {
				t.Error("it changed the database")
			}
			if c.during == "replay" {
				if fileSum(t, path) != sum {
					t.Error("it changed the file")
				}
				return
			}
			said := queryJSON(t, db, "SELECT kind, version, name, sql FROM dbmend_journal ORDER BY entry DESC LIMIT 1")
			if said != `[["error","2","typo","CREATE TABEL tags (name TEXT)"]]` {
				t.Errorf("the journal says %s", said)
			}
		})
	}
}

// TestFileThatCannotBeCut: what is never closed is an error before anything is
// opened.
func TestFileThatCannotBeCut(t *testing.T) {
	for name, text := range map[string]string{
		"a string":  "SELECT 1;\nINSERT INTO notes VALUES ('it is not closed);\n",
		"a name":    "SELECT 1;\nCREATE TABLE \"notes (text TEXT);\n",
		"a trigger": "SELECT 1;\nCREATE TRIGGER t AFTER INSERT ON notes BEGIN SELECT 1;\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dbmend.New(nil, sqlite.Engine{}, fstest.MapFS{"1_notes.sql": file(text)})
			syntax, ok := errors.AsType[*migration.SyntaxError](err)
			if !ok || syntax.Path != "1_notes.sql" || syntax.Line != 2 {
				t.Errorf("new: %v; wanted a SyntaxError at 1_notes.sql:2", err)
			}
		})
	}
}

// TestFailsHalfWay: a statement fails behind others that went through. All of the
// migration is undone and the first error is kept where people will look for it,
// also when the next try fails otherwise; once the file is mended, it goes through.
func TestFailsHalfWay(t *testing.T) {
	s := scene{applied: "1", files: fstest.MapFS{"1_notes.sql": file(createNotes + "INSERT INTO notes VALUES ('one'), ('two');")}}
	path := put(t, s.build(t))
	db := open(t, path)
	before := picture(t, path)
	migrate := func(text string) error {
		s.files.(fstest.MapFS)["2_tags.sql"] = file(text)
		_, err := s.migrator(t, db).Up(t.Context())
		return err
	}
	const half = "CREATE TABLE tags (name TEXT);\nINSERT INTO tags VALUES ('a');\nDELETE FROM notes WHERE text = 'one';\n"
	for try, statement := range []string{"UPDATE nots SET text = 'x';", "INSERT INTO tags (nam) VALUES ('b');"} {
		err := migrate(half + statement)
		failure, ok := errors.AsType[*dbmend.StatementError](err)
		if !ok || failure.Path != "2_tags.sql" || failure.Line != 4 || failure.During != "run" {
			t.Fatalf("try %d: %v; wanted an error at 2_tags.sql:4", try, err)
		}
		if found := picture(t, path); found != before {
			t.Fatalf("try %d left\n%s\nwanted\n%s", try, found, before)
		}
	}
	said := queryJSON(t, db, "SELECT sql FROM dbmend_journal WHERE kind = 'error' ORDER BY entry")
	if said != `[["UPDATE nots SET text = 'x'"],["INSERT INTO tags (nam) VALUES ('b')"]]` {
		t.Errorf("the journal keeps %s", said)
	}
	if err := migrate(half + "UPDATE notes SET text = 'x';"); err != nil {
		t.Fatalf("with the file mended: %v", err)
	}
	if got := queryJSON(t, db, "SELECT text, name FROM notes, tags"); got != `[["x","a"]]` {
		t.Errorf("rows: %s", got)
	}
	if status, err := s.migrator(t, db).Status(t.Context()); err != nil || status.FirstError != "" || !status.Current() {
		t.Errorf("status: %v, with the error %q of old", err, status.FirstError)
	}
}

// TestForbiddenStatements: what reaches beyond the database, or behind SQLite's
// back, is refused by its place and with the reason, and nothing is touched.
func TestForbiddenStatements(t *testing.T) {
	for statement, reason := range map[string]string{
		"ATTACH 'other.db' AS other":    "it reaches another file",
		"DETACH other":                  "it reaches another file",
		"VACUUM INTO 'copy.db'":         "it writes another file",
		"SELECT load_extension('evil')": "it calls load_extension, which reaches beyond the database",
		"INSERT INTO notes SELECT Load_Extension('evil', 'entry')": "it calls load_extension, which reaches beyond the database",
		"PRAGMA writable_schema = ON":                              "it lets statements write the schema behind SQLite's back",
		"PRAGMA schema_version = 1":                                "it makes other connections go on with a schema that is no more",
		"UPDATE sqlite_master SET sql = ''":                        "it writes the schema behind SQLite's back",
		"ROLLBACK":                                                 "a migration that undoes itself",
	} {
		for _, s := range []scene{
			{name: "an empty database"},
			{name: "a healthy database", applied: "1"},
			{name: "a database that is to be healed", live: createNotes + "INSERT INTO notes VALUES ('one');"},
		} {
			t.Run(s.name+"/"+statement, func(t *testing.T) {
				files := fstest.MapFS{"1_notes.sql": file(createNotes)}
				s.files = files
				path := put(t, s.build(t))
				files["2_more.sql"] = file("CREATE INDEX notes_text ON notes (text);\n" + statement + ";\n")
				sum := ""
				if s.name != "an empty database" {
					sum = fileSum(t, path)
				}
				m := s.migrator(t, open(t, path))
				report, err := m.Up(t.Context())
				refused, ok := errors.AsType[*migration.SyntaxError](err)
				if !ok || refused.Path != "2_more.sql" || refused.Line != 2 || refused.Reason != reason {
					t.Fatalf("up: %v; wanted 2_more.sql:2: %s", err, reason)
				}
				if !report.Nothing() {
					t.Errorf("it reports %v", steps(report))
				}
				if sum != "" && fileSum(t, path) != sum {
					t.Error("it changed the file")
				}
				if _, err := m.Plan(t.Context()); err == nil {
					t.Error("plan does not foretell it")
				}
			})
		}
	}
}

// TestWhatFilesBringAlong: files that were written for other runners, or for the
// shell, mean what their authors meant, and leave the connection as it was.
func TestWhatFilesBringAlong(t *testing.T) {
	const (
		rows = "INSERT INTO notes VALUES ('one'), ('two');"
		many = "INSERT INTO notes WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT printf('%01000d', i) FROM n;"
	)
	for _, c := range []struct{ name, text, query, want string }{
		{"a transaction of its own", "BEGIN;\n" + rows + "\nCOMMIT;\nCREATE INDEX i ON notes (text);", "SELECT count(*) FROM notes", "2"},
		{"a transaction by another name", "BEGIN EXCLUSIVE TRANSACTION;\n" + rows + "\nEND TRANSACTION;", "SELECT count(*) FROM notes", "2"},
		{"a savepoint", "SAVEPOINT s;\n" + rows + "\nRELEASE s;", "SELECT count(*) FROM notes", "2"},
		{"foreign keys off", "PRAGMA foreign_keys = OFF;\n" + rows + "\nPRAGMA foreign_keys = ON;", "SELECT count(*) FROM notes", "2"},
		{"foreign keys off for good", "PRAGMA foreign_keys = OFF;\n" + rows, "SELECT count(*) FROM notes", "2"},
		{"settings", "PRAGMA recursive_triggers = ON; PRAGMA ignore_check_constraints = 1; PRAGMA legacy_alter_table = ON; PRAGMA cache_size = 7;" + rows, "SELECT count(*) FROM notes", "2"},
		{"a version in the header", "PRAGMA user_version = 12;" + rows, "PRAGMA user_version", "12"},
		{"a VACUUM", many + "DELETE FROM notes;\nVACUUM;", "PRAGMA freelist_count", "0"},
		{"another journal mode", "PRAGMA journal_mode = WAL;\n" + rows, "PRAGMA journal_mode", "wal"},
		{"an ANALYZE", rows + "CREATE INDEX i ON notes (text);\nANALYZE;", "SELECT count(*) FROM notes", "2"},
		{"a temporary table that is left", "CREATE TEMPORARY TABLE notes_ids (id INTEGER);\n" + rows, "SELECT count(*) FROM notes", "2"},
		{"queries", "SELECT * FROM notes;\n" + rows + "\nVALUES (1), (2);\nEXPLAIN QUERY PLAN SELECT * FROM notes;", "SELECT count(*) FROM notes", "2"},
		{"nothing", "", "SELECT count(*) FROM notes", "0"},
		{"blanks", " \n\t\n", "SELECT count(*) FROM notes", "0"},
		{"comments alone", "-- nothing to do on SQLite\n/* at all */", "SELECT count(*) FROM notes", "0"},
		{"semicolons alone", ";;\n;", "SELECT count(*) FROM notes", "0"},
	} {
		t.Run(c.name, func(t *testing.T) { checkBrought(t, c.text, c.query, c.want) })
	}
}

// checkBrought applies a second migration of this text to databases that have the
// first one, and requires what a query must give then.
func checkBrought(t *testing.T, text, query, want string) {
	for _, s := range []scene{
		{name: "an empty database"},
		{name: "a healthy database", applied: "1"},
		{name: "another runner's database", live: createNotes + "CREATE TABLE schema_migrations (version VARCHAR(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1');"},
	} {
		t.Run(s.name, func(t *testing.T) {
			files := fstest.MapFS{"1_notes.sql": file(createNotes)}
			s.files = files
			path := put(t, s.build(t))
			files["2_more.sql"] = file(text)
			db := open(t, address(path, "_pragma=foreign_keys(1)&_pragma=busy_timeout(1234)&_pragma=cache_size(99)"))
			settings := sessionOf(t, db)
			m := s.migrator(t, db)
			if _, err := m.Up(t.Context()); err != nil {
				t.Fatalf("up: %v", err)
			}
			if got := queryJSON(t, db, query); got != `[["`+want+`"]]` {
				t.Errorf("%s gives %s; wanted %s", query, got, want)
			}
			if got := queryJSON(t, db, "SELECT version FROM dbmend_journal WHERE kind = 'migration' AND version = '2'"); got != `[["2"]]` {
				t.Errorf("the journal records %s", got)
			}
			if now := sessionOf(t, db); now != settings {
				t.Errorf("the connection has other settings: %s\nit was %s", now, settings)
			}
			done := picture(t, path)
			for _, again := range []*dbmend.Migrator{m, s.migrator(t, open(t, path))} {
				if report, err := again.Up(t.Context()); err != nil || !report.Nothing() {
					t.Errorf("the second up: %v, ran %v", err, steps(report))
				}
			}
			if picture(t, path) != done {
				t.Error("the second up changed the database")
			}
		})
	}
}

// TestNoMigrations: a set of none is no mistake, whatever the database holds.
func TestNoMigrations(t *testing.T) {
	for name, live := range map[string]string{"an empty database": "", "a full one": createNotes} {
		t.Run(name, func(t *testing.T) {
			s := scene{live: live, files: fstest.MapFS{}}
			path := put(t, s.build(t))
			before := picture(t, path)
			for range 2 {
				if report, err := s.migrator(t, open(t, path)).Up(t.Context()); err != nil || !report.Nothing() {
					t.Errorf("up: %v, ran %v", err, steps(report))
				}
			}
			if picture(t, path) != before {
				t.Error("it changed the database")
			}
		})
	}
}
