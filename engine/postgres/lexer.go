package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/engine/cutting"
)

// A lexer divides a source into tokens exactly as psql and the server do
// (psqlscan.l, scan.l) with standard_conforming_strings on, as it has been by
// itself since PostgreSQL 9.1. It never fails: what they would reject is an
// illegal or an unclosed token.
type lexer struct {
	src  string
	pos  int
	line int

	// A string goes on in another one if there is a line end between them, and
	// nothing else but blanks and comments with two dashes. Then the rules of the
	// first hold in the second: in E'a' ⏎ 'b\'' the backslash escapes. (psql, which
	// reads by the line, forgets that, and sends a part of what the server takes.)
	last   tokenKind // the kind of the string that may go on; blank for none
	broken bool      // a line end was read behind it
}

func newLexer(source string) *lexer { return &lexer{src: source, line: 1, last: blank} }

// next returns the next token, and false at the end of the source. Comments are
// passed over unless asked for. The parts of a string that goes on are tokens of
// their own, of the kind of the first.
func (l *lexer) next(comments bool) (token, bool) {
	for l.pos < len(l.src) {
		rest := l.src[l.pos:]
		var kind tokenKind
		var n int
		if l.broken && rest[0] == '\'' {
			kind, n = scanString(rest, 0, l.last)
		} else {
			kind, n = scan(rest)
		}
		t := token{kind, rest[:n], l.pos, l.line}
		l.pos += n
		switch kind {
		case blank, comment, quoted, text, escaped, dollar, bits, unicodeName, unicodeText, unclosed:
			l.line += strings.Count(t.text, "\n")
		}
		l.follow(t)
		if kind != blank && (kind != comment || comments) {
			return t, true
		}
	}
	return token{}, false
}

// follow notes whether a string can go on behind the token.
func (l *lexer) follow(t token) {
	switch t.kind {
	case text, escaped, bits, unicodeText:
		l.last, l.broken = t.kind, false
	case blank:
		l.broken = l.broken || l.last != blank && strings.ContainsAny(t.text, "\n\r")
	case comment:
		if t.text[0] == '/' {
			l.last, l.broken = blank, false
		}
	default:
		l.last, l.broken = blank, false
	}
}

// restOfLine moves to the end of the line and returns what was passed.
func (l *lexer) restOfLine() string {
	line := cutting.Line(l.src[l.pos:])
	l.pos += len(line)
	return line
}

// byteOrderMark is passed over wherever a token may begin: psql does so at the
// beginning of a file, and files are put together from others.
const byteOrderMark = "\uFEFF"

// scan returns the kind and the length of the token with which s begins; s is
// not empty.
func scan(s string) (tokenKind, int) {
	c := s[0]
	switch class[c] {
	case letter:
		return scanWord(s)
	case space:
		n := 1
		for n < len(s) && class[s[n]] == space {
			n++
		}
		return blank, n
	case digit:
		return number, scanNumber(s)
	}
	switch c {
	case '(', ')', '[', ']', ',', ';':
		return mark, 1
	case '\'':
		return scanString(s, 0, text)
	case '"':
		return scanString(s, 0, quoted)
	case '$':
		return scanDollar(s)
	case '.':
		if cutting.IsDigit(cutting.At(s, 1)) {
			return number, scanNumber(s)
		}
		return mark, 1 + count(cutting.At(s, 1) == '.')
	case ':':
		return mark, 1 + count(cutting.At(s, 1) == ':' || cutting.At(s, 1) == '=')
	case '-':
		if cutting.At(s, 1) == '-' {
			return comment, lineEnd(s)
		}
	case '/':
		if cutting.At(s, 1) == '*' {
			return scanComment(s)
		}
	}
	if n := scanOperator(s); n > 0 {
		return mark, n
	}
	return illegal, 1
}

// scanWord reads a bare word, or the string that it introduces.
func scanWord(s string) (tokenKind, int) {
	switch s[0] {
	case byteOrderMark[0]:
		if strings.HasPrefix(s, byteOrderMark) {
			return blank, len(byteOrderMark)
		}
	case 'e', 'E':
		if cutting.At(s, 1) == '\'' {
			return scanString(s, 1, escaped)
		}
	case 'b', 'B', 'x', 'X':
		if cutting.At(s, 1) == '\'' {
			return scanString(s, 1, bits)
		}
	case 'u', 'U':
		if cutting.At(s, 1) == '&' && cutting.At(s, 2) == '\'' {
			return scanString(s, 2, unicodeText)
		}
		if cutting.At(s, 1) == '&' && cutting.At(s, 2) == '"' {
			return scanString(s, 2, unicodeName)
		}
	}
	n := 1
	for n < len(s) && isIdent(s[n]) {
		n++
	}
	return word, n
}

