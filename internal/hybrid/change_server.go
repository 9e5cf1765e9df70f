package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// This file contains changes to what is there, for which servers have statements
// and SQLite rebuilds a table.

// column draws a plain column of texts or numbers that nothing hangs on.
func (m *model) column(r *rand.Rand, ok func(t *table, c *column) bool) (*table, *column) {
	t := pick(r, m.tables)
	if t == nil {
		return nil, nil
	}
	c := pick(r, where(t.valued(), func(c *column) bool { return !m.binds(t, c) && ok(t, c) }))
	return t, c
}

// alter runs a statement for a column's new form; the model has it from then on.
func (m *model) alter(t *table, c *column, next column, statement func(t *table, c *column) string) *change {
	change := &change{commit: func() { *c = next }}
	change.add(Alter, t.name, "%s", statement(t, &next))
	return change
}

// alterType gives a column another type of its kind.
func alterType(r *rand.Rand, m *model) *change {
	t, c := m.column(r, func(t *table, c *column) bool { return !c.unique })
	if c == nil {
		return nil
	}
	next := *c
	if next.real = m.d.declare(r, c.typ); next.real == c.real {
		return nil
	}
	return m.alter(t, c, next, m.d.modify)
}

// textify makes a text of a number.
func textify(r *rand.Rand, m *model) *change {
	t, c := m.column(r, func(t *table, c *column) bool {
		return c.typ == "INTEGER" && c.fallback == "" && c.check == "" && !c.unique && !c.distinct
	})
	if c == nil {
		return nil
	}
	next := *c
	next.typ, next.real = "TEXT", m.d.types["TEXT"][0]
	return m.alter(t, c, next, m.d.modify)
}

// require refuses NULL from now on, and sees to the rows that have it.
func require(r *rand.Rand, m *model) *change {
	t, c := m.column(r, func(t *table, c *column) bool { return !c.notNull && !c.unique && !c.distinct })
	if c == nil {
		return nil
	}
	next := *c
	next.notNull = true
	change := &change{commit: func() { *c = next }}
	change.add(Backfill, t.name, "UPDATE %s SET %s = %s WHERE %[2]s IS NULL", t.name, c.name, c.ordinary())
	change.add(Alter, t.name, "%s", m.d.notNull(t, &next))
	change.whole()
	return change
}

// relax lets a column be NULL.
func relax(r *rand.Rand, m *model) *change {
	t, c := m.column(r, func(t *table, c *column) bool { return c.notNull && !c.unique })
	if c == nil {
		return nil
	}
	next := *c
	next.notNull = false
	return m.alter(t, c, next, m.d.notNull)
}

// setDefault gives a column another default, or none.
func setDefault(r *rand.Rand, m *model) *change {
	t, c := m.column(r, func(t *table, c *column) bool { return !c.unique && !c.distinct })
	if c == nil {
		return nil
	}
	next := *c
	next.fallback = map[string]string{"TEXT": "'open'", "INTEGER": "7"}[c.typ]
	if c.fallback == next.fallback {
		next.fallback = c.ordinary()
	}
	return m.alter(t, c, next, func(t *table, c *column) string {
		return fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s", t.name, c.name, c.fallback)
	})
}

// addConstraint adds a check, a unique key or a reference, by a name.
func addConstraint(r *rand.Rand, m *model) *change {
	t, c := m.column(r, func(t *table, c *column) bool {
		return c.fallback == "" && m.d.keyable(c) && !c.unique && !c.distinct && c.check == "" &&
			!slices.ContainsFunc(t.named, func(k *constraint) bool { return k.column == c }) // nobody says it twice
	})
	if c == nil {
		return nil
	}
	m.names++
	k := &constraint{column: c, undo: func() {}}
	do := func() {}
	form := ""
	switch r.IntN(3) {
	case 0:
		k.name = fmt.Sprintf("chk_%d", m.names)
		form = "CHECK (" + strings.ReplaceAll(checks[c.typ], "%s", c.name) + ")"
	case 1:
		k.name = fmt.Sprintf("uq_%d", m.names)
		form = "UNIQUE (" + c.name + ")"
		do, k.undo = func() { c.distinct = true }, func() { c.distinct = false }
	case 2:
		parent := pick(r, where(m.tables, func(p *table) bool {
			return p.key().typ == c.typ && p.key().refer == c.real && !strings.HasPrefix(p.name, "log")
		}))
		if parent == nil || c.notNull || c.collate != "" {
			return nil
		}
		k.name = fmt.Sprintf("fk_%d", m.names)
		form = fmt.Sprintf("FOREIGN KEY (%s) REFERENCES %s(%s)", c.name, parent.name, parent.key().name)
		do, k.undo = func() { c.parent = parent }, func() { c.parent = nil }
	}
	change := &change{commit: func() { do(); t.named = append(t.named, k) }}
	change.add(Create, t.name, "ALTER TABLE %s ADD CONSTRAINT %s %s", t.name, k.name, form)
	return change
}

func dropConstraint(r *rand.Rand, m *model) *change {
	t := pick(r, where(m.tables, func(t *table) bool { return len(t.named) > 0 }))
	if t == nil {
		return nil
	}
	k := pick(r, t.named)
	c := &change{commit: func() {
		k.undo()
		t.named = slices.DeleteFunc(t.named, func(o *constraint) bool { return o == k })
	}}
	c.add(Drop, t.name, "ALTER TABLE %s DROP CONSTRAINT %s", t.name, k.name)
	return c
}

// addColumns adds two columns at once.
func addColumns(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	a, b := newColumn(r, m, true), newColumn(r, m, true)
	c := &change{commit: func() { t.columns = append(t.columns, a, b) }}
	c.add(Add, t.name, "ALTER TABLE %s ADD COLUMN %s, ADD COLUMN %s", t.name, a.sql(), b.sql())
	return c
}

// addColumnUnlessThere adds a column in the way of those who fear errors.
func addColumnUnlessThere(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	n := newColumn(r, m, true)
	c := &change{commit: func() { t.columns = append(t.columns, n) }}
	c.add(Add, t.name, "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s", t.name, n.sql())
	return c
}

// toggle sets a truth value in every row.
func toggle(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	col := pick(r, t.plain("BOOLEAN"))
	if col == nil {
		return nil
	}
	c := &change{commit: func() {}}
	if r.IntN(2) == 0 {
		c.add(Update, t.name, "UPDATE %s SET %s = NOT %[2]s", t.name, col.name)
	} else {
		c.add(Backfill, t.name, "UPDATE %s SET %s = true WHERE %[2]s IS NULL", t.name, col.name)
	}
	return c
}

// replaceView gives a view one more column, in place.
func replaceView(r *rand.Rand, m *model) *change {
	v := pick(r, m.views)
	if v == nil {
		return nil
	}
	col := pick(r, where(v.table.columns, func(c *column) bool { return !slices.Contains(v.cols, c) }))
	if col == nil || len(v.heads) > 0 && slices.Contains(v.heads, col.name) {
		return nil
	}
	next := &view{name: v.name, table: v.table, cols: append(slices.Clone(v.cols), col)}
	if m.d.heads {
		next.heads = append(slices.Clone(v.heads), col.name)
	}
	c := &change{commit: func() { *v = *next }}
	c.add(Alter, v.table.name, "%s", strings.Replace(next.sql(), "CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
	return c
}
