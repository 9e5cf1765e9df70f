package dbmend_test

import (
	"context"
	"database/sql"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
)

// This file contains the databases on which the tests of safety let things go
// wrong, and what "the same database" means to them.

// A scene is a database that Up has work to do on.
type scene struct {
	name    string
	live    string // what is there
	applied string // the version that an earlier Up has brought it to; "" for none
	files   fs.FS
	options []dbmend.Option
	stages  []string // the versions at which the work may rest half-way
	start   bool     // by the function Up, which asks the database while it reads the files
}

func scenes(t testing.TB) []scene {
	return []scene{
		{name: "an empty database", files: small},
		{
			name:    "an empty database, migration by migration",
			files:   fstest.MapFS{"1_notes.sql": small["1_notes.sql"], "2_index.sql": small["2_index.sql"]},
			options: []dbmend.Option{dbmend.TransactionEach()}, stages: []string{"1"},
		},
		{
			name:  "the notes database that is to be healed",
			live:  read(t, "schema.sql") + read(t, "rows.sql") + emptyRows,
			files: os.DirFS(filepath.Join(notes, "migrations")),
		},
		{
			name: "a table with children is made anew", applied: "1", files: fstest.MapFS{
				"1_tables.sql": file(`CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);
					CREATE TABLE books (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES authors(id) ON DELETE CASCADE);
					INSERT INTO authors VALUES (1, 'Ada'), (2, 'Brian');
					INSERT INTO books VALUES (10, 1), (11, 1), (12, 2);`),
				"2_rebuild.sql": file(`PRAGMA foreign_keys = OFF;
					CREATE TABLE authors_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INTEGER);
					INSERT INTO authors_new (id, name) SELECT id, name FROM authors;
					DROP TABLE authors;
					ALTER TABLE authors_new RENAME TO authors;
					CREATE INDEX authors_name ON authors (name);
					PRAGMA foreign_keys = ON;`),
			},
		},
		{
			name: "the history is another runner's",
			live: `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
				INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1);
				CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
				INSERT INTO users VALUES (1, 'Ada');`,
			files: fstest.MapFS{
				"00001_users.sql": file("-- +goose Up\nCREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n-- +goose Down\nDROP TABLE users;\n"),
				"00002_mail.sql":  file("-- +goose Up\nALTER TABLE users ADD COLUMN mail TEXT;\nUPDATE users SET mail = name || '@example.com';\n"),
				"00003_index.sql": file("-- +goose Up\nCREATE UNIQUE INDEX users_mail ON users (mail);\n"),
			},
		},
		{name: "more behind what the last run has left", applied: "1", files: small},
		{name: "more behind what the last run has left, at a start", applied: "1", files: small, start: true},
	}
}

