package dbmend_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	client "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/internal/fault"
	"github.com/dbmend/dbmend/internal/testserver"
)

// MariaDB and MySQL commit at each statement on the schema: what ran before a run was
// stopped stays. Wherever that was, and however, the next run ends where one ends that
// nothing has disturbed: schema, rows, history and journal.

// everyCallVariable asks for a stop at every call, and not at some of them; 3/20 for those of the
// third of twenty parts, which together are every call.
const everyCallVariable = "DBMEND_TEST_KILLS"

// A halt is a way in which a run is stopped at a call of the driver.
type halt struct {
	name  string
	every int // of how many calls one is tried, unless all are asked for
	fault func(call int, s *standstill) fault.Fault
}

// A standstill is a run that is to be stopped, and who can do it.
type standstill struct {
	admin  *sql.DB
	cancel context.CancelFunc
	crash  func() // kills the server
}

var halts = []halt{
	{"the server refuses it", 80, func(call int, _ *standstill) fault.Fault {
		return fault.Fail(call, &client.MySQLError{Number: 1030, Message: "Got error 168 from storage engine"})
	}},
	{"the client is killed ahead of it", 50, func(call int, _ *standstill) fault.Fault {
		return fault.FailFrom(call, driver.ErrBadConn)
	}},
	{"the client is killed while the server does it", 50, func(call int, _ *standstill) fault.Fault {
		sent := false
		return fault.Fault{First: call, Last: math.MaxInt, Before: func(string, driver.Conn) error {
			if sent {
				return driver.ErrBadConn
			}
			sent = true
			return nil
		}, After: func(error) error { return driver.ErrBadConn }}
	}},
	{"its session is killed", 80, func(call int, s *standstill) fault.Fault {
		return fault.Fault{First: call, Before: func(_ string, on driver.Conn) error { return s.kill(on) }}
	}},
	{"its session is killed behind it", 80, func(call int, s *standstill) fault.Fault {
		return fault.Fault{First: call + 1, Before: func(_ string, on driver.Conn) error { return s.kill(on) }}
	}},
	{"the application is stopped", 80, func(call int, s *standstill) fault.Fault {
		return fault.Meanwhile(call, s.cancel)
	}},
}

// The ends of a server: it is killed, and started again once the run has found out.
var crashes = []halt{
	{"ahead of it", 90, func(call int, s *standstill) fault.Fault {
		return fault.Fault{First: call, Before: func(string, driver.Conn) error { s.crash(); return nil }}
	}},
	{"while it does it", 90, func(call int, s *standstill) fault.Fault {
		return fault.Fault{First: call, After: func(error) error { s.crash(); return driver.ErrBadConn }}
	}},
}

// kill ends the session of a connection, as an administrator does.
func (s *standstill) kill(on driver.Conn) error {
	if on == nil {
		return nil
	}
	rows, err := on.(driver.QueryerContext).QueryContext(context.Background(), "SELECT connection_id()", nil)
	if err != nil {
		return err
	}
	number := make([]driver.Value, 1)
	if err := errors.Join(rows.Next(number), rows.Close()); err != nil {
		return err
	}
	_, err = s.admin.Exec(fmt.Sprintf("KILL %d", number[0]))
	return err
}

// A plight is a database of MariaDB on which there is work to do.
type plight struct {
	name  string
	live  string
	files fstest.MapFS
}

