package cutting

import "strings"

// This file contains what the lexers of all engines read by. None of it allocates.

// At returns the byte at i, and NUL, which no source holds, behind the end.
func At(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// Index is [strings.Index], but for the length of s where it has no such part.
func Index(s, part string) int {
	if n := strings.Index(s, part); n >= 0 {
		return n
	}
	return len(s)
}

// Line returns what of s is ahead of its first line end.
func Line(s string) string { return s[:Index(s, "\n")] }

// IsDigit reports whether a byte is a decimal digit.
func IsDigit(c byte) bool { return c >= '0' && c <= '9' }

// IsHex reports whether a byte is a hexadecimal digit, in capitals or not.
func IsHex(c byte) bool { return IsDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }
