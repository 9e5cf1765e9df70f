package mysql

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"
)

// spelled returns tokens as one line. Blanks, comments and line ends count for
// nothing, and between two tokens there is a blank but where nobody writes one.
func spelled(tokens []token) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && apart(tokens[i-1], t) {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

func apart(before, t token) bool {
	switch {
	case before.is("(") || before.is(".") || t.is(")") || t.is(",") || t.is(".") || t.is(";"):
		return false
	case t.is("("):
		return before.kind == mark // "a (" and "a(" are the same
	}
	return true
}

// identifier returns a folded name as facts and keys have it: bare if it is made of
// small letters, digits and underscores and is no number.
func identifier(name string) string {
	for i, c := range []byte(name) {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9' || i == 0) {
			return quote(name)
		}
	}
	if name == "" {
		return quote(name)
	}
	return name
}

// printedTokens returns the tokens of a text that the server has printed, with what
// is in conditional comments among them: it prints none that is not for itself.
func printedTokens(source string, m mode) []token {
	tokens := make([]token, 0, len(source)/5+1)
	l := newLexer(source)
	l.mode = m
	for {
		t, ok := l.next(false)
		if !ok {
			return tokens
		}
		if t.kind == text && !utf8.ValidString(t.text) {
			t.kind, t.text = blob, "X'"+hex.EncodeToString(unescaped(t.text))+"'"
		}
		if n := len(tokens); t.kind == text && n > 0 && introduces(tokens[n-1]) && isASCII(t.text) {
			tokens = tokens[:n-1]
		}
		if t.kind != condition {
			tokens = append(tokens, t)
		}
	}
}

// introduces reports whether a token says in which character set the text behind it is, one
// in which ASCII is what it is in all of them: MySQL prints that of the connection over which an
// expression came.
func introduces(t token) bool {
	return t.kind == word && slices.Contains([]string{"_utf8mb4", "_utf8mb3", "_utf8", "_latin1", "_ascii"}, fold(t.text))
}

// unescaped returns the bytes of a string as MariaDB prints one that is a default of
// bytes: as they are, which no statement of ours could repeat.
func unescaped(text string) []byte {
	return []byte(strings.NewReplacer(`\\`, `\`, `\0`, "\x00", `\n`, "\n", `\r`, "\r", `\'`, "'", "''", "'").Replace(text[1 : len(text)-1]))
}

// local leaves out the name of our own database where the server prints it ahead
// of another: ahead of a table and its column, of a function that is called, and of
// a sequence. The same schema under another name reads the same.
func local(tokens []token, database string) []token {
	kept := make([]token, 0, len(tokens))
	for i := 0; i < len(tokens); i++ {
		if isQualifier(tokens, i, database) {
			i++ // the dot
			continue
		}
		kept = append(kept, tokens[i])
	}
	return kept
}

func isQualifier(tokens []token, i int, database string) bool {
	at := func(n int) token {
		if n < 0 || n >= len(tokens) {
			return token{kind: illegal}
		}
		return tokens[n]
	}
	if t := at(i); t.kind != quoted || t.name() != database || !at(i+1).is(".") || at(i+2).kind != quoted || at(i-1).is(".") {
		return false
	}
	switch call := at(i - 2); {
	case at(i + 3).is("."), at(i + 3).is("("):
		return true
	case at(i - 1).is("("):
		return call.is("nextval") || call.is("lastval") || call.is("setval")
	}
	return false
}

// meaning are the modes that change what a text means. Strictness and the like
// change what statements do to wrong values; they are the setting of whoever
// created the object, and no two connections agree on them.
var meaning = []string{
	"ansi_quotes", "pipes_as_concat", "no_backslash_escapes", "high_not_precedence", "real_as_float",
	"no_unsigned_subtraction", "oracle", "mssql",
}

// readingModes returns those of the modes of an sql_mode that change what a text
// means, in a fixed order.
func readingModes(sqlMode string) string {
	var list []string
	for _, m := range meaning {
		for name := range strings.SplitSeq(strings.ToLower(sqlMode), ",") {
			if name == m {
				list = append(list, m)
			}
		}
	}
	return strings.Join(list, ",")
}
