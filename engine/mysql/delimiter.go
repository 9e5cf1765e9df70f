package mysql

import (
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine/cutting"
)

// maxDelimiter is how long a delimiter may be: the client cuts off the rest.
const maxDelimiter = 15

// clientCommands are words that no statement begins with and that the client takes
// for commands of its own.
var clientCommands = [...]string{
	"charset", "clear", "connect", "edit", "ego", "exit", "go", "nopager", "notee", "nowarning", "pager", "print",
	"prompt", "quit", "rehash", "source", "status", "system", "tee", "warnings",
}

// command reads a command of the client that stands where a statement could begin.
// It follows DELIMITER, which must begin a line, as the client has it, and refuses
// all others: they reach files, other servers or the terminal.
func (c *cutter) command(t token) (followed bool, err error) {
	if t.is("delimiter") {
		return true, c.delimit(t)
	}
	for _, w := range clientCommands {
		if t.is(w) {
			return false, c.clientOnly(t.line, w)
		}
	}
	return false, nil
}

func (c *cutter) clientOnly(line int, command string) error {
	return c.Fail(line, fmt.Sprintf("%s is a command of the mysql client, and no statement", command), "take it out of the migration")
}

// delimit takes what follows DELIMITER on its line for the delimiter.
func (c *cutter) delimit(t token) error {
	line := c.restOfLine(t.end())
	if !c.leads(t) {
		return c.Fail(t.line, "DELIMITER in the middle of a line, where the client does not see it", "write it on a line of its own")
	}
	if c.unsent {
		return c.Fail(t.line, "DELIMITER inside of what only "+c.terminator()+" ends, where the client does not see it", "write "+c.terminator()+" above it")
	}
	argument := strings.Fields(line)
	if len(argument) == 0 {
		return c.Fail(t.line, "DELIMITER without a delimiter", "write DELIMITER //")
	}
	d := argument[0]
	switch {
	case class[line[0]] != space:
		return c.Fail(t.line, "DELIMITER and what follows it are one word", "write DELIMITER //")
	case len(d) > maxDelimiter:
		return c.Fail(t.line, fmt.Sprintf("a delimiter of more than %d characters", maxDelimiter), "")
	case strings.ContainsAny(d, "\\'\"`"):
		return c.Fail(t.line, "a delimiter with a backslash or a quote in it", "write DELIMITER //")
	}
	c.lexer.delimiter = d
	if d == ";" {
		c.lexer.delimiter = ""
	}
	c.lexer.pos += len(line)
	c.lexer.fresh = true
	return nil
}

// delimitsTooEarly reports whether a line inside a statement is a DELIMITER line all
// the same. A column of that name is followed by other things.
func (c *cutter) delimitsTooEarly(t token) bool {
	if !t.is("delimiter") || !c.leads(t) {
		return false
	}
	switch strings.TrimSpace(c.restOfLine(t.end())) {
	case "//", "$$", ";;":
		return true
	}
	return false
}

// terminator returns what ends statements.
func (c *cutter) terminator() string {
	if c.lexer.delimiter != "" {
		return c.lexer.delimiter
	}
	return ";"
}

// leads reports whether only blanks are ahead of the token on its line.
func (c *cutter) leads(t token) bool {
	start := strings.LastIndexByte(c.Source[:t.pos], '\n') + 1
	return strings.Trim(c.Source[start:t.pos], " \t\r\v\f\uFEFF") == ""
}

// restOfLine returns the source from an offset to the end of its line.
func (c *cutter) restOfLine(pos int) string { return cutting.Line(c.Source[pos:]) }
