package dbmend_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dbmend/dbmend/internal/testserver"
)

// loadVariable says how many megabytes the greatest database of the test of loads has.
const loadVariable = "DBMEND_TEST_LOAD"

// A burden is a database with many rows, which an application writes to all the while.
type burden struct {
	name       string
	product    string // of a server; "" for SQLite
	open       func(t *testing.T) (dsn string, db *sql.DB)
	live       []string // what is there; the last one fills it with so many rows of a kilobyte
	write      string   // what the application does, with the number of a row
	migrations fstest.MapFS
}

// firstWritten is the number of the first row that the application writes.
const firstWritten = 100_000_000

var burdens = []burden{
	{
		name: "sqlite, delete", open: openBurden("delete"), live: liveSQLite, write: "INSERT INTO events (id, owner, body) VALUES (?, 1, 'written')", migrations: loadsSQLite,
	},
	{
		name: "sqlite, wal", open: openBurden("wal"), live: liveSQLite, write: "INSERT INTO events (id, owner, body) VALUES (?, 1, 'written')", migrations: loadsSQLite,
	},
	{
		name: "postgres", product: "postgres",
		open: func(t *testing.T) (string, *sql.DB) {
			dsn := testserver.Postgres(t)
			return dsn, openPostgres(t, dsn, nil)
		},
		live: []string{
			"CREATE TABLE events (id bigint PRIMARY KEY, owner bigint, body text)",
			"INSERT INTO events SELECT i, i %% 100, lpad(i::text, 1000, '0') FROM generate_series(1, %d) AS i",
		},
		write: "INSERT INTO events (id, owner, body) VALUES ($1, 1, 'written')",
		migrations: fstest.MapFS{
			"1_events.sql": file("CREATE TABLE events (id bigint PRIMARY KEY, owner bigint, body text);\nCREATE INDEX events_owner ON events (owner);"),
			"2_kinds.sql": file("CREATE TABLE kinds (id int PRIMARY KEY, name text);\nINSERT INTO kinds VALUES (1, 'a'), (2, 'b');\n" +
				"ALTER TABLE events ADD COLUMN kind int NOT NULL DEFAULT 1 REFERENCES kinds (id);"),
			"3_size.sql": file("ALTER TABLE events ADD COLUMN size int;\nUPDATE events SET size = length(body);\nCREATE INDEX events_size ON events (size);"),
		},
	},
	{
		name: "mariadb", product: "mariadb",
		open: func(t *testing.T) (string, *sql.DB) {
			dsn := testserver.MariaDB(t)
			return dsn, openMariaDB(t, dsn, nil)
		},
		live: []string{
			"CREATE TABLE events (id bigint PRIMARY KEY, owner bigint, body varchar(2000))",
			"INSERT INTO events SELECT seq, seq %% 100, lpad(seq, 1000, '0') FROM seq_1_to_%d",
		},
		write: "INSERT INTO events (id, owner, body) VALUES (?, 1, 'written')",
		migrations: fstest.MapFS{
			"1_events.sql": file("CREATE TABLE events (id bigint PRIMARY KEY, owner bigint, body varchar(2000));\nCREATE INDEX events_owner ON events (owner);"),
			"2_kinds.sql": file("CREATE TABLE kinds (id int PRIMARY KEY, name varchar(9));\nINSERT INTO kinds VALUES (1, 'a'), (2, 'b');\n" +
				"ALTER TABLE events ADD COLUMN kind int NOT NULL DEFAULT 1;"),
			"3_size.sql": file("ALTER TABLE events ADD COLUMN size int;\nUPDATE events SET size = length(body);\nCREATE INDEX events_size ON events (size);"),
		},
	},
}

var liveSQLite = []string{
	"CREATE TABLE events (id INTEGER PRIMARY KEY, owner INTEGER, body TEXT)",
	"INSERT INTO events WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i, i %% 100, printf('%%01000d', i) FROM n",
}

// loadsSQLite makes the great table anew, which is the most that there is to do.
var loadsSQLite = fstest.MapFS{
	"1_events.sql": file("CREATE TABLE events (id INTEGER PRIMARY KEY, owner INTEGER, body TEXT);\nCREATE INDEX events_owner ON events (owner);"),
	"2_kinds.sql":  file("CREATE TABLE kinds (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO kinds VALUES (1, 'a'), (2, 'b');"),
	"3_kind.sql": file("CREATE TABLE events_new (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, body TEXT, kind INTEGER NOT NULL DEFAULT 1 REFERENCES kinds (id));\n" +
		"INSERT INTO events_new (id, owner, body) SELECT id, owner, body FROM events;\nDROP TABLE events;\nALTER TABLE events_new RENAME TO events;\nCREATE INDEX events_owner ON events (owner);"),
	"4_size.sql": file("ALTER TABLE events ADD COLUMN size INTEGER;\nUPDATE events SET size = length(body);\nCREATE INDEX events_size ON events (size);"),
}

