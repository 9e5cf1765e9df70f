package sqlite

import (
	"github.com/dbmend/dbmend/engine/cutting"
	"github.com/dbmend/dbmend/migration"
)

// cut cuts a script into statements where sqlite3_prepare would end them, drops
// the empty ones and classifies the others. It takes time and memory in
// proportion to the source.
//
// Errors are of type [migration.SyntaxError]: a NUL character, a quote that is
// never closed, a trigger or a list of a virtual table's arguments that is never
// closed, a directive that cannot be followed, a command of SQLite's shell that does
// something, and a source too large. All else
// that is wrong with a statement is left for SQLite to say when it runs.
func cut(source string) ([]migration.Statement, error) {
	c := newCutter(source)
	return c.Cut("a NUL character, where SQLite would stop reading", c.next)
}

// A cutter is on its way through a source.
type cutter struct {
	cutting.Script
	lexer *lexer
	sum   cutting.Checksum
}

func newCutter(source string) *cutter {
	return &cutter{Script: cutting.Script{Source: source}, lexer: newLexer(source)}
}

// next returns the next statement, and false behind the last.
func (c *cutter) next() (s migration.Statement, ok bool, err error) {
	var (
		first, last token
		open        bool // a token of the statement was read
		end         ending
		calls       calls
	)
	for {
		t, more := c.lexer.next(true)
		if !more {
			break
		}
		if t.kind == comment {
			c.Note(t.text, t.line, open)
			continue
		}
		if t.isUnclosed() {
			return s, false, c.Fail(t.line, "a quote that is never closed", "a quote inside of quotes is written twice")
		}
		if t.text == "." && !open {
			if err := c.shellCommand(t); err != nil {
				return s, false, err
			}
			continue
		}
		c.Read(c.lexer.line)
		semicolon := t.kind == mark && t.text == ";"
		if semicolon && !open {
			continue
		}
		if end.reads(t, semicolon) {
			break
		}
		if !open {
			first, open = t, true
		}
		last = t
		c.add(t)
		calls.read(t)
	}
	if !open {
		return s, false, c.LeftOver()
	}
	if c.lexer.pos == len(c.Source) {
		if what := end.missing(); what != "" {
			return s, false, c.Fail(first.line, what, "")
		}
	}
	s.Text = c.Source[first.pos:last.end()]
	s.Line = first.line
	s.Sum = c.sum.Take()
	classify(&s, calls.found)
	return s, true, c.Direct(&s, oneQuery)
}

// oneQuery returns the text of the only statement in the source, if there is one
// and it is a query.
func oneQuery(source string) (string, bool) {
	c := newCutter(source)
	s, ok := c.Probe(c.next)
	return s.Text, ok && s.Class == migration.Query
}

// add adds a token to the checksum of its statement. Words and names in [] or “ are
// folded, because formatters change the case of keywords and SQLite ignores it.
// What is in "" counts as written: SQLite takes it for a string where it finds no
// such name, and no formatter touches it.
func (c *cutter) add(t token) {
	c.sum.Add(byte(t.kind), t.text, t.kind == word || t.kind == quoted && t.text[0] != '"')
}
