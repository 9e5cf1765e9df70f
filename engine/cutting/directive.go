package cutting

import "github.com/dbmend/dbmend/migration"

// Note keeps a comment that is a directive, and reports whether it is one; inside
// says that it lies in a statement.
func (s *Script) Note(text string, line int, inside bool) bool {
	d := migration.Comment{Text: text, Line: line, Place: migration.Before}
	if !d.IsDirective() {
		return false
	}
	switch {
	case inside || s.head && line == s.line:
		d.Place = migration.Stray
	case !s.head:
		d.Place = migration.Head
	}
	s.directives = append(s.directives, d)
	return true
}

// Direct does to a statement as the directives ahead of it say. Probe returns the
// one query that a text is, without what is around it, and false if it is anything
// else.
func (s *Script) Direct(statement *migration.Statement, probe func(text string) (query string, ok bool)) error {
	if len(s.directives) == 0 {
		return nil
	}
	d, err := migration.ParseDirectives(s.directives)
	if err != nil {
		return err
	}
	if s.probing {
		return s.Fail(s.directives[0].Line, "a directive inside a probe", "")
	}
	s.directives = s.directives[:0]
	statement.Rerunnable = statement.Rerunnable || d.Rerunnable
	if d.Probe != "" {
		query, ok := probe(d.Probe)
		if !ok {
			return s.Fail(d.ProbeLine, "the probe is not one query", "write one SELECT, whose first value is true if the statement has run")
		}
		statement.Probe = query
	}
	return nil
}

// Probe returns the only statement that next returns, of a source that is a probe:
// directives are out of place in it. It returns false if there is none, another
// one behind it, or an error.
func (s *Script) Probe(next func() (migration.Statement, bool, error)) (only migration.Statement, ok bool) {
	s.probing = true
	only, ok, err := next()
	if !ok || err != nil {
		return only, false
	}
	_, more, err := next()
	return only, !more && err == nil
}

// LeftOver judges the directives behind the last statement. In a source without
// any they are those of its head, and there is nothing that they could be about.
func (s *Script) LeftOver() error {
	if s.head {
		for i := range s.directives {
			s.directives[i].Place = migration.Stray
		}
	}
	_, err := migration.ParseDirectives(s.directives)
	return err
}