// Rows have keys of their own: numbers that a statement was given are lost with it when it
// is stopped, as the server has it.
var plights = []plight{
	{name: "an empty database", files: fstest.MapFS{
		"1_notes.sql": file(`CREATE TABLE authors (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL, age INT);
			INSERT INTO authors VALUES (1, 'Ada', 36), (2, 'Brian', 80);
			CREATE TABLE notes (id INT PRIMARY KEY, author INT, body TEXT, FOREIGN KEY (author) REFERENCES authors (id) ON DELETE CASCADE);
			INSERT INTO notes SELECT id + 10, id, name FROM authors;
			UPDATE authors SET age = age + 1;
			ALTER TABLE authors ADD COLUMN born INT;
			UPDATE authors SET born = 2000 - age;`),
		"2_rest.sql": file(`CREATE INDEX by_name ON authors (name);
			CREATE TRIGGER trim_body BEFORE INSERT ON notes FOR EACH ROW SET NEW.body = trim(NEW.body);
			CREATE VIEW long_notes AS SELECT id, body FROM notes WHERE length(body) > 3;
			INSERT INTO notes (id, body) VALUES (1, ' c '), (2, ' d ');
			UPDATE notes SET body = concat(body, '!');
			ALTER TABLE authors CHANGE name title VARCHAR(60) NOT NULL, DROP COLUMN born;
			CREATE PROCEDURE tidy() BEGIN DELETE FROM notes WHERE body IS NULL; END;
			DELETE FROM notes WHERE body = 'd!';`),
		"3_made_anew.sql": file(`CREATE TABLE authors_new (id INT PRIMARY KEY, title VARCHAR(60) NOT NULL, age INT NOT NULL);
			INSERT INTO authors_new (id, title, age) SELECT id, title, age * 2 FROM authors;
			SET FOREIGN_KEY_CHECKS = 0;
			DROP TABLE authors;
			RENAME TABLE authors_new TO authors;
			SET FOREIGN_KEY_CHECKS = 1;
			UPDATE authors SET age = age + 1;`),
	}},
	// What was created is written down late, and the next migration with the one before it.
	{name: "many that create", live: "CREATE TABLE other (id INT PRIMARY KEY)", files: fstest.MapFS{
		"1_tables.sql": file(`CREATE TABLE a (id INT PRIMARY KEY, name VARCHAR(20));
			CREATE TABLE b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id));
			CREATE INDEX a_name ON a (name);
			CREATE UNIQUE INDEX b_both ON b (a, id);`),
		"2_rows.sql": file(`INSERT INTO a VALUES (1, 'x'), (2, 'y');
			CREATE TABLE IF NOT EXISTS a (id INT);
			CREATE TABLE c (id INT PRIMARY KEY, n INT NOT NULL DEFAULT 0);
			INSERT INTO c (id) SELECT id FROM a;
			CREATE INDEX c_n ON c (n);
			UPDATE c SET n = n + id;`),
		"3_rows_only.sql": file("INSERT INTO b SELECT id * 10, id FROM a;\nUPDATE a SET name = concat(name, '!');"),
		"4_columns.sql": file(`CREATE TABLE d (id INT PRIMARY KEY);
			ALTER TABLE a ADD COLUMN size INT;
			CREATE INDEX a_size ON a (size);
			UPDATE a SET size = length(name);
			INSERT INTO d SELECT id + 100 FROM a;`),
		"5_again.sql": file("DROP TABLE d;\nCREATE TABLE d (id INT PRIMARY KEY, n INT);\nCREATE INDEX d_n ON d (n);"),
		"6_rows.sql":  file("INSERT INTO d SELECT id, n FROM c;\nDELETE FROM c WHERE n > 2;"),
		"7_last.sql":  file("CREATE TABLE e (id INT PRIMARY KEY);\nCREATE INDEX e_id ON e (id);"),
	}},
	{name: "made by a script that ran ahead", live: `
		CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);
		INSERT INTO users VALUES (1, 'kept');
		CREATE TABLE codes (code VARCHAR(20) PRIMARY KEY, user INT NOT NULL);
		CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL);
		INSERT INTO schema_migrations VALUES (1, 0);`,
		files: fstest.MapFS{
			"1_users.up.sql": file("CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);"),
			"2_codes.up.sql": file(`CREATE TABLE codes (code VARCHAR(20) PRIMARY KEY, user INT NOT NULL);
				CREATE INDEX codes_user ON codes (user);
				ALTER TABLE users ADD COLUMN mail VARCHAR(50);
				UPDATE users SET mail = concat(name, '@example.com');
				INSERT INTO codes VALUES ('first', 1);`),
			"3_more.up.sql": file("UPDATE users SET name = concat(name, '!');\nCREATE UNIQUE INDEX users_mail ON users (mail);"),
		}},
	{name: "left dirty by another runner", live: `
		CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL, score INT);
		INSERT INTO users VALUES (1, 'kept', 3);
		CREATE TABLE tags (id INT PRIMARY KEY, name VARCHAR(50));
		CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL);
		INSERT INTO schema_migrations VALUES (2, 1);`,
		files: fstest.MapFS{
			"1_users.up.sql": file("CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);"),
			"2_tags.up.sql": file(`ALTER TABLE users ADD COLUMN score INT;
				CREATE TABLE tags (id INT PRIMARY KEY, name VARCHAR(50));
				INSERT INTO tags VALUES (1, 'a'), (2, 'b');
				ALTER TABLE tags ADD COLUMN weight INT NOT NULL DEFAULT 1;
				UPDATE tags SET weight = weight * 3;`),
			"3_last.up.sql": file("CREATE TABLE last (id INT PRIMARY KEY);\nINSERT INTO last SELECT id FROM tags;"),
		}},
}

// TestStoppedAnywhere stops a run at calls all over it, in every way but by the end of the
// server.
func TestStoppedAnywhere(t *testing.T) {
	for _, p := range plights {
		for _, h := range halts {
			t.Run(p.name+"/"+h.name, func(t *testing.T) {
				t.Parallel() // the server lets one wait
				p.everywhere(t, h, func(t testing.TB) (string, *testserver.Server) { return testserver.MariaDB(t), nil })
			})
		}
	}
}

