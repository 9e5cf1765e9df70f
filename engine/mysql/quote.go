package mysql

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// quote returns a name as an identifier. A backtick is one in every sql_mode.
func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func placeholder(int) string { return "?" }

// literal returns a text as a literal that is this text in every sql_mode: a
// backslash means itself in some of them only, and is written as a number.
func literal(text string) string {
	if !utf8.ValidString(text) {
		return "X'" + hex.EncodeToString([]byte(text)) + "'"
	}
	if strings.ContainsAny(text, "\\\x00") {
		return "_utf8mb4 X'" + hex.EncodeToString([]byte(text)) + "'"
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
