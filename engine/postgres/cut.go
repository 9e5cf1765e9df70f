package postgres

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/dbmend/dbmend/engine/cutting"
	"github.com/dbmend/dbmend/migration"
)

// Cut cuts a script where psql would: see [migration.Cutter]. The rows behind a
// COPY … FROM stdin are a part of the statement's text, up to the line that ends
// them. Of psql's own commands only \restrict and \unrestrict, which pg_dump puts
// around its scripts, are passed over.
func (Engine) Cut(source string) ([]migration.Statement, error) { return cut(source) }

// cut cuts a script into statements, drops the empty ones and classifies the
// others. It takes time and memory in proportion to the source.
//
// Errors are of type [migration.SyntaxError]: a NUL character; a quote, a comment,
// a parenthesis, a routine's body or the rows of a COPY that are never closed; a
// command of psql; a string that reads otherwise by a setting of the script; a
// directive that cannot be followed; and a source too large. All else that is wrong
// with a statement is left for PostgreSQL to say when it runs.
func cut(source string) ([]migration.Statement, error) {
	c := newCutter(source)
	return c.Cut("a NUL character, which PostgreSQL cannot read", c.next)
}

// A cutter is on its way through a source.
type cutter struct {
	cutting.Script
	lexer   *lexer
	escapes bool // the script has turned standard_conforming_strings off
	sum     cutting.Checksum
}

func newCutter(source string) *cutter {
	return &cutter{Script: cutting.Script{Source: source}, lexer: newLexer(source)}
}

// next returns the next statement, and false behind the last.
func (c *cutter) next() (s migration.Statement, ok bool, err error) {
	var (
		first, last token
		open        bool // a token of the statement was read
		ended       bool
		end         ending
		called      calls
	)
	for !ended {
		t, more := c.lexer.next(true)
		if !more {
			break
		}
		if t.kind == comment {
			c.Note(t.text, t.line, open)
			continue
		}
		if t.is(";") && !open {
			c.Read(c.lexer.line)
			continue
		}
		if passed, err := c.odd(t, open); err != nil {
			return s, false, err
		} else if passed {
			continue
		}
		c.Read(c.lexer.line)
		if ended = end.reads(t); ended {
			break
		}
		if !open {
			first, open = t, true
		}
		last = t
		c.add(t)
		called.read(t)
	}
	if !open {
		return s, false, c.LeftOver()
	}
	to := last.end()
	switch what, line := end.missing(); {
	case ended && end.rows:
		if to, err = c.rows(first.line); err != nil {
			return s, false, err
		}
	case !ended && what != "":
		return s, false, c.Fail(max(line, first.line), what, "")
	}
	s.Text = c.Source[first.pos:to]
	s.Line = first.line
	s.Sum = c.sum.Take()
	classify(&s, called)
	if on, known := turnsEscapesOn(&s); known {
		c.escapes = on
	}
	return s, true, c.Direct(&s, oneQuery)
}

// odd looks at a token that may be none of SQL's: what is never closed, a command
// of psql, and a string of which a setting decides what it means. It reports
// whether the token, with all of its line, is to be passed over.
func (c *cutter) odd(t token, open bool) (passed bool, err error) {
	switch {
	case t.kind == unclosed:
		what, hint := unclosedAs(t.text)
		return false, c.Fail(t.line, what+" that is never closed", hint)
	case t.kind == text && c.escapes && strings.Contains(t.text, `\`):
		return false, c.Fail(t.line, "a backslash in a string while standard_conforming_strings is off", "write E'…', which means the same either way")
	case t.kind != illegal || t.text != `\`:
		return false, nil
	}
	name := c.lexer.restOfLine()
	if fields := strings.Fields(name); len(fields) > 0 && !unicode.IsSpace(rune(name[0])) {
		name = fields[0]
	} else {
		name = ""
	}
	if !open && (name == "restrict" || name == "unrestrict") {
		return true, nil
	}
	return false, c.Fail(t.line, fmt.Sprintf(`\%.20s is a command of psql, not SQL`, strings.ToValidUTF8(name, "?")),
		"only psql can follow it: take the line out, or write what it stands for")
}

// unclosedAs says what a token without its end is, and why that may be.
func unclosedAs(text string) (what, hint string) {
	switch text[0] {
	case '/':
		return "a comment", "comments within comments need an end of their own"
	case '$':
		tag := text[:strings.IndexByte(text[1:], '$')+2]
		return "a dollar quote", fmt.Sprintf("the closing %.40s must be spelled as the opening one is", tag)
	}
	return "a quote", "a quote inside of quotes is written twice"
}

// rows moves behind the rows of a COPY … FROM stdin, which begin on the line behind
// its semicolon, and returns where they end.
func (c *cutter) rows(line int) (end int, err error) {
	at := c.lexer.line
	switch rest := strings.TrimSpace(c.lexer.restOfLine()); {
	case strings.HasPrefix(rest, "--"):
		c.Note(rest, at, true)
	case rest != "":
		return 0, c.Fail(at, "something stands on the line behind COPY FROM stdin", "its rows begin on the next line")
	}
	rows, ok := c.lexer.copiedRows()
	if !ok {
		return 0, c.Fail(line, "the rows of a COPY that are never ended", `write \. on a line of its own behind the last row`)
	}
	c.add(token{kind: copied, text: rows})
	c.Read(c.lexer.line)
	return c.lexer.pos, nil
}

// oneQuery returns the text of the only statement in the source, if there is one
// and it is a query. It may call any function: a probe is undone.
func oneQuery(source string) (string, bool) {
	c := newCutter(source)
	s, ok := c.Probe(c.next)
	asks := s.Class == migration.Query || s.Class == migration.Data && slices.Contains(reading, s.Verb)
	return s.Text, ok && asks
}

// add adds a token to the checksum of its statement. Bare words are folded, because
// formatters change the case of keywords and PostgreSQL ignores it. Everything in
// quotes counts as written, and so do the rows behind a COPY, byte for byte.
func (c *cutter) add(t token) { c.sum.Add(byte(t.kind), t.text, t.kind == word) }
