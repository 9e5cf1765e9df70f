package sqlite

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// What cut accepts: far beyond any migration, and within any machine's memory.
const (
	maxSource     = 64 << 20 // bytes
	maxStatements = 500_000
)

// cut cuts a script into statements where sqlite3_prepare would end them, drops
// the empty ones and classifies the others. It takes time and memory in
// proportion to the source.
//
// Errors are of type [migration.SyntaxError]: a NUL character, a quote that is
// never closed, a trigger or a list of a virtual table's arguments that is never
// closed, a directive that cannot be followed, and a source too large. All else
// that is wrong with a statement is left for SQLite to say when it runs.
func cut(source string) ([]migration.Statement, error) {
	c := cutter{source: source, lexer: newLexer(source)}
	if len(source) > maxSource {
		return nil, &migration.SyntaxError{Reason: fmt.Sprintf("larger than %d MiB", maxSource>>20)}
	}
	if n := strings.IndexByte(source, 0); n >= 0 {
		return nil, c.fail(1+strings.Count(source[:n], "\n"), "a NUL character, where SQLite would stop reading", "save the file as UTF-8")
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
	sum        checksum
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
			c.note(t, open)
			continue
		}
		if t.isUnclosed() {
			return s, false, c.fail(t.line, "a quote that is never closed", "a quote inside of quotes is written twice")
		}
		c.started, c.line = true, c.lexer.line
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
		c.sum.add(t)
		calls.read(t)
	}
	if !open {
		return s, false, c.leftOver()
	}
	if c.lexer.pos == len(c.source) {
		if what := end.missing(); what != "" {
			return s, false, c.fail(first.line, what, "")
		}
	}
	s.Text = c.source[first.pos:last.end()]
	s.Line = first.line
	s.Sum = c.sum.take()
	classify(&s, calls.found)
	return s, true, c.direct(&s)
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
// and it is a query.
func oneQuery(source string) (string, bool) {
	c := cutter{source: source, lexer: newLexer(source), probing: true}
	s, ok, err := c.next()
	if !ok || err != nil || s.Class != migration.Query {
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
