package postgres

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// Why statements are set apart.
//
// ALTER TYPE … ADD VALUE is left in the class Schema, with laterUse for a note: it
// can run in a transaction since PostgreSQL 12, and what it does must be seen on
// scratch. Only what uses the value needs a commit in between.
const (
	noTransaction = "it cannot run inside a transaction"
	cluster       = "it is about the whole server, not about this database"
	temporary     = "it is about a temporary object, which is gone with the connection"
	program       = "it runs a program on the server"
	serverFile    = "it reads or writes a file of the server"
	lettingGo     = "it lets go of the locks that keep other runners out"
	twoPhases     = "it hands a transaction over to other sessions"
	undoing       = "a migration that undoes itself"
	otherSchemas  = "names without a schema mean others from here on"
	laterUse      = "the new value cannot be used before the transaction is committed"
)

// classify fills in what the words of s.Text tell: Class, Verb, Target, Space,
// Guard, the names of a rename, and Note. What begins with no word of PostgreSQL's is
// left in the class Schema: it fails when it runs, with the server's own words.
func classify(s *migration.Statement, called calls) {
	c := classifier{newReader(s.Text), s, called}
	for c.skip("(") {
		// (SELECT …) UNION …
	}
	if c.token.kind != word {
		return
	}
	s.Verb = lower(c.next().text)
	if s.Verb == "with" && c.with() {
		c.reach()
		return
	}
	switch s.Verb {
	case "create":
		c.create()
	case "alter":
		c.alter()
	case "drop":
		c.drop()
	case "comment", "security":
		c.comment()
	case "grant", "revoke":
		c.grant()
	case "insert", "update", "delete", "merge", "truncate":
		c.write()
	case "copy":
		c.copy()
	case "select", "values", "table":
		c.query()
	case "explain":
		c.explain()
	case "do":
		c.block()
	case "call", "execute":
		c.Class = migration.Data // whatever it does to the schema is seen on scratch
	case "refresh":
		c.refresh()
	case "reassign":
		c.outside(cluster)
	default:
		c.rest()
	}
	c.reach()
}

// A classifier is behind the first word of a statement's text.
type classifier struct {
	*reader
	*migration.Statement
	called calls
}

func (c classifier) outside(why string)   { c.Class, c.Note = migration.Outside, why }
func (c classifier) forbidden(why string) { c.Class, c.Note = migration.Forbidden, why }

// about reads the name of what the statement is about.
func (c classifier) about() {
	c.Space, c.Target = c.name()
	if c.Space == "pg_temp" {
		c.Class, c.Note = migration.Session, temporary
	}
}

// reach judges the functions that a statement calls when it runs.
func (c classifier) reach() {
	runs := c.Class == migration.Data || c.Class == migration.Session || c.Class == migration.Query && c.Verb != "explain" ||
		c.Verb == "create table as" || c.Verb == "create materialized view"
	switch {
	case runs && c.called.lets != "":
		c.forbidden(lettingGo)
	case runs && c.called.reaches != "":
		c.outside("it calls " + c.called.reaches + ", which reaches beyond the database")
	}
}

// with moves behind the common table expressions of a WITH to the statement that
// they are for; the verb stays "with" if there is none. Where that statement only
// reads and one of them writes, it is told by that one, and told is true.
func (c classifier) with() (told bool) {
	var writer *migration.Statement
	c.skip("recursive")
	for more := true; more; more = c.skip(",") {
		c.one()
		c.group()
		if !c.skip("as") {
			return false
		}
		c.skip("not")
		c.skip("materialized")
		if inner := *c.reader; writer == nil && inner.skip("(") {
			if verb := inner.either(writing...); verb != "" {
				writer = &migration.Statement{Verb: verb}
				classifier{&inner, writer, calls{}}.write()
			}
		}
		if !c.group() {
			return false
		}
		for c.either("search", "cycle") != "" {
			c.seek("set")
			c.seek(afterWith...)
		}
	}
	for c.skip("(") {
		// the statement may be in parentheses
	}
	verb := c.either(afterWith[3:]...)
	if verb == "" {
		return false
	}
	if c.Verb = verb; writer == nil || slices.Contains(writing, verb) {
		return false
	}
	c.Class, c.Verb, c.Space, c.Target, c.Note = writer.Class, writer.Verb, writer.Space, writer.Target, writer.Note
	return true
}

