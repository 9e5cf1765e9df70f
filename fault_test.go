package dbmend_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/internal/fault"
)

// The ways in which one call of the driver goes wrong.
var faults = []struct {
	name string
	step int // from one call that it strikes to the next
	at   func(call int, cancel func()) fault.Fault
}{
	{"it fails", 1, func(call int, _ func()) fault.Fault {
		return fault.Fail(call, errors.New("disk I/O error (10)"))
	}},
	{"it is carried out and its answer is lost", 1, func(call int, _ func()) fault.Fault {
		return fault.Lose(call, errors.New("disk I/O error (10)"))
	}},
	{"the context is cancelled", 1, func(call int, cancel func()) fault.Fault {
		return fault.Meanwhile(call, cancel)
	}},
	{"the disk is full, and SQLite rolls back by itself", 2, func(call int, _ func()) fault.Fault {
		return fault.Fault{First: call, Before: func(statement string, c driver.Conn) error {
			if c == nil || statement == "BEGIN" || strings.Contains(statement, "PRAGMA") {
				return nil // these write nothing
			}
			// It fails where no transaction is open, which is just as well.
			_, _ = c.(driver.ExecerContext).ExecContext(context.Background(), "ROLLBACK", nil)
			return errors.New("database or disk is full (13)")
		}}
	}},
	{"another is in the way for a moment", 2, func(call int, _ func()) fault.Fault {
		return fault.Fail(call, errors.New("database is locked (5) (SQLITE_BUSY)"))
	}},
	{"the connection is lost", 2, func(call int, _ func()) fault.Fault {
		return fault.Fail(call, driver.ErrBadConn)
	}},
	{"nothing works from there on", 2, func(call int, _ func()) fault.Fault {
		return fault.FailFrom(call, errors.New("disk I/O error (10)"))
	}},
}

// TestWhereverItFails fails every call that Up makes to the database, one at a
// time, and every second one in ways that are rarer. Each time the database must be
// as it was, or as it is after a run that nothing disturbed, and the next run must
// end where that one did.
func TestWhereverItFails(t *testing.T) {
	for _, s := range scenes(t) {
		content := s.build(t)
		ends := s.ends(t, content)
		for _, f := range faults {
			t.Run(s.name+"/"+f.name, func(t *testing.T) {
				t.Parallel()
				call := 1
				for struck := true; struck; call += f.step {
					struck, _ = s.survives(t, content, ends, func(cancel func()) fault.Fault {
						due := f.at(call, cancel)
						due.Spare = scratch
						return due
					})
				}
				if call < 30 {
					t.Errorf("Up was seen to make %d calls only: the faults missed most of them", call)
				}
			})
		}
	}
}

// TestWhereverScratchFails: what fails on the scratch database is no evidence about
// the live one.
func TestWhereverScratchFails(t *testing.T) {
	s := scenes(t)[2]
	content := s.build(t)
	ends := s.ends(t, content)
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			call := 1
			for struck := true; struck; call += 4 * f.step {
				struck, _ = s.survives(t, content, ends, func(cancel func()) fault.Fault { return f.at(call, cancel) })
			}
			if call < 200 {
				t.Errorf("Up was seen to make %d calls only: the faults missed most of them", call)
			}
		})
	}
}

// TestOthersAreWaitedFor: while somebody is in the way of its beginning or of its
// end, a transaction is tried again, and the run knows nothing of it.
func TestOthersAreWaitedFor(t *testing.T) {
	for _, s := range scenes(t) {
		for _, statement := range []string{"BEGIN IMMEDIATE", "COMMIT"} {
			t.Run(s.name+"/"+statement, func(t *testing.T) {
				content := s.build(t)
				times := 0
				_, err := s.survives(t, content, s.ends(t, content), func(func()) fault.Fault {
					return fault.Fault{First: 1, Last: math.MaxInt, Spare: scratch, Before: func(call string, _ driver.Conn) error {
						if call != statement || times == 5 {
							return nil
						}
						times++
						return errors.New("database is locked (5) (SQLITE_BUSY)")
					}}
				})
				if err != nil || times != 5 {
					t.Errorf("up: %v; somebody was in the way %d times, wanted 5", err, times)
				}
			})
		}
	}
}

// scratch is the name of every scratch database.
const scratch = ":memory:"

// survives runs Up with a fault and checks what it leaves. It reports whether the
// fault has struck, and what Up said.
func (s *scene) survives(t *testing.T, content []byte, ends []string, due func(cancel func()) fault.Fault) (bool, error) {
	t.Helper()
	path := put(t, content)
	d := fault.New(open(t, ":memory:").Driver())
	db := d.OpenDB(address(path, "_pragma=foreign_keys(1)&_pragma=busy_timeout(1234)&_pragma=synchronous(0)"))
	defer db.Close()
	db.SetMaxOpenConns(1)
	settings := sessionOf(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	up := s.upper(t, db)
	d.Set(due(cancel))
	_, err := up(ctx)
	call, struck := d.Calls(), d.Struck()
	d.Set(fault.Fault{})

	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("call %d, %s:\n  Up said: %v\n  "+format, slices.Concat([]any{call, strings.Join(strings.Fields(struck), " "), err}, args)...)
	}
	found := picture(t, path)
	if !slices.Contains(ends, found) {
		wrong("and left a database that no run leaves:\n%s\nwanted one of\n%s", found, strings.Join(ends, "\n"))
	}
	if err == nil && found != ends[len(ends)-1] {
		wrong("and yet not all is done:\n%s", found)
	}
	if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
		wrong("a fault became a question: %s", refusal.Questions[0].Text)
	}
	if noted := failuresNoted(t, path); noted > 1 || noted == 1 && (err == nil || ctx.Err() != nil) {
		wrong("the journal tells of %d failures", noted)
	}
	if now := sessionOf(t, db); now != settings {
		wrong("the pool has a connection with other settings: %s\nit was %s", now, settings)
	}
	if _, err := up(t.Context()); err != nil {
		wrong("the next run: %v", err)
	}
	if found := picture(t, path); found != ends[len(ends)-1] {
		wrong("the next run ended elsewhere:\n%s\nwanted\n%s", found, ends[len(ends)-1])
	}
	if report, err := up(t.Context()); err != nil || !report.Nothing() {
		wrong("the run after it: %v, ran %v", err, steps(report))
	}
	return struck != "", err
}

// failuresNoted returns how many failed tries the journal tells of.
func failuresNoted(t testing.TB, path string) (n int) {
	t.Helper()
	db := open(t, path)
	defer db.Close()
	if queryJSON(t, db, "SELECT name FROM sqlite_master WHERE name = 'dbmend_journal'") == "[]" {
		return 0
	}
	if err := db.QueryRow("SELECT count(*) FROM dbmend_journal WHERE kind = 'error'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
