package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// commit commits all that lies in the script's folder, and tags it: commit v1.0.0.
func commit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: commit TAG")
	}
	ts.Check(ts.Exec("git", "add", "--all"))
	ts.Check(ts.Exec("git", "-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false",
		"commit", "--quiet", "--allow-empty", "-m", args[0]))
	ts.Check(ts.Exec("git", "tag", "--no-sign", args[0]))
}

// addLines adds the lines of a file to another: add schema.sql more.sql.
func addLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: add FILE LINES")
	}
	text := ts.ReadFile(args[0]) + ts.ReadFile(args[1])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
}
