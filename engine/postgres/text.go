package postgres

import "strings"

// This file reads the texts that PostgreSQL writes about its own objects, such as
// pg_get_indexdef returns. They are well formed and have no comments and no dollar
// quotes, but any name or string may be in them.

// past returns the index behind the string or quoted name that begins at i, or
// behind the single byte that is there.
func past(s string, i int) int {
	mark := s[i]
	if mark != '\'' && mark != '"' {
		return i + 1
	}
	// Only a string that begins with E has backslashes that mean something, and
	// there a quote may be behind one.
	escapes := mark == '\'' && i > 0 && s[i-1] == 'E' && (i == 1 || !isWordByte(s[i-2]))
	for i++; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == mark && i+1 < len(s) && s[i+1] == mark:
			i++
		case s[i] == mark:
			return i + 1
		}
	}
	return len(s)
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}

// partner returns the index of the bracket that closes the one at i, or -1.
func partner(s string, i int) int {
	depth := 0
	for i < len(s) {
		switch s[i] {
		case '(', '[':
			depth++
		case ')', ']':
			if depth--; depth == 0 {
				return i
			}
		}
		i = past(s, i)
	}
	return -1
}

// elements cuts a text at its commas outside brackets, and takes the blanks off.
func elements(s string) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i = past(s, i) {
		switch s[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

// outside returns the index of what stands outside quotes and brackets, or -1.
func outside(s, what string) int {
	depth := 0
	for i := 0; i < len(s); i = past(s, i) {
		if depth == 0 && strings.HasPrefix(s[i:], what) {
			return i
		}
		switch s[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		}
	}
	return -1
}

// cutAt cuts at what stands outside quotes and brackets.
func cutAt(s, what string) (before, after string, found bool) {
	if i := outside(s, what); i >= 0 {
		return s[:i], s[i+len(what):], true
	}
	return s, "", false
}

// takeList takes the list in parentheses that a text begins with.
func takeList(s string) (list, rest string, ok bool) {
	if !strings.HasPrefix(s, "(") {
		return "", s, false
	}
	end := partner(s, 0)
	if end < 0 {
		return "", s, false
	}
	return s[1:end], strings.TrimPrefix(s[end+1:], " "), true
}

// leads takes the words off that a text begins with, and reports whether they
// were there.
func leads(s *string, words string) bool {
	rest, ok := strings.CutPrefix(*s, words)
	if ok && (rest == "" || rest[0] == ' ' || strings.HasSuffix(words, " ")) {
		*s = strings.TrimPrefix(rest, " ")
		return true
	}
	return false
}

// takeString returns the string that a literal of SQL stands for which begins a text,
// and what follows it.
func takeString(s string) (literal, rest string, ok bool) {
	if !strings.HasPrefix(s, "'") {
		return "", s, false
	}
	end := past(s, 0)
	return s[:end], s[end:], true
}
