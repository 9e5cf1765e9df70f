package mysql

import (
	"strings"

	"github.com/dbmend/dbmend/engine/cutting"
)

// A lexer divides a source into tokens as the server's own lexer does, and stops
// where the client would. It never fails: what the server would reject is an
// illegal token.
//
// Conditional comments, /*! … */ and /*M! … */, are code: what is between their
// two ends is divided like the rest, whichever server it is meant for. Comments
// with hints for the optimizer, /*+ … */, are comments.
type lexer struct {
	src       string
	pos       int
	line      int
	mode      mode
	delimiter string // what ends statements; "" for the semicolon
	open      bool   // inside a conditional comment
	fresh     bool   // no token of the present statement was read
	behind    int    // the offset behind the last name or the dot that follows it; -1 for none
}

// newLexer returns a lexer of a source in the server's default mode.
func newLexer(source string) *lexer {
	return &lexer{src: source, line: 1, fresh: true, behind: -1}
}

// byteOrderMark is passed over at the head of a source.
const byteOrderMark = "\uFEFF"

// next returns the next token, and false at the end of the source. Comments are
// passed over unless asked for.
func (l *lexer) next(comments bool) (token, bool) {
	if l.pos == 0 && strings.HasPrefix(l.src, byteOrderMark) {
		l.pos = len(byteOrderMark)
	}
	for l.pos < len(l.src) {
		kind, n := l.scan(l.src[l.pos:])
		t := token{kind, l.src[l.pos : l.pos+n], l.pos, l.line}
		l.pos += n
		switch kind {
		case blank, comment, quoted, text, blob, variable, illegal, unclosed:
			l.line += strings.Count(t.text, "\n")
		}
		if kind == blank || kind == comment && !comments {
			continue
		}
		l.remember(t)
		return t, true
	}
	return token{}, false
}

// remember keeps what the next token depends on.
func (l *lexer) remember(t token) {
	if t.kind == comment {
		return
	}
	l.fresh = t.kind == stop
	if t.kind == condition {
		l.open = t.text != "*/"
	}
	if t.isName() || t.is(".") && l.behind == t.pos {
		l.behind = t.end()
	} else {
		l.behind = -1
	}
}

// scan returns the kind and the length of the token with which s begins; s is
// not empty and holds no NUL. A delimiter of the author's ends any token but
// strings, quoted names and comments, even in the middle of a word.
func (l *lexer) scan(s string) (tokenKind, int) {
	d := l.delimiter
	if d != "" && strings.HasPrefix(s, d) {
		return stop, len(d)
	}
	kind, n := l.scanAny(s)
	if d == "" {
		return kind, n
	}
	switch kind {
	case word, number, mark, illegal:
		if i := strings.Index(s[:min(n+len(d)-1, len(s))], d); i > 0 {
			return l.scanAny(s[:i])
		}
	}
	return kind, n
}

func (l *lexer) scanAny(s string) (tokenKind, int) {
	c := s[0]
	switch class[c] {
	case space:
		n := 1
		for n < len(s) && class[s[n]] == space {
			n++
		}
		return blank, n
	case letter:
		if cutting.At(s, 1) == '\'' {
			switch c {
			case 'x', 'X':
				return scanDigits(s, cutting.IsHex, 2)
			case 'b', 'B':
				return scanDigits(s, isBit, 1)
			case 'n', 'N':
				kind, n := l.scanQuoted(s[1:], text)
				return kind, n + 1
			}
		}
		return word, run(s, isIdent)
	case digit:
		if l.behind == l.pos && l.pos > 0 && l.src[l.pos-1] == '.' {
			return word, run(s, isIdent)
		}
		return scanNumber(s)
	}
	switch c {
	case '\'':
		return l.scanQuoted(s, text)
	case '"':
		if l.mode.ansiQuotes {
			return l.scanQuoted(s, quoted)
		}
		return l.scanQuoted(s, text)
	case '`':
		return l.scanQuoted(s, quoted)
	case '#':
		return comment, cutting.Index(s, "\n")
	case '-':
		if cutting.At(s, 1) == '-' && (l.fresh || cutting.At(s, 2) <= ' ' || s[2] == 0x7F) {
			return comment, cutting.Index(s, "\n")
		}
	case '/':
		if cutting.At(s, 1) == '*' {
			return scanComment(s)
		}
	case '*':
		// The client would rather see its delimiter.
		if l.open && cutting.At(s, 1) == '/' && (l.delimiter == "" || !strings.HasPrefix(s[1:], l.delimiter)) {
			return condition, 2
		}
	case '.':
		if l.behind != l.pos && cutting.IsDigit(cutting.At(s, 1)) {
			return scanNumber(s)
		}
	case '@':
		return l.scanVariable(s)
	case '?':
		return variable, 1
	case '\\':
		if cutting.At(s, 1) == 'N' {
			return word, 2
		}
		return illegal, 1
	}
	return scanMark(s)
}

