package diagnosis

import (
	"fmt"
	"strings"
)

// This file contains how findings are put into words.

// list joins at most n texts with commas and says how many more there are.
func list(texts []string, n int) string {
	if len(texts) <= n {
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(texts[:n], ", "), len(texts)-n)
}

// quote shortens a statement to one line for a sentence.
func quote(statement string) string {
	line := strings.Join(strings.Fields(statement), " ")
	if len(line) > 100 {
		line = strings.ToValidUTF8(line[:97], "") + "..."
	}
	return `"` + line + `"`
}

// speaksOf reports whether a statement has a name among its words. It may find one
// where there is none, in a string or a comment.
func speaksOf(statement, name string) bool {
	text := strings.ToLower(statement)
	name = strings.ToLower(name)
	isWord := func(c byte) bool { return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 0x80 }
	for i := 0; name != ""; {
		n := strings.Index(text[i:], name)
		if n < 0 {
			return false
		}
		from, to := i+n, i+n+len(name)
		if (from == 0 || !isWord(text[from-1])) && (to == len(text) || !isWord(text[to])) {
			return true
		}
		i = from + 1
	}
	return false
}

// plural returns "1 row" or "2 rows".
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
