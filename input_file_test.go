package dbmend_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// Folders that are not there, and databases that are none, that are damaged, that
// may not be written, or that are full.

func TestMissingFolder(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "live.db"))
	_, err := dbmend.New(db, sqlite.Engine{}, os.DirFS(filepath.Join(t.TempDir(), "nowhere")))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("new: %v; wanted %v", err, fs.ErrNotExist)
	}
}

// TestNotADatabase: what is no database of SQLite's, or none any more, is told
// from everything else that can go wrong, and is left exactly as it is.
func TestNotADatabase(t *testing.T) {
	s := scenes(t)[2]
	whole := s.build(t)
	const page = 4096
	random := func(n int) []byte {
		r := rand.New(rand.NewPCG(1, 2))
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	garbled := func(from, to int) []byte {
		b := bytes.Clone(whole)
		copy(b[from:to], random(to-from))
		return b
	}
	for _, c := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"a text", []byte(strings.Repeat("This is a text and not a database. ", 200)), engine.ErrNotADatabase},
		{"random bytes, as an encrypted database has", random(3 * page), engine.ErrNotADatabase},
		{"the end is missing", whole[:len(whole)/2], engine.ErrUnreadable},
		{"most of it is missing", whole[:page+100], engine.ErrUnreadable},
		{"the schema is garbled", garbled(200, page), engine.ErrUnreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := put(t, c.content)
			sum := fileSum(t, path)
			m := s.migrator(t, open(t, path))
			if _, err := m.Status(t.Context()); err != nil && !errors.Is(err, c.want) {
				t.Errorf("status: %v; wanted %v", err, c.want)
			}
			report, err := m.Up(t.Context())
			if !errors.Is(err, c.want) || !report.Nothing() {
				t.Errorf("up: %v, ran %v; wanted %v", err, steps(report), c.want)
			}
			if fileSum(t, path) != sum {
				t.Error("it changed the file")
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(entries) != 1 {
				t.Errorf("there are files beside it: %v (%v)", entries, err)
			}
		})
	}
}

// TestDamageFoundLater: the first read does not see every page.
func TestDamageFoundLater(t *testing.T) {
	s := scenes(t)[2]
	content := s.build(t)
	for i := 4096; i < len(content); i++ {
		content[i] = byte(i * 7)
	}
	path := put(t, content)
	if _, err := s.migrator(t, open(t, path)).Up(t.Context()); !errors.Is(err, engine.ErrUnreadable) {
		t.Errorf("up: %v; wanted %v", err, engine.ErrUnreadable)
	}
}

// TestDamagedRows: pages that nothing reads until a migration works on them turn out
// to be damaged. Nothing is written to such a file, the first error included.
func TestDamagedRows(t *testing.T) {
	s := scenes(t)[2]
	content := s.build(t)
	db := open(t, put(t, content))
	var root int
	if err := db.QueryRow("SELECT rootpage FROM sqlite_master WHERE name = 'tokens'").Scan(&root); err != nil {
		t.Fatal(err)
	}
	page := content[(root-1)*4096 : root*4096]
	for i := range page {
		page[i] = byte(i * 7)
	}
	path := put(t, content)
	sum := fileSum(t, path)
	report, err := s.migrator(t, open(t, path)).Up(t.Context())
	if !errors.Is(err, engine.ErrUnreadable) || !report.Nothing() {
		t.Errorf("up: %v, ran %v; wanted %v", err, steps(report), engine.ErrUnreadable)
	}
	if fileSum(t, path) != sum {
		t.Error("it changed the file")
	}
}

// TestReadOnly: a database that we may only read can be looked at, and is left
// alone with an error that says why.
func TestReadOnly(t *testing.T) {
	s := scenes(t)[2]
	for _, how := range []string{"mode=ro", "immutable=1", "_pragma=query_only(1)"} {
		t.Run(how, func(t *testing.T) {
			path := put(t, s.build(t))
			sum := fileSum(t, path)
			m := s.migrator(t, open(t, address(path, how)))
			if status, err := m.Status(t.Context()); err != nil || status.Current() {
				t.Errorf("status: %v", err)
			}
			if plan, err := m.Plan(t.Context()); err != nil || plan.Empty() {
				t.Errorf("plan: %v", err)
			}
			report, err := m.Up(t.Context())
			if err == nil || !strings.Contains(err.Error(), "the database is read-only") || !report.Nothing() {
				t.Errorf("up: %v, ran %v", err, steps(report))
			}
			if fileSum(t, path) != sum {
				t.Error("it changed the file")
			}
		})
		t.Run(how+", nothing to do", func(t *testing.T) {
			path := put(t, s.build(t))
			db := open(t, path)
			s.up(t, db)
			db.Close()
			report, err := s.migrator(t, open(t, address(path, how))).Up(t.Context())
			if err != nil || !report.Nothing() {
				t.Errorf("up: %v, ran %v", err, steps(report))
			}
		})
	}
}

