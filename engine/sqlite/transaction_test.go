package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dbmend/dbmend/engine"
)

// live opens a database in a file of its own and runs statements on it.
func live(t *testing.T, statements ...string) (*database, *sql.DB) {
	t.Helper()
	pool := openPool(t, filepath.Join(t.TempDir(), "test.db"))
	d := take(t, pool)
	execute(t, d, statements...)
	return d, pool
}

// take takes a connection of the pool.
func take(t testing.TB, pool *sql.DB) *database {
	t.Helper()
	d, err := connect(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// execute runs statements.
func execute(t testing.TB, d engine.Querier, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := d.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// value returns the first value of a query, as text.
func value(t testing.TB, d engine.Querier, query string) (text string) {
	t.Helper()
	if err := d.QueryRow(t.Context(), query).Scan(&text); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}

// What refers to a row goes with it in such a transaction, and in no other; behind it the
// connection is as it was.
func TestEnforcedForOneTransaction(t *testing.T) {
	for _, found := range []string{"0", "1"} {
		t.Run("foreign_keys "+found, func(t *testing.T) {
			d, _ := live(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
				"CREATE TABLE tags (note INTEGER REFERENCES notes (id) ON DELETE CASCADE)",
				"INSERT INTO notes VALUES (1), (2)", "INSERT INTO tags VALUES (1), (2)", "PRAGMA foreign_keys = "+found)
			for _, end := range []func(context.Context) error{d.Rollback, d.Commit} {
				if err := d.Begin(t.Context(), engine.Enforced); err != nil {
					t.Fatal(err)
				}
				execute(t, d, "DELETE FROM notes WHERE id = 1")
				if have := value(t, d, "SELECT group_concat(note) FROM tags"); have != "2" {
					t.Errorf("tags of %s are left", have)
				}
				if err := end(t.Context()); err != nil {
					t.Fatal(err)
				}
				if have := value(t, d, "PRAGMA foreign_keys"); have != found {
					t.Errorf("behind it foreign_keys is %s", have)
				}
			}
		})
	}
}

// SQLite ends the transaction by itself here. What runs afterwards must not stay
// when the run it belongs to is given up.
func TestLostTransaction(t *testing.T) {
	losses := map[string]func(t *testing.T, d *database) error{
		"on conflict rollback": func(t *testing.T, d *database) error {
			_, err := d.Exec(t.Context(), "INSERT OR ROLLBACK INTO notes VALUES (1)")
			return err
		},
		"raise rollback": func(t *testing.T, d *database) error {
			_, err := d.Exec(t.Context(), "DELETE FROM notes")
			return err
		},
		"through a query": func(t *testing.T, d *database) error {
			rows, err := d.Query(t.Context(), "INSERT OR ROLLBACK INTO notes VALUES (2), (1) RETURNING id")
			if err == nil {
				for rows.Next() {
				}
				err = errors.Join(rows.Err(), rows.Close())
			}
			if err == nil {
				t.Fatal("the row was written twice")
			}
			_, err = d.Exec(t.Context(), "INSERT INTO notes VALUES (3)")
			return err
		},
		"through a row": func(t *testing.T, d *database) error {
			var id int
			if err := d.QueryRow(t.Context(), "INSERT OR ROLLBACK INTO notes VALUES (1) RETURNING id").Scan(&id); err == nil {
				t.Fatal("the row was written twice")
			}
			_, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (3)")
			return err
		},
		"by a statement of the migration's": func(t *testing.T, d *database) error {
			execute(t, d, "ROLLBACK")
			_, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (3)")
			return err
		},
	}
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			d, pool := live(t,
				"CREATE TABLE notes (id INTEGER PRIMARY KEY)",
				"INSERT INTO notes VALUES (1)",
				"CREATE TRIGGER keep BEFORE DELETE ON notes BEGIN SELECT raise(ROLLBACK, 'kept'); END",
			)
			if err := d.Begin(t.Context(), engine.Normal); err != nil {
				t.Fatal(err)
			}
			execute(t, d, "INSERT INTO notes VALUES (5)")
			if err := lose(t, d); !errors.Is(err, engine.ErrRolledBack) {
				t.Errorf("error %v does not tell of the loss", err)
			}
			if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (6)"); !errors.Is(err, engine.ErrRolledBack) {
				t.Errorf("the next statement: error %v", err)
			}
			if err := d.Try(t.Context(), func(context.Context) error { return nil }); !errors.Is(err, engine.ErrRolledBack) {
				t.Errorf("the next try: error %v", err)
			}
			if err := d.Commit(t.Context()); err == nil {
				t.Error("it was committed")
			}
			if err := d.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			if have := value(t, take(t, pool), "SELECT group_concat(id) FROM notes"); have != "1" {
				t.Errorf("the table holds %s, want 1", have)
			}
			execute(t, d, "INSERT INTO notes VALUES (7)") // and the connection is in order again
		})
	}
}

