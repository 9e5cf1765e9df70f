package mysql

import "github.com/dbmend/dbmend/migration"

// This file contains how CREATE, DROP and RENAME are read.

// create reads a CREATE. A table that replaces another has a verb of its own,
// because no other statement that begins with CREATE drops rows.
func (c classifier) create() {
	replaces := c.skip("or", "replace")
	c.modifiers()
	temporary := c.skip("temporary")
	switch kind := c.kind(); kind {
	case "":
	case "table":
		c.Verb = "create table"
		if replaces {
			c.Verb = "create or replace table"
		}
		c.Guard = c.skip("if", "not", "exists")
		c.about()
		switch {
		case c.skip("like"), c.skip("(", "like"):
			c.beside()
		case !replaces && c.fills():
			c.Verb = "create table as"
		}
	case "view", "trigger":
		c.Verb = "create " + kind
		c.Guard = c.skip("if", "not", "exists")
		c.about()
		if kind == "trigger" {
			c.onTable()
		}
	case "index", "procedure", "function", "event", "sequence", "package", "package body":
		c.Verb = "create " + kind
		c.Guard = c.skip("if", "not", "exists")
		c.aboutOther()
		if kind == "function" && c.loads() {
			c.reach("it loads code into the server")
		}
		if kind == "index" {
			c.onTable()
		}
	default:
		c.Verb = "create " + kind
		c.Guard = c.skip("if", "not", "exists")
		c.aboutOther()
		c.reach(beyond(kind))
	}
	if temporary {
		c.Class, c.Note = migration.Session, ofTemp
	}
}

// modifiers moves behind what may stand between CREATE or ALTER and the kind.
func (c classifier) modifiers() {
	for {
		switch {
		case c.skip("algorithm", "="):
			c.next()
		case c.skip("definer", "="):
			c.next() // a name, a string or CURRENT_USER
			if c.token.kind == variable {
				c.next()
			}
			c.group()
		case c.skip("sql", "security"):
			c.next()
		case c.either("aggregate", "unique", "fulltext", "spatial", "vector", "online", "offline") != "":
		default:
			return
		}
	}
}

// kind reads what is created, changed or dropped; "" if the server has no such
// thing.
func (c classifier) kind() string {
	switch {
	case c.skip("undo", "tablespace"):
		return "tablespace"
	case c.skip("logfile", "group"):
		return "logfile group"
	case c.skip("resource", "group"):
		return "resource group"
	case c.skip("spatial", "reference", "system"), c.skip("reference", "system"):
		return "spatial reference system"
	case c.skip("package", "body"):
		return "package body"
	case c.skip("schema"):
		return "database"
	}
	return c.either("table", "view", "trigger", "index", "procedure", "function", "event", "sequence", "package",
		"database", "user", "role", "server", "tablespace", "instance")
}

// beyond says why what is of this kind is no part of the database.
func beyond(kind string) string {
	if kind == "user" || kind == "role" {
		return ofAccounts
	}
	return ofServer
}

// fills reports whether a CREATE TABLE takes rows from a query.
func (c classifier) fills() bool {
	p := *c.phrase
	for q := p; q.skip("("); {
		if q.token.is("select") || q.token.is("with") {
			return true
		}
	}
	return p.find("select") != ""
}

// loads reports whether a function is one of a library.
func (c classifier) loads() bool {
	p := *c.phrase
	return p.skip("returns", "string", "soname") || p.skip("returns", "integer", "soname") || p.skip("returns", "int", "soname") ||
		p.skip("returns", "real", "soname") || p.skip("returns", "decimal", "soname")
}

// onTable reads the table that an index or a trigger is on.
func (c classifier) onTable() {
	if c.find("on") != "" {
		c.beside()
	}
}

// beside reads a name that is not the statement's target. A database that it names
// is one that the statement names.
func (c classifier) beside() {
	if space, _ := c.name(); c.Space == "" {
		c.Space = foldTable(space)
	}
}

func (c classifier) drop() {
	temporary := c.skip("temporary")
	c.modifiers()
	if c.skip("prepare") {
		c.Class, c.Verb = migration.Session, "drop prepare"
		return
	}
	kind := c.kind()
	if kind == "" && c.skip("tables") {
		kind = "table"
	}
	if kind == "" {
		return
	}
	c.Verb = "drop " + kind
	c.Guard = c.skip("if", "exists")
	switch kind {
	case "table", "view":
		c.about()
		for c.skip(",") {
			c.beside()
		}
	case "trigger":
		c.about()
	case "index":
		c.aboutOther()
		c.onTable()
	case "procedure", "function", "event", "sequence", "package", "package body":
		c.aboutOther()
	case "database":
		c.aboutOther()
		c.forbid("it drops a whole database")
	default:
		c.aboutOther()
		c.reach(beyond(kind))
	}
	if temporary {
		c.Class, c.Note = migration.Session, ofTemp
	}
}

// rename reads RENAME TABLE. One table is renamed as by ALTER TABLE; several at
// once, which is how tables are swapped, have no one old and new name.
func (c classifier) rename() {
	if c.skip("user") {
		c.Verb = "rename user"
		c.reach(ofAccounts)
		return
	}
	if c.either("table", "tables") == "" {
		return
	}
	c.Guard = c.skip("if", "exists")
	c.about()
	if c.skip("wait") {
		c.next()
	}
	c.skip("nowait")
	if !c.skip("to") {
		c.Verb = "rename table"
		return
	}
	space, name := c.name()
	c.Verb, c.NewName = "alter table rename", foldTable(name)
	for c.skip(",") {
		c.Verb, c.NewName = "rename table", ""
		from, _ := c.name()
		c.skip("to")
		to, _ := c.name()
		space += from + to
	}
	if c.Space == "" {
		c.Space = foldTable(space)
	}
}
