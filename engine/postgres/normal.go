package postgres

import "strings"

// This file contains the normal forms: one spelling for all that means the same.
// PostgreSQL keeps parsed expressions and writes them anew, so most spellings are
// one before we see them. DESIGN.md lists what is left; each rule has its lines in
// normal_test.go.

// canonical returns an expression in normal form.
func canonical(s string) string { return unwrap(arrays(s)) }

// unwrap takes off parentheses around the whole.
func unwrap(s string) string {
	for strings.HasPrefix(s, "(") && partner(s, 0) == len(s)-1 && !strings.HasPrefix(s, "(SELECT") {
		s = s[1 : len(s)-1]
	}
	return s
}

// arrays moves the type that an array is cast to onto its elements.
//
// The list of IN on a varchar column is kept as an array of varchar that is cast
// to text[]. When that is dumped and restored, each element is cast: the parser
// passes a cast of ARRAY[…] down (transformTypeCast). A restored database would
// differ from its original in every such check.
func arrays(s string) string {
	const head = "(ARRAY["
	at := unquoted(s, head)
	if at < 0 {
		return s
	}
	open := at + len(head) - 1
	end := partner(s, open)
	if end < 0 || !strings.HasPrefix(s[end+1:], ")::") {
		return s[:open+1] + arrays(s[open+1:])
	}
	kind, behind, ok := arrayType(s[end+len(")::")+1:])
	if !ok {
		return s[:open+1] + arrays(s[open+1:])
	}
	var b strings.Builder
	b.WriteString(s[:at])
	b.WriteString("ARRAY[")
	for i, e := range elements(s[open+1 : end]) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + arrays(e) + ")::" + kind)
	}
	b.WriteString("]")
	b.WriteString(arrays(behind))
	return b.String()
}

// unquoted returns the index of what stands outside quotes, or -1.
func unquoted(s, what string) int {
	for i := 0; i < len(s); i = past(s, i) {
		if strings.HasPrefix(s[i:], what) {
			return i
		}
	}
	return -1
}

// arrayType reads the type of elements from the name of an array type: "text" of
// "text[] …".
func arrayType(s string) (kind, behind string, ok bool) {
	end := outside(s, "[]")
	if end < 0 {
		return "", "", false
	}
	for i := 0; i < end; i = past(s, i) {
		switch c := s[i]; {
		case c == '(':
			if i = partner(s, i); i < 0 {
				return "", "", false
			}
		case c != '"' && c != '.' && c != ' ' && !isWordByte(c):
			return "", "", false // an operator: the brackets belong to something else
		}
	}
	return s[:end], s[end+len("[]"):], true
}

// defaultValue returns a column's default in normal form, and "" for NULL, which is
// what a column without one gets. A string that is cast to the column's own type
// is a string; a number in quotes is a number to a column of numbers.
func defaultValue(s, kind string) string {
	s = canonical(s)
	if rest, ok := strings.CutPrefix(s, "NULL::"); ok && ofType(rest, kind) {
		return ""
	}
	quoted, rest, ok := takeString(s)
	if !ok || !strings.HasPrefix(rest, "::") {
		return s
	}
	is := rest[len("::"):]
	if numbers[is] && numbers[typeName(kind)] {
		if number := quoted[1 : len(quoted)-1]; isNumber(number) {
			return number
		}
	}
	if ofType(is, kind) {
		return quoted
	}
	return s
}

// numbers are the types whose constants are numbers.
var numbers = map[string]bool{
	"smallint": true, "integer": true, "bigint": true, "numeric": true, "real": true, "double precision": true,
}

// isNumber reports whether a text is a number as PostgreSQL writes them without
// quotes, with a sign or without.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, fraction, dot := strings.Cut(s, ".")
	return isDigits(whole) && (!dot || isDigits(fraction))
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// ofType reports whether a cast is to the column's type, whatever its length.
func ofType(cast, kind string) bool { return cast == kind || typeName(cast) == typeName(kind) }

// typeName returns a type without its length: "timestamp with time zone" of
// "timestamp(3) with time zone".
func typeName(kind string) string {
	open := outside(kind, "(")
	if open < 0 {
		return kind
	}
	end := partner(kind, open)
	if end < 0 {
		return kind
	}
	return kind[:open] + kind[end+1:]
}
