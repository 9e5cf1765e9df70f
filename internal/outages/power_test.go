package outages

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	_ "github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/embed"
	"github.com/ncruces/go-sqlite3/vfs"
	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
)

// blackoutsVariable says how many states are tried behind each operation on a file,
// besides those in which all lasts and nothing does; without it only some are.
const blackoutsVariable = "DBMEND_TEST_BLACKOUTS"

// A household is an SQLite database that Up has work to do on.
type household struct {
	name       string
	live       string
	applied    migration.Version // what an earlier run has brought it to, and a start goes on from; "" for none
	migrations fstest.MapFS
	options    []dbmend.Option
	stages     []migration.Version // at which the work may rest half-way
}

var households = []household{
	{
		name: "an empty database, migration by migration",
		migrations: fstest.MapFS{
			"1_notes.sql": file("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);\n" +
				"INSERT INTO notes (text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT printf('%0300d', i) FROM n;"),
			"2_size.sql": file("ALTER TABLE notes ADD COLUMN size INTEGER;\nUPDATE notes SET size = length(text);\nCREATE INDEX notes_text ON notes (text);"),
			"3_view.sql": file("CREATE VIEW long AS SELECT * FROM notes WHERE size > 3;\nDELETE FROM notes WHERE id > 40;"),
		},
		options: []dbmend.Option{dbmend.TransactionEach()}, stages: []migration.Version{"1", "2"},
	},
	{
		name: "a database to be healed, with a table that is made anew",
		live: "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);\n" +
			"CREATE TABLE books (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES authors(id) ON DELETE CASCADE, text TEXT);\n" +
			"INSERT INTO authors VALUES (1, 'Ada'), (2, 'Brian');\n" +
			"INSERT INTO books WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT i, 1 + i % 2, printf('%0300d', i) FROM n;",
		migrations: fstest.MapFS{
			"1_tables.sql": file("CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);\n" +
				"CREATE TABLE books (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES authors(id) ON DELETE CASCADE, text TEXT);\nCREATE INDEX books_author ON books (author);"),
			"2_rebuild.sql": file("PRAGMA foreign_keys = OFF;\nCREATE TABLE authors_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INTEGER);\n" +
				"INSERT INTO authors_new (id, name) SELECT id, name FROM authors;\nDROP TABLE authors;\nALTER TABLE authors_new RENAME TO authors;\nPRAGMA foreign_keys = ON;"),
			"3_text.sql": file("UPDATE books SET text = text || '!';\nCREATE INDEX books_text ON books (text);"),
		},
		stages: []migration.Version{"1", "2"}, // what is made anew is a transaction of its own
	},
	{
		name:    "more behind what the last run has left",
		applied: "1",
		migrations: fstest.MapFS{
			"1_notes.sql": file("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);\n" +
				"INSERT INTO notes (text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT printf('%0300d', i) FROM n;"),
			"2_size.sql": file("ALTER TABLE notes ADD COLUMN size INTEGER;\nUPDATE notes SET size = length(text);\nCREATE INDEX notes_text ON notes (text);"),
			"3_view.sql": file("CREATE VIEW long AS SELECT * FROM notes WHERE size > 3;\nDELETE FROM notes WHERE id > 40;"),
		},
	},
}

// TestPowerIsLost records what Up does to files, and finds them as a machine does
// whose power went behind any of it. Each such database must be sound, one that some
// run leaves, and end after the next run where an undisturbed one does.
func TestPowerIsLost(t *testing.T) {
	each := asked(blackoutsVariable, 0)
	for _, mode := range []string{"delete", "wal", "truncate", "persist"} {
		for _, h := range households {
			if each == 0 && mode != "delete" && mode != "wal" {
				continue
			}
			t.Run(mode+"/"+h.name, func(t *testing.T) { h.lose(t, mode, each) })
		}
	}
}

func (h *household) lose(t *testing.T, mode string, each int) {
	folder := t.TempDir()
	r := h.record(t, folder, mode)
	ends := h.ends(t, mode)
	if got := picture(t, filepath.Join(folder, "live.db")); got != ends[len(ends)-1] {
		t.Fatalf("the recorded run ended in\n%s\nwanted\n%s", got, ends[len(ends)-1])
	}
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 0))
	tried, reached := map[[32]byte]bool{}, map[string]int{}
	operations := r.Operations()
	try := func(n int, f fate) {
		files := r.Blackout(n, f, chance)
		text, _ := json.Marshal(files)
		if sum := sha256.Sum256(text); !tried[sum] {
			tried[sum] = true
			what := fmt.Sprintf("behind %d of %d operations, %d, seed %d", n, operations, f, seed)
			reached[h.recovers(t, what, files, ends)]++
		}
	}
	step := 1
	if each == 0 {
		step = operations/25 + 1
	}
	for n := 1 + chance.IntN(step); n <= operations; n += step {
		try(n, forgotten)
		try(n, lasting)
		for range max(each, 1) {
			try(n, torn)
		}
	}
	try(operations, lasting) // a step may pass over the commit, if nothing comes behind it
	t.Logf("%d operations, %d different states", operations, len(tried))
	if len(reached) < 2 {
		t.Errorf("the power was never lost before the end and behind it: %v", reached)
	}
}

