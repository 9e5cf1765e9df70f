package mysql

import "strings"

// A tokenKind says what a token is. The numbers are part of every statement's
// checksum, which databases keep: never change them.
type tokenKind uint8

const (
	word      tokenKind = 0  // a bare word: keyword or identifier; \N too
	quoted    tokenKind = 1  // an identifier in backticks, or in "" where the mode says so
	text      tokenKind = 2  // a string in '' or "", with an N ahead or not
	number    tokenKind = 3  // a numeric literal, 0x41 and 0b01 too
	blob      tokenKind = 4  // x'..' or b'..'
	variable  tokenKind = 5  // @a, @@a.b, the host of an account, and the ? of a prepared statement
	mark      tokenKind = 6  // punctuation and operators
	illegal   tokenKind = 7  // what no token of the server's begins with
	condition tokenKind = 8  // the beginning or the end of a conditional comment: /*!50003, */
	comment   tokenKind = 9  // only from lexer.next with comments asked for
	unclosed  tokenKind = 10 // a string, a name or a comment that reaches the end of the source
	stop      tokenKind = 11 // the delimiter, if it is another than the semicolon
	blank     tokenKind = 12 // never leaves the lexer
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
func (t token) isName() bool { return t.kind == word || t.kind == quoted }

// name returns the identifier that the token stands for, without its quotes.
func (t token) name() string {
	if t.kind != quoted {
		return t.text
	}
	q := t.text[:1]
	return strings.ReplaceAll(t.text[1:len(t.text)-1], q+q, q)
}

// end returns the offset behind the token.
func (t token) end() int { return t.pos + len(t.text) }

// tokenize returns the tokens of the source without white space and comments, as
// a server in its default mode reads them.
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
