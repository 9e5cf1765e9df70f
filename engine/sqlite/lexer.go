package sqlite

import (
	"strings"

	"github.com/dbmend/dbmend/engine/cutting"
)

// A lexer divides a source into tokens exactly as SQLite's tokenizer does
// (sqlite3GetToken). It never fails: what SQLite would reject is an illegal
// token.
type lexer struct {
	src  string
	pos  int
	line int
}

// newLexer returns a lexer of the source, or of what is ahead of its first NUL,
// where a script ends for SQLite too.
func newLexer(source string) *lexer {
	if n := strings.IndexByte(source, 0); n >= 0 {
		source = source[:n]
	}
	return &lexer{src: source, line: 1}
}

// next returns the next token, and false at the end of the source. Comments are
// passed over unless asked for.
func (l *lexer) next(comments bool) (token, bool) {
	for l.pos < len(l.src) {
		kind, n := scan(l.src[l.pos:])
		t := token{kind, l.src[l.pos : l.pos+n], l.pos, l.line}
		l.pos += n
		switch kind {
		case blank, comment, quoted, text, illegal:
			l.line += strings.Count(t.text, "\n")
		}
		if kind != blank && (kind != comment || comments) {
			return t, true
		}
	}
	return token{}, false
}

// byteOrderMark is white space for SQLite wherever a token may begin.
const byteOrderMark = "\uFEFF"

// scan returns the kind and the length of the token with which s begins; s is
// not empty and holds no NUL.
func scan(s string) (tokenKind, int) {
	c := s[0]
	switch class[c] {
	case letter:
		switch {
		case c == 0xEF && strings.HasPrefix(s, byteOrderMark):
			return blank, len(byteOrderMark)
		case (c == 'x' || c == 'X') && cutting.At(s, 1) == '\'':
			return scanBlob(s)
		}
		n := 1
		for n < len(s) && isIdent(s[n]) {
			n++
		}
		return word, n
	case space:
		// A vertical tab is white space only behind another.
		n := 1
		for n < len(s) && (class[s[n]] == space || s[n] == '\v') {
			n++
		}
		return blank, n
	case digit:
		return scanNumber(s)
	}
	switch c {
	case '(', ')', ',', ';', '*', '+', '%', '&', '~':
		return mark, 1
	case '\'':
		return scanQuoted(s, text)
	case '"', '`':
		return scanQuoted(s, quoted)
	case '[':
		if n := strings.IndexByte(s, ']'); n >= 0 {
			return quoted, n + 1
		}
		return illegal, len(s)
	case '.':
		if cutting.IsDigit(cutting.At(s, 1)) {
			return scanNumber(s)
		}
		return mark, 1
	case '-':
		switch cutting.At(s, 1) {
		case '-':
			return comment, cutting.Index(s, "\n")
		case '>':
			return mark, 2 + count(cutting.At(s, 2) == '>')
		}
		return mark, 1
	case '/':
		if cutting.At(s, 1) != '*' || len(s) == 2 {
			return mark, 1
		}
		// An unclosed comment ends with the source.
		return comment, min(2+cutting.Index(s[2:], "*/")+2, len(s))
	case '=':
		return mark, 1 + count(cutting.At(s, 1) == '=')
	case '|':
		return mark, 1 + count(cutting.At(s, 1) == '|')
	case '<':
		d := cutting.At(s, 1)
		return mark, 1 + count(d == '=' || d == '>' || d == '<')
	case '>':
		d := cutting.At(s, 1)
		return mark, 1 + count(d == '=' || d == '>')
	case '!':
		if cutting.At(s, 1) == '=' {
			return mark, 2
		}
	case '?':
		n := 1
		for cutting.IsDigit(cutting.At(s, n)) {
			n++
		}
		return param, n
	case ':', '@', '$', '#':
		return scanParam(s)
	}
	return illegal, 1
}

// scanQuoted ends at the closing quote; a doubled quote does not close.
func scanQuoted(s string, kind tokenKind) (tokenKind, int) {
	quote := s[0]
	for n := 1; ; {
		i := strings.IndexByte(s[n:], quote)
		if i < 0 {
			return illegal, len(s)
		}
		n += i + 1
		if cutting.At(s, n) != quote {
			return kind, n
		}
		n++
	}
}

// scanBlob ends at the next quote: blobs have no doubled ones.
func scanBlob(s string) (tokenKind, int) {
	n := 2
	for cutting.IsHex(cutting.At(s, n)) {
		n++
	}
	if cutting.At(s, n) == '\'' && n%2 == 0 {
		return blob, n + 1
	}
	return illegal, min(n+cutting.Index(s[n:], "'")+1, len(s))
}

// scanNumber reads integers, hexadecimal integers and reals, with underscores
// between digits left for the parser to judge. Letters that follow at once make
// it illegal.
func scanNumber(s string) (tokenKind, int) {
	n := 0
	digits := func() {
		for cutting.IsDigit(cutting.At(s, n)) || cutting.At(s, n) == '_' {
			n++
		}
	}
	if s[0] == '0' && (cutting.At(s, 1) == 'x' || cutting.At(s, 1) == 'X') && cutting.IsHex(cutting.At(s, 2)) {
		for n = 3; cutting.IsHex(cutting.At(s, n)) || cutting.At(s, n) == '_'; {
			n++
		}
	} else {
		digits()
		if cutting.At(s, n) == '.' {
			n++
			digits()
		}
		if e := cutting.At(s, n); e == 'e' || e == 'E' {
			sign := count(cutting.At(s, n+1) == '+' || cutting.At(s, n+1) == '-')
			if cutting.IsDigit(cutting.At(s, n+1+sign)) {
				n += 1 + sign
				digits()
			}
		}
	}
	kind := number
	for isIdent(cutting.At(s, n)) {
		kind = illegal
		n++
	}
	return kind, n
}

// scanParam reads a named parameter, with Tcl's :: and (..) in it.
func scanParam(s string) (tokenKind, int) {
	kind, n := illegal, 1
	for {
		switch c := cutting.At(s, n); {
		case isIdent(c):
			kind = param
			n++
		case c == '(' && kind == param:
			for n++; n < len(s) && s[n] != ')' && class[s[n]] != space && s[n] != '\v'; {
				n++
			}
			if cutting.At(s, n) != ')' {
				return illegal, n
			}
			return param, n + 1
		case c == ':' && cutting.At(s, n+1) == ':':
			n += 2
		default:
			return kind, n
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// A byteClass is what a byte can begin.
type byteClass uint8

const (
	other byteClass = iota
	letter
	digit
	space
)

// class says what each byte can begin: letters are those of ASCII, the underscore
// and all bytes of other alphabets.
var class = func() (table [256]byteClass) {
	for c := range table {
		switch {
		case c == '_', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
			table[c] = letter
		case c >= '0' && c <= '9':
			table[c] = digit
		case c == ' ', c == '\t', c == '\n', c == '\f', c == '\r':
			table[c] = space
		}
	}
	return table
}()

func isIdent(c byte) bool { return class[c] == letter || class[c] == digit || c == '$' }
