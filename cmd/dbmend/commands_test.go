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
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
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

// open opens a database of the script's own, by the path as the file system knows it.
func open(ts *testscript.TestScript, name string) *sql.DB {
	path := ts.MkAbs(name)
	t := &target{path: path}
	db, err := t.open(true)
	ts.Check(err)
	return db
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
	db := open(ts, args[0])
	defer db.Close()
	_, err := db.Exec(script)
	ts.Check(err)
}

// query runs a query and compares its rows, with | between values and a line for
// each, with the last argument: query app.db 'SELECT …' 'a|b'.
func query(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: query DATABASE QUERY ROWS")
	}
	db := open(ts, args[0])
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
	db := open(ts, args[0])
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

// hold takes the write lock of a database and keeps it until the script ends:
// hold app.db.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold DATABASE")
	}
	db := open(ts, args[0])
	conn, err := db.Conn(context.Background())
	ts.Check(err)
	_, err = conn.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	ts.Check(err)
	ts.Defer(func() {
		conn.Close()
		db.Close()
	})
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