// TestFull: there is no room for what a migration writes. Nothing of it stays, and
// once there is room the same migrations go through.
func TestFull(t *testing.T) {
	for name, each := range map[string]bool{"at once": false, "migration by migration": true} {
		s := scene{files: fstest.MapFS{
			"1_notes.sql": file("CREATE TABLE notes (text TEXT);"),
			"2_fill.sql": file(`CREATE INDEX notes_text ON notes (text);
				INSERT INTO notes WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) SELECT printf('%01000d', i) FROM n;`),
		}}
		if each {
			s.options, s.stages = []dbmend.Option{dbmend.TransactionEach()}, []string{"1"}
		}
		t.Run(name, func(t *testing.T) {
			ends := s.ends(t, nil)
			path := put(t, nil)
			small := open(t, address(path, "_pragma=max_page_count(20)"))
			_, err := s.migrator(t, small).Up(t.Context())
			failure, ok := errors.AsType[*dbmend.StatementError](err)
			if !ok || failure.Path != "2_fill.sql" || failure.Line != 2 || failure.During != "run" {
				t.Fatalf("up: %v; wanted a StatementError at 2_fill.sql:2", err)
			}
			if !strings.Contains(err.Error(), "database or disk is full") {
				t.Errorf("up: %v; it does not say what is wrong", err)
			}
			small.Close()
			if n := failuresNoted(t, path); n != 0 {
				t.Errorf("the journal tells of %d failures: there was no room for them", n)
			}
			if found, want := picture(t, path), ends[len(ends)-2]; found != want {
				t.Errorf("it left\n%s\nwanted\n%s", found, want)
			}
			if _, err := s.migrator(t, open(t, path)).Up(t.Context()); err != nil {
				t.Fatalf("with more room: %v", err)
			}
			if found, want := picture(t, path), ends[len(ends)-1]; found != want {
				t.Errorf("it ended in\n%s\nwanted\n%s", found, want)
			}
		})
	}
}

// TestInterrupted: whoever presses Ctrl-C in the middle of a statement that takes
// for ever gets the terminal back, and the database as it was.
func TestInterrupted(t *testing.T) {
	const forEver = "INSERT INTO notes WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;"
	create := "CREATE TABLE notes (text TEXT);"
	for name, live := range map[string]string{
		"while it runs":       "",
		"while it is learnt":  create + "INSERT INTO notes VALUES ('one');",
		"while it is counted": create + "CREATE INDEX notes_text ON notes (text); INSERT INTO notes VALUES ('one');",
	} {
		t.Run(name, func(t *testing.T) {
			s := scene{live: live, files: fstest.MapFS{
				"1_notes.sql": file(create),
				"2_fill.sql":  file("CREATE INDEX notes_text ON notes (text);\n" + forEver),
			}}
			path := put(t, s.build(t))
			before := picture(t, path)
			db := open(t, address(path, "_pragma=foreign_keys(1)&_pragma=busy_timeout(1234)"))
			settings := sessionOf(t, db)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(200*time.Millisecond, cancel)
			began := time.Now()
			report, err := s.migrator(t, db).Up(ctx)
			if !errors.Is(err, context.Canceled) || !report.Nothing() {
				t.Errorf("up: %v, ran %v; wanted %v", err, steps(report), context.Canceled)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v to stop", took)
			}
			if found := picture(t, path); found != before {
				t.Errorf("it left\n%s\nwanted\n%s", found, before)
			}
			if got := queryJSON(t, db, "SELECT count(*) FROM sqlite_master WHERE name = 'dbmend_journal'"); got != `[["0"]]` {
				t.Error("an interruption was written to a journal")
			}
			if now := sessionOf(t, db); now != settings {
				t.Errorf("the connection has other settings: %s\nit was %s", now, settings)
			}
		})
	}
}
