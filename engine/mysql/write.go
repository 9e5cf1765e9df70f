package mysql

import (
	"slices"

	"github.com/dbmend/dbmend/migration"
)

// write reads the table that a statement on data writes. Of one that joins tables
// it is the one whose columns are set, or whose rows are deleted; "" if that are
// several, or the text does not tell.
func (c classifier) write() {
	c.Class = migration.Data
	switch c.Verb {
	case "insert", "replace":
		c.any("low_priority", "delayed", "high_priority", "ignore")
		c.skip("into")
		c.about()
	case "update":
		c.any("low_priority", "ignore")
		from := c.tables("set")
		if len(from) == 1 {
			c.take(from[0])
			return
		}
		c.Target, c.Space = from.only(c.assigned())
	case "delete":
		c.any("low_priority", "quick", "ignore", "history")
		c.deletes()
	case "load":
		c.loadData()
	}
}

// A tableRef is a table that a statement names, with the name that the statement has
// for it.
type tableRef struct{ space, name, alias string }

type tableRefs []tableRef

func (c classifier) take(s tableRef) { c.Space, c.Target = foldTable(s.space), foldTable(s.name) }

// only returns the table that all the names stand for; "" if they stand for
// several.
func (s tableRefs) only(names []string) (table, space string) {
	if len(names) == 0 {
		return "", ""
	}
	for _, n := range names {
		if n != names[0] {
			return "", ""
		}
	}
	for _, t := range s {
		if t.alias == names[0] {
			return foldTable(t.name), foldTable(t.space)
		}
	}
	return "", ""
}

// tables reads the tables up to one of the words, which it passes. Those of
// subqueries are none of them.
func (c classifier) tables(ends ...string) (found tableRefs) {
	for expected := true; !c.done(); {
		switch {
		case c.token.is("(") && expected:
			c.next()
			if c.token.is("select") || c.token.is("with") || c.token.is("values") {
				for depth := 1; depth > 0 && !c.done(); {
					switch t := c.next(); {
					case t.is("("):
						depth++
					case t.is(")"):
						depth--
					}
				}
				expected = false
			}
		case c.token.is("("):
			if !c.group() {
				return found
			}
		case c.either(ends...) != "":
			return found
		case c.token.is(","), c.token.is("join"), c.token.is("straight_join"):
			c.next()
			expected = true
		case c.token.isName() && expected:
			found = append(found, c.source(ends))
			expected = false
		default:
			c.next()
		}
	}
	return found
}

// source reads a table and its alias.
func (c classifier) source(ends []string) tableRef {
	var s tableRef
	s.space, s.name = c.name()
	s.alias = s.name
	if c.skip("partition") {
		c.group()
	}
	as := c.skip("as")
	if c.token.kind == quoted || c.token.kind == word && (as || !slices.ContainsFunc(ends, c.token.is) && !follows(c.token)) {
		s.alias = c.next().name()
	}
	return s
}

// follows reports whether the word may follow a table that has no alias.
func follows(t token) bool {
	for _, w := range [...]string{
		"join", "inner", "left", "right", "cross", "natural", "straight_join", "on", "using", "use", "ignore", "force",
		"where", "order", "limit", "set", "for", "returning",
	} {
		if t.is(w) {
			return true
		}
	}
	return false
}

// assigned reads the tables that the columns of a SET belong to, by their names in the
// statement; none if a column does not say.
func (c classifier) assigned() (names []string) {
	for !c.done() {
		table, column := "", ""
		for c.token.isName() { // database.table.column
			table, column = column, c.next().name()
			if !c.skip(".") {
				break
			}
		}
		if table == "" || column == "" {
			return nil
		}
		names = append(names, table)
		for depth := 0; !c.done() && (depth > 0 || !c.token.is(",")); {
			if depth == 0 && (c.token.is("where") || c.token.is("order") || c.token.is("limit")) {
				return names
			}
			switch t := c.next(); {
			case t.is("("):
				depth++
			case t.is(")"):
				depth--
			}
		}
		c.skip(",")
	}
	return names
}

// deletes reads DELETE FROM a, DELETE a FROM a JOIN b, and DELETE FROM a USING a
// JOIN b.
func (c classifier) deletes() {
	from := c.skip("from")
	var list []tableRef
	for {
		var s tableRef
		s.space, s.name = c.name()
		if c.skip("*") || s.name == "" {
			s.space, s.name = "", s.space // a.*
		}
		list = append(list, s)
		if !c.skip(",") {
			break
		}
	}
	if from && len(list) == 1 && !c.token.is("using") {
		c.take(list[0])
		return
	}
	if c.either("from", "using") == "" || len(list) > 1 {
		return
	}
	if c.Target, c.Space = c.tables("where", "order", "limit").only([]string{list[0].name}); c.Target == "" {
		c.take(list[0])
	}
}

// loadData reads LOAD DATA and LOAD XML; LOAD INDEX INTO CACHE warms a cache.
func (c classifier) loadData() {
	kind := c.either("data", "xml")
	if kind == "" {
		c.Class = migration.Session
		return
	}
	c.Verb += " " + kind
	for !c.done() && !c.skip("into", "table") {
		c.next()
	}
	c.about()
}