func TestTryTellsOfALostTransaction(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY)", "INSERT INTO notes VALUES (1)")
	for _, open := range []bool{true, false} {
		if open {
			if err := d.Begin(t.Context(), engine.Normal); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Try(t.Context(), func(ctx context.Context) error {
			_, err := d.Exec(ctx, "INSERT OR ROLLBACK INTO notes VALUES (1)")
			return err
		})
		if !errors.Is(err, engine.ErrRolledBack) || explain(err).Problem != engine.Violated {
			t.Errorf("error %v", err)
		}
		// Where the error was swallowed, an open transaction's loss is told all the same.
		err = d.Try(t.Context(), func(ctx context.Context) error {
			_, _ = d.Exec(ctx, "INSERT OR ROLLBACK INTO notes VALUES (1)")
			return nil
		})
		if open != errors.Is(err, engine.ErrRolledBack) {
			t.Errorf("in a transaction %v: error %v", open, err)
		}
		if err := d.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// A statement that is cancelled half-way costs the transaction: SQLite rolls it
// back. Nothing may be left open, and nothing of it may stay.
func TestCancelledStatement(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY)")
	if err := d.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	execute(t, d, "INSERT INTO notes VALUES (0)")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	_, err := d.Exec(ctx, `INSERT INTO notes
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n`)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error %v", err)
	}
	if _, err := d.Exec(t.Context(), "INSERT INTO notes VALUES (1)"); err == nil {
		// Some statements can be undone alone; then the transaction is still there.
		if err := d.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Fatal("the cancelled statement was undone alone: SQLite does otherwise")
	}
	if err := d.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	other := take(t, pool)
	if have := value(t, other, "SELECT count(*) FROM notes"); have != "0" {
		t.Errorf("%s rows have stayed", have)
	}
	if err := other.Begin(t.Context(), engine.Normal); err != nil {
		t.Errorf("a lock has stayed: %v", err)
	}
}

// Another connection reads: in rollback-journal mode a commit has to wait.
func TestCommitWaitsForReaders(t *testing.T) {
	d, pool := live(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY)", "INSERT INTO notes VALUES (1)")
	reader := take(t, pool)
	rows, err := reader.Query(t.Context(), "SELECT id FROM notes")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal("no row")
	}
	if _, err := d.Lock(t.Context(), 20*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := d.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	execute(t, d, "INSERT INTO notes VALUES (2)")
	if err := d.Commit(t.Context()); !errors.Is(err, engine.ErrLocked) {
		t.Fatalf("error %v, want %v", err, engine.ErrLocked)
	}
	// The transaction is still open, and can be committed once the reader has gone.
	rows.Close()
	if err := d.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if have := value(t, reader, "SELECT count(*) FROM notes"); have != "2" {
		t.Errorf("%s rows, want 2", have)
	}
}

func TestCommitRefusesOrphans(t *testing.T) {
	d, _ := live(t, "PRAGMA foreign_keys = ON",
		"CREATE TABLE authors (id INTEGER PRIMARY KEY)",
		"CREATE TABLE books (author REFERENCES authors DEFERRABLE INITIALLY DEFERRED)")
	if err := d.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	execute(t, d, "INSERT INTO books VALUES (1)")
	err := d.Commit(t.Context())
	if explain(err).Problem != engine.Violated {
		t.Fatalf("error %v", err)
	}
	// Not lost: what is missing can still be put right.
	execute(t, d, "INSERT INTO authors VALUES (1)")
	if err := d.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestBeginRefusesAnotherTransaction(t *testing.T) {
	d, _ := live(t)
	if _, err := d.conn.ExecContext(t.Context(), "BEGIN"); err != nil {
		t.Fatal(err)
	}
	if err := d.Begin(t.Context(), engine.Normal); err == nil || !strings.Contains(err.Error(), "within a transaction") {
		t.Errorf("error %v", err)
	}
	if _, err := d.conn.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Errorf("the transaction of somebody else has been ended: %v", err)
	}
}

