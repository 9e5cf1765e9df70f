package mysql

import "github.com/dbmend/dbmend/engine"

// Copy reads an INSERT of the rows of a SELECT. It is false where what is stored
// need not be what the query gives: REPLACE and ON DUPLICATE KEY UPDATE, which
// depend on what is there; and for variables, which depend on what ran before,
// conditional comments and another database's table.
func (Engine) Copy(statement string) (engine.Copy, bool) {
	p := newPhrase(statement)
	table, ok := p.insertInto(false)
	if !ok {
		return engine.Copy{}, false
	}
	var columns []string
	if p.token.is("(") && !p.opensQuery() {
		if columns = p.list(); len(columns) == 0 {
			return engine.Copy{}, false
		}
	}
	if !p.opensQuery() {
		return engine.Copy{}, false
	}
	query := statement[p.token.pos:]
	if !p.restIsQuery() || p.cond {
		return engine.Copy{}, false
	}
	return engine.Copy{Table: table, Columns: columns, Query: query}, true
}

// opensQuery reports whether a query is next, in parentheses or not.
func (p *phrase) opensQuery() bool {
	q := *p
	for q.skip("(") {
	}
	return q.token.is("select") || q.token.is("with")
}

// restIsQuery reads to the end and reports whether nothing but a query was there
// that gives its rows to whoever asks.
func (p *phrase) restIsQuery() bool {
	depth := 0 // of parentheses: the query will stand in some of ours
	for !p.done() {
		if p.skip("on", "duplicate") || p.skip("returning") {
			return false
		}
		switch t := p.next(); {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.is("into"), t.is(";"), t.kind == illegal, t.kind == unclosed, t.kind == variable:
			return false
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}
