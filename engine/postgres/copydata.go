package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/engine/cutting"
)

// endOfRows is the line that ends the rows behind COPY … FROM stdin.
const endOfRows = `\.`

// splitCopy divides the text of a COPY … FROM stdin, as the cutter makes it, into
// the command and its rows in the format that the command names: every line with
// its line end, without the one that ends them. ok is false for any other
// statement.
func splitCopy(statement string) (command, rows string, ok bool) {
	l, end := newLexer(statement), ending{}
	for {
		t, more := l.next(false)
		if !more || end.state == plain && !end.rows {
			return "", "", false
		}
		if !end.reads(t) {
			continue
		}
		if !end.rows {
			return "", "", false
		}
		command = statement[:t.pos]
		l.restOfLine()
		rows, ok = l.copiedRows()
		return command, rows, ok
	}
}

// copiedRows moves behind the rows that begin on the next line and behind the line
// that ends them, up to its line end, and returns the rows. ok is false where that
// line is missing.
func (l *lexer) copiedRows() (rows string, ok bool) {
	rest := strings.TrimPrefix(l.src[l.pos:], "\n")
	from := len(l.src) - len(rest)
	for at := from; at < len(l.src); {
		line := l.src[at:]
		n := cutting.Index(line, "\n")
		if strings.TrimSuffix(line[:n], "\r") == endOfRows {
			l.line += strings.Count(l.src[l.pos:at], "\n")
			l.pos = at + len(endOfRows)
			return l.src[from:at], true
		}
		at += n + 1
	}
	return "", false
}