// Who holds the exclusive lock keeps readers out as well, in rollback mode. They
// wait for as long as they were told to, and no context is left waiting with them.
func TestReadsWaitForAnExclusiveHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	holder := take(t, openPool(t, path))
	execute(t, holder, "CREATE TABLE notes (id INTEGER PRIMARY KEY)", "INSERT INTO notes VALUES (1)", "BEGIN EXCLUSIVE")
	d := take(t, openPool(t, path+"?_pragma=busy_timeout(60000)"))
	if d.Traits().Flavor != holder.Traits().Flavor || d.Traits().ReadOnly {
		t.Errorf("behind the lock the traits are %+v, want %+v", d.Traits(), holder.Traits())
	}
	reads := map[string]func(ctx context.Context) error{
		"inspect": func(ctx context.Context) error { _, err := d.Inspect(ctx); return err },
		"watch":   func(ctx context.Context) error { _, err := d.Watch(ctx); return err },
		"exec":    func(ctx context.Context) error { _, err := d.Exec(ctx, "INSERT INTO notes VALUES (2)"); return err },
		"row": func(ctx context.Context) error {
			var n int
			err := d.QueryRow(ctx, "SELECT count(*) FROM notes").Scan(&n)
			if explain(err).Problem == engine.Busy {
				return engine.ErrLocked // a row has SQLite's own words only
			}
			return err
		},
		"query": func(ctx context.Context) error {
			rows, err := d.Query(ctx, "SELECT id FROM notes")
			if err == nil {
				err = rows.Close()
			}
			return err
		},
	}
	for name, read := range reads {
		d.Patience(0)
		if err := read(t.Context()); !errors.Is(err, engine.ErrLocked) {
			t.Errorf("%s: error %v, want %v", name, err, engine.ErrLocked)
		}
		d.Patience(-1)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		began := time.Now()
		err := read(ctx)
		if cancel(); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 4*ease {
			t.Errorf("%s: error %v after %v", name, err, time.Since(began))
		}
	}
	// Who has waited in vain does not do so once more with the next statement.
	const patience = 3 * ease
	d.Patience(patience)
	began := time.Now()
	for range 4 {
		var n int
		if err := d.QueryRow(t.Context(), "SELECT count(*) FROM notes").Scan(&n); explain(err).Problem != engine.Busy {
			t.Errorf("error %v", err)
		}
	}
	if took := time.Since(began); took < patience || took > 4*patience {
		t.Errorf("four reads waited for %v, the first alone should for %v", took, patience)
	}

	d.Patience(time.Minute)
	released := make(chan error)
	time.AfterFunc(2*ease, func() {
		_, err := holder.conn.ExecContext(context.Background(), "COMMIT")
		released <- err
	})
	if have := value(t, d, "SELECT count(*) FROM notes"); have != "1" {
		t.Errorf("%s rows, want 1", have)
	}
	if err := <-released; err != nil {
		t.Error(err)
	}
}

// Only SQLite's own words tell of damage.
func TestDamage(t *testing.T) {
	for text, want := range map[string]bool{
		"database disk image is malformed (11)":                                true,
		"sqlite3: database disk image is malformed":                            true,
		"malformed database schema (notes)":                                    true,
		"SQL logic error: malformed database schema (notes) - near \"x\" (1)":  true,
		"SQL logic error: malformed JSON (1)":                                  false,
		"SQL logic error: no such table: database disk image is malformed (1)": false,
		"constraint failed: UNIQUE constraint failed: malformed.id (2067)":     false,
	} {
		if err := damage(errors.New(text)); errors.Is(err, engine.ErrUnreadable) != want {
			t.Errorf("%q: %v, damage %v", text, err, !want)
		}
	}
}
