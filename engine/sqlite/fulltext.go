package sqlite

// rebuilds reports whether what follows the table in an INSERT makes it the command
// to a full-text table that builds its index anew from the rows that it is about:
// INSERT INTO t(t) VALUES ('rebuild') (SQLite FTS5 Extension, 6.9; FTS3 and FTS4
// Extensions, 6.3). It stores no row, does no harm when it runs again, and nothing
// but the index's own tables tells whether it has run.
func (p *phrase) rebuilds(table string) bool {
	q := *p
	if !q.skip("(") {
		return false
	}
	if _, column := q.name(); column != table || !q.skip(")", "values", "(") {
		return false
	}
	return q.token.text == "'rebuild'"
}