// scanMark reads punctuation, the longest operator first.
func scanMark(s string) (tokenKind, int) {
	for _, operator := range [...]string{"->>", "<=>", "->", "<=", ">=", "<>", "!=", "<<", ">>", "&&", "||", ":="} {
		if strings.HasPrefix(s, operator) {
			return mark, len(operator)
		}
	}
	if strings.IndexByte("()[]{},;.*+-/%&|^~<>=!:@", s[0]) >= 0 {
		return mark, 1
	}
	return illegal, 1
}

// scanQuoted ends at the closing quote. A doubled quote does not close, nor does
// one behind a backslash in a string, unless the mode takes backslashes as they are.
func (l *lexer) scanQuoted(s string, kind tokenKind) (tokenKind, int) {
	quote := s[0]
	escapes := kind == text && !l.mode.noBackslashEscapes
	for n := 1; n < len(s); n++ {
		switch {
		case s[n] == '\\' && escapes:
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

// scanDigits reads a literal like x'0a', whose digits come in groups of a size.
func scanDigits(s string, isDigit func(byte) bool, size int) (tokenKind, int) {
	n := 2 + run(s[2:], isDigit)
	if cutting.At(s, n) == '\'' && (n-2)%size == 0 {
		return blob, n + 1
	}
	if n = 2 + cutting.Index(s[2:], "'"); n < len(s) {
		return illegal, n + 1
	}
	return unclosed, n
}

// scanNumber reads integers, 0x41, 0b01 and reals. Letters that follow an integer
// at once make it a name, as in 2fa_codes.
func scanNumber(s string) (tokenKind, int) {
	whole := run(s, isIdent)
	if s[0] == '0' && whole > 2 {
		if s[1] == 'x' && run(s[2:], cutting.IsHex) == whole-2 || s[1] == 'b' && run(s[2:], isBit) == whole-2 {
			return number, whole
		}
	}
	n := run(s, cutting.IsDigit)
	if e := cutting.At(s, n); isIdent(e) {
		if exponent := scanExponent(s[n:]); exponent > 0 {
			return number, n + exponent
		}
		return word, whole
	}
	if cutting.At(s, n) == '.' {
		n++
		n += run(s[n:], cutting.IsDigit)
		n += scanExponent(s[n:])
	}
	return number, n
}

// scanExponent returns the length of the exponent that s begins with, or zero.
func scanExponent(s string) int {
	if e := cutting.At(s, 0); e != 'e' && e != 'E' {
		return 0
	}
	n := 1
	if sign := cutting.At(s, 1); sign == '+' || sign == '-' {
		n = 2
	}
	if digits := run(s[min(n, len(s)):], cutting.IsDigit); digits > 0 {
		return n + digits
	}
	return 0
}

// scanVariable reads @name, @'name' and @@scope.name. A host behind an account
// reads like the first two.
func (l *lexer) scanVariable(s string) (tokenKind, int) {
	n := 1
	if cutting.At(s, 1) == '@' {
		n = 2
	}
	switch q := cutting.At(s, n); q {
	case '\'', '"', '`':
		kind, quotedLen := l.scanQuoted(s[n:], map[bool]tokenKind{true: quoted, false: text}[q == '`'])
		if kind == unclosed {
			return unclosed, len(s)
		}
		n += quotedLen
		if rest := run(s[n:], isVariable); cutting.At(s, n) == '.' {
			n += rest // @@`global`.name
		}
		return variable, n
	}
	if rest := run(s[n:], isVariable); rest > 0 {
		return variable, n + rest
	}
	return mark, 1
}

// scanComment reads a comment, or the beginning of a conditional one with its
// version: five or six digits.
func scanComment(s string) (tokenKind, int) {
	n := 2
	if cutting.At(s, n) == 'M' && cutting.At(s, n+1) == '!' {
		n++
	}
	if cutting.At(s, n) == '!' {
		n++
		if digits := min(run(s[n:], cutting.IsDigit), 6); digits >= 5 {
			n += digits
		}
		return condition, n
	}
	if end := strings.Index(s[2:], "*/"); end >= 0 {
		return comment, 2 + end + 2
	}
	return unclosed, len(s)
}

// run returns the length of the beginning of s that is made of such bytes.
func run(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

// A byteClass is what a byte can begin.
type byteClass uint8

const (
	other byteClass = iota
	letter
	digit
	space
)

// class says what each byte can begin: letters are those of ASCII, underscore,
// dollar and all bytes of other alphabets.
var class = func() (table [256]byteClass) {
	for c := range table {
		switch {
		case c == '_', c == '$', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
			table[c] = letter
		case c >= '0' && c <= '9':
			table[c] = digit
		case c == ' ', c >= '\t' && c <= '\r':
			table[c] = space
		}
	}
	return table
}()

func isIdent(c byte) bool    { return class[c] == letter || class[c] == digit }
func isVariable(c byte) bool { return isIdent(c) || c == '.' }
func isBit(c byte) bool      { return c == '0' || c == '1' }
