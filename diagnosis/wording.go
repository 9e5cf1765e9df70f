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

// plural returns "1 row" or "2 rows".
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