var (
	reading   = []string{"select", "values", "table"}
	writing   = []string{"insert", "update", "delete", "merge"}
	afterWith = slices.Concat([]string{",", "(", "cycle"}, reading, writing)
)

// write reads the table that a statement on rows writes.
func (c classifier) write() {
	c.Class = migration.Data
	c.either("into", "from")
	if c.Verb == "truncate" {
		c.skip("table")
	}
	c.skip("only")
	c.about()
	if c.Space != "" && c.Space != "pg_catalog" {
		return
	}
	// What writes the catalogue changes the schema, and is seen on scratch.
	switch {
	case isOneOf(sharedCatalogue, c.Target):
		c.outside(cluster)
	case c.Space == "pg_catalog", isOneOf(catalogue, c.Target):
		c.Class = migration.Schema
	}
}

// The tables of the catalogue that people write in migrations, and those that all
// databases of a server share.
var (
	catalogue = setOf(`
		pg_attrdef pg_attribute pg_cast pg_class pg_constraint pg_depend pg_description pg_enum pg_extension pg_index
		pg_namespace pg_operator pg_opclass pg_policy pg_proc pg_rewrite pg_trigger pg_type`)
	sharedCatalogue = setOf(`
		pg_authid pg_auth_members pg_database pg_db_role_setting pg_shdepend pg_shdescription pg_tablespace`)
)

// query judges a statement that reads: by the functions that it calls, which may
// write, and as SELECT INTO, which makes a table.
func (c classifier) query() {
	body := *c.reader
	switch {
	case c.Verb == "select" && c.seek("into") != "":
		c.next()
		c.Verb = "create table as"
		c.made()
		return
	case c.called.unknown:
		c.Class = migration.Data
		return
	case c.called.session:
		c.Class = migration.Session
		if body.seek("set_config") != "" && body.skip("set_config", "(") {
			if name, ok := body.token.value(); ok {
				c.setting(lower(name))
			}
		}
	default:
		c.Class = migration.Query
	}
}

// made reads what is behind the INTO of a SELECT INTO.
func (c classifier) made() {
	temp := false
	for {
		w := c.either("local", "global", "temporary", "temp", "unlogged", "table")
		if w == "" {
			break
		}
		temp = temp || strings.HasPrefix(w, "temp")
	}
	c.about()
	if temp {
		c.Class, c.Note = migration.Session, temporary
	}
}

// setting says that the statement sets something for the session.
func (c classifier) setting(name string) {
	c.Class, c.Target = migration.Session, name
	if name == "search_path" {
		c.Note = otherSchemas
	}
}

// explain looks through an EXPLAIN that runs what it explains.
func (c classifier) explain() {
	c.Class = migration.Query
	runs := false
	if c.token.is("(") && !slices.ContainsFunc(reading, c.second().is) {
		options := *c.reader
		c.group()
		for !options.done() && options.token.pos < c.token.pos {
			if options.either("analyze", "analyse") != "" {
				runs = options.either("false", "off", "0") == ""
				continue
			}
			options.next()
		}
	} else {
		runs = c.either("analyze", "analyse") != ""
		c.skip("verbose")
	}
	if !runs || c.token.is("explain") {
		return
	}
	inner := migration.Statement{Text: c.Text[c.token.pos:]}
	classify(&inner, c.called)
	c.Class, c.Space, c.Target, c.Note = inner.Class, inner.Space, inner.Target, inner.Note
}

// copy judges the three kinds of COPY: from and to the client, a program and a
// file of the server.
func (c classifier) copy() {
	c.skip("binary")
	writes := false
	if c.token.is("(") {
		writes = slices.ContainsFunc(writing, c.second().is)
		c.group()
	} else {
		c.about()
		c.group()
	}
	way := c.either("from", "to")
	switch {
	case c.skip("program"):
		c.outside(program)
	case c.token.isString():
		c.outside(serverFile)
	case way == "from" || writes:
		c.Class = migration.Data
	default:
		c.Class = migration.Query
	}
}

// refresh reads the view that is filled anew. Whether it is filled at all is a part
// of the schema, and what is in it follows from other rows.
func (c classifier) refresh() {
	if c.skip("materialized", "view") {
		c.Verb = "refresh materialized view"
		c.skip("concurrently")
		c.about()
	}
}
