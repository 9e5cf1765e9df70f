package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
)

// This file contains the commands of the scripts in testdata/script.

// exits runs a program that must exit with a status: exits 3 dbmend up.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d; want %d", got, want)
	}
}

// open opens a database of the script's own: one on a server by its URL, any other
// by the path as the file system knows it. A script may be one text there.
func open(ts *testscript.TestScript, name string) (*sql.DB, target) {
	var t target = &sqliteTarget{path: ts.MkAbs(name)}
	if strings.Contains(name, "://") {
		var err error
		t, err = parseURL(name, "")
		ts.Check(err)
	}
	switch t := t.(type) {
	case *postgresTarget:
		t.config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	case *mysqlTarget:
		t.config.MultiStatements = true
	}
	db, err := t.open(creates, 0)
	ts.Check(err)
	return db, t
}

// makeDatabase makes an empty database on a server of the test's own and sets a variable
// to its URL, to which more parameters can be added with &: server postgres sets PG,
// server mariadb sets MY, and MY_DSN to the name that the driver has for it.
func makeDatabase(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: server postgres|mariadb")
		}
		switch args[0] {
		case "postgres":
			u, err := url.Parse(testserver.Postgres(t))
			ts.Check(err)
			u.RawQuery += "&connect_timeout=60"
			ts.Setenv("PG", u.String())
		case "mariadb":
			name := testserver.MariaDB(t)
			config, err := mysql.ParseDSN(name)
			ts.Check(err)
			u := url.URL{Scheme: "mysql", User: url.UserPassword(config.User, config.Passwd), Path: "/" + config.DBName, Host: config.Addr, RawQuery: "timeout=60s"}
			if config.Net == "unix" {
				u.Host, u.RawQuery = "", "socket="+config.Addr
			}
			ts.Setenv("MY", u.String())
			ts.Setenv("MY_DSN", name)
		default:
			ts.Fatalf("there is no server %s", args[0])
		}
	}
}

// tests is the condition that this run is about an engine: [postgres], [mariadb].
func tests(engine string) (bool, error) {
	list := os.Getenv("DBMEND_TEST_ENGINES")
	switch engine {
	case "sqlite", "postgres", "mariadb":
		return list == "" || slices.Contains(strings.Split(list, ","), engine), nil
	}
	return false, fmt.Errorf("unknown condition %q", engine)
}

// runSQL runs a script on a database, which is made if it is not there: sql app.db
// made.sql. With "-" the next argument is the script.
func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: sql DATABASE FILE | sql DATABASE - STATEMENT")
	}
	script := strings.Join(args[2:], " ")
	if args[1] != "-" {
		script = ts.ReadFile(args[1])
	}
	db, _ := open(ts, args[0])
	defer db.Close()
	_, err := db.Exec(script)
	ts.Check(err)
}

// load runs a script as the database system's own client would, statement by
// statement: load $MY made.sql.
func load(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: load DATABASE FILE")
	}
	db, t := open(ts, args[0])
	defer db.Close()
	conn, err := db.Conn(context.Background())
	ts.Check(err)
	defer conn.Close()
	statements, err := t.engine().Cut(ts.ReadFile(args[1]))
	ts.Check(err)
	for _, s := range statements {
		if _, err := conn.ExecContext(context.Background(), s.Text); err != nil {
			ts.Fatalf("%s:%d: %v", args[1], s.Line, err)
		}
	}
}

// query runs a query and compares its rows, with | between values and a line for
// each, with the last argument: query app.db 'SELECT …' 'a|b'.
func query(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: query DATABASE QUERY ROWS")
	}
	db, _ := open(ts, args[0])
	defer db.Close()
	got := strings.Join(rows(ts, db, args[1]), "\n")
	if (got == args[2]) == neg {
		ts.Fatalf("query gives %q; want %q", got, args[2])
	}
}

func rows(ts *testscript.TestScript, db *sql.DB, query string) []string {
	found, err := db.Query(query)
	ts.Check(err)
	defer found.Close()
	columns, err := found.Columns()
	ts.Check(err)
	var lines []string
	for found.Next() {
		cells := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		ts.Check(found.Scan(into...))
		var line []string
		for _, c := range cells {
			line = append(line, c.String)
		}
		lines = append(lines, strings.Join(line, "|"))
	}
	ts.Check(found.Err())
	return lines
}

