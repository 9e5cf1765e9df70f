package mysql

import (
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// Why statements are not treated as the author's others.
const (
	ofServer   = "it reaches beyond the database, to the server"
	ofAccounts = "it is about accounts, which belong to the server"
	ofFiles    = "it reaches files of the server"
	ofTemp     = "it is about a temporary table, which is gone with the connection"
)

// classify fills in what the first words of s.Text tell: Class, Verb, Target,
// Space, Guard, the names of a rename, and Note. What is in conditional comments
// counts as if it were outside of them. A statement that begins with no word of
// the server's is left in the class Schema: it fails when it runs, with the
// server's own words.
func classify(s *migration.Statement, m mode) {
	c := classifier{newPhraseIn(s.Text, m), s}
	for c.skip("(") {
	}
	c.classify()
	c.wander(newPhraseIn(s.Text, m))
}

// A classifier is behind the first words of a statement's text.
type classifier struct {
	*phrase
	*migration.Statement
}

func (c classifier) classify() {
	if c.token.kind != word {
		return
	}
	c.Verb = fold(c.next().text)
	if c.Verb == "with" {
		c.mainVerb()
	}
	switch c.Verb {
	case "create":
		c.create()
	case "alter":
		c.alter()
	case "drop":
		c.drop()
	case "rename":
		c.rename()
	case "insert", "replace", "update", "delete", "load":
		c.write()
	case "truncate":
		// The server commits at once: it is a statement on data that cannot be tried.
		c.Class = migration.Data
		c.skip("table")
		c.about()
	case "select", "values", "table":
		c.query()
	case "explain", "describe", "desc", "show", "help", "checksum", "handler", "signal", "resignal", "do":
		c.Class = migration.Query
	case "set":
		c.set()
	case "prepare", "deallocate", "get":
		c.Class = migration.Session
	case "call":
		// A procedure may do anything, and those that migrations call change the
		// schema as a rule: what it does is observed.
	case "execute":
		if c.skip("immediate") {
			c.Verb = "execute immediate"
		}
	case "analyze", "check":
		c.maintain()
	case "use":
		_, name := c.name()
		c.forbid(fmt.Sprintf("it goes over to another database, %.80q: all of a migration runs in the one that is connected to", name))
	default:
		c.control()
	}
}

// control reads statements about transactions and about the server.
func (c classifier) control() {
	switch c.Verb {
	case "begin":
		if c.skip("not", "atomic") {
			c.Verb = "begin not atomic"
			return
		}
		c.Class = migration.Transaction
	case "commit", "savepoint", "release":
		c.Class = migration.Transaction
	case "rollback":
		c.Class = migration.Transaction
		c.skip("work")
		if !c.skip("to") {
			c.forbid("a migration that undoes itself")
		}
	case "start":
		if !c.skip("transaction") {
			c.reach(ofServer)
			return
		}
		c.Class, c.Verb = migration.Transaction, "start transaction"
	case "lock", "unlock":
		if c.either("tables", "table") == "" {
			c.reach(ofServer)
			return
		}
		c.Class, c.Verb = migration.Transaction, c.Verb+" tables"
	case "xa":
		c.forbid("a distributed transaction outlives its connection")
	case "grant", "revoke":
		c.reach(ofAccounts)
	case "optimize", "repair":
		c.reach("it rewrites whole tables, and nothing tells that it has run")
	case "flush", "reset", "purge", "change", "stop", "install", "uninstall", "cache", "binlog", "import", "backup":
		c.reach(ofServer)
	case "kill", "shutdown", "restart", "clone":
		c.forbid("it disturbs the server")
	}
}

// forbid refuses the statement.
func (c classifier) forbid(why string) { c.Class, c.Note = migration.Forbidden, why }

// reach keeps the statement off scratch databases.
func (c classifier) reach(why string) { c.Class, c.Note = migration.Outside, why }

// about reads the name of the table, view or trigger that the statement is about.
func (c classifier) about() {
	space, name := c.name()
	c.Space, c.Target = foldTable(space), foldTable(name)
}

// aboutOther reads the name of anything else.
func (c classifier) aboutOther() {
	space, name := c.name()
	c.Space, c.Target = foldTable(space), fold(name)
}

// wander looks for names that bring their database with them: on a scratch database too
// they mean that one, so that the statement must not run there. Whether it is the database
// that we look after, nobody can know here. What is only read is not looked for.
func (c classifier) wander(p *phrase) {
	if c.Class != migration.Schema && c.Class != migration.Data {
		return
	}
	space := c.Space
	var before, last token
	for space == "" && !p.done() {
		t := p.next()
		if t.is(".") && last.isName() && announces(before) {
			switch name := fold(last.name()); name {
			case "new", "old": // the row of a trigger
			default:
				space = last.name()
			}
		}
		if !t.is("if") && !t.is("not") && !t.is("exists") && !t.is("ignore") {
			if t.is("update") && last.is("key") {
				t = token{} // ON DUPLICATE KEY UPDATE
			}
			before, last = last, t
		}
	}
	if space != "" {
		c.reach(fmt.Sprintf("it names a database, %.80q, and a scratch database has another name", space))
	}
}

// announces reports whether a table that is written, or one that must be there,
// follows the token.
func announces(t token) bool {
	for _, w := range [...]string{"into", "update", "table", "references", "truncate"} {
		if t.is(w) {
			return true
		}
	}
	return false
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
		if !c.skip("as") || !c.group() {
			return
		}
		if c.skip("cycle") { // MariaDB: CYCLE a, b RESTRICT
			c.find("restrict")
		}
		if !c.skip(",") {
			break
		}
	}
	for c.skip("(") {
	}
	if verb := c.either("select", "values", "table", "insert", "replace", "update", "delete"); verb != "" {
		c.Verb = verb
	}
}

