package cutting

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// What Cut accepts: far beyond any migration, and within any machine's memory.
const (
	maxSource     = 64 << 20 // bytes
	maxStatements = 500_000
)

// A Script is a source that is read from its beginning to its end. The zero Script
// of a Source is at its beginning.
type Script struct {
	Source string

	head       bool                // something was read that ends the head of the source
	line       int                 // where what was read last ended
	directives []migration.Comment // since the last statement
	probing    bool                // the source is a probe, in which directives are out of place
}

// Cut numbers the statements that next returns until it returns false. It takes
// time and memory in proportion to the source.
//
// Errors are of type [migration.SyntaxError], with their line's text where they
// have a line: those of next, a source too large, one of too many statements, and
// a NUL character, which is refused with the reason given.
func (s *Script) Cut(nul string, next func() (migration.Statement, bool, error)) ([]migration.Statement, error) {
	if len(s.Source) > maxSource {
		return nil, &migration.SyntaxError{Reason: fmt.Sprintf("larger than %d MiB", maxSource>>20)}
	}
	if n := strings.IndexByte(s.Source, 0); n >= 0 {
		return nil, s.Fail(1+strings.Count(s.Source[:n], "\n"), nul, "save the file as UTF-8")
	}
	statements := make([]migration.Statement, 0, min(1+strings.Count(s.Source, ";"), 1000))
	for {
		statement, ok, err := next()
		if err != nil {
			return nil, s.located(err)
		}
		if !ok {
			return statements, nil
		}
		if len(statements) == maxStatements {
			return nil, s.Fail(statement.Line, fmt.Sprintf("more than %d statements", maxStatements), "")
		}
		statement.Number = len(statements) + 1
		statements = append(statements, statement)
	}
}

// Read notes that something other than a directive was read, which ends on the
// line.
func (s *Script) Read(line int) { s.head, s.line = true, line }

// Fail returns an error about a line of the source.
func (s *Script) Fail(line int, reason, hint string) error {
	return &migration.SyntaxError{Line: line, Excerpt: migration.Excerpt(s.Source, line), Reason: reason, Hint: hint}
}

// located adds the excerpt to an error that has none.
func (s *Script) located(err error) error {
	var syntax *migration.SyntaxError
	if errors.As(err, &syntax) && syntax.Excerpt == "" {
		syntax.Excerpt = migration.Excerpt(s.Source, syntax.Line)
	}
	return err
}
