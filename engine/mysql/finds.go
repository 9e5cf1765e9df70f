package mysql

// Finds reads an UPDATE of one table with a WHERE. It is false for several tables, for a
// LIMIT, which leaves out some of those that are found, and for variables and conditional
// comments.
func (Engine) Finds(statement string) (query string, ok bool) {
	p := newPhrase(statement)
	if !p.skip("update") {
		return "", false
	}
	p.any("low_priority", "ignore")
	from := p.token.pos
	if _, table := p.name(); table == "" {
		return "", false
	}
	if p.skip("as"); !p.token.is("set") {
		if !p.token.isName() { // a comma, or a JOIN behind the other name
			return "", false
		}
		p.next()
	}
	to := p.token.pos
	if !p.skip("set") {
		return "", false
	}
	where, depth := -1, 0
	for !p.done() {
		switch t := p.next(); {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.is("where") && depth == 0 && where < 0:
			where = t.pos
		case t.is("limit") && depth == 0, t.is(";"), t.kind == variable, t.kind == illegal, t.kind == unclosed:
			return "", false
		}
	}
	if where < 0 || depth != 0 || p.cond {
		return "", false
	}
	return "SELECT count(*) FROM " + statement[from:to] + statement[where:], true
}