// query tells a query that leaves something behind.
func (c classifier) query() {
	c.Class = migration.Query
	for !c.done() {
		switch t := c.next(); {
		case t.is("into") && (c.token.is("outfile") || c.token.is("dumpfile")):
			c.forbid("it writes a file of the server")
			return
		case t.is(":="), t.is("into") && c.token.kind == variable:
			c.Class = migration.Session
		case t.is("setval") && c.token.is("("):
			c.Class = migration.Data // of a sequence
		}
	}
}

// set reads the variables that a SET is about.
func (c classifier) set() {
	c.Class = migration.Session
	if c.skip("statement") {
		if c.find("for") != "" && !c.token.is("set") {
			c.Class = migration.Schema
			c.classify()
		}
		return
	}
	if c.skip("password") || c.skip("default", "role") {
		c.reach(ofAccounts)
		return
	}
	var names []string
	for !c.done() {
		scope := c.either("global", "persist", "persist_only", "session", "local")
		name := c.variable()
		if scope, _, ok := strings.Cut(name, "."); ok && strings.HasPrefix(name, "@@") {
			c.scoped(strings.TrimPrefix(scope, "@@"))
			name = name[len(scope)+1:]
		}
		c.scoped(scope)
		names = append(names, strings.TrimPrefix(name, "@@"))
		c.expression()
		c.skip(",")
	}
	if len(names) == 1 {
		c.Target = names[0]
		if names[0] == "autocommit" && c.Class == migration.Session {
			c.Class = migration.Transaction
		}
	}
}

// variable reads the name of a variable, folded.
func (c classifier) variable() string {
	return strings.ReplaceAll(fold(c.next().name()), "`", "")
}

// scoped judges a SET by whose variable it sets.
func (c classifier) scoped(scope string) {
	switch scope {
	case "global", "persist", "persist_only":
		c.reach("it sets a variable of the whole server")
	}
}

// maintain reads ANALYZE and CHECK. Statistics are no row of the author's, and show
// in no schema: like a setting of the session, to gather them may happen at any
// time, any number of times, and proves nothing. MariaDB's ANALYZE of another statement
// runs that one.
func (c classifier) maintain() {
	c.any("no_write_to_binlog", "local")
	if c.either("table", "tables") != "" {
		c.Class = migration.Session
		c.about()
		return
	}
	if c.skip("format", "=") {
		c.next()
	}
	for _, verb := range [...]string{"select", "with", "insert", "replace", "update", "delete"} {
		if c.token.is(verb) {
			c.classify()
			return
		}
	}
}
