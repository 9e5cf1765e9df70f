package mysql

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// notes is the table of these tests.
const notes = "CREATE TABLE notes (id int NOT NULL PRIMARY KEY, title varchar(80))"

// rows returns how many rows a table has, as another connection sees it.
func rows(t testing.TB, pool *sql.DB, table string) (n int) {
	t.Helper()
	if err := pool.QueryRow("SELECT count(*) FROM " + quote(table)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A statement on the schema commits what was before it, and what comes behind it is
// in a transaction again.
func TestTransactionGoesOnBehindDDL(t *testing.T) {
	for name, run := range map[string]func(t *testing.T, db *database, statement string) error{
		"exec": func(t *testing.T, db *database, statement string) error {
			_, err := db.Exec(t.Context(), statement)
			return err
		},
		"query": func(t *testing.T, db *database, statement string) error {
			rows, err := db.Query(t.Context(), statement)
			if err == nil {
				err = rows.Close()
			}
			return err
		},
	} {
		for _, statement := range []string{"CREATE TABLE more (id int)", "CREATE TABLE notes (id int)", "TRUNCATE TABLE empty"} {
			t.Run(name+": "+statement, func(t *testing.T) {
				db := open(t)
				must(t, db, notes, "CREATE TABLE empty (id int)")
				if err := db.Begin(t.Context(), engine.Normal); err != nil {
					t.Fatal(err)
				}
				must(t, db, "INSERT INTO notes VALUES (1, 'kept')")
				err := run(t, db, statement)
				if failed := strings.Contains(statement, "TABLE notes"); (err != nil) != failed || errors.Is(err, engine.ErrRolledBack) {
					t.Fatalf("error %v", err)
				}
				must(t, db, "INSERT INTO notes VALUES (2, 'undone')")
				if n := rows(t, db.pool, "notes"); n != 1 {
					t.Errorf("others see %d rows, want the one ahead of the statement", n)
				}
				if err := db.Rollback(t.Context()); err != nil {
					t.Fatal(err)
				}
				if n := rows(t, db.pool, "notes"); n != 1 {
					t.Errorf("behind the rollback there are %d rows", n)
				}
			})
		}
	}
}

// After a deadlock the server has undone everything. Nothing runs on its own then.
func TestDeadlockEndsTheTransaction(t *testing.T) {
	db := open(t)
	must(t, db, notes, "INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (3, 'c')")
	other, err := db.pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := db.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	must(t, db, "UPDATE notes SET title = 'x' WHERE id = 1")
	for _, statement := range []string{"BEGIN", "UPDATE notes SET title = 'y' WHERE id IN (2, 3)", "INSERT INTO notes VALUES (10, 'weighs'), (11, 'more')"} {
		if _, err := other.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	waiting := make(chan error)
	go func() {
		_, err := other.ExecContext(context.Background(), "UPDATE notes SET title = 'y' WHERE id = 1")
		waiting <- err
	}()
	time.Sleep(200 * time.Millisecond)
	_, err = db.Exec(t.Context(), "UPDATE notes SET title = 'x' WHERE id = 2")
	if !errors.Is(err, engine.ErrRolledBack) || db.Explain(err).Problem != engine.Busy {
		t.Fatalf("error %v, want %v", err, engine.ErrRolledBack)
	}
	if err := <-waiting; err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), "INSERT INTO notes VALUES (7, 'alone')"); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("error %v, want %v", err, engine.ErrRolledBack)
	}
	if err := db.QueryRow(t.Context(), "SELECT 1").Scan(new(int)); err == nil {
		t.Error("a query ran")
	}
	if err := db.Commit(t.Context()); !errors.Is(err, engine.ErrRolledBack) {
		t.Errorf("error %v, want %v", err, engine.ErrRolledBack)
	}
	if err := db.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	must(t, db, "INSERT INTO notes VALUES (8, 'a')")
	if n := rows(t, db.pool, "notes"); n != 6 {
		t.Errorf("there are %d rows", n)
	}
}

// A connection that is gone takes its transaction along, and is not given back.
func TestLostConnection(t *testing.T) {
	db := open(t)
	must(t, db, notes)
	if err := db.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	must(t, db, "INSERT INTO notes VALUES (1, 'a')")
	var id int64
	if err := db.QueryRow(t.Context(), "SELECT CONNECTION_ID()").Scan(&id); err != nil {
		t.Fatal(err)
	}
	if _, err := db.pool.Exec("KILL ?", id); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := db.Exec(t.Context(), "INSERT INTO notes VALUES (2, 'b')"); !errors.Is(err, engine.ErrRolledBack) {
			t.Errorf("error %v, want %v", err, engine.ErrRolledBack)
		}
	}
	if err := db.Close(); err == nil {
		t.Error("closing tells nothing")
	}
	if n := rows(t, db.pool, "notes"); n != 0 {
		t.Errorf("there are %d rows", n)
	}
}

