package sqlite

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/migration"
)

// judged writes what is known of a statement in one line: "data insert notes".
// Guard is "?", and Note stands behind a colon.
func judged(s migration.Statement) string {
	line := s.Class.String() + " " + s.Verb
	if s.Guard {
		line += "?"
	}
	if s.Target != "" {
		line += " " + s.Target
	}
	if s.Note != "" {
		line += ": " + s.Note
	}
	return line
}

func TestClassify(t *testing.T) {
	const (
		temp    = ": it is about the temp database, which is gone with the connection"
		another = `: it is about another database, "aux"`
		behind  = ": it writes the schema behind SQLite's back"
		file    = ": it reaches another file"
	)
	for text, want := range map[string]string{
		"CREATE TABLE Notes (a)":                                 "schema create table notes",
		"create table if not exists main.[My Notes] (a)":         "schema create table? my notes",
		"CREATE TABLE if (a)":                                    "schema create table if",
		"CREATE TABLE 'It''s' (a)":                               "schema create table it's",
		"CREATE TABLE a AS SELECT 1":                             "schema create table as a",
		"CREATE TEMP TABLE a AS SELECT 1":                        "session create table as a" + temp,
		"CREATE TEMPORARY TABLE a (b)":                           "session create table a" + temp,
		"CREATE TABLE temp.a (b)":                                "session create table a" + temp,
		"CREATE TABLE aux.a (b)":                                 "outside create table a" + another,
		"CREATE UNIQUE INDEX IF NOT EXISTS main.I ON notes (a)":  "schema create index? i",
		"CREATE INDEX i ON edit(a)":                              "schema create index i",
		"CREATE VIEW v (a) AS SELECT 1":                          "schema create view v",
		"CREATE TRIGGER tr AFTER INSERT ON a BEGIN SELECT 1;END": "schema create trigger tr",
		"CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(a)":     "schema create virtual table? f",
		"CREATE SEQUENCE s":                                      "schema create",
		"ALTER TABLE Notes ADD COLUMN a":                         "schema alter table add column notes",
		"ALTER TABLE main.Notes ADD a DEFAULT 1":                 "schema alter table add column notes",
		"ALTER TABLE notes ADD CONSTRAINT c CHECK (a)":           "schema alter table add constraint notes",
		"ALTER TABLE notes ADD CHECK (a)":                        "schema alter table add constraint notes",
		"ALTER TABLE notes DROP a":                               "schema alter table drop column notes",
		"ALTER TABLE notes DROP COLUMN a":                        "schema alter table drop column notes",
		"ALTER TABLE notes DROP CONSTRAINT c":                    "schema alter table drop constraint notes",
		"ALTER TABLE notes RENAME TO b":                          "schema alter table rename notes",
		"ALTER TABLE notes RENAME a TO b":                        "schema alter table rename column notes",
		"ALTER TABLE notes RENAME COLUMN a TO b":                 "schema alter table rename column notes",
		"ALTER TABLE notes ALTER COLUMN a SET NOT NULL":          "schema alter table alter column notes",
		"ALTER TABLE notes OWNER TO b":                           "schema alter table notes",
		"DROP TABLE IF EXISTS main.Notes":                        "schema drop table? notes",
		"DROP TABLE if":                                          "schema drop table if",
		"DROP INDEX `i`":                                         "schema drop index i",
		"DROP VIEW v":                                            "schema drop view v",
		"DROP TRIGGER IF EXISTS tr":                              "schema drop trigger? tr",
		"DROP TABLE temp.a":                                      "session drop table a" + temp,
		"REINDEX i":                                              "schema reindex i",
		"SELEKT 1":                                               "schema selekt",
		"'a'":                                                    "schema ",

		"INSERT INTO Notes VALUES (1)":              "data insert notes",
		"INSERT OR IGNORE INTO main.Notes SELECT 1": "data insert notes",
		"REPLACE INTO notes VALUES (1)":             "data replace notes",
		"UPDATE notes SET a = 1":                    "data update notes",
		"UPDATE OR ROLLBACK \"Notes\" SET a = 1":    "data update notes",
		"DELETE FROM notes":                         "data delete notes",
		"WITH a AS (SELECT 1) DELETE FROM notes":    "data delete notes",
		"WITH RECURSIVE a(b) AS NOT MATERIALIZED (VALUES(1)), [delete] AS (SELECT ')') INSERT INTO notes SELECT 1": "data insert notes",
		"WITH replace AS MATERIALIZED (SELECT 1) SELECT * FROM replace":                                            "query select",
		"WITH a":                                "schema with",
		"INSERT INTO temp.a VALUES (1)":         "session insert a" + temp,
		"UPDATE aux.a SET b = 1":                "outside update a" + another,
		"UPDATE sqlite_master SET sql = ''":     "forbidden update sqlite_master" + behind,
		"DELETE FROM main.SQLITE_SCHEMA":        "forbidden delete sqlite_schema" + behind,
		"INSERT INTO sqlite_dbpage VALUES(1,1)": "forbidden insert sqlite_dbpage" + behind,
		"DELETE FROM sqlite_sequence":           "data delete sqlite_sequence",

		"SELECT 1":                                   "query select",
		"VALUES (1)":                                 "query values",
		"EXPLAIN DROP TABLE notes":                   "query explain",
		"EXPLAIN QUERY PLAN SELECT 1":                "query explain",
		"EXPLAIN SELECT readfile('a')":               "query explain",
		"SELECT edit FROM load_extension":            "query select",
		"INSERT INTO edit (a) SELECT 1":              "data insert edit",
		"CREATE TABLE edit (a)":                      "schema create table edit",
		"SELECT Load_Extension ('a')":                "forbidden select: it calls load_extension, which reaches beyond the database",
		"UPDATE a SET b = \"writefile\"('c', d)":     "forbidden update a: it calls writefile, which reaches beyond the database",
		"CREATE TABLE a AS SELECT * FROM fsdir('.')": "forbidden create table as a: it calls fsdir, which reaches beyond the database",
		"CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT edit/**/(new.c);END": "forbidden create trigger a: it calls edit, which reaches beyond the database",
		"WITH a AS (SELECT readfile('b') AS c) INSERT INTO d SELECT c FROM a": "forbidden insert d: it calls readfile, which reaches beyond the database",

		"ANALYZE notes":        "session analyze notes",
		"VACUUM":               "outside vacuum: it cannot run inside a transaction",
		"VACUUM main":          "outside vacuum: it cannot run inside a transaction",
		"VACUUM INTO 'a'":      "forbidden vacuum: it writes another file",
		"VACUUM main INTO 'a'": "forbidden vacuum: it writes another file",
		"ATTACH 'a' AS b":      "forbidden attach" + file,
		"DETACH b":             "forbidden detach" + file,

		"BEGIN IMMEDIATE":                       "transaction begin",
		"COMMIT":                                "transaction commit",
		"END TRANSACTION":                       "transaction end",
		"SAVEPOINT a":                           "transaction savepoint",
		"RELEASE a":                             "transaction release",
		"ROLLBACK TO a":                         "transaction rollback",
		"ROLLBACK TRANSACTION TO a":             "transaction rollback",
		"ROLLBACK TRANSACTION b TO SAVEPOINT a": "transaction rollback",
		"ROLLBACK":                              "forbidden rollback: a migration that undoes itself",
		"ROLLBACK TRANSACTION":                  "forbidden rollback: a migration that undoes itself",
	} {
		statements, err := cut(text)
		if err != nil || len(statements) != 1 {
			t.Errorf("%s: %d statements, %v", text, len(statements), err)
			continue
		}
		if diff := cmp.Diff(want, judged(statements[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestClassifyPragmas(t *testing.T) {
	for text, want := range map[string]string{
		"PRAGMA foreign_keys":                     "session pragma foreign_keys",
		"PRAGMA Foreign_Keys=OFF":                 "session pragma foreign_keys: off",
		"PRAGMA main.foreign_keys('Yes')":         "session pragma foreign_keys: on",
		"PRAGMA foreign_key_check(notes)":         "session pragma foreign_key_check",
		"PRAGMA legacy_alter_table=on":            "session pragma legacy_alter_table",
		"PRAGMA nonsense=1":                       "session pragma nonsense",
		"PRAGMA user_version":                     "session pragma user_version",
		"PRAGMA user_version(7)":                  "data pragma user_version",
		"PRAGMA application_id=-1":                "data pragma application_id",
		"PRAGMA temp.user_version=7":              "session pragma user_version: it is about the temp database, which is gone with the connection",
		"PRAGMA aux.user_version=7":               `outside pragma user_version: it is about another database, "aux"`,
		"PRAGMA journal_mode":                     "session pragma journal_mode",
		"PRAGMA journal_mode=wal":                 "outside pragma journal_mode: the journal mode cannot change inside a transaction",
		"PRAGMA page_size=8192":                   "outside pragma page_size: it takes effect with a VACUUM",
		"PRAGMA wal_checkpoint":                   "outside pragma wal_checkpoint: a checkpoint waits for transactions to end",
		"PRAGMA optimize":                         "outside pragma optimize: it decides by itself what to analyze",
		"PRAGMA writable_schema":                  "session pragma writable_schema",
		"PRAGMA main.writable_schema=ON":          "forbidden pragma writable_schema: it lets statements write the schema behind SQLite's back",
		"PRAGMA schema_version=3":                 "forbidden pragma schema_version: it makes other connections go on with a schema that is no more",
		"EXPLAIN PRAGMA writable_schema=1":        "forbidden explain writable_schema: it lets statements write the schema behind SQLite's back",
		"EXPLAIN QUERY PLAN PRAGMA table_info(a)": "session explain table_info",
	} {
		s := migration.Statement{Text: text}
		classify(&s, "")
		if diff := cmp.Diff(want, judged(s)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// TestForeignKeysAreReadAsSQLiteReadsThem sets the pragma and asks SQLite what
// became of it; so do pragmas behind an EXPLAIN, which does not hold them back.
func TestForeignKeysAreReadAsSQLiteReadsThem(t *testing.T) {
	db := memory(t)
	ctx := context.Background()
	for _, argument := range []string{
		"on", "OFF", "yes", "no", "True", "false", "full", "extra", "nonsense", "'on'", `"on"`, "[on]", "'1'", "''",
		"0", "1", "2", "256", "257", "+1", "-1", "1.5", "0.5", "0x10", "0x100", "00", "'0x1'", "'2a'", "2147483647", "2147483648", "99999999999", "delete", "default",
	} {
		for _, text := range []string{"PRAGMA foreign_keys=" + argument, "EXPLAIN PRAGMA foreign_keys(" + argument + ")"} {
			for _, before := range []string{"on", "off"} {
				if _, err := db.ExecContext(ctx, "PRAGMA foreign_keys="+before); err != nil {
					t.Fatal(err)
				}
				if _, err := db.ExecContext(ctx, text); err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				var on bool
				if err := db.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&on); err != nil {
					t.Fatal(err)
				}
				want := map[bool]string{true: "on", false: "off"}[on]
				s := migration.Statement{Text: text}
				classify(&s, "")
				if s.Note != want {
					t.Errorf("%s: Note %q, and SQLite turns them %s", text, s.Note, want)
				}
			}
		}
	}
}

// TestClassesHoldInATransaction runs one statement of every class that says
// something of transactions inside one, and asks SQLite whether it is true.
// TestCommandThatMakesAnIndexAnewMayRunAgain tells it from rows of ordinary tables.
func TestCommandThatMakesAnIndexAnewMayRunAgain(t *testing.T) {
	for source, want := range map[string]bool{
		"INSERT INTO notes(notes) VALUES ('rebuild')":          true,
		"insert into main.Notes(\"notes\") values('rebuild')":  true,
		"INSERT INTO notes(notes) VALUES ('bread')":            false,
		"INSERT INTO notes(title) VALUES ('rebuild')":          false,
		"INSERT INTO notes(notes, rank) VALUES ('merge', 500)": false,
		"INSERT INTO notes VALUES ('rebuild')":                 false,
	} {
		statements, err := cut(source)
		if err != nil || len(statements) != 1 {
			t.Fatalf("%s: %v", source, err)
		}
		if got := statements[0].Rerunnable; got != want {
			t.Errorf("%s: may run again: %v, want %v", source, got, want)
		}
		if _, _, _, literal := seedRows(source); literal == want {
			t.Errorf("%s: taken for rows: %v", source, literal)
		}
	}
}

func TestClassesHoldInATransaction(t *testing.T) {
	ctx := context.Background()
	for text, allowed := range map[string]bool{
		"VACUUM":                  false,
		"ANALYZE":                 true,
		"REINDEX":                 true,
		"PRAGMA user_version = 7": true,
	} {
		db := memory(t)
		for _, s := range []string{"CREATE TABLE a(b)", "INSERT INTO a VALUES (1)", "BEGIN"} {
			if _, err := db.ExecContext(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		_, err := db.ExecContext(ctx, text)
		if (err == nil) != allowed {
			t.Errorf("%s in a transaction: %v", text, err)
		}
		s := migration.Statement{Text: text}
		classify(&s, "")
		if outside := s.Class == migration.Outside; outside == allowed {
			t.Errorf("%s is in the class %s", text, s.Class)
		}
		if strings.HasPrefix(text, "PRAGMA user_version") {
			var version int
			if _, err := db.ExecContext(ctx, "ROLLBACK"); err != nil {
				t.Fatal(err)
			}
			if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil || version != 0 {
				t.Errorf("user_version is %d behind a rollback, %v", version, err)
			}
		}
	}
}

// TestRenamesTellBothNames: what a rename takes away and what it gives tell the
// core the form that a table had before the migrations.
func TestRenamesTellBothNames(t *testing.T) {
	for text, want := range map[string][2]string{
		"ALTER TABLE t RENAME TO Other":             {"", "other"},
		"ALTER TABLE t RENAME TO \"to\"":            {"", "to"},
		"ALTER TABLE t RENAME a TO b":               {"a", "b"},
		"ALTER TABLE main.t RENAME COLUMN A TO [B]": {"a", "b"},
		"ALTER TABLE t ADD COLUMN a":                {"", ""},
	} {
		statements, err := cut(text)
		if err != nil {
			t.Fatal(err)
		}
		if s := statements[0]; s.OldName != want[0] || s.NewName != want[1] {
			t.Errorf("%s: from %q to %q; wanted %v", text, s.OldName, s.NewName, want)
		}
	}
}