// scanString reads a string or a quoted name whose quote is at from, and ends at
// the closing quote. A doubled quote does not close, and where a backslash escapes
// neither does one behind it.
func scanString(s string, from int, kind tokenKind) (tokenKind, int) {
	quote := s[from]
	for n := from + 1; n < len(s); n++ {
		switch {
		case s[n] == '\\' && kind == escaped:
			n++
		case s[n] != quote:
		case cutting.At(s, n+1) == quote:
			n++
		default:
			return kind, n + 1
		}
	}
	return unclosed, len(s)
}

// scanDollar reads what begins with a dollar: a parameter, or a string that ends
// where its opening tag, which may be empty, comes again.
func scanDollar(s string) (tokenKind, int) {
	n := 1
	if cutting.IsDigit(cutting.At(s, n)) {
		for cutting.IsDigit(cutting.At(s, n)) {
			n++
		}
		return param, n
	}
	if class[cutting.At(s, n)] == letter {
		for class[cutting.At(s, n)] == letter || cutting.IsDigit(cutting.At(s, n)) {
			n++
		}
	}
	if cutting.At(s, n) != '$' {
		return illegal, 1
	}
	n++
	if end := strings.Index(s[n:], s[:n]); end >= 0 {
		return dollar, n + end + n
	}
	return unclosed, len(s)
}

// scanComment reads a comment that may hold others.
func scanComment(s string) (tokenKind, int) {
	depth := 1
	for n := 2; n < len(s)-1; n++ {
		switch s[n : n+2] {
		case "/*":
			depth++
			n++
		case "*/":
			n++
			if depth--; depth == 0 {
				return comment, n + 1
			}
		}
	}
	return unclosed, len(s)
}

// scanOperator reads an operator: as many of its characters as there are, up to
// where a comment begins; without a plus or minus at its end, unless it has a
// character that no operator of standard SQL has. It is zero for anything else.
func scanOperator(s string) int {
	n, odd := 0, false
	for n < len(s) && strings.IndexByte("~!@#^&|`?+-*/%<>=", s[n]) >= 0 {
		if next := cutting.At(s, n+1); s[n] == '-' && next == '-' || s[n] == '/' && next == '*' {
			break
		}
		odd = odd || strings.IndexByte("~!@#^&|`?%", s[n]) >= 0
		n++
	}
	for !odd && n > 1 && (s[n-1] == '+' || s[n-1] == '-') {
		n--
	}
	return n
}

// scanNumber reads integers of any base and reals, with underscores between
// digits. What follows at once is another token, and for newer servers an error.
func scanNumber(s string) int {
	n := 0
	digits := func(of func(byte) bool) {
		for of(cutting.At(s, n)) || cutting.At(s, n) == '_' && n > 0 && of(s[n-1]) && of(cutting.At(s, n+1)) {
			n++
		}
	}
	if base := cutting.At(s, 1) | 0x20; s[0] == '0' && (base == 'x' || base == 'o' || base == 'b') && cutting.IsHex(cutting.At(s, 2)) {
		n = 2
		digits(cutting.IsHex)
		return n
	}
	digits(cutting.IsDigit)
	if cutting.At(s, n) == '.' && cutting.At(s, n+1) != '.' {
		n++
		digits(cutting.IsDigit)
	}
	if cutting.At(s, n)|0x20 == 'e' {
		sign := count(cutting.At(s, n+1) == '+' || cutting.At(s, n+1) == '-')
		if cutting.IsDigit(cutting.At(s, n+1+sign)) {
			n += 1 + sign
			digits(cutting.IsDigit)
		}
	}
	return n
}

// lineEnd returns the offset of the first line end, or the length of s.
func lineEnd(s string) int {
	if n := strings.IndexAny(s, "\n\r"); n >= 0 {
		return n
	}
	return len(s)
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
		case c == ' ', c >= '\t' && c <= '\r':
			table[c] = space
		}
	}
	return table
}()

func isIdent(c byte) bool { return class[c] == letter || class[c] == digit || c == '$' }
