package postgres

import "strings"

// widens reports whether a column of a type can take another without its rows being
// written: the values stay what they are. Both are as PostgreSQL's format_type or
// an author spells them.
func widens(from, to string) bool {
	from, to = plainType(from), plainType(to)
	if from == "" || to == "" {
		return false
	}
	if from == to {
		return true
	}
	base, limit := typeParts(from)
	wide, more := typeParts(to)
	const varchar = "character varying"
	switch {
	case base == varchar && wide == varchar:
		return more == "" || limit != "" && atLeast(more, limit)
	case base == varchar && wide == "text", base == "text" && wide == varchar && more == "":
		return true
	case base == "numeric" && wide == "numeric":
		p, scale, _ := strings.Cut(limit, ",")
		q, other, _ := strings.Cut(more, ",")
		return more == "" || limit != "" && scale == other && atLeast(q, p)
	case base == "bit varying" && wide == "bit varying":
		return more == "" || limit != "" && atLeast(more, limit)
	}
	return false
}

// atLeast compares two whole numbers as they are written.
func atLeast(a, b string) bool {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return len(a) > len(b) || len(a) == len(b) && a >= b
}

// plainType returns a type in small letters, with one blank between words and its
// other names replaced.
func plainType(text string) string {
	base, limit := typeParts(strings.Join(strings.Fields(lower(text)), " "))
	switch base {
	case "varchar":
		base = "character varying"
	case "decimal", "dec":
		base = "numeric"
	case "int", "int4":
		base = "integer"
	case "int8":
		base = "bigint"
	case "int2":
		base = "smallint"
	case "bool":
		base = "boolean"
	case "varbit":
		base = "bit varying"
	case "timestamptz":
		base = "timestamp with time zone"
	case "timestamp":
		base = "timestamp without time zone"
	}
	if limit == "" {
		return base
	}
	return base + "(" + limit + ")"
}

// typeParts divides "numeric(10, 2)" into "numeric" and "10,2".
func typeParts(text string) (base, limit string) {
	base, limit, found := strings.Cut(text, "(")
	if !found || !strings.HasSuffix(strings.TrimSpace(limit), ")") {
		return strings.TrimSpace(text), ""
	}
	limit = strings.TrimSuffix(strings.TrimSpace(limit), ")")
	return strings.TrimSpace(base), strings.ReplaceAll(limit, " ", "")
}
