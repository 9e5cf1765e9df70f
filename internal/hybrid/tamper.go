package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// A tamper is something that somebody does by hand to a healthy database.
type tamper struct {
	kind   Kind
	do     []string
	undo   []string // what a right repair does first
	table  string
	column string // the name of what was added or dropped
}

// tampers draws what may be done by hand to a schema.
func tampers(r *rand.Rand, m *model) []tamper {
	var all []tamper
	add := func(t tamper) { all = append(all, t) }
	if t := pick(r, where(m.tables, func(t *table) bool { return len(t.indexes) > 0 })); t != nil {
		x := pick(r, t.indexes)
		add(tamper{kind: Dropped, table: t.name, do: []string{m.d.dropIndex("", x.name, t.name)}, undo: []string{x.sql(t.name)}})
		other := pick(r, where(t.columns, func(c *column) bool { return !slices.Contains(x.columns, c) && m.d.keyable(c) }))
		if other != nil && !x.unique {
			drop := m.d.dropIndex("", x.name, t.name)
			add(tamper{kind: OtherIndex, table: t.name,
				do:   []string{drop, fmt.Sprintf("CREATE INDEX %s ON %s(%s)", x.name, t.name, other.name)},
				undo: []string{drop, x.sql(t.name)}})
		}
	}
	if v := pick(r, m.views); v != nil {
		add(tamper{kind: Dropped, table: v.table.name, do: []string{"DROP VIEW " + v.name}, undo: []string{v.sql()}})
	}
	if x := pick(r, m.triggers); x != nil {
		add(tamper{kind: Dropped, table: x.table.name, do: []string{m.d.dropTrigger(x.name, x.table.name)}, undo: []string{x.sql()}})
	}
	t := pick(r, m.tables)
	if t == nil {
		return all
	}
	if c := pick(r, t.plain("")); c != nil && (!c.notNull || c.fallback != "") && !c.unique && !c.distinct && len(t.columns) > 2 && !m.binds(t, c) {
		add(tamper{kind: DroppedColumn, table: t.name, column: c.name,
			do:   []string{fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", t.name, c.name)},
			undo: []string{fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s", t.name, c.sql())}})
	}
	m.names++
	name := fmt.Sprintf("hand%d", m.names)
	add(tamper{kind: ForeignTable, table: name, do: []string{
		fmt.Sprintf("CREATE TABLE %s (a INTEGER PRIMARY KEY, b TEXT)", name), fmt.Sprintf("INSERT INTO %s VALUES (1, 'by hand'), (2, NULL)", name)}})
	add(tamper{kind: ForeignColumn, table: t.name, column: name, do: []string{
		fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s TEXT", t.name, name), fmt.Sprintf("UPDATE %s SET %s = 'mine'", t.name, name)}})
	if c := pick(r, where(t.columns, m.d.keyable)); c != nil {
		add(tamper{kind: ForeignIndex, table: t.name, column: name, do: []string{fmt.Sprintf("CREATE INDEX %s ON %s(%s)", name, t.name, c.name)}})
	}
	return all
}
