package mysql

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Who waits while InnoDB changes a table, by the pages "InnoDB Online DDL" of both
// manuals. Every change keeps everybody out for a moment at its beginning and end,
// which nothing here speaks of.
const (
	everybody = "whoever reads or writes it waits until it is done"
	writers   = "whoever writes it waits until it is done"
	sameRows  = "whoever writes the same rows waits until it is done"
)

// Hazards tells what CREATE INDEX, ALTER TABLE, DROP TABLE, TRUNCATE and DELETE cost on
// tables of InnoDB: what is instant on this version is no hazard, and who asks for a
// way of his own (ALGORITHM=COPY) gets it.
func (Engine) Hazards(s *migration.Statement, have *schema.Snapshot, t engine.Traits) []engine.Hazard {
	h := &hazards{phrase: newPhrase(s.Text), have: have, traits: t}
	switch verb := s.Verb; {
	case verb == "create index":
		h.createIndex()
	case verb == "drop table":
		h.skip("drop", "table")
		h.skip("if", "exists")
		for more := true; more; more = h.skip(",") {
			h.about()
			h.add(engine.DropsTable, everybody)
		}
	case verb == "truncate":
		h.skip("truncate")
		h.skip("table")
		h.about()
		h.add(engine.DeletesRows, everybody)
	case verb == "delete":
		h.table = s.Target
		h.add(engine.DeletesRows, sameRows)
	case strings.HasPrefix(verb, "alter table"):
		h.alterTable()
	}
	return h.found
}

// A hazards reads a statement for what it costs.
type hazards struct {
	*phrase
	have   *schema.Snapshot
	traits engine.Traits
	table  string // that the statement is about; empty for one of another database
	found  []engine.Hazard
}

// about reads the name of the table.
func (h *hazards) about() {
	space, name := h.name()
	if h.table = ""; space == "" {
		h.table = h.traits.Fold(name)
	}
}

func (h *hazards) add(name, waits string) {
	one := engine.Hazard{Name: name, Table: schema.Key{Kind: schema.Table, Name: h.table}, Waits: waits}
	if h.table != "" && !slices.Contains(h.found, one) {
		h.found = append(h.found, one)
	}
}

// copies says that all rows are copied into a table of the new form: others may not
// write meanwhile, but on MariaDB since 11.2.
func (h *hazards) copies() {
	waits := writers
	if h.traits.Flavor.Vendor == mariaDB && h.traits.Flavor.AtLeast(11, 2) {
		waits = ""
	}
	h.add(engine.RewritesTable, waits)
}

// rebuilds says that all rows are written anew while others go on.
func (h *hazards) rebuilds() { h.add(engine.RewritesTable, "") }

// instant reports whether columns are added (or dropped) without a row being written:
// as the last column since MariaDB 10.3 and MySQL 8.0.12, anywhere, and dropped, since
// MariaDB 10.4 and MySQL 8.0.29.
func (h *hazards) instant(last bool) bool {
	f := h.traits.Flavor
	switch {
	case f.Vendor == mariaDB && last:
		return f.AtLeast(10, 3)
	case f.Vendor == mariaDB:
		return f.AtLeast(10, 4)
	case f.AtLeast(8, 1):
		return true
	case last:
		return f.AtLeast(8, 0) && f.Patch >= 12
	}
	return f.AtLeast(8, 0) && f.Patch >= 29
}

func (h *hazards) createIndex() {
	h.skip("create")
	h.skip("or", "replace")
	kind := ""
	for !h.done() && !h.skip("index") {
		if kind = h.either("fulltext", "spatial"); kind == "" {
			h.next()
		}
	}
	h.find("on")
	h.about()
	h.indexes(kind)
}

// indexes says that an index of some kind is built. The first of words has the table
// rebuilt, for a column that numbers its rows.
func (h *hazards) indexes(kind string) {
	switch kind {
	case "fulltext":
		h.add(engine.BuildsIndex, writers)
		h.add(engine.RewritesTable, writers)
	case "spatial":
		h.add(engine.BuildsIndex, writers)
	default:
		h.add(engine.BuildsIndex, "")
	}
}

func (h *hazards) alterTable() {
	h.find("table")
	h.skip("if", "exists")
	h.about()
	if h.skip("wait") {
		h.next()
	}
	h.skip("nowait")
	copied := false
	for !h.done() {
		action := &clause{tokens: h.expression()}
		h.skip(",")
		if action.skip("algorithm") {
			action.skip("=")
			copied = copied || action.skip("copy")
			continue
		}
		h.action(action)
	}
	if copied {
		h.copies()
	}
}

