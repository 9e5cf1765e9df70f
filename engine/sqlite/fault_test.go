package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"modernc.org/sqlite"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/fault"
)

var errDisk = errors.New("disk I/O error (10)")

// failing returns the pool of an application that checks foreign keys, on a
// database with a row, and the driver that can be told to fail.
func failing(t *testing.T) (*fault.Driver, *sql.DB) {
	t.Helper()
	f := fault.New(new(sqlite.Driver))
	pool := f.OpenDB(address(t, "?_pragma=foreign_keys(1)&_pragma=busy_timeout(1234)&_pragma=synchronous(0)"))
	t.Cleanup(func() { pool.Close() })
	pool.SetMaxOpenConns(1)
	setUp(t, pool, "CREATE TABLE notes (id INTEGER PRIMARY KEY)", "INSERT INTO notes VALUES (1)")
	return f, pool
}

// fails is the fault of every call of a statement: it is not carried out.
func fails(t *testing.T, statement string) fault.Fault {
	return fault.Fault{First: 1, Last: math.MaxInt, Before: noticed(t, statement, errDisk)}
}

// loses is the fault of every answer to a statement: it is carried out.
func loses(t *testing.T, statement string) fault.Fault {
	var err error
	is := noticed(t, statement, errDisk)
	return fault.Fault{First: 1, Last: math.MaxInt,
		Before: func(call string, c driver.Conn) error { err = is(call, c); return nil },
		After:  func(own error) error { return cmp.Or(own, err) },
	}
}

// noticed returns what gives the error for a statement, and none for any other. A
// test in which the statement is never run has not seen its fault, and fails.
func noticed(t *testing.T, statement string, err error) func(string, driver.Conn) error {
	ran := false
	t.Cleanup(func() {
		if !ran {
			t.Errorf("%s was never run", statement)
		}
	})
	return func(call string, _ driver.Conn) error {
		if call != statement {
			return nil
		}
		ran = true
		return err
	}
}

// found returns what the application finds on the connection that the pool gives
// it: settings, whether it can begin a transaction, and the rows.
func found(t *testing.T, pool *sql.DB) string {
	t.Helper()
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var have []string
	for _, query := range []string{"PRAGMA foreign_keys", "PRAGMA busy_timeout", "PRAGMA legacy_alter_table", "SELECT group_concat(id) FROM notes"} {
		var text string
		if err := conn.QueryRowContext(t.Context(), query).Scan(&text); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		have = append(have, text)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE; ROLLBACK"); err != nil {
		have = append(have, err.Error())
	}
	return strings.Join(have, " ")
}

