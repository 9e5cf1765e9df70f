package dbmend_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
)

// What happens when several start at once, and when one who works stops working.

// Both ways in which SQLite keeps a transaction apart from the file.
var journalModes = []string{"delete", "wal"}

// crowded returns the scenes that a crowd meets: nothing at all, and a database
// that a crowd of ordinary runners would break once more.
func crowded(t testing.TB) []scene {
	all := scenes(t)
	return []scene{all[0], all[2]}
}

// TestManyGoroutinesStartAtOnce: one does the work, the others find it done.
func TestManyGoroutinesStartAtOnce(t *testing.T) {
	const crowd = 8
	for _, mode := range journalModes {
		for _, s := range crowded(t) {
			t.Run(mode+"/"+s.name, func(t *testing.T) {
				content := s.build(t, "PRAGMA journal_mode = "+mode)
				ends := s.ends(t, content)
				path := put(t, content)
				gate := make(chan struct{})
				type outcome struct {
					worked bool
					err    error
				}
				outcomes := make(chan outcome)
				for range crowd {
					m := s.migrator(t, open(t, path))
					go func() {
						<-gate
						report, err := m.Up(t.Context())
						outcomes <- outcome{!report.Nothing(), err}
					}()
				}
				close(gate)
				worked := 0
				for range crowd {
					o := <-outcomes
					if o.err != nil {
						t.Errorf("up: %v", o.err)
					}
					if o.worked {
						worked++
					}
				}
				if worked != 1 {
					t.Errorf("%d did the work; wanted one", worked)
				}
				checkOnce(t, path, ends)
			})
		}
	}
}

// TestManyProcessesStartAtOnce: the same, across processes.
func TestManyProcessesStartAtOnce(t *testing.T) {
	const crowd = 5
	for _, mode := range journalModes {
		for _, s := range crowded(t) {
			t.Run(mode+"/"+s.name, func(t *testing.T) {
				content := s.build(t, "PRAGMA journal_mode = "+mode)
				ends := s.ends(t, content)
				path, folder := put(t, content), s.folder(t)
				var applications []*application
				for range crowd {
					applications = append(applications, launch(t, start{Database: path, Folder: folder}))
				}
				for _, a := range applications {
					a.release(t)
				}
				worked := 0
				for _, a := range applications {
					r, finished := a.end(t)
					if !finished {
						t.Error("an application did not come to its end")
					}
					if r.Records > 0 {
						worked++
					}
				}
				if worked != 1 {
					t.Errorf("%d did the work; wanted one", worked)
				}
				checkOnce(t, path, ends)
			})
		}
	}
}

// checkOnce requires that everything was done, and once.
func checkOnce(t *testing.T, path string, ends []string) {
	t.Helper()
	if found := picture(t, path); found != ends[len(ends)-1] {
		t.Errorf("it ended in\n%s\nwanted\n%s", found, ends[len(ends)-1])
	}
	db := open(t, path)
	defer db.Close()
	if got := queryJSON(t, db, "SELECT version, count(*) FROM dbmend_journal WHERE kind = 'migration' GROUP BY 1 HAVING count(*) <> 1"); got != "[]" {
		t.Errorf("recorded other than once: %s", got)
	}
	if got := queryJSON(t, db, "SELECT count(DISTINCT run), count(*) FROM dbmend_journal WHERE kind = 'run'"); got != `[["1","1"]]` {
		t.Errorf("runs: %s; wanted one", got)
	}
}

// TestHolderIsKilled: a process that is killed in the middle of its transaction
// leaves a hot journal, or frames in the log that nobody has committed. Whoever
// waits for it goes on at once, and finds nothing of its work.
func TestHolderIsKilled(t *testing.T) {
	for _, mode := range journalModes {
		for _, s := range append(crowded(t), heavy) {
			t.Run(mode+"/"+s.name, func(t *testing.T) {
				content := s.build(t, "PRAGMA journal_mode = "+mode)
				ends := s.ends(t, content)
				path := put(t, content)
				// With a cache of a few pages, what is not committed is in the file already.
				holder := launch(t, start{Database: address(path, "_pragma=cache_size(3)"), Folder: s.folder(t), HoldAt: 3})
				holder.release(t)
				holder.says(t, "holding")

				waiting := make(chan error)
				m := s.migrator(t, open(t, path))
				go func() {
					_, err := m.Up(t.Context())
					waiting <- err
				}()
				select {
				case err := <-waiting:
					t.Fatalf("it did not wait for the holder: %v", err)
				case <-time.After(100 * time.Millisecond):
				}
				holder.kill()
				killed := time.Now()
				if err := <-waiting; err != nil {
					t.Fatalf("up: %v", err)
				}
				if took := time.Since(killed); took > 10*time.Second {
					t.Errorf("it went on after %v", took)
				}
				checkOnce(t, path, ends)
			})
		}
	}
}

