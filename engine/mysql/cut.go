package mysql

import (
	"strings"

	"github.com/dbmend/dbmend/engine/cutting"
	"github.com/dbmend/dbmend/migration"
)

// Cut cuts a script where the mysql client would, and where a server would that is
// sent the whole of it: a semicolon ends a statement but in the body of a routine,
// a trigger or an event, and so does the delimiter that a DELIMITER line sets. Both
// agree wherever both can run the script. Empty statements are dropped.
//
// Conditional comments are code, whatever server they are meant for. A SET of
// sql_mode in the script is followed as far as it changes how strings are read.
//
// Errors are of type [migration.SyntaxError]: a NUL character; a quote, a comment or
// a body that is never closed; a semicolon within a conditional comment; a comment
// within a comment that client and server end at different places; a command of the
// client; a sql_mode that only running tells; a directive that cannot be followed;
// a source too large. All else that is wrong with a statement is left for the
// server to say when it runs.
func (Engine) Cut(source string) ([]migration.Statement, error) { return cut(source) }

// cut takes time and memory in proportion to the source.
func cut(source string) ([]migration.Statement, error) {
	c := newCutter(source)
	return c.Cut("a NUL character, where servers differ in what they read", c.next)
}

// A cutter is on its way through a source.
type cutter struct {
	cutting.Script
	lexer  *lexer
	unsent bool // a semicolon was read that the author's delimiter does not follow
	sum    cutting.Checksum
}

func newCutter(source string) *cutter {
	return &cutter{Script: cutting.Script{Source: source}, lexer: newLexer(source)}
}

// next returns the next statement, and false behind the last.
func (c *cutter) next() (s migration.Statement, ok bool, err error) {
	var (
		start, last token
		open        bool // a token of the statement was read
		end         ending
		delimited   bool
	)
	for {
		c.lexer.fresh = !open
		t, more := c.lexer.next(true)
		if !more {
			break
		}
		if err := c.refuse(t); err != nil {
			return s, false, err
		}
		if t.kind == comment {
			if !c.Note(t.text, t.line, open) && t.text[0] == '#' {
				// To other engines a comment with # is none, and ends the head of a file.
				c.Read(t.line)
			}
			continue
		}
		c.Read(c.lexer.line)
		delimited = t.kind == stop
		c.unsent = !delimited && c.lexer.delimiter != "" && (c.unsent || t.is(";"))
		if !open && (delimited || t.is(";")) {
			continue
		}
		if !open {
			followed, err := c.command(t)
			if err != nil {
				return s, false, err
			}
			if followed {
				continue
			}
			start, open = t, true
		} else if c.delimitsTooEarly(t) {
			return s, false, c.Fail(t.line, "DELIMITER inside a statement: the one ahead of it is not ended", "end it with "+c.terminator())
		}
		if delimited || end.reads(t) {
			break
		}
		last = t
		c.add(t)
	}
	if !open {
		return s, false, c.LeftOver()
	}
	if c.lexer.open {
		return s, false, c.Fail(start.line, "a conditional comment that is not closed where the statement ends", "write */ ahead of the "+c.terminator())
	}
	if start.is("use") && last.line > start.line {
		return s, false, c.Fail(start.line, "USE that goes on behind the end of its line, where the client ends it", "end it with a semicolon")
	}
	if what := end.missing(c.lexer.delimiter != ""); what != "" {
		return s, false, c.Fail(start.line, what, "END closes BEGIN; END IF, END CASE, END LOOP, END WHILE and END REPEAT close theirs")
	}
	s.Text = c.Source[start.pos:last.end()]
	s.Line = start.line
	s.Sum = c.sum.Take()
	mode := c.lexer.mode
	classify(&s, mode)
	if mode, ok = mode.after(s.Text); !ok {
		return s, false, c.Fail(start.line, "a sql_mode that changes how strings are read, and that only running tells", "write it as a string")
	}
	c.lexer.mode = mode
	return s, true, c.Direct(&s, func(text string) (string, bool) { return oneQuery(text, mode) })
}

// refuse returns the error of a token that no script can hold.
func (c *cutter) refuse(t token) error {
	switch {
	case t.kind == comment && t.text[0] == '/' && (strings.Contains(t.text, "/*!") || len(t.text) > 4 && strings.HasSuffix(t.text, "/*/")):
		return c.Fail(t.line, "a comment inside a comment, which servers end earlier than the client", "write them one behind the other")
	case t.kind == unclosed && strings.HasPrefix(t.text, "/*"):
		return c.Fail(t.line, "a comment that is never closed", "")
	case t.kind == unclosed:
		return c.Fail(t.line, "a quote that is never closed", `a quote inside of quotes is written twice or, in strings, as \'`)
	case t.kind == illegal && t.text == `\`:
		following := []rune(c.restOfLine(t.end()) + " ")[0]
		return c.clientOnly(t.line, strings.TrimSpace(`\`+string(following)))
	}
	return nil
}

// oneQuery returns the text of the only statement in the source, if there is one
// and it is a query.
func oneQuery(source string, m mode) (string, bool) {
	c := newCutter(source)
	c.lexer.mode = m
	s, ok := c.Probe(c.next)
	return s.Text, ok && s.Class == migration.Query
}

// add adds a token to the checksum of its statement. Words are folded, because
// formatters change the case of keywords. So are the names among them, although
// tables may differ in case alone: which words are names takes a grammar to tell.
// What is in quotes counts as written, and so do the ends of conditional comments:
// /*! a */ is not a.
func (c *cutter) add(t token) { c.sum.Add(byte(t.kind), t.text, t.kind == word) }
