package mysql

import "strings"

// A mode is what of sql_mode changes how a text is read. The zero value is that of
// every server that was not told otherwise. A script whose own SET sql_mode turns
// one of these on is read accordingly from there; that a server's configuration
// does is not to be seen in a script.
type mode struct {
	ansiQuotes         bool // "a" is a name
	noBackslashEscapes bool // a backslash in a string is a backslash
}

// after returns the mode behind a statement; known is false where only running the
// statement tells.
func (m mode) after(statement string) (next mode, known bool) {
	p := newPhraseIn(statement, m)
	if !p.skip("set") {
		return m, true
	}
	for !p.done() {
		scope := p.either("global", "persist", "persist_only", "session", "local")
		t := p.next()
		ours := t.is("sql_mode") && (scope == "" || scope == "session" || scope == "local")
		if t.kind == variable {
			switch strings.ToLower(strings.ReplaceAll(t.text, "`", "")) {
			case "@@sql_mode", "@@session.sql_mode", "@@local.sql_mode":
				ours = true
			}
		}
		if p.either("=", ":=") != "" && ours {
			if m, known = m.assigned(p.expression()); !known {
				return m, false
			}
		} else {
			p.expression()
		}
		p.skip(",")
	}
	return m, true
}

// assigned returns the mode that a value of sql_mode makes. A variable holds the
// value that the script found, as dumps put it back.
func (m mode) assigned(value []token) (next mode, known bool) {
	if len(value) == 1 {
		switch t := value[0]; t.kind {
		case text:
			return modeOf(content(t)), true
		case word:
			return modeOf(t.text), true
		case variable, number:
			return mode{}, true
		}
	}
	for _, t := range value {
		if t.kind == text && modeOf(content(t)) != (mode{}) {
			return m, false
		}
	}
	return m, true
}

// content returns what is between a string's quotes, as written.
func content(t token) string {
	return t.text[strings.IndexAny(t.text, `'"`)+1 : len(t.text)-1]
}

// modeOf reads a list of modes. Some stand for several.
func modeOf(list string) (m mode) {
	for name := range strings.SplitSeq(strings.ToLower(list), ",") {
		switch strings.TrimSpace(name) {
		case "ansi_quotes", "ansi", "db2", "maxdb", "mssql", "oracle", "postgresql":
			m.ansiQuotes = true
		case "no_backslash_escapes":
			m.noBackslashEscapes = true
		}
	}
	return m
}