// TestServerKilledAnywhere kills the server itself, at calls all over a run.
func TestServerKilledAnywhere(t *testing.T) {
	server := testserver.MariaDBServer(t)
	for _, p := range plights {
		for _, h := range crashes {
			t.Run(p.name+"/"+h.name, func(t *testing.T) {
				p.everywhere(t, h, func(t testing.TB) (string, *testserver.Server) { return server.DSN(t), server })
			})
		}
	}
}

// everywhere stops runs at calls all over them. What it is given makes a database, and says
// whose it is where that may be killed.
func (p *plight) everywhere(t *testing.T, h halt, place func(testing.TB) (string, *testserver.Server)) {
	t.Helper()
	dsn, _ := place(t)
	want := p.undisturbed(t, dsn)
	call, every := 1+rand.N(h.every), h.every
	if asked := os.Getenv(everyCallVariable); asked != "" {
		call, every = 1, 1
		if strings.Contains(asked, "/") {
			if _, err := fmt.Sscanf(asked, "%d/%d", &call, &every); err != nil || call < 1 || call > every {
				t.Fatalf("%s=%s is no part of a whole", everyCallVariable, asked)
			}
		}
	}
	for struck := true; struck; call += every {
		dsn, server := place(t)
		struck = p.survives(t, dsn, server, call, h, want)
	}
	if call < 100 {
		t.Errorf("Up was seen to make %d calls only: most were missed", call)
	}
}

// undisturbed returns what a run comes to that nothing stops.
func (p *plight) undisturbed(t *testing.T, dsn string) string {
	t.Helper()
	db := openServer(t, "mysql", dsn)
	p.make(t, db)
	if _, err := p.migrator(t, db).Up(t.Context()); err != nil {
		t.Fatalf("an undisturbed up: %v", err)
	}
	return pictureMySQL(t, db)
}

// survives stops a run at a call and requires of the next one what an undisturbed one
// comes to. It reports whether there was such a call.
func (p *plight) survives(t *testing.T, dsn string, server *testserver.Server, call int, h halt, want string) bool {
	t.Helper()
	admin := openServer(t, "mysql", dsn)
	defer admin.Close()
	p.make(t, admin)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	d := fault.New(admin.Driver())
	app := d.OpenDB(dsn)
	m := p.migrator(t, app)
	d.Set(h.fault(call, &standstill{admin, cancel, func() { server.Kill(t) }}))
	_, err := m.Up(ctx)
	struck := d.Struck()
	app.Close()
	if server != nil {
		server.Start(t)
	}

	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("call %d, %s:\n  Up said: %v\n  "+format, slices.Concat([]any{call, strings.Join(strings.Fields(struck), " "), err}, args)...)
	}
	if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
		wrong("to be stopped became a question: %s", refusal.Questions[0].Text)
	}
	later := openServer(t, "mysql", dsn)
	defer later.Close()
	report, next := p.migrator(t, later).Up(t.Context())
	if refusal, ok := errors.AsType[*dbmend.Refusal](next); ok {
		logQuestions(t, refusal)
	}
	if diff := cmp.Diff(want, pictureMySQL(t, later)); next != nil || diff != "" {
		wrong("the next run: %v, ran %q, ended elsewhere (-wanted +found):\n%s", next, steps(report), diff)
	}
	if report, err := p.migrator(t, later).Up(t.Context()); err != nil || !report.Nothing() {
		wrong("the run after it: %v, ran %q", err, steps(report))
	}
	return struck != ""
}

// make makes the database as it is found.
func (p *plight) make(t *testing.T, db *sql.DB) {
	t.Helper()
	for statement := range strings.SplitSeq(p.live, ";\n") {
		if strings.TrimSpace(statement) != "" {
			exec(t, db, statement)
		}
	}
}

func (p *plight) migrator(t *testing.T, db *sql.DB) *dbmend.Migrator {
	t.Helper()
	m, err := dbmend.New(db, mysql.Engine{}, p.files)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pictureMySQL returns what a database means to anybody: the schema, every row, and which
// migrations and statements the journal knows to be through.
func pictureMySQL(t *testing.T, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(moments.ReplaceAllString(dumpMySQL(t, db), "TIME")) {
		if !strings.HasPrefix(line, `[["`) || !strings.Contains(line, `"dbmend `) {
			b.WriteString(line)
		}
	}
	b.WriteString(queryJSON(t, db, "SELECT version, count(*), max(checksum) FROM dbmend_journal WHERE kind = 'migration' GROUP BY 1 ORDER BY 1") + "\n")
	b.WriteString(queryJSON(t, db, "SELECT DISTINCT version, statement, checksum FROM dbmend_journal WHERE kind = 'statement' ORDER BY 1, 2") + "\n")
	return b.String()
}
