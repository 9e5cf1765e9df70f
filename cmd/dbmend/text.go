package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
)

// This file contains what makes foreign text fit to be shown. Names, SQL and what
// servers say come from others: a terminal must not be told anything by them.

// clean makes a text harmless to a terminal: what is not to be seen, or turns the
// direction of writing, becomes a mark. Line ends and tabs stay.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// oneLine returns a text on one line, with blanks as they are between words, and
// shortened to at most width columns; zero for no bound.
func oneLine(s string, width int) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if width <= 0 {
		return s
	}
	return truncate(s, width)
}

// exact returns a text on one line from which it can be told apart from any other.
func exact(s string) string {
	return clean(strings.NewReplacer("\\", `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(s))
}

// truncate shortens a text of one line to at most width columns.
func truncate(s string, width int) string {
	if lipgloss.Width(s) <= width {
		return s
	}
	// What is far too long need not be measured to its end: no rune is wider than two
	// columns, and few take none.
	if most := 8 * max(width, 1); len(s) > most {
		for most > 0 && !utf8.RuneStart(s[most]) {
			most--
		}
		s = s[:most]
	}
	for lipgloss.Width(s) > width-1 && s != "" {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return strings.TrimRight(s, " ") + "…"
}

// wrap breaks a text into lines of at most width columns, between words.
func wrap(s string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		var b strings.Builder
		used := 0
		for word := range strings.FieldsSeq(line) {
			w := lipgloss.Width(word)
			if used > 0 && used+1+w > width {
				lines = append(lines, b.String())
				b.Reset()
				used = 0
			}
			if used > 0 {
				b.WriteByte(' ')
				used++
			}
			b.WriteString(word)
			used += w
		}
		lines = append(lines, b.String())
	}
	return lines
}

// plural returns "1 row" or "2 rows".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// shellWord quotes a text for a shell, where that is needed.
func shellWord(s string) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%_+=:,./-"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