func openBurden(mode string) func(t *testing.T) (string, *sql.DB) {
	return func(t *testing.T) (string, *sql.DB) {
		path := filepath.Join(t.TempDir(), "live.db")
		db := open(t, address(path, "_pragma=synchronous(off)&_pragma=busy_timeout(600000)"))
		exec(t, db, "PRAGMA journal_mode = "+mode)
		return address(path, "_pragma=busy_timeout(600000)"), db
	}
}

// TestLoad heals a great database, and one of a tenth of it, while an application
// writes. The process takes about as much memory for both, no write fails, and all of
// them are there afterwards.
func TestLoad(t *testing.T) {
	most := 40
	if n, err := strconv.Atoi(os.Getenv(loadVariable)); err == nil {
		most = n
	}
	for _, b := range burdens {
		t.Run(b.name, func(t *testing.T) {
			little := b.heal(t, most/10)
			much := b.heal(t, most)
			// What a runtime takes differs by some from one run to the next.
			const slack = 24 << 10
			if runtime.GOOS == "linux" && much > little+slack {
				t.Errorf("it took %d KiB of memory for %d MB, and %d KiB for %d MB", little, most/10, much, most)
			}
		})
	}
}

// heal heals one database of so many megabytes, and returns the most memory that it
// took.
func (b *burden) heal(t *testing.T, megabytes int) (peak int64) {
	t.Helper()
	dsn, db := b.open(t)
	rows := megabytes * 1000
	for i, statement := range b.live {
		if i == len(b.live)-1 {
			statement = fmt.Sprintf(statement, rows)
		}
		exec(t, db, statement)
	}
	s := scene{files: b.migrations}
	a := launch(t, start{Product: b.product, Database: dsn, Folder: s.folder(t)})
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan writes)
	go func() { written <- b.application(ctx, db) }()
	time.Sleep(50 * time.Millisecond)
	began := time.Now()
	a.release(t)
	r, finished := a.end(t)
	took := time.Since(began)
	if !finished {
		t.Error("it did not come to its end")
	}
	time.Sleep(50 * time.Millisecond)
	stop()
	w := <-written
	t.Logf("%d MB healed in %v with %d MiB; %d writes meanwhile, the longest of them took %v",
		megabytes, took.Round(time.Millisecond), r.Peak>>10, w.kept, w.longest.Round(time.Millisecond))
	if w.err != nil {
		t.Errorf("a write failed: %v", w.err)
	}
	for query, want := range map[string]int{
		"SELECT count(*) FROM events":                                                           rows + w.kept,
		fmt.Sprintf("SELECT count(*) FROM events WHERE id >= %d", firstWritten):                 w.kept,
		fmt.Sprintf("SELECT count(*) FROM events WHERE length(body) = 1000 AND id <= %d", rows): rows,
		"SELECT count(*) FROM events WHERE kind = 1":                                            rows + w.kept,
		fmt.Sprintf("SELECT count(*) FROM events WHERE size = length(body) AND id <= %d", rows): rows,
		"SELECT count(DISTINCT version) FROM dbmend_journal WHERE kind = 'migration'":           len(b.migrations),
	} {
		if got := queryJSON(t, db, query); got != fmt.Sprintf(`[["%d"]]`, want) {
			t.Errorf("%s: %s; wanted %d", query, got, want)
		}
	}
	if w.kept < 3 {
		t.Errorf("the application wrote %d rows only", w.kept)
	}
	return r.Peak
}

// writes are what an application has written.
type writes struct {
	kept    int
	longest time.Duration
	err     error
}

// application writes a row, and the next one, until it is stopped.
func (b *burden) application(ctx context.Context, db *sql.DB) (w writes) {
	for ctx.Err() == nil {
		began := time.Now()
		if _, err := db.Exec(b.write, firstWritten+w.kept); err != nil {
			w.err = err
			return w
		}
		w.kept++
		w.longest = max(w.longest, time.Since(began))
		time.Sleep(5 * time.Millisecond)
	}
	return w
}
