package migration

import (
	"strings"
	"unicode"
)

// Excerpt returns a line of a source, counted from 1, as a [SyntaxError] shows it:
// without blanks around it and a byte order mark ahead, shortened, with blanks for
// control characters. Behind the last line it is empty.
func Excerpt(source string, line int) string {
	const most = 120
	for ; line > 1; line-- {
		_, source, _ = strings.Cut(source, "\n")
	}
	s, _, _ := strings.Cut(source, "\n")
	s = strings.TrimSpace(strings.TrimPrefix(s, "\uFEFF"))
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
