package sqlite

import (
	"strings"

	"github.com/dbmend/dbmend/engine/cutting"
)

// A tokenKind says what a token is. The numbers are part of every statement's
// checksum, which databases keep: never change them.
type tokenKind uint8

const (
	word    tokenKind = 0 // a bare word: keyword or identifier
	quoted  tokenKind = 1 // an identifier in "", [] or ``; "" may also mean a string
	text    tokenKind = 2 // a string in ''
	number  tokenKind = 3 // a numeric literal
	blob    tokenKind = 4 // a blob literal, x'..'
	param   tokenKind = 5 // a bound parameter: ? ?1 :a @a $a #a
	mark    tokenKind = 6 // punctuation and operators
	illegal tokenKind = 7 // what no token of SQLite's begins with, or is not closed
	comment tokenKind = 8 // only from lexer.next with comments asked for
	blank   tokenKind = 9 // never leaves the lexer
)

// A token is a piece of SQL.
type token struct {
	kind tokenKind
	text string // as written
	pos  int    // byte offset in the source
	line int    // counted from 1
}

// is reports whether the token is the bare word w, given in lower case, or the
// punctuation w.
func (t token) is(w string) bool {
	switch t.kind {
	case word:
		return len(t.text) == len(w) && strings.EqualFold(t.text, w)
	case mark:
		return t.text == w
	}
	return false
}

// isName reports whether the token can stand for an identifier.
func (t token) isName() bool { return t.kind == word || t.kind == quoted || t.kind == text }

// isUnclosed reports whether the token is a string, a blob or a quoted name that
// reaches the end of the source without its closing quote.
func (t token) isUnclosed() bool {
	if t.kind != illegal {
		return false
	}
	switch t.text[0] {
	case '\'', '"', '`', '[':
		return true
	case 'x', 'X':
		// A blob is illegal with its closing quote too, if its digits are no digits.
		return len(t.text) == 2 || t.text[len(t.text)-1] != '\''
	}
	return false
}

// name returns the identifier that the token stands for, without its quotes.
func (t token) name() string { return unquote(t.text) }

// end returns the offset behind the token.
func (t token) end() int { return t.pos + len(t.text) }

// unquote takes the quotes off an identifier or a string, and halves those
// doubled inside.
func unquote(s string) string {
	if len(s) < 2 {
		return s
	}
	switch q := s[0]; q {
	case '\'', '"', '`':
		inner := s[1 : len(s)-1]
		if strings.IndexByte(inner, q) < 0 {
			return inner
		}
		return strings.ReplaceAll(inner, string([]byte{q, q}), string(q))
	case '[':
		return s[1 : len(s)-1]
	}
	return s
}

// fold returns a name as SQLite compares it: ASCII letters in lower case, all
// others as they are (sqlite3_stricmp).
func fold(name string) string { return cutting.Lower(name) }

// tokenize returns the tokens of the source without white space and comments.
func tokenize(source string) []token {
	tokens := make([]token, 0, len(source)/5+1)
	l := newLexer(source)
	for {
		t, ok := l.next(false)
		if !ok {
			return tokens
		}
		tokens = append(tokens, t)
	}
}
