package fault_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"testing"

	"modernc.org/sqlite"

	"github.com/dbmend/dbmend/internal/fault"
)

var errDisk = errors.New("disk I/O error")

// open returns a table of notes behind a driver that can be told to fail.
func open(t *testing.T) (*fault.Driver, *sql.DB) {
	t.Helper()
	d := fault.New(new(sqlite.Driver))
	db := d.OpenDB(filepath.Join(t.TempDir(), "notes.db"))
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	if _, err := db.Exec("CREATE TABLE notes (text TEXT)"); err != nil {
		t.Fatal(err)
	}
	d.Set(fault.Fault{})
	return d, db
}

func count(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRow("SELECT count(*) FROM notes").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const insert = "INSERT INTO notes VALUES ('one')"

func TestFailedCallIsNotCarriedOut(t *testing.T) {
	d, db := open(t)
	d.Set(fault.Fail(2, errDisk))
	for call, want := range []error{nil, errDisk, nil} {
		if _, err := db.Exec(insert); !errors.Is(err, want) {
			t.Errorf("call %d: %v; wanted %v", call+1, err, want)
		}
	}
	if d.Calls() != 3 || d.Struck() != insert {
		t.Errorf("%d calls, struck %q", d.Calls(), d.Struck())
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows; wanted 2", n)
	}
}

func TestCallWhoseAnswerIsLostIsCarriedOut(t *testing.T) {
	d, db := open(t)
	d.Set(fault.Lose(1, errDisk))
	if _, err := db.Exec(insert); !errors.Is(err, errDisk) {
		t.Fatalf("insert: %v", err)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows; wanted 1", n)
	}
}

func TestGoneIsGoneForGood(t *testing.T) {
	d, db := open(t)
	d.Set(fault.FailFrom(2, errDisk))
	for call, want := range []error{nil, errDisk, errDisk, errDisk} {
		if _, err := db.Exec(insert); !errors.Is(err, want) {
			t.Errorf("call %d: %v; wanted %v", call+1, err, want)
		}
	}
	d.Set(fault.Fault{})
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows; wanted 1", n)
	}
}

func TestSomethingElseHappensMeanwhile(t *testing.T) {
	d, db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	d.Set(fault.Meanwhile(1, cancel))
	if _, err := db.ExecContext(ctx, insert); !errors.Is(err, context.Canceled) {
		t.Errorf("insert: %v", err)
	}
}

// TestBeforeReachesTheConnection: what only the connection can do by itself, such
// as ending its transaction, a fault can do too.
func TestBeforeReachesTheConnection(t *testing.T) {
	d, db := open(t)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	d.Set(fault.Fault{First: 1, Before: func(_ string, c driver.Conn) error {
		_, err := c.(driver.ExecerContext).ExecContext(context.Background(), "ROLLBACK", nil)
		return errors.Join(err, errDisk)
	}})
	if _, err := tx.Exec(insert); !errors.Is(err, errDisk) {
		t.Fatalf("insert: %v", err)
	}
	if err := tx.Commit(); err == nil {
		t.Error("there was a transaction left to commit")
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows; wanted none", n)
	}
}

func TestSparedDatabaseIsLeftAlone(t *testing.T) {
	d, db := open(t)
	f := fault.Fail(1, errDisk)
	f.Spare = ":memory:"
	d.Set(f)
	spared := d.OpenDB(":memory:")
	defer spared.Close()
	if _, err := spared.Exec("CREATE TABLE notes (text TEXT)"); err != nil {
		t.Errorf("the spared database: %v", err)
	}
	if _, err := db.Exec(insert); !errors.Is(err, errDisk) {
		t.Errorf("the other one: %v", err)
	}
}

// TestEveryKindOfCallIsCounted: whatever a subject does, there is a place for a
// fault.
func TestEveryKindOfCallIsCounted(t *testing.T) {
	steps := func(db *sql.DB) error {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		prepared, err := tx.Prepare("INSERT INTO notes VALUES (?)")
		if err != nil {
			return err
		}
		if _, err := prepared.Exec("two"); err != nil {
			return err
		}
		rows, err := tx.Query("SELECT * FROM notes")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return tx.Commit()
	}
	var places []string
	for call := 1; ; call++ {
		d, db := open(t)
		d.Set(fault.Fail(call, errDisk))
		err := steps(db)
		place := d.Struck()
		if failed := place != ""; failed != errors.Is(err, errDisk) {
			t.Errorf("struck at %q: %v", place, err)
		}
		if place == "" {
			break
		}
		places = append(places, place)
	}
	const want = 6 // begin, prepare, run, ask, the end of the rows, commit
	if len(places) != want {
		t.Errorf("faults at %q; wanted %d places", places, want)
	}
}