// record runs Up and notes what it does to files.
func (h *household) record(t *testing.T, folder, mode string) *Recorder {
	t.Helper()
	path := filepath.Join(folder, "live.db")
	h.build(t, path, mode)
	r := NewRecorder()
	name := "recorder-" + filepath.Base(filepath.Dir(folder)) + filepath.Base(folder)
	vfs.Register(name, r)
	defer vfs.Unregister(name)
	// The small cache makes work of the middle of a transaction reach the file.
	db, err := sql.Open("sqlite3", "file:"+path+"?vfs="+name+"&_pragma=busy_timeout(1000)&_pragma=journal_mode("+mode+")&_pragma=synchronous(full)&_pragma=cache_size(5)&_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	report, err := h.up(t, db)
	if err != nil {
		t.Fatalf("the recorded up: %v", err)
	}
	if h.applied != "" && report.Diagnosis.Have != nil {
		t.Error("it was to go on from where the last run has left the database, and took a look")
	}
	return r
}

func (h *household) build(t *testing.T, path, mode string) {
	t.Helper()
	if h.live == "" && h.applied == "" {
		return // it is not there yet
	}
	db := open(t, path)
	defer db.Close()
	for _, statement := range []string{"PRAGMA journal_mode = " + mode, h.live} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if h.applied != "" {
		if _, err := h.migrator(t, db, dbmend.To(h.applied)).Up(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// up brings it to the newest version: by the function Up where that has something to go
// on from.
func (h *household) up(t *testing.T, db *sql.DB) (*dbmend.Report, error) {
	t.Helper()
	if h.applied == "" {
		return h.migrator(t, db).Up(t.Context())
	}
	return dbmend.Up(t.Context(), db, sqlite.Engine{}, h.migrations, h.options...)
}

func open(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(1000)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

func (h *household) migrator(t *testing.T, db *sql.DB, more ...dbmend.Option) *dbmend.Migrator {
	t.Helper()
	m, err := dbmend.New(db, sqlite.Engine{}, h.migrations, append(slices.Clone(h.options), more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ends returns every state in which the work may rest.
func (h *household) ends(t *testing.T, mode string) (states []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "live.db")
	h.build(t, path, mode)
	states = append(states, picture(t, path))
	db := open(t, path)
	defer db.Close()
	for _, stage := range append(slices.Clone(h.stages), "") {
		var to []dbmend.Option
		if stage != "" {
			to = append(to, dbmend.To(stage))
		}
		if _, err := h.migrator(t, db, to...).Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		states = append(states, picture(t, path))
	}
	return states
}

// recovers puts the files where the next run finds them, and returns what it was that
// it found.
func (h *household) recovers(t *testing.T, what string, files map[string][]byte, ends []string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "live.db")
	left := picture(t, path)
	if !slices.Contains(ends, left) {
		t.Errorf("%s: it left a database that no run leaves:\n%s\nwanted one of\n%s", what, left, strings.Join(ends, "\n"))
	}
	db := open(t, path)
	defer db.Close()
	if _, err := h.up(t, db); err != nil {
		t.Errorf("%s: the next run: %v", what, err)
	}
	if got := picture(t, path); got != ends[len(ends)-1] {
		t.Errorf("%s: the next run ended in\n%s\nwanted\n%s", what, got, ends[len(ends)-1])
	}
	if report, err := h.up(t, db); err != nil || !report.Nothing() {
		t.Errorf("%s: the run after it: %v, ran %d", what, err, len(report.Steps))
	}
	return left
}

// picture returns the schema, every row, and what is recorded, of a database that must
// be sound.
func picture(t *testing.T, path string) string {
	t.Helper()
	db := open(t, path)
	defer db.Close()
	if got := values(t, db, "PRAGMA integrity_check"); !slices.Equal(got, []string{"ok"}) {
		t.Fatalf("the database is damaged: %s", got)
	}
	if got := values(t, db, `SELECT "table" FROM pragma_foreign_key_check`); len(got) > 0 {
		t.Fatalf("rows refer to nothing in %s", got)
	}
	lines := values(t, db, "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE tbl_name <> 'dbmend_journal' ORDER BY name")
	for _, table := range values(t, db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
		rows := "SELECT json_array(" + strings.Join(values(t, db, "SELECT '\"' || name || '\"' FROM pragma_table_info('"+table+"')"), ", ") + `) FROM "` + table + `" ORDER BY 1`
		if table == "dbmend_journal" {
			rows = "SELECT version || ' ' || count(*) FROM dbmend_journal WHERE kind = 'migration' GROUP BY version ORDER BY version"
		}
		sum := sha256.Sum256([]byte(strings.Join(values(t, db, rows), "\n")))
		lines = append(lines, fmt.Sprintf("%s %x", table, sum[:8]))
	}
	return strings.Join(lines, "\n")
}

func values(t *testing.T, db *sql.DB, query string) (texts []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}
