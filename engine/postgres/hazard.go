package postgres

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Who waits for the locks of PostgreSQL (its manual, "Explicit Locking"), which are
// held to the end of the transaction: ACCESS EXCLUSIVE keeps everybody out, SHARE and
// SHARE ROW EXCLUSIVE those who write, SHARE UPDATE EXCLUSIVE nobody but other
// statements on the schema.
const (
	everybody = "whoever reads or writes it waits until the transaction ends"
	writers   = "whoever writes it waits until the transaction ends"
	sameRows  = "whoever writes the same rows waits until the transaction ends"
)

// Hazards tells what CREATE INDEX, ALTER TABLE, DROP TABLE, TRUNCATE, DELETE, CLUSTER, VACUUM
// FULL and REINDEX TABLE cost, by their manual pages and those words of a statement
// that its cost depends on.
//
// A function in the default of a new column is taken for volatile unless it is known
// not to be: then every row is written anew.
func (Engine) Hazards(s *migration.Statement, have *schema.Snapshot, t engine.Traits) []engine.Hazard {
	h := &hazards{reader: newReader(s.Text), have: have, space: t.Space}
	switch verb := s.Verb; {
	case verb == "create index":
		h.createIndex()
	case verb == "drop table":
		h.skip("drop", "table")
		h.skip("if", "exists")
		h.each(engine.DropsTable, everybody)
	case verb == "truncate":
		h.skip("truncate")
		h.skip("table")
		h.each(engine.DeletesRows, everybody)
	case verb == "delete":
		h.table = h.key(s.Space, s.Target)
		h.add(engine.DeletesRows, sameRows)
	case strings.HasPrefix(verb, "alter table"):
		h.alterTable()
	case verb == "cluster":
		h.table = h.key(s.Space, s.Target)
		h.add(engine.RewritesTable, everybody)
	case verb == "vacuum" && h.within("full", len(s.Text)):
		h.table = h.key(s.Space, s.Target)
		h.add(engine.RewritesTable, everybody)
	case verb == "reindex" && h.skip("reindex", "table"):
		alone := h.skip("concurrently")
		h.table = h.key(h.name())
		h.add(engine.BuildsIndex, unless(alone, writers))
	}
	return h.found
}

// A hazards reads a statement for what it costs.
type hazards struct {
	*reader
	have  *schema.Snapshot
	space string     // that keys leave out
	table schema.Key // that the statement is about
	found []engine.Hazard
}

func (h *hazards) key(space, name string) schema.Key {
	if space == h.space {
		space = ""
	}
	return schema.Key{Kind: schema.Table, Space: space, Name: name}
}

func (h *hazards) add(name, waits string) {
	if h.table.Name != "" {
		h.found = append(h.found, engine.Hazard{Name: name, Table: h.table, Waits: waits})
	}
}

// unless returns who waits, but nobody if so.
func unless(nobody bool, waits string) string {
	if nobody {
		return ""
	}
	return waits
}

// each reads a list of tables.
func (h *hazards) each(name, waits string) {
	for {
		h.skip("only")
		h.table = h.key(h.name())
		h.add(name, waits)
		h.skip("*")
		if !h.skip(",") {
			return
		}
	}
}

func (h *hazards) createIndex() {
	h.skip("create")
	h.skip("unique")
	h.skip("index")
	alone := h.skip("concurrently")
	h.seek("on")
	h.skip("on")
	h.skip("only")
	h.table = h.key(h.name())
	h.add(engine.BuildsIndex, unless(alone, writers))
}

func (h *hazards) alterTable() {
	h.skip("alter", "table")
	h.skip("if", "exists")
	h.skip("only")
	h.table = h.key(h.name())
	h.skip("*")
	for !h.done() {
		h.action(h.clause())
		h.skip(",")
	}
}

// clause reads one action: what is ahead of the next comma outside of brackets.
func (h *hazards) clause() *reader {
	from := h.token.pos
	h.seek(",")
	to := h.token.pos
	if h.done() {
		to = h.read
	}
	return newReader(h.lexer.src[from:max(from, to)])
}

// action judges one action of an ALTER TABLE.
func (h *hazards) action(r *reader) {
	switch r.either("add", "drop", "alter", "validate", "set", "attach") {
	case "add":
		if named := r.skip("constraint"); named {
			r.one()
		} else if !slices.ContainsFunc([]string{"check", "unique", "primary", "foreign", "exclude"}, r.token.is) {
			h.addColumn(r)
			return
		}
		h.addConstraint(r)
	case "drop":
		if r.token.is("constraint") {
			return
		}
		h.add(engine.DropsColumn, everybody)
	case "alter":
		r.skip("column")
		h.alterColumn(r.one(), r)
	case "validate":
		h.add(engine.ChecksRows, "")
	case "set":
		if r.either("logged", "unlogged", "tablespace", "access") != "" {
			h.add(engine.RewritesTable, everybody)
		}
	case "attach":
		r.skip("partition")
		whole := h.table
		h.table = h.key(r.name())
		h.add(engine.ChecksRows, everybody)
		h.table = whole
	}
}

