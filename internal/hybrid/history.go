package hybrid

import (
	"fmt"
	"slices"
	"strings"
)

// A Statement is one statement of a history, and what is known of it.
type Statement struct {
	Migration int // the index of its migration
	Number    int // its place there, from 1
	SQL       string
	Verb      Verb
	Table     string // the table that it is about, as it is called then
	Seeds     *Seeds // the rows of an INSERT of literals
	Rename    *Rename
	Rebuild   bool // part of a rebuild
	Whole     bool // part of something that is only right if nobody writes amid it
}

// A Verb says what a statement does, as far as the damage and the oracle care.
type Verb string

// The verbs.
const (
	Create   Verb = "create"   // makes an object other than a table
	Table    Verb = "table"    // makes a table
	Add      Verb = "add"      // adds a column
	Renames  Verb = "rename"   // renames a column or a table
	Alter    Verb = "alter"    // gives a column or a table another form
	Drop     Verb = "drop"     // drops anything
	Insert   Verb = "insert"   // puts literals in
	Backfill Verb = "backfill" // an UPDATE that leaves out what it has done
	Update   Verb = "update"   // any other UPDATE
	Delete   Verb = "delete"
	Copy     Verb = "copy" // INSERT … SELECT
)

// Data reports whether the statement is one on rows.
func (v Verb) Data() bool {
	return slices.Contains([]Verb{Insert, Backfill, Update, Delete, Copy}, v)
}

// puts reports whether the statement puts rows of migrations in, be they copied.
func (s *Statement) puts() bool {
	return s.Verb == Insert || s.Verb == Copy && !s.Rebuild
}

// Seeds says how to find the rows of an INSERT of literals.
type Seeds struct {
	Column string   // a column that tells its rows from others
	Values []string // literals, one a row
}

// A Rename is a column or a table that changes its name.
type Rename struct {
	From, To string
	Type     string // of a column; empty for a table
}

// A Migration is statements that are shipped as one file.
type Migration struct {
	Version    string
	Statements []*Statement
	// Resting says that foreign keys must rest while it runs: it drops a table that
	// others refer to and makes it anew.
	Resting bool
}

// File returns the name of the migration's file.
func (m *Migration) File() string { return m.Version + "_step.sql" }

// Text returns the content of the migration's file.
func (m *Migration) Text() string {
	var b strings.Builder
	for _, s := range m.Statements {
		b.WriteString(s.SQL + ";\n")
	}
	return b.String()
}

// A History is a set of migrations, and a life that a database led with them.
type History struct {
	Genes       []Gene
	ForeignKeys bool // the application's connections enforce foreign keys
	Migrations  []*Migration
	Statements  []*Statement // of all migrations
	// Schemas are the schemas from before the first statement to behind the last,
	// and so one more than there are statements.
	Schemas []*Picture
	// Final is schema and rows of a database that only the migrations made.
	Final *Picture
	// Install is a script that makes the final schema at once.
	Install []string

	engine Engine
	life   []event
	late   [][]string // by number of migrations run: further writes that are valid then
	tamper [][]tamper // by number of migrations run: what somebody may do by hand then
}

// An event is a statement of a migration, or a write of the application.
type event struct {
	sql       string
	statement int // index in Statements; -1 for the application's
}

// Engine returns the engine that the history was made on.
func (h *History) Engine() Engine { return h.engine }

// End returns the position behind the first n migrations.
func (h *History) End(n int) int {
	p := 0
	for _, m := range h.Migrations[:n] {
		p += len(m.Statements)
	}
	return p
}

// Completed returns how many migrations have run as a whole at a position.
func (h *History) Completed(position int) int {
	n := 0
	for n < len(h.Migrations) && h.End(n+1) <= position {
		n++
	}
	return n
}

// Script returns what leads to a position: the statements before it and what the
// application wrote meanwhile. It never writes amid a migration.
func (h *History) Script(position int) []string {
	script := []string{h.engine.ForeignKeys(h.ForeignKeys)}
	resting := false
	for _, e := range h.life {
		if e.statement >= position {
			break
		}
		rest := e.statement >= 0 && h.Migrations[h.Statements[e.statement].Migration].Resting
		if rest != resting && h.ForeignKeys {
			script = append(script, h.engine.ForeignKeys(!rest))
		}
		resting = rest
		script = append(script, e.sql)
	}
	if resting && h.ForeignKeys {
		script = append(script, h.engine.ForeignKeys(true))
	}
	return script
}

// Rest returns what is left to run at a position, with foreign keys as a careful
// hand would have them.
func (h *History) Rest(skip func(i int) bool) []string {
	var script []string
	resting := false
	for i, s := range h.Statements {
		if skip(i) {
			continue
		}
		if rest := h.Migrations[s.Migration].Resting; rest != resting && h.ForeignKeys {
			script = append(script, h.engine.ForeignKeys(!rest))
			resting = rest
		}
		script = append(script, s.SQL)
	}
	if resting && h.ForeignKeys {
		script = append(script, h.engine.ForeignKeys(true))
	}
	return script
}

// Ref returns the statement's place as questions name it.
func (h *History) Ref(s *Statement) string {
	return fmt.Sprintf("%s/%d", h.Migrations[s.Migration].Version, s.Number)
}
