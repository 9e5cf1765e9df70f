package migration

import (
	"iter"
	"strings"
	"unicode"
)

// A line is one line of a text.
type line struct {
	text   string // without its line end, \n or \r\n
	number int    // counted from 1
	start  int    // where it begins in the text
	next   int    // where the next one begins: behind the line end
}

// lines yields the lines of a text. A text that ends in a line end has no empty
// line behind it.
func lines(text string) iter.Seq[line] {
	return func(yield func(line) bool) {
		for at, number := 0, 1; at < len(text); number++ {
			l := line{number: number, start: at, next: len(text)}
			if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
				l.next = at + n + 1
			}
			l.text = strings.TrimSuffix(strings.TrimSuffix(text[at:l.next], "\n"), "\r")
			if !yield(l) {
				return
			}
			at = l.next
		}
	}
}

// isIdle reports whether a line holds nothing but blanks or a comment.
func (l line) isIdle() bool {
	s := strings.TrimSpace(l.text)
	return s == "" || strings.HasPrefix(s, "--")
}

// maxSaid is how much of a comment is looked at: more than any marker needs.
const maxSaid = 80

// comments yields where something begins that looks like a comment from -- to the
// end of the line, and the beginning of what it says, without dashes and blanks
// around it. It reads no SQL: the comment may lie in a string. For what it is used, to notice
// the markers of other tools, to see too much is the right mistake.
func comments(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for at := 0; ; {
			i := strings.Index(text[at:], "--")
			if i < 0 {
				return
			}
			at += i
			rest := strings.TrimLeftFunc(text[at:], isDashOrBlank)
			said := rest[:min(len(rest), maxSaid)]
			if end := strings.IndexAny(said, "\r\n"); end >= 0 {
				said = said[:end]
			}
			if !yield(at, strings.TrimSpace(said)) {
				return
			}
			at = len(text) - len(rest)
		}
	}
}

func isDashOrBlank(r rune) bool {
	return r == '-' || unicode.IsSpace(r) && r != '\n' && r != '\r'
}

// hasPrefixFold reports whether s begins with prefix, given in lower case,
// whatever the case of its ASCII letters.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
