package sqlite

// retarget returns a CREATE INDEX on the named table, which the index may have been
// carried to by a rename: its text is as it was before. It returns "" where the
// text names no table.
func retarget(source, table string) string {
	list := tokenize(source)
	for i := 0; i+1 < len(list); i++ {
		if !list[i].is("on") {
			continue
		}
		switch on := list[i+1]; {
		case !on.isName():
			return ""
		case fold(on.name()) == fold(table):
			return source
		default:
			return source[:on.pos] + quote(table) + source[on.end():]
		}
	}
	return ""
}
