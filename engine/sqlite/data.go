package sqlite

import (
	"slices"
	"strings"
)

// copiedRows reads an INSERT of the rows of a SELECT. ok is false where what is
// stored need not be what the query gives: OR REPLACE and ON CONFLICT, which
// depend on what is there, and REPLACE; and for another database.
func copiedRows(text string) (table string, columns []string, query string, ok bool) {
	p := newPhrase(text)
	with := ""
	var depth nesting
	if p.token.is("with") {
		from := p.token.pos
		for !p.done() && (depth > 0 || !p.token.is("insert")) {
			if !depth.bears(p.next()) {
				return "", nil, "", false
			}
		}
		if p.done() {
			return "", nil, "", false
		}
		with = text[from:p.token.pos]
	}
	if !p.skip("insert") || p.skip("or") && p.either("ignore", "abort", "fail", "rollback") == "" || !p.skip("into") {
		return "", nil, "", false
	}
	database, table := p.name()
	if p.token.is("(") {
		columns = p.list()
	}
	if table == "" || database != "" && database != "main" || columns != nil && len(columns) == 0 || !p.token.is("select") {
		return "", nil, "", false
	}
	query = with + text[p.token.pos:]
	for !p.done() {
		if p.skip("on", "conflict") || p.skip("returning") || !depth.bears(p.next()) {
			return "", nil, "", false
		}
	}
	if depth != 0 {
		return "", nil, "", false
	}
	return table, columns, query, true
}

// A nesting is how deep in parentheses of its own a query is that will stand in some of
// ours.
type nesting int

// bears takes the next token of the query, and reports whether it may stand there.
func (n *nesting) bears(t token) bool {
	switch {
	case t.is("("):
		*n++
	case t.is(")"):
		*n--
	case t.is(";"), t.kind == illegal, t.kind == param:
		return false
	}
	return *n >= 0
}

// seedRows reads the rows of an INSERT … VALUES, or a REPLACE, whose values tell
// by themselves what is stored: literals and constant expressions of them. Each
// value is SQL that gives it anywhere, without comments; "" stands for one that
// is another at every run, such as CURRENT_TIMESTAMP. columns is nil where the
// statement names none; table and columns are folded.
//
// ok is false whenever there is a doubt: for parameters, subqueries, names,
// functions of the application, a query in place of VALUES, another database, ON
// CONFLICT DO UPDATE (the row that is then there need not be the row written
// here), RETURNING, and what SQLite would refuse.
func seedRows(text string) (table string, columns []string, rows [][]string, ok bool) {
	p := newPhrase(text)
	if p.skip("insert") {
		if p.skip("or") {
			p.next()
		}
	} else if !p.skip("replace") {
		return "", nil, nil, false
	}
	if !p.skip("into") {
		return "", nil, nil, false
	}
	database, table := p.name()
	if p.skip("as") {
		p.next()
	}
	if p.rebuilds(table) {
		return "", nil, nil, false // a command, which stores no row
	}
	if p.token.is("(") {
		columns = p.list()
	}
	if table == "" || database != "" && database != "main" || columns != nil && len(columns) == 0 || !p.skip("values") {
		return "", nil, nil, false
	}
	for more := true; more; more = p.skip(",") {
		row, ok := p.row()
		if !ok || len(rows) > 0 && len(row) != len(rows[0]) || columns != nil && len(row) != len(columns) {
			return "", nil, nil, false
		}
		rows = append(rows, row)
	}
	if p.skip("on", "conflict") {
		if p.token.is("(") {
			p.group()
		}
		if !p.skip("do", "nothing") {
			return "", nil, nil, false
		}
	}
	if !p.done() {
		return "", nil, nil, false
	}
	return table, columns, rows, true
}

// list reads names in parentheses, folded; it is empty and not nil if they are
// anything else.
func (p *phrase) list() []string {
	names := []string{}
	for p.either("(", ",") != "" {
		if !p.token.isName() {
			return []string{}
		}
		names = append(names, fold(p.next().name()))
	}
	if !p.skip(")") {
		return []string{}
	}
	return names
}