// dump prints the schema and all rows of a database to a file, without the journal:
// dump app.db before.
func dump(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: dump DATABASE FILE")
	}
	db, _ := open(ts, args[0])
	defer db.Close()
	var b strings.Builder
	for _, line := range rows(ts, db, `SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> 'dbmend_journal' AND name NOT LIKE 'sqlite_%' ORDER BY type, name`) {
		b.WriteString(line + "\n")
	}
	for _, table := range rows(ts, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('dbmend_journal', 'sqlite_sequence') ORDER BY name`) {
		for _, line := range rows(ts, db, `SELECT * FROM "`+strings.ReplaceAll(table, `"`, `""`)+`" ORDER BY 1`) {
			b.WriteString(table + ": " + line + "\n")
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(b.String()), 0o666))
}

// keep notes the bytes of a file, and unchanged compares them with what they are now:
// keep app.db … unchanged app.db.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keep FILE")
	}
	ts.Setenv("KEPT_"+args[0], sum(ts, args[0]))
}

func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: unchanged FILE")
	}
	kept := ts.Getenv("KEPT_" + args[0])
	if kept == "" {
		ts.Fatalf("%s was not kept", args[0])
	}
	if same := sum(ts, args[0]) == kept; same == neg {
		ts.Fatalf("%s: unchanged is %v", args[0], same)
	}
}

func sum(ts *testscript.TestScript, name string) string {
	content, err := os.ReadFile(ts.MkAbs(name))
	ts.Check(err)
	return fmt.Sprintf("%x", sha256.Sum256(content))
}

// hold takes the write lock of a file, or the runners' lock of a database on a
// server, and keeps it until the script ends: hold app.db.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold DATABASE")
	}
	db, t := open(ts, args[0])
	held, err := t.engine().Connect(context.Background(), db)
	ts.Check(err)
	ts.Defer(func() {
		held.Close()
		db.Close()
	})
	_, err = held.Lock(context.Background(), 0)
	ts.Check(err)
	if held.Traits().TransactionLocks {
		ts.Check(held.Begin(context.Background(), engine.Normal))
	}
}

// interrupt runs a program, presses Ctrl-C when its standard error has a line that
// matches, and wants the exit status of an interrupted program: interrupt
// 'running 2' dbmend --verbose up.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt PATTERN PROGRAM [ARGUMENT...]")
	}
	pattern := regexp.MustCompile(args[0])
	cmd := exec.Command(program(ts, args[1]), args[2:]...)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME")}
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	pressed := false
	var said bytes.Buffer
	lines := bufio.NewScanner(io.TeeReader(stderr, &said))
	for lines.Scan() {
		if !pressed && pattern.MatchString(lines.Text()) {
			pressed = true
			ts.Check(cmd.Process.Signal(os.Interrupt))
		}
	}
	err = cmd.Wait()
	ts.Logf("[stderr]\n%s", said.String())
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !pressed || !ok || exit.ExitCode() != exitInterrupted {
		ts.Fatalf("pressed %v, ended with %v; want status %d", pressed, err, exitInterrupted)
	}
}

func program(ts *testscript.TestScript, name string) string {
	for _, folder := range filepath.SplitList(ts.Getenv("PATH")) {
		if info, err := os.Stat(filepath.Join(folder, name)); err == nil && !info.IsDir() {
			return filepath.Join(folder, name)
		}
	}
	ts.Fatalf("there is no program %s", name)
	return ""
}

// checkJSON compares a value in a JSON text with the last argument: json stdout
// result.steps.0.kind run. len at the end of a path is the length of a list.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: json FILE PATH VALUE")
	}
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	decoder.UseNumber()
	var value any
	ts.Check(decoder.Decode(&value))
	if _, err := decoder.Token(); err != io.EOF {
		ts.Fatalf("%s holds more than one JSON value", args[0])
	}
	for name := range strings.SplitSeq(args[1], ".") {
		switch v := value.(type) {
		case map[string]any:
			inner, ok := v[name]
			if !ok {
				ts.Fatalf("there is no %s in %s", name, args[1])
			}
			value = inner
		case []any:
			if name == "len" {
				value = len(v)
				continue
			}
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v) {
				ts.Fatalf("there is no %s in %s, a list of %d", name, args[1], len(v))
			}
			value = v[i]
		default:
			ts.Fatalf("%s of %s is in no object", name, args[1])
		}
	}
	if got := fmt.Sprint(value); (got == args[2]) == neg {
		ts.Fatalf("%s is %q; want %q", args[1], got, args[2])
	}
}