// What cannot be undone is refused before it runs.
func TestTryRefusesWhatCannotBeUndone(t *testing.T) {
	for _, statement := range []string{
		"CREATE TABLE more (id int)",
		"TRUNCATE TABLE notes",
		"/*!50000 DROP TABLE notes */",
		"CALL anything()",
		"SET @a = 1",
		"SET STATEMENT max_statement_time = 1 FOR DELETE FROM notes",
		"LOCK TABLES notes WRITE",
		"COMMIT",
		"INSERT INTO loose VALUES (1)",
		"INSERT INTO `Loose` VALUES (1)",
		"UPDATE notes, loose SET title = 'b', loose.id = 2",
		"INSERT INTO over_loose VALUES (1)",
	} {
		t.Run(statement, func(t *testing.T) {
			db := open(t)
			must(t, db, notes, "INSERT INTO notes VALUES (1, 'a')")
			if strings.Contains(strings.ToLower(statement), "loose") {
				must(t, db, "CREATE TABLE loose (id int) ENGINE = MyISAM", "CREATE TABLE `Loose` (id int) ENGINE = Aria", "CREATE VIEW over_loose AS SELECT * FROM loose")
			}
			for _, open := range []bool{false, true} {
				if open {
					if err := db.Begin(t.Context(), engine.Normal); err != nil {
						t.Fatal(err)
					}
				}
				before := inspected(t, db)
				ran := false
				err := db.Try(t.Context(), func(ctx context.Context) error {
					_, err := db.Exec(ctx, statement)
					ran = err == nil
					return err
				})
				if ran || !errors.Is(err, engine.ErrUntried) || errors.Is(err, engine.ErrRolledBack) {
					t.Errorf("ran: %v, error %v", ran, err)
				}
				same(t, before, inspected(t, db))
				if n := rows(t, db.pool, "notes"); n != 1 {
					t.Errorf("there are %d rows", n)
				}
			}
		})
	}
}

// A trigger that writes where nothing can be undone bars all trials.
func TestTryLooksIntoTriggers(t *testing.T) {
	db := open(t)
	must(t, db, notes, "CREATE TABLE loose (id int) ENGINE = MyISAM",
		"CREATE TRIGGER log AFTER INSERT ON notes FOR EACH ROW INSERT INTO loose VALUES (1)")
	err := db.Try(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, "INSERT INTO notes VALUES (1, 'a')")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "loose") {
		t.Errorf("error %v", err)
	}
}

// Behind a rebuild foreign keys are checked again, whatever ended it.
func TestRebuildChecksAgain(t *testing.T) {
	db := open(t)
	must(t, db, notes, "CREATE TABLE loans (id int PRIMARY KEY, note int, FOREIGN KEY (note) REFERENCES notes (id) ON DELETE CASCADE)",
		"INSERT INTO notes VALUES (1, 'a')", "INSERT INTO loans VALUES (1, 1)")
	for _, end := range []func(context.Context) error{db.Commit, db.Rollback} {
		if err := db.Begin(t.Context(), engine.Rebuild); err != nil {
			t.Fatal(err)
		}
		must(t, db, "CREATE TABLE notes_new LIKE notes", "INSERT INTO notes_new SELECT * FROM notes", "DROP TABLE notes", "ALTER TABLE notes_new RENAME TO notes")
		if err := end(t.Context()); err != nil {
			t.Fatal(err)
		}
		if orphans, err := db.Orphans(t.Context(), 9); err != nil || len(orphans) > 0 {
			t.Errorf("orphans %v, error %v", orphans, err)
		}
		if _, err := db.Exec(t.Context(), "INSERT INTO loans VALUES (2, 7)"); db.Explain(err).Problem != engine.Violated {
			t.Errorf("error %v", err)
		}
	}
}

// A session that collects statements for a COMMIT is made to commit each, and is
// given back as it was.
func TestAutocommitIsOn(t *testing.T) {
	pool := openPool(t, with(testserver.MariaDB(t), "autocommit=0"))
	pool.SetMaxOpenConns(1)
	db, err := Engine{}.Connect(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	must(t, db, notes, "INSERT INTO notes VALUES (1, 'a')")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var on bool
	if err := pool.QueryRow("SELECT @@autocommit").Scan(&on); err != nil || on {
		t.Errorf("autocommit %v, error %v", on, err)
	}
	if _, err := pool.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, pool, "notes"); n != 1 {
		t.Errorf("there are %d rows", n)
	}
}