// pickRows returns a statement that seedRows reads with just these of its rows.
func pickRows(statement string, rows []int) (picked string, ok bool) {
	if _, _, all, ok := seedRows(statement); !ok || len(rows) == 0 || rows[len(rows)-1] >= len(all) {
		return "", false
	}
	p := newPhrase(statement)
	for !p.skip("values") {
		p.next()
	}
	head := statement[:p.token.pos]
	var texts []string
	for more := true; more; more = p.skip(",") {
		from := p.token.pos
		p.group()
		to := len(statement)
		if !p.done() {
			to = p.token.pos
		}
		texts = append(texts, strings.TrimSpace(statement[from:to]))
	}
	tail := ""
	if !p.done() {
		tail = " " + statement[p.token.pos:]
	}
	kept := make([]string, len(rows))
	for i, n := range rows {
		kept[i] = texts[n]
	}
	return head + strings.Join(kept, ", ") + tail, true
}

// row reads values in parentheses.
func (p *phrase) row() (values []string, ok bool) {
	if !p.skip("(") {
		return nil, false
	}
	for more := true; more; more = p.skip(",") {
		v, ok := p.value()
		if !ok {
			return nil, false
		}
		values = append(values, v)
	}
	return values, p.skip(")")
}

// value reads one value, up to the comma or parenthesis behind it.
func (p *phrase) value() (sql string, ok bool) {
	var parts []string
	stable := true
	for depth := 0; depth > 0 || !p.token.is(",") && !p.token.is(")"); {
		t := p.next()
		switch t.kind {
		case number, text, blob:
		case quoted:
			// Among values no column has a name that could be meant: SQLite takes one in
			// "" for a string.
			if t.text[0] != '"' || p.token.is("(") {
				return "", false
			}
			t.text = literal(t.name())
		case mark:
			switch t.text {
			case "(":
				depth++
			case ")":
				depth--
			case ";", ".":
				return "", false
			}
		case word:
			w := fold(t.text)
			switch calls := p.token.is("("); {
			case calls && slices.Contains(pure, w):
			case calls && slices.Contains(fickle, w), !calls && slices.Contains(clocks, w):
				stable = false
			case calls || !slices.Contains(constants, w):
				return "", false
			}
		default: // a name, a parameter, nonsense or the end
			return "", false
		}
		parts = append(parts, t.text)
	}
	switch {
	case len(parts) == 0:
		return "", false
	case !stable:
		return "", true
	case len(parts) == 1 && strings.EqualFold(parts[0], "true"):
		return "1", true // "x IS TRUE" would not compare with it but test x
	case len(parts) == 1 && strings.EqualFold(parts[0], "false"):
		return "0", true
	case len(parts) == 1:
		return parts[0], true
	case len(parts) == 2 && (parts[0] == "-" || parts[0] == "+"):
		return strings.Join(parts, ""), true
	}
	return "(" + strings.Join(parts, " ") + ")", true
}

// Words that may stand in a constant expression.
var (
	constants = []string{"null", "true", "false", "not", "and", "or", "case", "when", "then", "else", "end"}
	clocks    = []string{"current_timestamp", "current_date", "current_time"}
	// Functions of SQLite's own whose result depends on their arguments alone.
	pure = []string{
		"abs", "char", "coalesce", "concat", "concat_ws", "format", "hex", "ifnull", "iif", "instr", "json",
		"json_array", "json_object", "json_quote", "length", "lower", "ltrim", "max", "min", "nullif", "printf",
		"quote", "replace", "round", "rtrim", "substr", "substring", "trim", "typeof", "unicode", "upper", "zeroblob",
	}
	// Functions that may give something else each time; those of dates do so for
	// 'now', for nothing at all and for the local time of the machine.
	fickle = []string{
		"date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff",
		"random", "randomblob", "changes", "total_changes", "last_insert_rowid",
	}
)

// reads returns every name in a statement that could be a table's, folded, in
// the order of their first appearance and none twice. It is generous: keywords,
// columns, functions and strings are among them, and none that matters is left
// out but what a view or a trigger hides.
func reads(text string) []string {
	var names []string
	seen := map[string]bool{}
	for p := newPhrase(text); !p.done(); {
		if t := p.next(); t.isName() {
			if name := fold(t.name()); !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}
