package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine/cutting"
)

// This file contains commands of SQLite's shell, sqlite3: lines that begin with a point,
// where no statement is open. Scripts that are written for it have them.

// idle are commands of the shell that set how it waits, stops or shows something. They
// change nothing in a database, and what they ask for is so anyway.
var idle = []string{"bail", "timeout", "echo", "print", "headers", "header", "mode", "nullvalue", "separator", "width", "changes", "stats", "timer", "eqp"}

// shellCommand passes over a command of the shell, of which the point was read, with all
// of its line. It returns an error for one that is more than idle.
func (c *cutter) shellCommand(t token) error {
	line := c.lexer.restOfLine()
	name, _, _ := strings.Cut(strings.TrimRight(line, "\r"), " ")
	if slices.Contains(idle, name) {
		return nil
	}
	return c.Fail(t.line, fmt.Sprintf(".%.20s is a command of the sqlite3 shell, not SQL", strings.ToValidUTF8(name, "?")),
		"only the shell can follow it: take the line out, or write what it stands for")
}

// restOfLine moves to the end of the line, and returns what was passed over.
func (l *lexer) restOfLine() string {
	line := cutting.Line(l.src[l.pos:])
	l.pos += len(line)
	return line
}
