package postgres

import (
	"strings"
	"unicode/utf8"

	"github.com/dbmend/dbmend/engine/cutting"
)

// A tokenKind says what a token is. The numbers are part of every statement's
// checksum, which databases keep: never change them.
type tokenKind uint8

const (
	word        tokenKind = 0  // a bare word: keyword or identifier
	quoted      tokenKind = 1  // an identifier in ""
	unicodeName tokenKind = 2  // an identifier in U&""
	text        tokenKind = 3  // a string in ''
	escaped     tokenKind = 4  // a string in E'', where a backslash escapes
	unicodeText tokenKind = 5  // a string in U&''
	dollar      tokenKind = 6  // a string in $$ $$ or $tag$ $tag$
	bits        tokenKind = 7  // a string of bits, B'' or X''
	number      tokenKind = 8  // a numeric literal
	param       tokenKind = 9  // a bound parameter: $1
	mark        tokenKind = 10 // punctuation and operators
	illegal     tokenKind = 11 // what no token of PostgreSQL's begins with
	unclosed    tokenKind = 12 // a string, a quoted name or a comment without its end
	copied      tokenKind = 13 // the rows behind COPY … FROM stdin; never from the lexer
	comment     tokenKind = 14 // only from lexer.next with comments asked for
	blank       tokenKind = 15 // never leaves the lexer
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
func (t token) isName() bool { return t.kind == word || t.kind == quoted || t.kind == unicodeName }

// isString reports whether the token is a string of characters.
func (t token) isString() bool {
	return t.kind == text || t.kind == escaped || t.kind == unicodeText || t.kind == dollar
}

// end returns the offset behind the token.
func (t token) end() int { return t.pos + len(t.text) }

// name returns the identifier that the token stands for, as the catalogue spells
// it: a bare word in lower case, what is in quotes as it is, and either clipped. In U&""
// it takes the backslash for what escapes; [reader.one] knows of UESCAPE.
func (t token) name() string {
	switch t.kind {
	case quoted:
		return fold(unquote(t.text))
	case unicodeName:
		return fold(unescape(unquote(t.text[2:]), '\\'))
	}
	return fold(lower(t.text))
}

// value returns what a string in plain or in dollar quotes holds; ok is false for one
// whose escapes would have to be read.
func (t token) value() (value string, ok bool) {
	switch t.kind {
	case text:
		return unquote(t.text), true
	case dollar:
		tag := strings.IndexByte(t.text[1:], '$') + 2
		return t.text[tag : len(t.text)-tag], true
	}
	return "", false
}

// unquote takes the quotes off an identifier or a string, and halves those
// doubled inside.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '\'' && s[0] != '"' {
		return s
	}
	q, inner := s[:1], s[1:len(s)-1]
	return strings.ReplaceAll(inner, q+q, q)
}

// unescape puts in the characters that a U& literal names by their numbers. What
// names none stays as it is: PostgreSQL refuses it.
func unescape(s string, escape byte) string {
	if strings.IndexByte(s, escape) < 0 {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		digits := 0
		switch {
		case s[0] != escape:
		case cutting.At(s, 1) == escape:
			s = s[1:]
		case cutting.At(s, 1) == '+':
			digits = 6
		default:
			digits = 4
		}
		from := 1 + count(digits == 6)
		if r, ok := character(s, from, digits); ok && digits > 0 {
			b.WriteRune(r)
			s = s[from+digits:]
			continue
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}

// character reads a character's number of so many hexadecimal digits.
func character(s string, from, digits int) (r rune, ok bool) {
	if len(s) < from+digits {
		return 0, false
	}
	for _, c := range []byte(s[from : from+digits]) {
		if !cutting.IsHex(c) {
			return 0, false
		}
		d := rune(c|0x20) - 'a' + 10
		if cutting.IsDigit(c) {
			d = rune(c - '0')
		}
		r = r<<4 | d
	}
	return r, r > 0 && utf8.ValidRune(r)
}

// lower returns a bare word as PostgreSQL reads it in UTF-8: ASCII letters in lower
// case, all others as they are (downcase_identifier).
func lower(name string) string { return cutting.Lower(name) }

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
