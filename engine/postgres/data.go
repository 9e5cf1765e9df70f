package postgres

import (
	"slices"

	"github.com/dbmend/dbmend/engine"
)

// Seed reads an INSERT of values that tell by themselves what is stored: literals,
// casts and constant expressions of them. Each value is SQL that gives it anywhere,
// without comments; "" stands for one that only running tells, such as DEFAULT and
// the result of any function.
//
// ok is false whenever there is a doubt: for parameters, subqueries, names, a query
// in place of VALUES, WITH, OVERRIDING USER VALUE, ON CONFLICT DO UPDATE (the row
// that is then there need not be the row written here), RETURNING, and what PostgreSQL
// would refuse.
func (Engine) Seed(statement string) (engine.Seed, bool) {
	r := newReader(statement)
	if r.token.is("with") {
		return engine.Seed{}, false
	}
	space, table, columns, ok := r.insertInto()
	if !ok || !r.skip("values") {
		return engine.Seed{}, false
	}
	seed := engine.Seed{Space: space, Table: table, Columns: columns}
	for more := true; more; more = r.skip(",") {
		row, ok := r.row()
		if !ok || len(seed.Rows) > 0 && len(row) != len(seed.Rows[0]) || columns != nil && len(row) != len(columns) {
			return engine.Seed{}, false
		}
		seed.Rows = append(seed.Rows, row)
	}
	if r.skip("on", "conflict") {
		switch {
		case r.skip("on", "constraint"):
			r.one()
		default:
			r.group()
		}
		if !r.skip("do", "nothing") {
			return engine.Seed{}, false
		}
	}
	if !r.done() {
		return engine.Seed{}, false
	}
	return seed, true
}

// Copy reads an INSERT of the rows of a SELECT. ok is false where what is stored
// need not be what the query gives: for ON CONFLICT, which depends on what is
// there, for RETURNING, FOR UPDATE and a WITH that writes, and for a query that calls
// functions other than those whose result depends on nothing but their arguments.
func (Engine) Copy(statement string) (engine.Copy, bool) {
	r := newReader(statement)
	with := ""
	if r.token.is("with") {
		from := r.token.pos
		if r.seek("insert") == "" {
			return engine.Copy{}, false
		}
		with = statement[from:r.token.pos]
	}
	space, table, columns, ok := r.insertInto()
	if !ok {
		return engine.Copy{}, false
	}
	first := *r
	for first.skip("(") {
		// the query may be in parentheses
	}
	if !first.token.is("select") && (with != "" || !first.token.is("with")) {
		return engine.Copy{}, false
	}
	query := with + statement[r.token.pos:]
	if !readsOnly(query) {
		return engine.Copy{}, false
	}
	return engine.Copy{Space: space, Table: table, Columns: columns, Query: query}, true
}

// readsOnly reports whether a query can stand in parentheses of ours and gives the
// same rows at every time, as long as those that it reads are the same.
func readsOnly(query string) bool {
	var called calls
	depth := 0
	for _, t := range tokenize(query) {
		called.read(t)
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.is(";"), t.kind == illegal, t.kind == unclosed, t.kind == param:
			return false
		case t.kind == word && isOneOf(changing, lower(t.text)):
			return false
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0 && !called.unknown && !called.fickle && !called.session && called.reaches == "" && called.lets == ""
}

// changing are words that a query has if it writes, locks or gives something else
// each time. Where they are names, the doubt is wrong and does no harm.
var changing = setOf(`
	insert update delete merge into conflict returning share
	current_timestamp current_date current_time localtimestamp localtime current_user session_user user`)

// insertInto reads an INSERT up to what it puts in. columns is nil where it names
// none.
func (r *reader) insertInto() (space, table string, columns []string, ok bool) {
	if !r.skip("insert", "into") {
		return "", "", nil, false
	}
	space, table = r.name()
	if r.skip("as") {
		r.one()
	}
	if query := r.second(); r.token.is("(") && !query.is("select") && !query.is("with") && !query.is("(") {
		if columns, ok = r.list(); !ok {
			return "", "", nil, false
		}
	}
	r.skip("overriding", "system", "value")
	return space, table, columns, table != ""
}

// list reads names in parentheses, folded.
func (r *reader) list() (names []string, ok bool) {
	for r.either("(", ",") != "" {
		if !r.token.isName() {
			return nil, false
		}
		names = append(names, r.one())
	}
	return names, len(names) > 0 && r.skip(")")
}

// row reads values in parentheses.
func (r *reader) row() (values []string, ok bool) {
	if !r.skip("(") {
		return nil, false
	}
	for more := true; more; more = r.skip(",") {
		v, ok := r.value()
		if !ok {
			return nil, false
		}
		values = append(values, v)
	}
	return slices.Clip(values), r.skip(")")
}
