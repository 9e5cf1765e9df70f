package tracking

import (
	"fmt"
	"strings"
)

// selecting returns a query for the expressions, of a table that they call t,
// ordered by some of its columns.
func selecting(t Table, expressions []string, order ...string) string {
	by := make([]string, len(order))
	for i, name := range order {
		by[i] = column(t, name)
	}
	return "SELECT " + strings.Join(expressions, ", ") + " FROM " + t.Name() + " AS t ORDER BY " + strings.Join(by, ", ")
}

// text returns an expression for a column of texts. It is one character longer
// than the bound, so that a shortened text can be told from a whole one.
func text(t Table, name string) string {
	return fmt.Sprintf(dialect{"substr(%s, 1, %d)", "substr(CAST(%s AS text), 1, %d)", "substr(%s, 1, %d)"}.of(t.Traits), column(t, name), mostText+1)
}

// number returns an expression for a column of numbers or truth values as text,
// in whatever type the table keeps them.
func number(t Table, name string) string {
	return fmt.Sprintf("substr(CAST(%s AS CHAR(%d)), 1, %[2]d)", column(t, name), mostDigits)
}

// bytes returns an expression for a column of bytes in hexadecimal, in small letters.
func bytes(t Table, name string) string {
	form := dialect{"lower(hex(substr(%s, 1, %d)))", "encode(substr(%s, 1, %d), 'hex')", "lower(hex(substr(%s, 1, %d)))"}.of(t.Traits)
	return fmt.Sprintf(form, column(t, name), mostText/2)
}

// isSet returns an expression that tells whether a column has a value.
func isSet(t Table, name string) string {
	return "CASE WHEN " + column(t, name) + " IS NULL THEN '0' ELSE '1' END"
}

// column quotes a column and qualifies it, since SQLite takes a bare quoted name
// that it does not know for a string.
func column(t Table, name string) string { return "t." + t.Column(name) }
