package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dbmend/dbmend/internal/testserver"
)

// The command is killed, and so are servers, in the middle of whatever they do. The
// next run ends where an undisturbed one ends, waits for nobody who is no more, and
// leaves no scratch database behind.

// killsVariable says how many times everything is killed at every event; "2/5" once, at those
// of the second of five parts. With -v the test tells how far it is.
const killsVariable = "DBMEND_TEST_KILLS"

// A ground is a server of the test's own, and what is migrated on it.
type ground struct {
	driver, start string // what somebody has done by hand before
	migrations    map[string]string
	leftovers     string
	server        func(t testing.TB, arguments ...string) *testserver.Server
}

var grounds = map[string]ground{
	"postgres": {
		server: testserver.PostgresServer,
		driver: "pgx",
		start:  "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL); INSERT INTO users VALUES (7, 'kept')",
		migrations: map[string]string{
			"001_users.sql": "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\nCREATE INDEX users_by_name ON users (name);",
			"002_notes.sql": "CREATE TABLE notes (id int PRIMARY KEY, author bigint REFERENCES users (id), body text);\nINSERT INTO notes VALUES (1, NULL, 'a'), (2, NULL, 'b');\nUPDATE notes SET body = body || '!';",
			"003_late.sql":  "CREATE INDEX CONCURRENTLY notes_by_body ON notes (body);",
			"004_tags.sql":  "ALTER TABLE notes ADD COLUMN tag text NOT NULL DEFAULT 'x';\nCREATE VIEW tagged AS SELECT id, tag FROM notes;",
		},
		leftovers: `SELECT datname FROM pg_database WHERE datname LIKE 'dbmend\_scratch\_%' ORDER BY 1`,
	},
	"mariadb": {
		server: testserver.MariaDBServer,
		driver: "mysql",
		start:  "CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL); INSERT INTO users VALUES (7, 'kept')",
		migrations: map[string]string{
			"001_users.sql": "CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL);\nCREATE INDEX users_by_name ON users (name);",
			"002_notes.sql": "CREATE TABLE notes (id int PRIMARY KEY, author bigint, body varchar(50), FOREIGN KEY (author) REFERENCES users (id));\nINSERT INTO notes VALUES (1, NULL, 'a'), (2, NULL, 'b');\nUPDATE notes SET body = concat(body, '!');",
			"004_tags.sql":  "ALTER TABLE notes ADD COLUMN tag varchar(9) NOT NULL DEFAULT 'x';\nCREATE VIEW tagged AS SELECT id, tag FROM notes;",
		},
		leftovers: `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'dbmend\_scratch\_%' ORDER BY 1`,
	},
}

