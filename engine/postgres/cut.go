package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/dbmend/dbmend/migration"
)

// What cut accepts: far beyond any migration, and within any machine's memory.
const (
	maxSource     = 64 << 20 // bytes
	maxStatements = 500_000
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
	if len(source) > maxSource {
		return nil, &migration.SyntaxError{Reason: fmt.Sprintf("larger than %d MiB", maxSource>>20)}
	}
	if n := strings.IndexByte(source, 0); n >= 0 {
		return nil, c.fail(1+strings.Count(source[:n], "\n"), "a NUL character, which PostgreSQL cannot read", "save the file as UTF-8")
	}
	var statements []migration.Statement
	for {
		s, ok, err := c.next()
		if err != nil {
			return nil, c.located(err)
		}
		if !ok {
			return statements, nil
		}
		if len(statements) == maxStatements {
			return nil, c.fail(s.Line, fmt.Sprintf("more than %d statements", maxStatements), "")
		}
		s.Number = len(statements) + 1
		statements = append(statements, s)
	}
}

// A cutter is on its way through a source.
type cutter struct {
	source     string
	lexer      *lexer
	started    bool                // a token was read: the head of the source is over
	line       int                 // where the last token ended
	directives []migration.Comment // since the last statement
	probing    bool                // the source is a probe, in which directives are out of place
	escapes    bool                // the script has turned standard_conforming_strings off
	sum        checksum
}

func newCutter(source string) *cutter { return &cutter{source: source, lexer: newLexer(source)} }

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
			c.note(t, open)
			continue
		}
		if t.is(";") && !open {
			c.read()
			continue
		}
		if passed, err := c.odd(t, open); err != nil {
			return s, false, err
		} else if passed {
			continue
		}
		c.read()
		if ended = end.reads(t); ended {
			break
		}
		if !open {
			first, open = t, true
		}
		last = t
		c.sum.add(t)
		called.read(t)
	}
	if !open {
		return s, false, c.leftOver()
	}
	to := last.end()
	switch what, line := end.missing(); {
	case ended && end.rows:
		if to, err = c.rows(first.line); err != nil {
			return s, false, err
		}
	case !ended && what != "":
		return s, false, c.fail(max(line, first.line), what, "")
	}
	s.Text = c.source[first.pos:to]
	s.Line = first.line
	s.Sum = c.sum.take()
	classify(&s, called)
	if on, known := turnsEscapesOn(&s); known {
		c.escapes = on
	}
	return s, true, c.direct(&s)
}

// read notes that the token just read was no comment.
func (c *cutter) read() { c.started, c.line = true, c.lexer.line }

// odd looks at a token that may be none of SQL's: what is never closed, a command
// of psql, and a string of which a setting decides what it means. It reports
// whether the token, with all of its line, is to be passed over.
func (c *cutter) odd(t token, open bool) (passed bool, err error) {
	switch {
	case t.kind == unclosed:
		what, hint := unclosedAs(t.text)
		return false, c.fail(t.line, what+" that is never closed", hint)
	case t.kind == text && c.escapes && strings.Contains(t.text, `\`):
		return false, c.fail(t.line, "a backslash in a string while standard_conforming_strings is off", "write E'…', which means the same either way")
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
	return false, c.fail(t.line, fmt.Sprintf(`\%.20s is a command of psql, not SQL`, strings.ToValidUTF8(name, "?")),
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
		c.note(token{comment, rest, 0, at}, true)
	case rest != "":
		return 0, c.fail(at, "something stands on the line behind COPY FROM stdin", "its rows begin on the next line")
	}
	rows, ok := c.lexer.copiedRows()
	if !ok {
		return 0, c.fail(line, "the rows of a COPY that are never ended", `write \. on a line of its own behind the last row`)
	}
	c.sum.add(token{kind: copied, text: rows})
	c.read()
	return c.lexer.pos, nil
}

// note keeps a comment that is a directive; inside says that it lies in a
// statement.
func (c *cutter) note(t token, inside bool) {
	d := migration.Comment{Text: t.text, Line: t.line, Place: migration.Before}
	if !d.IsDirective() {
		return
	}
	switch {
	case inside || c.started && t.line == c.line:
		d.Place = migration.Stray
	case !c.started:
		d.Place = migration.Head
	}
	c.directives = append(c.directives, d)
}

// direct does as the directives ahead of the statement say.
func (c *cutter) direct(s *migration.Statement) error {
	if len(c.directives) == 0 {
		return nil
	}
	d, err := migration.ParseDirectives(c.directives)
	if err != nil {
		return err
	}
	if c.probing {
		return c.fail(c.directives[0].Line, "a directive inside a probe", "")
	}
	c.directives = c.directives[:0]
	s.Rerunnable = d.Rerunnable
	if d.Probe != "" {
		query, ok := oneQuery(d.Probe)
		if !ok {
			return c.fail(d.ProbeLine, "the probe is not one query", "write one SELECT, whose first value is true if the statement has run")
		}
		s.Probe = query
	}
	return nil
}

// oneQuery returns the text of the only statement in the source, if there is one
// and it is a query. It may call any function: a probe is undone.
func oneQuery(source string) (string, bool) {
	c := newCutter(source)
	c.probing = true
	s, ok, err := c.next()
	asks := s.Class == migration.Query || s.Class == migration.Data && slices.Contains(reading, s.Verb)
	if !ok || err != nil || !asks {
		return "", false
	}
	_, more, err := c.next()
	return s.Text, !more && err == nil
}

// leftOver judges the directives behind the last statement. In a source without
// any they are those of its head, and there is nothing that they could be about.
func (c *cutter) leftOver() error {
	if c.started {
		for i := range c.directives {
			c.directives[i].Place = migration.Stray
		}
	}
	_, err := migration.ParseDirectives(c.directives)
	return err
}

// fail returns an error about a line of the source.
func (c *cutter) fail(line int, reason, hint string) error {
	return &migration.SyntaxError{Line: line, Excerpt: migration.Excerpt(c.source, line), Reason: reason, Hint: hint}
}

// located adds the excerpt to an error that has none.
func (c *cutter) located(err error) error {
	var syntax *migration.SyntaxError
	if errors.As(err, &syntax) && syntax.Excerpt == "" {
		syntax.Excerpt = migration.Excerpt(c.source, syntax.Line)
	}
	return err
}