// small is a set with statements of every ordinary kind.
var small = fstest.MapFS{
	"1_notes.sql": file(`CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);
		INSERT INTO notes (text) VALUES ('one'), ('two');`),
	"2_index.sql": file(`CREATE INDEX notes_text ON notes (text);
		ALTER TABLE notes ADD COLUMN size INTEGER;
		UPDATE notes SET size = length(text);`),
	"3_view.sql": file(`CREATE VIEW long AS SELECT * FROM notes WHERE size > 3;
		CREATE TRIGGER sized AFTER INSERT ON notes BEGIN UPDATE notes SET size = length(text) WHERE id = new.id; END;`),
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// migrator returns one for the scene, on any pool.
func (s *scene) migrator(t testing.TB, db *sql.DB, more ...dbmend.Option) *dbmend.Migrator {
	t.Helper()
	m, err := dbmend.New(db, sqlite.Engine{}, s.files, append(s.options[:len(s.options):len(s.options)], more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// upper returns what brings the scene's database to the newest version, on any pool.
func (s *scene) upper(t testing.TB, db *sql.DB) func(context.Context) (*dbmend.Report, error) {
	t.Helper()
	if !s.start {
		return s.migrator(t, db).Up
	}
	return func(ctx context.Context) (*dbmend.Report, error) {
		return dbmend.Up(ctx, db, sqlite.Engine{}, s.files, s.options...)
	}
}

// build makes the scene's database and returns the bytes of its file.
func (s *scene) build(t testing.TB, settings ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scene.db")
	db := open(t, path)
	for _, setting := range settings {
		exec(t, db, setting)
	}
	execScript(t, db, s.live)
	if s.applied != "" {
		s.up(t, db, dbmend.To(migration.Version(s.applied)))
	}
	db.Close()
	content, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return content
}

// put writes the scene's database into a folder of its own and returns its path.
// An empty database is a file that is not there yet.
func put(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "live.db")
	if len(content) > 0 {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// address returns the data source name of a file, with parameters.
func address(path, parameters string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + parameters
}

func (s *scene) up(t testing.TB, db *sql.DB, more ...dbmend.Option) {
	t.Helper()
	if _, err := s.migrator(t, db, more...).Up(t.Context()); err != nil {
		t.Fatalf("%s: an undisturbed up: %v", s.name, err)
	}
}

// ends returns every state in which the work on the scene may rest: as it was, as
// it is after each stage, and as it is when all is done.
func (s *scene) ends(t testing.TB, content []byte) (states []string) {
	t.Helper()
	untouched := put(t, content)
	states = append(states, picture(t, untouched))
	for _, stage := range append(s.stages[:len(s.stages):len(s.stages)], "") {
		path := put(t, content)
		db := open(t, path)
		if stage == "" {
			s.up(t, db)
		} else {
			s.up(t, db, dbmend.To(migration.Version(stage)))
		}
		db.Close()
		states = append(states, picture(t, path))
	}
	return states
}

// moments are times of day: of the run, not of the work.
var moments = regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?`)

// picture returns what a database means to anybody: the schema, every row, and
// what the journal says of migrations and their statements, without times and
// without tries that failed. It is read by a connection of its own, which must find
// the database whole and nobody's.
func picture(t testing.TB, path string) string {
	t.Helper()
	db := open(t, path)
	defer db.Close()
	if got := queryJSON(t, db, "PRAGMA integrity_check"); got != `[["ok"]]` {
		t.Fatalf("the database is damaged: %s", got)
	}
	if got := queryJSON(t, db, "PRAGMA foreign_key_check"); got != `[]` {
		t.Fatalf("rows refer to nothing: %s", got)
	}
	if _, err := db.Exec("BEGIN IMMEDIATE; ROLLBACK"); err != nil {
		t.Fatalf("somebody holds the database: %v", err)
	}
	var b strings.Builder
	b.WriteString(queryJSON(t, db, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> 'dbmend_journal' ORDER BY 1, 2") + "\n")
	_, rows, _ := strings.Cut(dump(t, db), "\n[")
	_, rows, _ = strings.Cut(rows, "\n")
	for line := range strings.Lines(rows) {
		if !strings.HasPrefix(line, "dbmend_journal ") {
			b.WriteString(line)
		}
	}
	if strings.Contains(rows, "dbmend_journal ") {
		said := queryJSON(t, db, `SELECT kind, version, statement, name, outcome, checksum, sql FROM dbmend_journal
			WHERE kind IN ('statement', 'migration') ORDER BY entry`)
		if said != "[]" {
			b.WriteString("journal " + said + "\n")
		}
	}
	return moments.ReplaceAllString(b.String(), "TIME")
}

// sessionOf returns the settings that a connection of the pool has, what it keeps
// in its temporary database, and whether a transaction is open on it.
func sessionOf(t testing.TB, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	for _, name := range []string{
		"foreign_keys", "busy_timeout", "legacy_alter_table", "recursive_triggers", "ignore_check_constraints",
		"query_only", "writable_schema", "locking_mode", "synchronous", "temp_store", "cache_size",
	} {
		b.WriteString(name + queryJSON(t, db, "PRAGMA "+name) + " ")
	}
	b.WriteString("temporary" + queryJSON(t, db, "SELECT name FROM sqlite_temp_master"))
	if _, err := db.Exec("BEGIN; ROLLBACK"); err != nil {
		b.WriteString(err.Error())
	}
	return b.String()
}