func TestKilledOnServers(t *testing.T) {
	for name, g := range grounds {
		t.Run(name, func(t *testing.T) {
			v := &victim{ground: g, server: g.server(t), folder: t.TempDir()}
			for file, text := range g.migrations {
				if err := os.WriteFile(filepath.Join(v.folder, file), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			v.begin(t)
			begun := time.Now()
			events := v.up(t, never, -1)
			took := time.Since(begun)
			v.want = v.picture(t)
			times, first, every := many()
			v.begun, v.rounds, v.planned = time.Now(), 0, times*((events-first+every-1)/every+3)
			for range times {
				for at := first; at < events; at += every {
					v.round(t, fmt.Sprintf("killed at event %d", at), func() { v.up(t, never, at) })
				}
				for range 2 {
					after := rand.N(took)
					v.round(t, fmt.Sprintf("killed after %v", after), func() { v.up(t, after, -1) })
				}
				after := rand.N(took)
				v.round(t, fmt.Sprintf("server killed after %v", after), func() { v.crash(t, after) })
			}
			t.Logf("%d of %d were killed in the middle of their work", v.killed, v.rounds)
			if v.killed == 0 {
				t.Error("none was killed in the middle of its work")
			}
		})
	}
}

// many says how often everything is killed, at which event first, and how many further on
// next. A few are tried each time; many, at every event, if that is asked for.
func many() (times, first, every int) {
	asked := os.Getenv(killsVariable)
	if part, of, ok := strings.Cut(asked, "/"); ok {
		a, errPart := strconv.Atoi(part)
		b, errOf := strconv.Atoi(of)
		if errPart == nil && errOf == nil && a >= 1 && a <= b {
			return 1, a - 1, b
		}
	}
	if n, err := strconv.Atoi(asked); err == nil {
		return n, 0, 1
	}
	return 1, rand.N(5), 5
}

// never is the time of a kill that does not come.
const never time.Duration = -1

// A victim is a database after the other, and what they must come to.
type victim struct {
	ground
	server         *testserver.Server
	folder         string
	dsn, url       string
	want           string
	begun          time.Time
	rounds, killed int
	planned        int
}

// begin makes the next database.
func (v *victim) begin(t *testing.T) {
	t.Helper()
	v.dsn = v.server.DSN(t)
	v.url = commandURL(t, v.dsn)
	db := v.open(t)
	defer db.Close()
	for statement := range strings.SplitSeq(v.start, "; ") {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
}

func (v *victim) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open(v.driver, v.dsn)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// command runs dbmend to its end.
func (v *victim) command(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "dbmend", append([]string{"--db", v.url, "--dir", v.folder}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Errorf("dbmend %s: %v\n%s", strings.Join(args, " "), err, &out)
	}
	return out.String()
}

// up starts an up, kills it after some time or when it tells of an event, and
// returns of how many it told.
func (v *victim) up(t *testing.T, after time.Duration, at int) (events int) {
	t.Helper()
	cmd := exec.Command("dbmend", "--db", v.url, "--dir", v.folder, "--verbose", "up")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after != never {
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	for lines := bufio.NewScanner(stderr); lines.Scan(); events++ {
		if events == at {
			_ = cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err != nil {
		v.killed++
		if after == never && at < 0 {
			t.Errorf("an undisturbed run: %v", err)
		}
	}
	return events
}

// crash kills the server while an up runs, which must end, and starts it again.
func (v *victim) crash(t *testing.T, after time.Duration) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "dbmend", "--db", v.url, "--dir", v.folder, "up")
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	v.server.Kill(t)
	if err := cmd.Wait(); err != nil {
		v.killed++
	}
	v.server.Start(t)
}

// round disturbs a run, and requires of the next one what an undisturbed one does.
func (v *victim) round(t *testing.T, what string, disturb func()) {
	t.Helper()
	if v.rounds++; v.rounds%10 == 0 {
		t.Logf("round %d of %d, %d killed in the middle of their work, %v", v.rounds, v.planned, v.killed, time.Since(v.begun).Round(time.Second))
	}
	v.begin(t)
	disturb()
	v.command(t, "up")
	if got := v.picture(t); got != v.want {
		t.Errorf("%s: the next run ended in\n%s\nwanted\n%s", what, got, v.want)
	}
	if said := v.command(t, "--lock-timeout", "0", "up"); said != "nothing to do\n" {
		t.Errorf("%s: the run after the next one: %s", what, said)
	}
	v.grow(t)
	v.command(t, "diagnose") // it makes a scratch database of its own
	if left := v.values(t, v.leftovers); len(left) > 0 {
		t.Errorf("%s: left behind are %q", what, left)
	}
}

// grow makes the scratch databases two minutes older: PostgreSQL's engine spares
// those whose owner may just be on his way in.
func (v *victim) grow(t *testing.T) {
	t.Helper()
	if v.driver != "pgx" {
		return
	}
	db := v.open(t)
	defer db.Close()
	name := regexp.MustCompile(`^dbmend_scratch_([0-9a-f]{8})_([0-9a-z]{16})$`)
	for _, old := range v.values(t, v.leftovers) {
		m := name.FindStringSubmatch(old)
		if m == nil {
			t.Fatalf("a scratch database is called %s", old)
		}
		made, err := strconv.ParseInt(m[1], 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(fmt.Sprintf(`ALTER DATABASE %s RENAME TO dbmend_scratch_%08x_%s`, old, made-120, m[2])); err != nil {
			t.Fatal(err)
		}
	}
}

// picture writes down what a database has come to: schema, rows, and what is recorded.
func (v *victim) picture(t *testing.T) string {
	t.Helper()
	return v.command(t, "snapshot") +
		strings.Join(v.values(t, "SELECT concat_ws('|', id, name) FROM users ORDER BY id"), "\n") + "\n" +
		strings.Join(v.values(t, "SELECT concat_ws('|', id, body, tag) FROM notes ORDER BY id"), "\n") + "\n" +
		strings.Join(v.values(t, "SELECT DISTINCT version FROM dbmend_journal WHERE kind = 'migration' ORDER BY 1"), " ")
}

func (v *victim) values(t *testing.T, query string) (texts []string) {
	t.Helper()
	db := v.open(t)
	defer db.Close()
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
