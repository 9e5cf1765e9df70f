// Package wording puts things into words for reports, questions and errors, and
// finds words in statements.
package wording

import (
	"fmt"
	"strings"
)

// Count returns "1 row" or "2 rows".
func Count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// List joins at most n texts with commas and says how many more there are.
func List(texts []string, n int) string {
	if len(texts) <= n {
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(texts[:n], ", "), len(texts)-n)
}

// Quote shortens a statement to one line for a sentence, in double quotes, without what
// its strings hold: see [Masked].
func Quote(statement string) string {
	const most = 100
	line := strings.Join(strings.Fields(Masked(statement)), " ")
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most-3], "") + "..."
	}
	return `"` + line + `"`
}

// Line returns a text on one line, with one blank between words.
func Line(text string) string { return strings.Join(strings.Fields(text), " ") }

// Speaks reports whether a text has a name among its words, whatever the case. It
// may find one where there is none, in a string or a comment: it is for asking
// once too often, never for deciding.
func Speaks(text, name string) bool { return find(text, name) >= 0 }

// Rename returns a text with every word that is a name in place of another, whatever the
// case. It may find one where there is none: what comes of it is to be proven.
func Rename(text, from, to string) string {
	if len(strings.ToLower(text)) != len(text) {
		return text // there are letters whose small ones are longer
	}
	var b strings.Builder
	for {
		i := find(text, from)
		if i < 0 {
			return b.String() + text
		}
		b.WriteString(text[:i] + to)
		text = text[i+len(from):]
	}
}

// find returns where a name first is among the words of a text; -1 if it is not.
func find(text, name string) int {
	text, name = strings.ToLower(text), strings.ToLower(name)
	isWord := func(c byte) bool { return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 0x80 }
	for i := 0; name != ""; {
		n := strings.Index(text[i:], name)
		if n < 0 {
			return -1
		}
		from, to := i+n, i+n+len(name)
		if (from == 0 || !isWord(text[from-1])) && (to == len(text) || !isWord(text[to])) {
			return from
		}
		i = from + 1
	}
	return -1
}
