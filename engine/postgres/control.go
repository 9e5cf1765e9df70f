package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/migration"
)

// This file judges what is about the session, the transaction or the server: what
// PostgreSQL's manual has besides definitions and rows.

func (c classifier) rest() {
	switch c.Verb {
	case "set":
		c.set()
	case "reset":
		c.Class = migration.Session
		c.setting(c.settingName())
	case "show", "fetch":
		c.Class = migration.Query
	case "listen", "unlisten", "notify", "declare", "move", "close", "deallocate":
		c.Class = migration.Session
	case "analyze", "analyse":
		// The planner's statistics are nothing that a schema or an answer shows. As a
		// statement on data it would be asked about for ever.
		c.Class = migration.Session
		c.options("verbose")
		c.about()
	case "lock":
		c.Class = migration.Session // it is gone with the transaction
		c.skip("table")
		c.skip("only")
		c.Verb = "lock table"
		c.about()
	case "discard":
		if c.Class = migration.Session; c.token.is("all") {
			c.forbidden(lettingGo)
		}
	case "begin", "start", "commit", "end", "savepoint", "release", "rollback", "abort", "prepare":
		c.transaction()
	case "vacuum":
		c.outside(noTransaction)
		c.options("full", "freeze", "verbose", "analyze", "analyse")
		c.about()
	case "cluster":
		c.options("verbose")
		if c.about(); c.Target == "" {
			c.outside(noTransaction)
		}
	case "reindex":
		c.reindex()
	case "checkpoint":
		c.outside(cluster)
	case "load":
		c.outside("it loads code into the server")
	case "import":
		c.skip("foreign", "schema")
		c.Verb = "import foreign schema"
	}
}

// options moves behind options in parentheses, or behind the words that are their
// older form.
func (c classifier) options(words ...string) {
	if c.group() {
		return
	}
	for c.either(words...) != "" {
		// they may come together
	}
}

func (c classifier) transaction() {
	c.Class = migration.Transaction
	switch c.Verb {
	case "prepare":
		if c.Class = migration.Session; c.token.is("transaction") {
			c.forbidden(twoPhases)
		}
	case "start":
		c.Verb = "start transaction"
	case "commit":
		if c.token.is("prepared") {
			c.forbidden(twoPhases)
		}
	case "abort":
		c.forbidden(undoing)
	case "rollback":
		// The transaction is the runner's: to go back to a savepoint of the author's
		// would take more back than was meant.
		if c.forbidden(undoing); c.token.is("prepared") {
			c.forbidden(twoPhases)
		}
	}
}

// set reads SET and what follows it.
func (c classifier) set() {
	c.Class = migration.Session
	switch {
	case c.skip("transaction"):
		c.Class, c.Verb = migration.Transaction, "set transaction"
		return
	case c.skip("session", "characteristics"), c.skip("constraints"):
		return
	}
	if second := c.second(); !second.is("to") && !second.is("=") {
		c.either("session", "local")
	}
	c.setting(c.settingName())
}

// settingName reads the name of a setting, of which some have words of their own.
func (c classifier) settingName() string {
	switch {
	case c.skip("time", "zone"):
		return "timezone"
	case c.skip("session", "authorization"), c.skip("authorization"):
		return "session_authorization"
	case c.skip("schema"):
		return "search_path"
	case c.skip("names"):
		return "client_encoding"
	}
	return lower(strings.Join(c.path(), "."))
}

// turnsEscapesOn reports whether a SET lets a backslash escape in plain strings, or
// known that it says nothing of that.
func turnsEscapesOn(s *migration.Statement) (on, known bool) {
	if s.Class != migration.Session || s.Target != "standard_conforming_strings" {
		return false, false
	}
	r := newReader(s.Text)
	if r.seek("to", "=") == "" {
		return false, true // RESET
	}
	r.next()
	value, isText := r.token.value()
	if !isText {
		value = r.token.text
	}
	switch lower(value) {
	case "off", "of", "false", "fals", "fal", "fa", "f", "no", "n", "0":
		return true, true
	}
	return false, true
}

// reindex reads what is to be indexed anew.
func (c classifier) reindex() {
	alone := false
	if c.token.is("(") {
		options := *c.reader
		c.group()
		alone = options.within("concurrently", c.token.pos)
	}
	what := c.either("index", "table", "schema", "database", "system")
	alone = c.skip("concurrently") || alone || what == "schema" || what == "database" || what == "system"
	if alone {
		c.outside(noTransaction)
	}
	c.about()
}

// block judges the block of a DO. What it does to the schema is seen on scratch;
// whether it may write rows, or reaches beyond the database, its words tell, those
// in strings included: they may be executed. They are not understood, and to take a
// word in a comment for more than it is does no harm.
func (c classifier) block() {
	var before string
	for w := range strings.FieldsFuncSeq(strings.ToLower(c.Text), func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) {
		switch pair := before + " " + w; {
		case isOneOf(reaching, w):
			c.outside("its block names " + w + ", which reaches beyond the database")
			return
		case isOneOf(makers, before) && isOneOf(clusterWide, w):
			c.outside("its block says " + pair + ", which is about the whole server")
			return
		case pair == "insert into", pair == "delete from", pair == "merge into", w == "truncate", w == "perform",
			w == "update" && !isOneOf(beforeUpdate, before):
			c.Class = migration.Data
		}
		before = w
	}
}

var (
	makers       = setOf("create alter drop")
	clusterWide  = setOf("role user group database tablespace subscription system")
	beforeUpdate = setOf("on or for before after of instead") // of a trigger, a reference, a lock
)