// heavy writes more than a small cache holds before its last step.
var heavy = scene{name: "many rows", files: fstest.MapFS{
	"1_log.sql": file(`CREATE TABLE log (line TEXT);
		INSERT INTO log WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT printf('%0500d', i) FROM n;
		CREATE INDEX log_line ON log (line);`),
}}

// hold takes SQLite's write lock on a connection of its own, and returns what lets
// it go.
func hold(t testing.TB, path, begin string) (release func()) {
	t.Helper()
	db := open(t, path)
	exec(t, db, begin)
	return func() { db.Close() }
}

// TestLockTimeout: who does not get the lock in time says so, and has changed
// nothing.
func TestLockTimeout(t *testing.T) {
	for _, mode := range journalModes {
		for _, timeout := range []time.Duration{0, 200 * time.Millisecond} {
			for _, begin := range []string{"BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"} {
				t.Run(fmt.Sprintf("%s/%v/%s", mode, timeout, begin), func(t *testing.T) {
					checkLockTimeout(t, mode, begin, timeout)
				})
			}
		}
	}
}

func checkLockTimeout(t *testing.T, mode, begin string, timeout time.Duration) {
	s := crowded(t)[1]
	path := put(t, s.build(t, "PRAGMA journal_mode = "+mode))
	before, sum := picture(t, path), fileSum(t, path)
	release := hold(t, path, begin)
	db := open(t, path)
	began := time.Now()
	report, err := s.migrator(t, db, dbmend.LockTimeout(timeout)).Up(t.Context())
	took := time.Since(began)
	if !errors.Is(err, engine.ErrLocked) || !report.Nothing() {
		t.Errorf("up: %v, ran %v; wanted %v", err, steps(report), engine.ErrLocked)
	}
	if took < timeout || took > timeout+2*time.Second {
		t.Errorf("it waited for %v; wanted %v", took, timeout)
	}
	release()
	db.Close()
	if picture(t, path) != before || fileSum(t, path) != sum {
		t.Error("it changed the database")
	}
}

// TestWaitsForExclusiveHolder: in rollback mode, a runner whose work outgrows the
// cache keeps readers out as well, for as long as it works. Who starts meanwhile
// waits for it, however short SQLite's own patience is.
func TestWaitsForExclusiveHolder(t *testing.T) {
	t.Parallel()
	s := crowded(t)[1]
	content := s.build(t)
	ends := s.ends(t, content)
	path := put(t, content)
	const held = 2 * time.Second
	time.AfterFunc(held, hold(t, path, "BEGIN EXCLUSIVE"))
	began := time.Now()
	if _, err := s.migrator(t, open(t, path)).Up(t.Context()); err != nil {
		t.Fatalf("up: %v", err)
	}
	if took := time.Since(began); took < held-100*time.Millisecond {
		t.Errorf("it took %v: the holder was in nobody's way", took)
	}
	checkOnce(t, path, ends)
}

// TestCancelledWhileWaiting: an application that is stopped while it waits for
// another stops.
func TestCancelledWhileWaiting(t *testing.T) {
	for _, mode := range journalModes {
		for _, begin := range []string{"BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"} {
			t.Run(mode+"/"+begin, func(t *testing.T) {
				s := crowded(t)[1]
				path := put(t, s.build(t, "PRAGMA journal_mode = "+mode))
				before, sum := picture(t, path), fileSum(t, path)
				release := hold(t, path, begin)
				db := open(t, path)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(100*time.Millisecond, cancel)
				began := time.Now()
				_, err := s.migrator(t, db, dbmend.LockTimeout(-1)).Up(ctx)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("up: %v; wanted %v", err, context.Canceled)
				}
				if took := time.Since(began); took > 2*time.Second {
					t.Errorf("it stopped after %v", took)
				}
				release()
				db.Close()
				if picture(t, path) != before || fileSum(t, path) != sum {
					t.Error("it changed the database")
				}
			})
		}
	}
}

// TestReaderIsNotInTheWay: an application that reads for a while, in rollback mode,
// keeps a commit waiting but never makes it fail.
func TestReaderIsNotInTheWay(t *testing.T) {
	s := crowded(t)[1]
	content := s.build(t)
	ends := s.ends(t, content)
	path := put(t, content)
	reader := open(t, path)
	rows, err := reader.Query("SELECT * FROM notes")
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal("there are no notes")
	}
	time.AfterFunc(300*time.Millisecond, func() { rows.Close() })
	began := time.Now()
	if _, err := s.migrator(t, open(t, path)).Up(t.Context()); err != nil {
		t.Fatalf("up: %v", err)
	}
	if took := time.Since(began); took < 250*time.Millisecond {
		t.Errorf("it took %v: the reader was in nobody's way", took)
	}
	checkOnce(t, path, ends)
}
