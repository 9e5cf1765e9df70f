package sqlite

import "strings"

// This file contains the lexer: SQLite's tokens, as its tokenizer (tokenize.c)
// divides them. It never fails; what SQLite would reject is an illegal token.

// tokenKind says what a token is.
type tokenKind uint8

const (
	word    tokenKind = iota // a bare word: keyword or identifier
	quoted                   // an identifier in "", [] or ``; "" may also mean a string
	text                     // a string in ''
	number                   // a numeric literal
	blob                     // a blob literal, x'..'
	param                    // a bound parameter: ? :a @a $a #a
	mark                     // punctuation and operators
	illegal                  // what no token of SQLite's begins with, or is not closed
	comment                  // only from lexer.next with comments asked for
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
		return strings.EqualFold(t.text, w)
	case mark:
		return t.text == w
	}
	return false
}

// isName reports whether the token can stand for an identifier.
func (t token) isName() bool { return t.kind == word || t.kind == quoted || t.kind == text }

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
		return strings.ReplaceAll(s[1:len(s)-1], string([]byte{q, q}), string(q))
	case '[':
		return s[1 : len(s)-1]
	}
	return s
}

// fold returns a name as SQLite compares it: ASCII letters in lower case, all
// others as they are (sqlite3_stricmp).
func fold(name string) string {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c >= 'A' && c <= 'Z' {
			b := []byte(name)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return name
}

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

// A lexer walks through a source. A byte order mark at its very start is white
// space, as the SQLite shell has it.
type lexer struct {
	src  string
	pos  int
	line int
}

func newLexer(source string) *lexer {
	l := &lexer{src: source, line: 1}
	if strings.HasPrefix(source, "\uFEFF") {
		l.pos = len("\uFEFF")
	}
	return l
}

// next returns the next token, and false at the end of the source or at a NUL,
// which ends a script for SQLite too. Comments are passed over unless asked for.
func (l *lexer) next(comments bool) (token, bool) {
	for l.pos < len(l.src) && l.src[l.pos] != 0 {
		start, line := l.pos, l.line
		kind, space := l.scan()
		l.line += strings.Count(l.src[start:l.pos], "\n")
		if space || kind == comment && !comments {
			continue
		}
		return token{kind, l.src[start:l.pos], start, line}, true
	}
	return token{}, false
}

// scan moves behind one token, comment or run of white space.
func (l *lexer) scan() (kind tokenKind, space bool) {
	s, i := l.src, l.pos
	c := s[i]
	switch {
	case isSpace(c):
		for i < len(s) && isSpace(s[i]) {
			i++
		}
		l.pos = i
		return 0, true
	case strings.HasPrefix(s[i:], "--"):
		if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
			l.pos = i + n
		} else {
			l.pos = len(s)
		}
		return comment, false
	case strings.HasPrefix(s[i:], "/*") && i+2 < len(s):
		// An unclosed comment ends with the source: so SQLite has it.
		if n := strings.Index(s[i+2:], "*/"); n >= 0 {
			l.pos = i + 2 + n + 2
		} else {
			l.pos = len(s)
		}
		return comment, false
	case c == '\'' || c == '"' || c == '`':
		kind = quoted
		if c == '\'' {
			kind = text
		}
		return l.until(i+1, c, kind), false
	case c == '[':
		if n := strings.IndexByte(s[i:], ']'); n >= 0 {
			l.pos = i + n + 1
			return quoted, false
		}
		l.pos = len(s)
		return illegal, false
	case (c == 'x' || c == 'X') && i+1 < len(s) && s[i+1] == '\'':
		return l.until(i+2, '\'', blob), false
	case isDigit(c) || c == '.' && i+1 < len(s) && isDigit(s[i+1]):
		return l.number(), false
	case isWord(c):
		for i < len(s) && (isWord(s[i]) || isDigit(s[i]) || s[i] == '$') {
			i++
		}
		l.pos = i
		return word, false
	case c == '?' || c == ':' || c == '@' || c == '$' || c == '#':
		i++
		for i < len(s) && (isWord(s[i]) || isDigit(s[i]) || s[i] == '$') {
			i++
		}
		l.pos = i
		if i == len(l.src) || i > 0 && s[i-1] != c || c == '?' {
			return param, false
		}
		return illegal, false
	}
	for _, op := range [...]string{"->>", "->", "||", "<<", "<=", "<>", ">>", ">=", "==", "!="} {
		if strings.HasPrefix(s[i:], op) {
			l.pos = i + len(op)
			return mark, false
		}
	}
	l.pos = i + 1
	if strings.IndexByte("()+-*/%,;=<>&|~.", c) >= 0 {
		return mark, false
	}
	return illegal, false
}

// until moves behind the closing quote; a doubled quote does not close.
func (l *lexer) until(i int, quote byte, kind tokenKind) tokenKind {
	for i < len(l.src) {
		if l.src[i] != quote {
			i++
			continue
		}
		if i+1 < len(l.src) && l.src[i+1] == quote {
			i += 2
			continue
		}
		l.pos = i + 1
		return kind
	}
	l.pos = len(l.src)
	return illegal
}

// number moves behind a numeric literal.
func (l *lexer) number() tokenKind {
	s, i := l.src, l.pos
	if s[i] == '0' && i+2 < len(s) && (s[i+1] == 'x' || s[i+1] == 'X') && isHex(s[i+2]) {
		for i += 2; i < len(s) && (isHex(s[i]) || s[i] == '_'); {
			i++
		}
		l.pos = i
		return number
	}
	digits := func() {
		for i < len(s) && (isDigit(s[i]) || s[i] == '_') {
			i++
		}
	}
	digits()
	if i < len(s) && s[i] == '.' {
		i++
		digits()
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		if j := i + 1; j < len(s) && (isDigit(s[j]) || (s[j] == '+' || s[j] == '-') && j+1 < len(s) && isDigit(s[j+1])) {
			i = j + 1
			digits()
		}
	}
	kind := number
	for i < len(s) && (isWord(s[i]) || isDigit(s[i])) {
		kind = illegal
		i++
	}
	l.pos = i
	return kind
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' && c != '\v' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
