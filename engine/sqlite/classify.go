package sqlite

import (
	"fmt"

	"github.com/dbmend/dbmend/migration"
)

// classify fills in what the first words of s.Text tell: Class, Verb, Target,
// Guard and Note. calls names a function that the statement may call and that
// reaches beyond the database; "" for none. A statement that begins with no word
// of SQLite's is left in the class Schema: it fails when it runs, with SQLite's
// own words.
func classify(s *migration.Statement, calls string) {
	c := classifier{newPhrase(s.Text), s}
	if c.token.kind != word {
		return
	}
	s.Verb = fold(c.next().text)
	if s.Verb == "with" {
		c.mainVerb()
	}
	switch s.Verb {
	case "create":
		c.create()
	case "alter":
		c.alter()
	case "drop":
		c.drop()
	case "reindex":
		c.about()
	case "insert", "replace", "update", "delete":
		c.write()
	case "select", "values":
		s.Class = migration.Query
	case "explain":
		c.explain()
	case "pragma":
		c.pragma()
	case "analyze":
		// It rewrites the planner's statistics: no row of the author's, and nothing
		// that a schema or a query's answer shows. Like a setting of the session it
		// may run at any time, any number of times, and proves nothing; as a data
		// statement it would be asked about for ever.
		s.Class = migration.Session
		c.about()
	case "vacuum":
		c.vacuum()
	case "attach", "detach":
		c.forbid("it reaches another file")
	case "begin", "commit", "end", "savepoint", "release":
		s.Class = migration.Transaction
	case "rollback":
		c.rollback()
	}
	if calls != "" && runsExpressions(s.Verb) {
		c.forbid("it calls " + calls + ", which reaches beyond the database")
	}
}

// A classifier is behind the first word of a statement's text.
type classifier struct {
	*phrase
	*migration.Statement
}

// forbid refuses the statement.
func (c classifier) forbid(why string) {
	c.Class, c.Note = migration.Forbidden, why
}

// about reads the name of what the statement is about.
func (c classifier) about() {
	database, name := c.name()
	c.Target = name
	c.within(database)
}

// within says what it means that a statement names a database: another than the
// main one is not the one that we look after.
func (c classifier) within(database string) {
	switch database {
	case "", "main":
	case "temp":
		c.Class, c.Note = migration.Session, "it is about the temp database, which is gone with the connection"
	default:
		c.Class, c.Note = migration.Outside, fmt.Sprintf("it is about another database, %.80q", database)
	}
}

// mainVerb moves behind the common table expressions of a WITH to the verb that
// they are for. The verb stays "with" if there is none.
func (c classifier) mainVerb() {
	c.skip("recursive")
	for {
		c.name()
		if c.token.is("(") {
			c.group()
		}
		if !c.skip("as") {
			return
		}
		c.skip("not")
		c.skip("materialized")
		if !c.group() {
			return
		}
		if !c.skip(",") {
			break
		}
	}
	if verb := c.either("select", "values", "insert", "replace", "update", "delete"); verb != "" {
		c.Verb = verb
	}
}

func (c classifier) create() {
	temp := c.either("temp", "temporary") != ""
	c.skip("unique")
	kind := "virtual table"
	if !c.skip("virtual", "table") {
		kind = c.either("table", "index", "trigger", "view")
	}
	if kind == "" {
		return
	}
	c.Verb = "create " + kind
	c.Guard = c.skip("if", "not", "exists")
	c.about()
	if kind == "table" && c.token.is("as") {
		c.Verb = "create table as"
	}
	if temp {
		c.within("temp")
	}
}

func (c classifier) alter() {
	if !c.skip("table") {
		return
	}
	c.Verb = "alter table"
	c.about()
	action := c.either("add", "drop", "rename", "alter")
	switch {
	case action == "":
	case action == "rename" && c.skip("to"):
		c.Verb += " rename"
		_, c.NewName = c.name()
	case action == "rename":
		c.Verb += " rename column"
		c.skip("column")
		_, c.OldName = c.name()
		c.skip("to")
		_, c.NewName = c.name()
	case c.token.is("constraint"), c.token.is("check"):
		c.Verb += " " + action + " constraint"
	default:
		c.Verb += " " + action + " column"
	}
}

func (c classifier) drop() {
	kind := c.either("table", "index", "trigger", "view")
	if kind == "" {
		return
	}
	c.Verb = "drop " + kind
	c.Guard = c.skip("if", "exists")
	c.about()
}

// write reads the table that INSERT, REPLACE, UPDATE or DELETE writes.
func (c classifier) write() {
	c.Class = migration.Data
	if c.skip("or") {
		c.next() // IGNORE, REPLACE...
	}
	c.either("into", "from")
	c.about()
	switch c.Target {
	case "sqlite_schema", "sqlite_master", "sqlite_temp_schema", "sqlite_temp_master", "sqlite_dbpage":
		c.forbid("it writes the schema behind SQLite's back")
	}
	if c.Verb == "insert" {
		c.Rerunnable = c.rebuilds(c.Target)
	}
}

// explain looks through an EXPLAIN at a pragma, because many of those take effect
// when they are compiled and an EXPLAIN does not keep them from it.
func (c classifier) explain() {
	c.Class = migration.Query
	c.skip("query", "plan")
	if c.skip("pragma") {
		c.pragma()
	}
}

func (c classifier) vacuum() {
	c.Class, c.Note = migration.Outside, "it cannot run inside a transaction"
	if !c.token.is("into") {
		database, _ := c.name()
		c.within(database)
	}
	if c.skip("into") {
		c.forbid("it writes another file")
	}
}

func (c classifier) rollback() {
	c.Class = migration.Transaction
	if c.skip("transaction") && !c.token.is("to") {
		c.next()
	}
	if !c.skip("to") {
		c.forbid("a migration that undoes itself")
	}
}

// runsExpressions reports whether statements of this verb, or what they make,
// evaluate the expressions in them. An EXPLAIN does not.
func runsExpressions(verb string) bool {
	switch verb {
	case "select", "values", "insert", "replace", "update", "delete",
		"create table as", "create trigger", "create view":
		return true
	}
	return false
}
