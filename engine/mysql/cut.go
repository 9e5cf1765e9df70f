package mysql

import (
	"errors"
	"fmt"
	"strings"

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

// What cut accepts: far beyond any migration, and within any machine's memory.
const (
	maxSource     = 64 << 20 // bytes
	maxStatements = 500_000
)

// cut takes time and memory in proportion to the source.
func cut(source string) ([]migration.Statement, error) {
	c := cutter{source: source, lexer: newLexer(source)}
	if len(source) > maxSource {
		return nil, &migration.SyntaxError{Reason: fmt.Sprintf("larger than %d MiB", maxSource>>20)}
	}
	if n := strings.IndexByte(source, 0); n >= 0 {
		return nil, c.fail(1+strings.Count(source[:n], "\n"), "a NUL character, where servers differ in what they read", "save the file as UTF-8")
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
	started    bool                // something other than directives was read: the head of the source is over
	line       int                 // where the last token ended
	directives []migration.Comment // since the last statement
	probing    bool                // the source is a probe, in which directives are out of place
	unsent     bool                // a semicolon was read that the author's delimiter does not follow
	sum        checksum
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
			c.note(t, open)
			continue
		}
		c.started, c.line = true, c.lexer.line
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
			return s, false, c.fail(t.line, "DELIMITER inside a statement: the one ahead of it is not ended", "end it with "+c.terminator())
		}
		if delimited || end.reads(t) {
			break
		}
		last = t
		c.sum.add(t)
	}
	if !open {
		return s, false, c.leftOver()
	}
	if c.lexer.open {
		return s, false, c.fail(start.line, "a conditional comment that is not closed where the statement ends", "write */ ahead of the "+c.terminator())
	}
	if start.is("use") && last.line > start.line {
		return s, false, c.fail(start.line, "USE that goes on behind the end of its line, where the client ends it", "end it with a semicolon")
	}
	if what := end.missing(c.lexer.delimiter != ""); what != "" {
		return s, false, c.fail(start.line, what, "END closes BEGIN; END IF, END CASE, END LOOP, END WHILE and END REPEAT close theirs")
	}
	s.Text = c.source[start.pos:last.end()]
	s.Line = start.line
	s.Sum = c.sum.take()
	mode := c.lexer.mode
	classify(&s, mode)
	if mode, ok = mode.after(s.Text); !ok {
		return s, false, c.fail(start.line, "a sql_mode that changes how strings are read, and that only running tells", "write it as a string")
	}
	c.lexer.mode = mode
	return s, true, c.direct(&s)
}

// refuse returns the error of a token that no script can hold.
func (c *cutter) refuse(t token) error {
	switch {
	case t.kind == comment && t.text[0] == '/' && (strings.Contains(t.text, "/*!") || len(t.text) > 4 && strings.HasSuffix(t.text, "/*/")):
		return c.fail(t.line, "a comment inside a comment, which servers end earlier than the client", "write them one behind the other")
	case t.kind == unclosed && strings.HasPrefix(t.text, "/*"):
		return c.fail(t.line, "a comment that is never closed", "")
	case t.kind == unclosed:
		return c.fail(t.line, "a quote that is never closed", `a quote inside of quotes is written twice or, in strings, as \'`)
	case t.kind == illegal && t.text == `\`:
		following := []rune(c.restOfLine(t.end()) + " ")[0]
		return c.clientOnly(t.line, strings.TrimSpace(`\`+string(following)))
	}
	return nil
}

// note keeps a comment that is a directive; inside says that it lies in a
// statement.
func (c *cutter) note(t token, inside bool) {
	d := migration.Comment{Text: t.text, Line: t.line, Place: migration.Before}
	if !d.IsDirective() {
		// To other engines a comment with # is none, and ends the head of a file.
		c.started = c.started || t.text[0] == '#'
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
		query, ok := oneQuery(d.Probe, c.lexer.mode)
		if !ok {
			return c.fail(d.ProbeLine, "the probe is not one query", "write one SELECT, whose first value is true if the statement has run")
		}
		s.Probe = query
	}
	return nil
}

// oneQuery returns the text of the only statement in the source, if there is one
// and it is a query.
func oneQuery(source string, m mode) (string, bool) {
	c := cutter{source: source, lexer: newLexer(source), probing: true}
	c.lexer.mode = m
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