// Wherever a session fails, and in whatever way: the application gets a
// connection that checks foreign keys, waits as long as it was told to and holds
// no lock, and the database is that from before a transaction or from after it.
func TestWhereverASessionFails(t *testing.T) {
	session := func(ctx context.Context, pool *sql.DB) (err error) {
		d, err := connect(ctx, pool)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.Close()) }()
		for _, step := range []struct {
			mode       engine.TxMode
			statements []string
		}{
			{engine.Rebuild, []string{"INSERT INTO notes VALUES (2)", "PRAGMA legacy_alter_table = ON"}},
			{engine.Normal, []string{"INSERT INTO notes VALUES (3)", "INSERT OR ROLLBACK INTO notes VALUES (3)"}},
			{engine.Rebuild, []string{"INSERT INTO notes VALUES (4)"}},
		} {
			if err := d.Begin(ctx, step.mode); err != nil {
				return err
			}
			var failed error
			for _, statement := range step.statements {
				_, err := d.Exec(ctx, statement)
				failed = errors.Join(failed, err)
			}
			if failed == nil {
				failed = d.Commit(ctx)
			}
			if failed != nil {
				if err := d.Rollback(ctx); err != nil {
					return errors.Join(failed, err)
				}
			}
		}
		return nil
	}
	for name, at := range map[string]func(call int, cancel func()) fault.Fault{
		"it fails": func(call int, _ func()) fault.Fault { return fault.Fail(call, errDisk) },
		"it is carried out and its answer is lost": func(call int, _ func()) fault.Fault { return fault.Lose(call, errDisk) },
		"nothing works from there on":              func(call int, _ func()) fault.Fault { return fault.FailFrom(call, errDisk) },
		"all works from there on and no answer comes": func(call int, _ func()) fault.Fault {
			f := fault.Lose(call, errDisk)
			f.Last = math.MaxInt
			return f
		},
		"the connection is lost":   func(call int, _ func()) fault.Fault { return fault.Fail(call, driver.ErrBadConn) },
		"the context is cancelled": func(call int, cancel func()) fault.Fault { return fault.Meanwhile(call, cancel) },
		"the context is cancelled behind it": func(call int, cancel func()) fault.Fault {
			return fault.Fault{First: call, After: func(error) error { cancel(); return context.Canceled }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for call := 1; ; call++ {
				f, pool := failing(t)
				ctx, cancel := context.WithCancel(t.Context())
				f.Set(at(call, cancel))
				err := session(ctx, pool)
				cancel()
				struck := f.Struck()
				f.Set(fault.Fault{})
				have := found(t, pool)
				rows, ok := strings.CutPrefix(have, "1 1234 0 ")
				if !ok || !slices.Contains([]string{"1", "1,2", "1,4", "1,2,4"}, rows) {
					t.Errorf("call %d, %s: %v\nand the application finds: %s", call, struck, err, have)
				}
				pool.Close()
				if struck == "" {
					if err != nil || rows != "1,2,4" || call < 40 {
						t.Errorf("undisturbed, %d calls: %v, rows %s", f.Calls(), err, rows)
					}
					return
				}
			}
		})
	}
}

// A connection is thrown away only where there is a doubt left: it may be a
// database in memory, and go with it.
func TestPoolKeepsWhatIsInOrder(t *testing.T) {
	const on, busy, calm = "PRAGMA foreign_keys = '1'", "PRAGMA busy_timeout = '1234'", "PRAGMA busy_timeout = '250'"
	none := func(*testing.T, string) fault.Fault { return fault.Fault{} }
	for _, test := range []struct {
		name      string
		fault     func(t *testing.T, statement string) fault.Fault
		statement string
		kept      bool
	}{
		{"no fault", none, "", true},
		{"it has not begun", fails, "BEGIN IMMEDIATE", true},
		{"it has begun and does not say so", loses, "BEGIN IMMEDIATE", true},
		{"foreign keys are unchecked and it does not say so", loses, "PRAGMA foreign_keys = '0'", true},
		{"it does not wait for readers", fails, calm, true},
		{"it does not say that it has rolled back", loses, "ROLLBACK", true}, // asked again, it says that nothing is open
		{"it does not roll back", fails, "ROLLBACK", false},
		{"foreign keys stay unchecked", fails, on, false},
		{"it does not say that foreign keys are checked", loses, on, false},
		{"it waits longer for ever", fails, busy, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, pool := failing(t)
			d, err := connect(t.Context(), pool)
			if err != nil {
				t.Fatal(err)
			}
			f.Set(test.fault(t, test.statement))
			if d.Begin(t.Context(), engine.Rebuild) == nil {
				execute(t, d, "INSERT INTO notes VALUES (2)")
			}
			_ = d.Rollback(t.Context()) // what matters is what Close makes of it
			if err := d.Close(); (err == nil) != test.kept {
				t.Errorf("close: %v", err)
			}
			if kept := pool.Stats().OpenConnections == 1; kept != test.kept {
				t.Errorf("the pool has the connection: %v, want %v", kept, test.kept)
			}
			f.Set(fault.Fault{})
			if have, want := found(t, pool), "1 1234 0 1"; have != want {
				t.Errorf("the application finds %s, want %s", have, want)
			}
		})
	}
}

