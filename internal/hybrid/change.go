package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A change is one thing that an author does in a migration: its statements, and
// what they make of the model if they can be run.
type change struct {
	statements []*Statement
	commit     func()
	rests      bool // foreign keys must rest
	relies     bool // foreign keys must work
}

func (c *change) add(verb Verb, table, format string, args ...any) *Statement {
	s := &Statement{Verb: verb, Table: table, SQL: fmt.Sprintf(format, args...)}
	c.statements = append(c.statements, s)
	return s
}

// whole says that nobody may write amid the change.
func (c *change) whole() {
	for _, s := range c.statements {
		s.Whole = true
	}
}

// A template makes a change at random; nil where the model has no place for it.
type template func(r *rand.Rand, m *model) *change

// A weighted template is drawn as often as its weight says.
type weighted struct {
	weight int
	make   template
}

var sqliteTemplates = []weighted{
	{9, createTable}, {10, addColumn}, {4, renameColumn}, {3, renameTable}, {4, dropColumn}, {3, dropTable},
	{7, createIndex}, {2, dropIndex}, {2, createView}, {2, createTrigger}, {1, dropView}, {1, dropTrigger},
	{7, rebuild}, {8, seed}, {5, addAndFill}, {3, backfill}, {4, update}, {3, deletes}, {3, copyRows},
	{2, recreate}, {2, helper}, {2, swap},
}

// propose draws a change; nil if luck finds none for which the model has a place.
func propose(r *rand.Rand, m *model) *change {
	templates := m.d.templates
	sum := 0
	for _, t := range templates {
		sum += t.weight
	}
	if len(m.tables) == 0 {
		c := createTable(r, m)
		m.d.spell(r, c)
		return c
	}
	for range 5 {
		n := r.IntN(sum)
		i := 0
		for n >= templates[i].weight {
			n -= templates[i].weight
			i++
		}
		if c := templates[i].make(r, m); c != nil {
			m.d.spell(r, c)
			return c
		}
	}
	return nil
}

// newColumn draws a column. One that is added to a table that has rows must accept
// NULL or have a default.
func newColumn(r *rand.Rand, m *model, added bool) *column {
	if m.d.server {
		return serverColumn(r, m, added)
	}
	c := &column{name: m.fresh(r, columnNames), typ: []string{"TEXT", "INTEGER", "TEXT"}[r.IntN(3)]}
	switch r.IntN(5) {
	case 0:
		c.fallback = map[string]string{"TEXT": "'new'", "INTEGER": "0"}[c.typ]
		c.notNull = r.IntN(2) == 0
	case 1:
		c.notNull = !added
	}
	if c.typ == "TEXT" && r.IntN(8) == 0 {
		c.collate = m.d.collate
	}
	if r.IntN(8) == 0 {
		c.check = map[string]string{"TEXT": "length(%s) < 99", "INTEGER": "%s >= 0"}[c.typ]
	}
	if !added && r.IntN(9) == 0 && c.fallback == "" {
		c.unique = true
	}
	if r.IntN(6) == 0 && len(m.tables) > 0 && !c.unique && c.check == "" && c.collate == "" {
		if parent := pick(r, m.tables); !strings.HasPrefix(parent.name, "log") {
			c.parent, c.typ, c.fallback, c.notNull = parent, parent.key().typ, "", false
			c.onDelete = []string{"", "CASCADE", "SET NULL", "CASCADE"}[r.IntN(4)]
		}
	}
	return c
}

func newTable(r *rand.Rand, m *model, name string) *table {
	if m.d.server {
		return serverTable(r, m, name)
	}
	t := &table{name: name}
	key := &column{name: "id", typ: "INTEGER", key: true}
	switch r.IntN(6) {
	case 0:
		t.autoincrement = true
	case 1:
		key.name, key.typ = "code", "TEXT"
		t.withoutRowid = r.IntN(2) == 0
	}
	t.columns = []*column{key}
	for n := 1 + r.IntN(4); n > 0; n-- {
		t.columns = append(t.columns, newColumn(r, m, false))
	}
	return t
}

