package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A model is the schema as its author has it in mind at one moment.
type model struct {
	d        *dialect
	tables   []*table
	enums    []*enum
	counters []string // sequences that stand alone
	views    []*view
	triggers []*trigger
	names    int // how many names have been invented
	keys     int // how many keys of rows have been invented
	dropped  []string
}

type table struct {
	name          string
	columns       []*column
	autoincrement bool
	withoutRowid  bool
	indexes       []*index
	named         []*constraint
}

type column struct {
	name, typ       string
	real            string   // the declared type, where the engine has others than typ
	refer           string   // the type of what refers to this key, likewise
	labels          []string // of an ENUM
	key             bool
	notNull, unique bool
	fallback        string // DEFAULT
	collate, check  string
	parent          *table
	onDelete        string
	distinct        bool // a constraint beside the column says that it is unique
}

// A constraint is one that was added by a name.
type constraint struct {
	name   string
	column *column
	undo   func() // what dropping it makes of the model
}

// An enum is a type of its own, of some words.
type enum struct {
	name   string
	labels []string
}

type index struct {
	name    string
	columns []*column
	unique  bool
	where   string // %s stands for the first column
	expr    string // %s stands for the first column
}

type view struct {
	name  string
	table *table
	cols  []*column
	heads []string // the names of its columns, where they do not follow the table's
}

type trigger struct {
	name  string
	table *table
	sql   func() string // as it would be written now
	uses  []*column
	logs  *table
}

// declared returns the column's type as its author writes it.
func (c *column) declared() string {
	if c.real != "" {
		return c.real
	}
	return c.typ
}

func (c *column) sql() string {
	parts := []string{c.name, c.declared()}
	add := func(when bool, text string) {
		if when {
			parts = append(parts, text)
		}
	}
	add(c.notNull, "NOT NULL")
	add(c.fallback != "", "DEFAULT "+c.fallback)
	add(c.unique, "UNIQUE")
	add(c.collate != "", "COLLATE "+c.collate)
	add(c.check != "", "CHECK ("+strings.ReplaceAll(c.check, "%s", c.name)+")")
	if c.parent != nil {
		add(true, fmt.Sprintf("REFERENCES %s(%s)", c.parent.name, c.parent.key().name))
		add(c.onDelete != "", "ON DELETE "+c.onDelete)
	}
	return strings.Join(parts, " ")
}

func (t *table) key() *column { return t.columns[0] }

// sql returns the table's CREATE TABLE under a name.
func (t *table) sql(name string) string {
	var parts []string
	for _, c := range t.columns {
		if !c.key {
			parts = append(parts, c.sql())
			continue
		}
		text := c.name + " " + c.declared() + " PRIMARY KEY"
		if t.autoincrement && c.real == "" {
			text += " AUTOINCREMENT"
		}
		if c.typ == "TEXT" {
			text += " NOT NULL"
		}
		parts = append(parts, text)
	}
	suffix := ""
	if t.withoutRowid {
		suffix = " WITHOUT ROWID"
	}
	return fmt.Sprintf("CREATE TABLE %s (%s)%s", name, strings.Join(parts, ", "), suffix)
}

func (x *index) sql(table string) string {
	var cols []string
	for _, c := range x.columns {
		cols = append(cols, c.name)
	}
	if x.expr != "" {
		cols = []string{strings.ReplaceAll(x.expr, "%s", x.columns[0].name)}
	}
	unique, where := "", ""
	if x.unique {
		unique = "UNIQUE "
	}
	if x.where != "" {
		where = " WHERE " + strings.ReplaceAll(x.where, "%s", x.columns[0].name)
	}
	return fmt.Sprintf("CREATE %sINDEX %s ON %s(%s)%s", unique, x.name, table, strings.Join(cols, ", "), where)
}

func (v *view) sql() string {
	var cols []string
	for i, c := range v.cols {
		name := c.name
		if len(v.heads) > 0 && v.heads[i] != name {
			name += " AS " + v.heads[i]
		}
		cols = append(cols, name)
	}
	return fmt.Sprintf("CREATE VIEW %s AS SELECT %s FROM %s", v.name, strings.Join(cols, ", "), v.table.name)
}

func names(columns []*column) string {
	var texts []string
	for _, c := range columns {
		texts = append(texts, c.name)
	}
	return strings.Join(texts, ", ")
}

// referenced reports whether other tables refer to t.
func (m *model) referenced(t *table) bool {
	return slices.ContainsFunc(m.tables, func(o *table) bool {
		return o != t && slices.ContainsFunc(o.columns, func(c *column) bool { return c.parent == t })
	})
}

// viewed reports whether a view or a trigger reads or writes t.
func (m *model) viewed(t *table) bool {
	return slices.ContainsFunc(m.views, func(v *view) bool { return v.table == t }) ||
		slices.ContainsFunc(m.triggers, func(x *trigger) bool { return x.logs == t })
}

func (m *model) triggersOf(t *table) []*trigger {
	return slices.DeleteFunc(slices.Clone(m.triggers), func(x *trigger) bool { return x.table != t })
}

// forget takes a table out, with what hangs on it.
func (m *model) forget(t *table) {
	m.tables = slices.DeleteFunc(m.tables, func(o *table) bool { return o == t })
	m.triggers = slices.DeleteFunc(m.triggers, func(x *trigger) bool { return x.table == t })
	m.dropped = append(m.dropped, t.name)
}

var (
	tableNames  = []string{"users", "notes", "tags", "orders", "items", "roles", "files", "events", "teams", "plans"}
	columnNames = []string{"title", "body", "status", "amount", "email", "slug", "level", "kind", "note", "total", "score", "state"}
)

// fresh invents a name that nothing bears or has borne.
func (m *model) fresh(r *rand.Rand, from []string) string {
	m.names++
	name := from[r.IntN(len(from))]
	return fmt.Sprintf("%s%d", name, m.names)
}

// pick returns one of some, and the zero value if there is none.
func pick[T any](r *rand.Rand, some []T) (one T) {
	if len(some) > 0 {
		one = some[r.IntN(len(some))]
	}
	return one
}

// where returns those that fulfil a condition.
func where[T any](all []T, ok func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return !ok(x) })
}

// plain returns the columns that carry ordinary values: no key and no reference.
func (t *table) plain(typ string) []*column {
	return where(t.columns, func(c *column) bool { return !c.key && c.parent == nil && (typ == "" || c.typ == typ) })
}

// valued returns the plain columns of texts and numbers.
func (t *table) valued() []*column {
	return where(t.plain(""), func(c *column) bool { return c.typ == "TEXT" || c.typ == "INTEGER" })
}