// After a rebuild that was kept, nothing runs with foreign keys unchecked.
func TestNothingRunsUncheckedBehindARebuild(t *testing.T) {
	f, pool := failing(t)
	d := take(t, pool)
	if err := d.Begin(t.Context(), engine.Rebuild); err != nil {
		t.Fatal(err)
	}
	f.Set(fails(t, "PRAGMA foreign_keys = '1'"))
	if err := d.Commit(t.Context()); err != nil {
		t.Errorf("what was committed is kept, and yet: %v", err)
	}
	if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (2)"); !errors.Is(err, errDisk) {
		t.Errorf("a statement: error %v", err)
	}
	if err := d.Begin(t.Context(), engine.Normal); !errors.Is(err, errDisk) {
		t.Errorf("a transaction: error %v", err)
	}
	f.Set(fault.Fault{})
	execute(t, d, "INSERT INTO notes VALUES (3)")
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if have, want := found(t, pool), "1 1234 0 1,3"; have != want {
		t.Errorf("the application finds %s, want %s", have, want)
	}
}

// SQLite has rolled back, and does not answer when it is asked whether it has: if
// anything ran now, it would stay.
func TestDoubtIsALoss(t *testing.T) {
	f, pool := failing(t)
	d := take(t, pool)
	if err := d.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	f.Set(fails(t, "BEGIN"))
	if _, err := d.Exec(t.Context(), "INSERT OR ROLLBACK INTO notes VALUES (1)"); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("error %v", err)
	}
	f.Set(fault.Fault{})
	if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (2)"); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("the next statement: error %v", err)
	}
	if err := d.Commit(t.Context()); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("commit: error %v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if have, want := found(t, pool), "1 1234 0 1"; have != want {
		t.Errorf("the application finds %s, want %s", have, want)
	}
}

// What was tried and could not be undone is never committed.
func TestWhatIsNotUndoneIsNotKept(t *testing.T) {
	for _, statement := range []string{"SAVEPOINT dbmend_try", "ROLLBACK TO dbmend_try", "RELEASE dbmend_try"} {
		for name, due := range map[string]func(*testing.T, string) fault.Fault{"fails": fails, "answer lost": loses} {
			t.Run(statement+"/"+name, func(t *testing.T) {
				f, pool := failing(t)
				d := take(t, pool)
				if err := d.Begin(t.Context(), engine.Normal); err != nil {
					t.Fatal(err)
				}
				f.Set(due(t, statement))
				err := d.Try(t.Context(), func(ctx context.Context) error {
					_, err := d.Exec(ctx, "INSERT INTO notes VALUES (2)")
					return err
				})
				if !errors.Is(err, engine.ErrRolledBack) {
					t.Errorf("try: error %v", err)
				}
				f.Set(fault.Fault{})
				if err := d.Commit(t.Context()); !errors.Is(err, engine.ErrRolledBack) {
					t.Errorf("commit: error %v", err)
				}
				if err := d.Close(); err != nil {
					t.Error(err)
				}
				if have, want := found(t, pool), "1 1234 0 1"; have != want {
					t.Errorf("the application finds %s, want %s", have, want)
				}
			})
		}
	}
}

// In a transaction that a statement has begun, SQLite ignores foreign_keys and says
// nothing. Neither of the two is the application's.
func TestSettingThatIsIgnored(t *testing.T) {
	_, pool := failing(t)
	d := take(t, pool)
	execute(t, d, "PRAGMA foreign_keys = OFF", "BEGIN", "INSERT INTO notes VALUES (2)")
	if err := d.Close(); err == nil || !strings.Contains(err.Error(), "foreign_keys") {
		t.Errorf("close: %v", err)
	}
	if have, want := found(t, pool), "1 1234 0 1"; have != want {
		t.Errorf("the application finds %s, want %s", have, want)
	}
}