func (h *hazards) addConstraint(r *reader) {
	what := r.either("check", "not", "foreign", "unique", "primary", "exclude")
	if rest := *r; rest.seek("not") != "" && rest.skip("not", "valid") {
		return
	}
	switch what {
	case "check", "not":
		h.add(engine.ChecksRows, everybody)
	case "foreign":
		h.add(engine.ChecksRows, "whoever writes it, or the table referred to, waits until the transaction ends")
	case "unique", "primary", "exclude":
		if r.seek("using") != "" && r.skip("using", "index") {
			return
		}
		h.add(engine.BuildsIndex, everybody)
	}
}

// addColumn judges a new column: since version 11 a default that is the same for all
// rows is kept with the column, and any other is written into each.
func (h *hazards) addColumn(r *reader) {
	r.skip("column")
	r.skip("if", "not", "exists")
	r.one()
	body := *r
	anew := strings.HasSuffix(r.token.name(), "serial") || isOneOf(numbering, r.token.name())
	for !r.done() {
		switch {
		case r.skip("default"):
			anew = r.volatile() || anew
		case r.skip("generated"):
			anew = true
		default:
			r.pass()
		}
	}
	if anew {
		h.add(engine.RewritesTable, everybody)
	}
	for _, of := range [...]struct{ word, name string }{
		{"unique", engine.BuildsIndex}, {"primary", engine.BuildsIndex}, {"check", engine.ChecksRows},
	} {
		if rest := body; rest.seek(of.word) != "" {
			h.add(of.name, everybody)
		}
	}
}

var numbering = setOf("serial2 serial4 serial8")

// alterColumn judges what is done to a column.
func (h *hazards) alterColumn(name string, r *reader) {
	switch {
	case r.skip("type"), r.skip("set", "data", "type"):
		before := h.have.Get(h.table.Column(name))
		if from := r.token.pos; r.seek("using") != "" || !widens(before.Fact(schema.Type), r.lexer.src[from:]) {
			h.add(engine.RewritesTable, everybody)
		}
	case r.skip("set", "not", "null"):
		if !h.neverNull(name) {
			h.add(engine.ChecksRows, everybody)
		}
	}
}

// neverNull reports whether a constraint proves that a column is not NULL: then
// SET NOT NULL reads no row (since version 12).
func (h *hazards) neverNull(column string) bool {
	for o := range h.have.All() {
		if o.Key.Kind == schema.Check && o.Key.Owner() == h.table && o.Fact(schema.Invalid) == "" && o.Unsupported == "" &&
			o.Key.Name == column+" IS NOT NULL" {
			return true
		}
	}
	return false
}

// volatile reads a default up to the next constraint of the column, and reports
// whether it calls what may return another value for each row.
func (r *reader) volatile() (calls bool) {
	inType := false
	for depth := 0; !r.done() && (depth > 0 || !slices.ContainsFunc(behindDefault, r.token.is)); r.next() {
		switch {
		case r.token.is("::"):
			inType = true
		case r.token.is("("):
			depth++
		case r.token.is(")"):
			depth--
			inType = false
		case r.token.isName():
			calls = calls || !inType && r.isCall()
		case !r.token.is("."):
			inType = false
		}
	}
	return calls
}

// behindDefault begin what follows a default.
var behindDefault = []string{"not", "null", "constraint", "check", "unique", "primary", "references", "generated", "collate"}

// isCall reports whether the next two tokens call a function that may be volatile.
func (r *reader) isCall() bool {
	return r.token.isName() && r.second().is("(") && !isOneOf(steady, r.token.name())
}

// steady are what stands ahead of a parenthesis in a default and returns the same for
// all rows of a statement: functions that are not volatile, types and words.
var steady = setOf(`
	now transaction_timestamp statement_timestamp current_setting current_user timezone date_trunc to_timestamp to_date make_date
	make_interval make_timestamp make_timestamptz lower upper coalesce nullif greatest least concat concat_ws md5 length replace
	json_build_object json_build_array jsonb_build_object jsonb_build_array to_json to_jsonb array_fill int4range int8range numrange
	tsrange tstzrange daterange point box abs round floor ceil
	and or not in row array cast varchar char character varying numeric decimal bit time timestamp interval float precision
	current_time current_timestamp localtime localtimestamp`)
