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

// find returns where a name first is among the words of a text, whatever the case; -1
// if it is not.
func find(text, name string) int { return Find(strings.ToLower(text), strings.ToLower(name)) }

// Find returns where a word, which may have other characters in it than letters, first
// stands by itself in a text, as it is written; -1 if it does not.
func Find(text, word string) int {
	for from := 0; word != ""; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(word)
		begins := i == 0 || !isOfWord(word[0]) || !isOfWord(text[i-1])
		ends := end == len(text) || !isOfWord(word[len(word)-1]) || !isOfWord(text[end])
		if begins && ends {
			return i
		}
		from = i + 1
	}
	return -1
}

// isOfWord reports whether a byte may be part of a word.
func isOfWord(c byte) bool { return c >= '0' && c <= '9' || isLetter(c) }