// action judges one action of an ALTER TABLE.
func (h *hazards) action(c *clause) {
	switch c.either("add", "drop", "change", "modify", "convert", "engine", "force", "order", "row_format", "truncate") {
	case "add":
		h.adds(c)
	case "drop":
		switch c.either("primary", "index", "key", "foreign", "constraint", "check", "partition", "column") {
		case "primary":
			h.copies()
		case "partition":
			h.add(engine.DeletesRows, everybody)
		case "", "column":
			h.add(engine.DropsColumn, "")
			if !h.instant(false) {
				h.rebuilds()
			}
		}
	case "change":
		c.skip("column")
		name := fold(c.next().name())
		c.next()
		h.modifies(name, c)
	case "modify":
		c.skip("column")
		c.skip("if", "exists")
		h.modifies(fold(c.next().name()), c)
	case "convert":
		h.copies()
	case "engine", "force", "row_format":
		h.rebuilds()
	case "order":
		h.copies()
	case "truncate":
		h.add(engine.DeletesRows, everybody)
	}
}

// adds judges what is added.
func (h *hazards) adds(c *clause) {
	if c.skip("constraint") && !c.starts("check", "unique", "primary", "foreign") {
		c.next() // its name
	}
	switch kind := c.either("primary", "unique", "index", "key", "fulltext", "spatial", "foreign", "check", "partition", "period", "system"); kind {
	case "primary":
		h.rebuilds()
	case "unique", "index", "key", "fulltext", "spatial":
		h.indexes(kind)
	case "foreign", "check":
		h.add(engine.ChecksRows, writers) // by copying them
	case "":
		c.skip("column")
		c.skip("if", "not", "exists")
		h.addColumn(c)
	}
}

// addColumn judges a new column, or several in parentheses.
func (h *hazards) addColumn(c *clause) {
	last := !c.has("first") && !c.has("after")
	switch {
	case c.has("auto_increment"), c.has("stored"), c.has("persistent"), c.volatile():
		h.copies()
	case !h.instant(last):
		h.rebuilds()
	}
	if c.has("unique") || c.has("primary") {
		h.add(engine.BuildsIndex, "")
	}
	if c.has("check") {
		h.add(engine.ChecksRows, writers)
	}
}

// modifies judges a column's new definition by its old one.
func (h *hazards) modifies(name string, c *clause) {
	have := h.have.Get(schema.Key{Kind: schema.Column, Table: h.table, Name: name})
	switch {
	case !h.widens(have.Fact(schema.Type), c.dataType()), c.has("character"), c.has("charset"), c.has("collate"):
		h.copies()
	case c.has("first"), c.has("after"):
		if !h.instant(false) {
			h.rebuilds()
		}
	case (have.Fact(schema.Nullable) == "no") != c.has("not"):
		h.rebuilds()
	}
}

// widens reports whether a column of a type can take another without its rows being
// written: the same, or a longer varchar whose length takes as many bytes.
func (h *hazards) widens(from, to string) bool {
	base, limit := typeParts(from)
	wide, more := typeParts(to)
	if base == "" || base != wide {
		return false
	}
	if base != "varchar" {
		return limit == more || base != "decimal" && (limit == "" || more == "") // a width of display
	}
	n, err := strconv.Atoi(limit)
	m, wrong := strconv.Atoi(more)
	// In characters of utf8mb4: up to 255 bytes the length takes one byte, and MariaDB
	// tells from the first bit of it whether there is another.
	const oneByte, sevenBits = 63, 31
	freely := h.traits.Flavor.Vendor == mariaDB && h.instant(false) && n <= sevenBits
	return err == nil && wrong == nil && m >= n && (freely || (n > oneByte) == (m > oneByte))
}

// typeParts divides "varchar(20)" into its name, in one spelling, and "20".
func typeParts(text string) (base, limit string) {
	base, limit, _ = strings.Cut(strings.ToLower(text), "(")
	limit, _, _ = strings.Cut(limit, ")")
	base, _, _ = strings.Cut(strings.TrimSpace(base), " ")
	switch base {
	case "integer":
		base = "int"
	case "numeric", "dec":
		base = "decimal"
	case "boolean", "bool":
		base = "tinyint"
	}
	if base == "decimal" && limit == "" {
		limit = "10,0"
	}
	return base, strings.ReplaceAll(limit, " ", "")
}
