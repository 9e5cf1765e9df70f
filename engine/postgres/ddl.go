package postgres

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// This file reads what CREATE, ALTER, DROP, COMMENT and GRANT are about.

// kindsOf are the words for what can be created, those of several words first.
var kindsOf = func() (kinds [][]string) {
	for k := range strings.SplitSeq(`access method,default privileges,event trigger,foreign data wrapper,foreign server,foreign table,`+
		`large object,materialized view,operator class,operator family,text search configuration,`+
		`text search dictionary,text search parser,text search template,user mapping,`+
		`aggregate,cast,collation,column,constraint,conversion,database,domain,extension,function,group,index,language,`+
		`operator,owned,parameter,policy,procedure,publication,role,routine,rule,schema,sequence,server,statistics,`+
		`subscription,system,table,tablespace,transform,trigger,type,user,view`, ",") {
		kinds = append(kinds, strings.Fields(k))
	}
	return kinds
}()

// beyond are the kinds that belong to the whole server, or reach another one.
var beyond = []string{"database", "group", "owned", "parameter", "role", "subscription", "system", "tablespace", "user"}

// kind reads what the statement is about, adds it to the verb and returns it.
func (c classifier) kind() string {
	kind := strings.Join(c.phrase(kindsOf), " ")
	if kind != "" {
		c.Verb += " " + kind
	}
	if slices.Contains(beyond, kind) {
		c.outside(cluster)
	}
	return kind
}

func (c classifier) create() {
	temp := false
	c.skip("or", "replace")
	for {
		w := c.either("temporary", "temp", "local", "global", "unlogged", "unique", "recursive", "constraint", "default", "trusted", "procedural")
		if w == "" {
			break
		}
		temp = temp || strings.HasPrefix(w, "temp")
	}
	kind := c.kind()
	if kind == "" {
		return
	}
	if c.skip("concurrently") {
		c.outside(noTransaction)
	}
	c.Guard = c.skip("if", "not", "exists")
	if kind == "schema" {
		c.skip("authorization") // of a role, whose name it then has
	}
	if kind != "operator" && !c.token.is("on") && !c.token.is("for") {
		c.about()
	}
	if kind == "table" && c.seek("as") != "" {
		c.Verb = "create table as"
	}
	if temp {
		c.Class, c.Note = migration.Session, temporary
	}
}

func (c classifier) drop() {
	kind := c.kind()
	if kind == "" {
		return
	}
	if c.skip("concurrently") {
		c.outside(noTransaction)
	}
	c.Guard = c.skip("if", "exists")
	if kind != "owned" && kind != "operator" && !c.token.is("for") {
		c.about()
	}
}

func (c classifier) alter() {
	kind := c.kind()
	switch kind {
	case "", "default privileges", "system", "user mapping":
		return
	}
	c.Guard = c.skip("if", "exists")
	c.skip("only")
	if c.token.is("all") && c.second().is("in") {
		return // … IN TABLESPACE
	}
	c.about()
	switch {
	case c.skip("*"):
	case kind == "operator", kind == "cast":
		return
	case c.token.is("("): // a routine's arguments
		c.group()
	case c.skip("on"): // the table of a trigger, rule or policy
		c.path()
	case c.skip("using"): // the method of an operator class
		c.one()
	}
	switch {
	case c.skip("rename"):
		c.rename()
	case strings.HasSuffix(kind, "table"):
		c.alterTable()
	case kind == "type" && c.skip("add", "value"):
		c.Verb += " add value"
		c.Guard = c.skip("if", "not", "exists")
		if c.Class == migration.Schema {
			c.Note = laterUse
		}
	case c.skip("set", "schema"):
		c.Verb += " set schema"
	}
}

// rename reads the names behind RENAME.
func (c classifier) rename() {
	c.Verb += " rename"
	if c.skip("to") {
		c.NewName = c.one()
		return
	}
	part := "column"
	if !c.second().is("to") { // a column may have any of these words for a name
		part = cmp.Or(c.either("column", "constraint", "attribute", "value"), part)
	}
	c.Verb += " " + part
	if part == "value" {
		return // its names are strings
	}
	old := c.one()
	c.skip("to")
	c.NewName = c.one()
	if part == "column" {
		c.OldName = old
	}
}

// alterTable reads the actions of an ALTER TABLE. The verb is that of the first,
// but for one that drops a column: that must not hide behind others.
func (c classifier) alterTable() {
	first, drops := "", false
	for n := 0; !c.done(); n++ {
		verb := c.action()
		if n == 0 {
			first = verb
		}
		drops = drops || verb == " drop column"
		if c.seek(",") != "" {
			c.next()
		}
	}
	if drops {
		first = " drop column"
	}
	c.Verb += first
}

// action reads the beginning of one action of an ALTER TABLE and returns what it
// adds to the verb.
func (c classifier) action() string {
	switch verb := c.either("add", "drop", "alter", "validate", "attach", "detach", "set"); verb {
	case "add":
		// EXCLUDE alone is no reserved word.
		if c.token.is("exclude") && (c.second().is("using") || c.second().is("(")) ||
			slices.ContainsFunc([]string{"constraint", "check", "unique", "primary", "foreign", "not"}, c.token.is) {
			return " add constraint"
		}
		c.skip("column")
		c.Guard = c.skip("if", "not", "exists") || c.Guard
		return " add column"
	case "drop", "alter":
		what := " column"
		if c.skip("constraint") {
			what = " constraint"
		} else {
			c.skip("column")
		}
		c.Guard = c.skip("if", "exists") || c.Guard
		return " " + verb + what
	case "validate":
		return " validate constraint"
	case "attach", "detach":
		if c.skip("partition") {
			c.path()
			if verb == "detach" && c.token.is("concurrently") {
				c.outside(noTransaction)
			}
			return " " + verb + " partition"
		}
	case "set":
		if c.skip("schema") {
			return " set schema"
		}
	}
	return ""
}

// comment reads COMMENT ON and SECURITY LABEL … ON.
func (c classifier) comment() {
	if c.Verb == "security" {
		if !c.skip("label") {
			return
		}
		c.Verb = "security label"
		c.seek("on")
	}
	if !c.skip("on") {
		return
	}
	c.Verb += " on"
	switch c.kind() {
	case "column":
		if names := c.path(); len(names) > 1 {
			c.Target = names[len(names)-2]
			if len(names) > 2 {
				c.Space = names[len(names)-3]
			}
		}
	case "cast", "operator":
	default:
		c.skip("if", "exists")
		c.about()
	}
}

// grant reads GRANT and REVOKE: of privileges on something, or of roles.
func (c classifier) grant() {
	if c.seek("on", "to", "from") != "on" {
		c.outside(cluster)
		return
	}
	c.next()
	if c.skip("all") {
		return // … TABLES IN SCHEMA
	}
	if next := c.second(); !next.is("to") && !next.is("from") && !next.is(",") && !next.is(".") {
		verb := c.Verb
		c.kind()
		c.Verb = verb
	}
	c.about()
}
