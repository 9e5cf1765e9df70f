package postgres

import (
	"database/sql"
	"testing"

	"github.com/dbmend/dbmend/internal/testserver"
)

// A situation of a run that takes a stamp ahead of its commit. Sessions have no lock
// in common: others change what they like.
var stamping = map[string]struct {
	before, during []string // what another session does before the run has changed anything, and before its stamp
	after          []string // and after its commit
	elsewhere      bool     // it is in another database
	third          bool     // a third session ends a transaction right before the stamp
	quick          bool     // a row tells that nobody has changed anything
	same           bool     // and if not that, a whole stamp
}{
	"nobody else is there":           {quick: true, same: true},
	"another looks":                  {before: []string{"BEGIN", "SELECT * FROM notes"}, after: []string{"COMMIT"}, quick: true, same: true},
	"another was through":            {before: []string{"CREATE TABLE theirs ()"}, during: []string{"DROP TABLE theirs"}, quick: true, same: true},
	"another changes something":      {after: []string{"CREATE TABLE theirs ()"}},
	"another undoes it":              {after: []string{"BEGIN", "CREATE TABLE theirs ()", "ROLLBACK"}, same: true},
	"another writes rows":            {after: []string{"INSERT INTO notes VALUES (1)"}, same: true},
	"another writes elsewhere":       {after: []string{"CREATE TABLE theirs ()"}, elsewhere: true, same: true},
	"another is under way elsewhere": {before: []string{"BEGIN", "CREATE TABLE theirs ()"}, after: []string{"COMMIT"}, elsewhere: true, same: true},
	// Its number is lower than the run's, and above the end of what the run's snapshot knows.
	"another was under way before": {before: []string{"BEGIN", "CREATE TABLE theirs ()"}, after: []string{"COMMIT"}},
	"another was under way before, and a third one has ended": {
		before: []string{"BEGIN", "CREATE TABLE theirs ()"}, after: []string{"COMMIT"}, third: true,
	},
	"a third one has ended": {third: true, quick: true, same: true},
	// Its number is higher than the run's.
	"another is under way": {during: []string{"BEGIN", "CREATE TABLE theirs ()"}, after: []string{"COMMIT"}},
	"another has a transaction without a number": {
		before: []string{"BEGIN", "SELECT * FROM notes"}, after: []string{"CREATE TABLE theirs ()", "COMMIT"},
	},
	"another has prepared": {
		before: []string{"BEGIN", "CREATE TABLE theirs ()", "PREPARE TRANSACTION 'x'"}, after: []string{"COMMIT PREPARED 'x'"},
	},
	"another drops by a savepoint": {
		before: []string{"BEGIN", "SAVEPOINT x", "DROP TABLE gone", "RELEASE SAVEPOINT x"}, after: []string{"COMMIT"},
	},
}

// A stamp that a run takes tells, behind the commit, of all that anybody else changes,
// and by the quick way only what is so.
func TestStampOfARun(t *testing.T) {
	server := testserver.PostgresServer(t, "-c", "autovacuum=off", "-c", "max_prepared_transactions=1")
	for name, c := range stamping {
		t.Run(name, func(t *testing.T) {
			pool := openPool(t, server.DSN(t))
			d := take(t, pool)
			execute(t, d, "CREATE TABLE notes (id integer)", "CREATE TABLE gone (id integer)")
			if c.elsewhere {
				pool = openPool(t, server.DSN(t))
			}
			other, err := pool.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			direct(t, other, c.before...)
			start(t, d)
			execute(t, d, "INSERT INTO notes VALUES (7)")
			direct(t, other, c.during...)
			if c.third {
				execute(t, take(t, pool), "INSERT INTO notes VALUES (9)")
			}
			stamp, err := d.Stamp(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			execute(t, d, "INSERT INTO notes VALUES (8)")
			finish(t, d)
			direct(t, other, c.after...)
			if quick := (Engine{}).SameStamp(stamp, value(t, d, "SELECT "+Engine{}.StampQuery())); quick != c.quick {
				t.Errorf("by a row they are the same: %v", quick)
			}
			now, err := d.Stamp(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if same := (Engine{}).SameStamp(stamp, now); same != c.same {
				t.Errorf("they are the same: %v", same)
			}
		})
	}
}

// A run in an empty database changes it by one number, so that a row tells that it was
// the last.
func TestStampOfAFreshInstall(t *testing.T) {
	server := testserver.PostgresServer(t, "-c", "autovacuum=off")
	d := take(t, openPool(t, server.DSN(t)))
	start(t, d)
	execute(t, d, "CREATE TABLE notes (id integer)", "CREATE INDEX by_id ON notes (id)", "ALTER TABLE notes ADD COLUMN title text")
	stamp, err := d.Stamp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	finish(t, d)
	if !(Engine{}).SameStamp(stamp, value(t, d, "SELECT "+Engine{}.StampQuery())) {
		t.Error("a row does not tell that nobody has changed anything")
	}
}

// direct runs statements on a connection of the driver's.
func direct(t *testing.T, conn *sql.Conn, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