func createTable(r *rand.Rand, m *model) *change {
	t := newTable(r, m, m.fresh(r, tableNames))
	c := &change{commit: func() { m.tables = append(m.tables, t) }}
	sql := t.sql(t.name)
	if r.IntN(5) == 0 {
		sql = strings.Replace(sql, "CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)
	}
	c.add(Table, t.name, "%s", sql)
	if r.IntN(3) == 0 {
		x := newIndex(r, m, t)
		c.add(Create, t.name, "%s", x.sql(t.name))
		t.indexes = append(t.indexes, x)
	}
	return c
}

func addColumn(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	n := newColumn(r, m, true)
	c := &change{commit: func() { t.columns = append(t.columns, n) }}
	c.add(Add, t.name, "ALTER TABLE %s ADD COLUMN %s", t.name, n.sql())
	return c
}

// addAndFill adds a column and fills it for the rows that are there.
func addAndFill(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	n := &column{name: m.fresh(r, columnNames), typ: "TEXT", real: m.d.declare(r, "TEXT")}
	c := &change{commit: func() { t.columns = append(t.columns, n) }}
	c.add(Add, t.name, "ALTER TABLE %s ADD COLUMN %s", t.name, n.sql())
	switch r.IntN(3) {
	case 0:
		c.add(Update, t.name, "UPDATE %s SET %s = '[]'", t.name, n.name)
	case 1:
		c.add(Backfill, t.name, "UPDATE %s SET %s = %s WHERE %[2]s IS NULL", t.name, n.name, m.d.concat("'n'", t.telling()))
	case 2:
		c.add(Backfill, t.name, "UPDATE %s SET %s = 'old' WHERE %[2]s IS NULL", t.name, n.name)
	}
	return c
}

func renameColumn(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	col := pick(r, t.plain(""))
	if col == nil || m.binds(t, col) {
		return nil
	}
	name := m.fresh(r, columnNames)
	c := &change{commit: func() { col.name = name }}
	s := c.add(Renames, t.name, "ALTER TABLE %s RENAME COLUMN %s TO %s", t.name, col.name, name)
	s.Rename = &Rename{From: col.name, To: name, Type: col.declared()}
	return c
}

func renameTable(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil || m.bindsTable(t) {
		return nil
	}
	name := m.fresh(r, tableNames)
	c := &change{commit: func() { t.name = name }}
	s := c.add(Renames, t.name, "ALTER TABLE %s RENAME TO %s", t.name, name)
	s.Rename = &Rename{From: t.name, To: name}
	return c
}

func dropColumn(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil || len(t.columns) < 3 || slices.ContainsFunc(m.triggers, func(x *trigger) bool { return x.logs == t }) {
		return nil
	}
	col := pick(r, t.plain(""))
	if col == nil || m.binds(t, col) || slices.ContainsFunc(t.indexes, func(x *index) bool { return slices.Contains(x.columns, col) }) {
		return nil
	}
	c := &change{commit: func() { t.columns = slices.DeleteFunc(t.columns, func(o *column) bool { return o == col }) }}
	c.add(Drop, t.name, "ALTER TABLE %s DROP COLUMN %s", t.name, col.name)
	return c
}

func dropTable(r *rand.Rand, m *model) *change {
	t := pick(r, where(m.tables, func(t *table) bool { return !m.referenced(t) && !m.viewed(t) }))
	if t == nil {
		if r.IntN(3) > 0 {
			return nil
		}
		c := &change{commit: func() {}}
		c.add(Drop, "never", "DROP TABLE IF EXISTS never")
		return c
	}
	c := &change{commit: func() { m.forget(t) }}
	guard := ""
	if r.IntN(2) == 0 {
		guard = "IF EXISTS "
	}
	c.add(Drop, t.name, "DROP TABLE %s%s", guard, t.name)
	return c
}

func newIndex(r *rand.Rand, m *model, t *table) *index {
	m.names++
	x := &index{name: fmt.Sprintf("idx_%s_%d", t.name, m.names)}
	cols := where(t.columns[1:], m.d.keyable)
	if len(cols) == 0 {
		cols = slices.Clone(t.columns)
	}
	r.Shuffle(len(cols), func(i, j int) { cols[i], cols[j] = cols[j], cols[i] })
	x.columns = cols[:1+r.IntN(min(2, len(cols)))]
	switch r.IntN(7) {
	case 0:
		x.unique = true
	case 1:
		if m.d.partial {
			x.where = "%s IS NOT NULL"
		}
	case 2:
		if m.d.computed && (!m.d.server || x.columns[0].typ == "TEXT") {
			x.expr, x.columns = "lower(%s)", x.columns[:1]
		}
	}
	return x
}

func createIndex(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	x := newIndex(r, m, t)
	c := &change{commit: func() { t.indexes = append(t.indexes, x) }}
	sql := x.sql(t.name)
	if r.IntN(4) == 0 {
		sql = strings.Replace(sql, "INDEX", "INDEX IF NOT EXISTS", 1)
	}
	c.add(Create, t.name, "%s", sql)
	return c
}

func dropIndex(r *rand.Rand, m *model) *change {
	t := pick(r, where(m.tables, func(t *table) bool { return len(t.indexes) > 0 }))
	if t == nil {
		return nil
	}
	x := pick(r, t.indexes)
	c := &change{commit: func() { t.indexes = slices.DeleteFunc(t.indexes, func(o *index) bool { return o == x }) }}
	guard := ""
	if r.IntN(2) == 0 {
		guard = "IF EXISTS "
	}
	c.add(Drop, t.name, "%s", m.d.dropIndex(guard, x.name, t.name))
	return c
}

func createView(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	v := &view{name: m.fresh(r, []string{"v_"}), table: t, cols: slices.Clone(t.columns[:2])}
	if m.d.heads {
		for _, col := range v.cols {
			v.heads = append(v.heads, col.name)
		}
	}
	c := &change{commit: func() { m.views = append(m.views, v) }}
	c.add(Create, t.name, "%s", v.sql())
	return c
}

func dropView(r *rand.Rand, m *model) *change {
	v := pick(r, m.views)
	if v == nil {
		return nil
	}
	c := &change{commit: func() { m.views = slices.DeleteFunc(m.views, func(o *view) bool { return o == v }) }}
	c.add(Drop, v.table.name, "DROP VIEW %s", v.name)
	return c
}

// createTrigger makes a trigger that fills a column, or one that keeps a log in a
// table of its own.
func createTrigger(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	x := &trigger{name: m.fresh(r, []string{"trg_"}), table: t}
	c := &change{commit: func() { m.triggers = append(m.triggers, x) }}
	make := func() []string { return m.d.log(x) }
	if col := pick(r, t.plain("TEXT")); col != nil && r.IntN(2) == 0 {
		x.uses = []*column{col}
		make = func() []string { return m.d.fill(x, col) }
	} else {
		log := m.d.logTable(r, m.fresh(r, []string{"log"}))
		c.add(Table, log.name, "%s", log.sql(log.name))
		x.logs = log
		c.commit = func() { m.tables, m.triggers = append(m.tables, log), append(m.triggers, x) }
	}
	x.sql = func() string {
		script := make()
		return script[len(script)-1]
	}
	for _, statement := range make() {
		c.add(Create, t.name, "%s", statement)
	}
	return c
}

func dropTrigger(r *rand.Rand, m *model) *change {
	x := pick(r, m.triggers)
	if x == nil {
		return nil
	}
	c := &change{commit: func() { m.triggers = slices.DeleteFunc(m.triggers, func(o *trigger) bool { return o == x }) }}
	c.add(Drop, x.table.name, "%s", m.d.dropTrigger(x.name, x.table.name))
	return c
}

// recreate drops a table and makes one of the same name in another form, as
// happens with what can be made up again: tokens, sessions, caches.
func recreate(r *rand.Rand, m *model) *change {
	var old *table
	name := pick(r, m.dropped)
	if r.IntN(3) > 0 || name == "" {
		if old = pick(r, where(m.tables, func(t *table) bool { return !m.referenced(t) && !m.viewed(t) })); old == nil {
			return nil
		}
		name = old.name
	}
	if slices.ContainsFunc(m.tables, func(t *table) bool { return t.name == name && t != old }) {
		return nil
	}
	t := newTable(r, m, name)
	for _, col := range t.columns {
		if col.parent == old {
			col.parent = nil
		}
	}
	c := &change{commit: func() {
		if old != nil {
			m.forget(old)
		}
		m.dropped = slices.DeleteFunc(m.dropped, func(n string) bool { return n == name })
		m.tables = append(m.tables, t)
	}}
	if old != nil || r.IntN(2) == 0 {
		c.add(Drop, name, "DROP TABLE IF EXISTS %s", name)
	}
	c.add(Table, name, "%s", t.sql(name))
	return c
}
