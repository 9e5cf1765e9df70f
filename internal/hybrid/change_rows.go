package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// This file contains changes that move rows.

// literal draws a value that a column accepts, for the row with a number.
func literal(r *rand.Rand, c *column, number int) string {
	switch {
	case (c.unique || c.distinct) && c.typ == "INTEGER":
		return fmt.Sprint(number)
	case c.unique || c.distinct:
		return fmt.Sprintf("'u%d'", number)
	case !c.notNull && r.IntN(4) == 0:
		return "NULL"
	case c.typ == "INTEGER":
		return fmt.Sprint(1 + r.IntN(9))
	case c.typ == "BOOLEAN":
		return []string{"true", "false"}[r.IntN(2)]
	case c.typ == "ENUM":
		return "'" + pick(r, c.labels) + "'"
	default:
		return []string{"'old'", "'new'", "'it''s'", "'[1]'", "'Ada'", "'[]'"}[r.IntN(6)]
	}
}

// seed puts literals in: with a key of their own, or without one.
func seed(r *rand.Rand, m *model) *change {
	t := pick(r, where(m.tables, func(t *table) bool { return len(t.plain("")) > 0 }))
	if t == nil {
		return nil
	}
	var cols []*column
	for _, c := range t.plain("") {
		if c.notNull && c.fallback == "" || r.IntN(3) > 0 || c.unique {
			cols = append(cols, c)
		}
	}
	if len(cols) == 0 {
		cols = t.plain("")[:1]
	}
	keyed := t.key().typ == "TEXT" || r.IntN(3) > 0
	if m.d.server {
		keyed = !t.autoincrement
	}
	tells := cols[0]
	if keyed {
		cols = append([]*column{t.key()}, cols...)
		tells = t.key()
	} else if tells.typ != "TEXT" || tells.collate != "" {
		return nil
	}
	var rows, values []string
	for n := 1 + r.IntN(2); n > 0; n-- {
		m.keys++
		var row []string
		for _, c := range cols {
			v := literal(r, c, m.keys)
			switch {
			case c.key && c.typ == "TEXT":
				v = fmt.Sprintf("'s%d'", m.keys)
			case c.key:
				v = fmt.Sprint(m.d.firstKey + m.keys)
			case c == tells:
				v = fmt.Sprintf("'seed %d'", m.keys)
			}
			if c == tells {
				values = append(values, v)
			}
			row = append(row, v)
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	c := &change{commit: func() {}}
	insert := fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", t.name, names(cols), strings.Join(rows, ", "))
	if keyed && r.IntN(4) == 0 {
		insert = m.d.ignore(insert)
	}
	s := c.add(Insert, t.name, "%s", insert)
	s.Seeds = &Seeds{tells.name, values}
	return c
}

func backfill(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	col := pick(r, where(t.plain("TEXT"), func(c *column) bool { return !c.notNull && !c.unique && !c.distinct }))
	if col == nil {
		return nil
	}
	c := &change{commit: func() {}}
	switch r.IntN(3) {
	case 0:
		c.add(Backfill, t.name, "UPDATE %s SET %s = 'none' WHERE %[2]s IS NULL", t.name, col.name)
	case 1:
		c.add(Backfill, t.name, "UPDATE %s SET %s = 'new' WHERE %[2]s = 'old'", t.name, col.name)
	case 2:
		c.add(Backfill, t.name, "UPDATE %s SET %s = %s WHERE %[2]s IS NULL OR %[2]s = ''", t.name, col.name, m.d.concat("'k'", t.telling()))
	}
	return c
}

// update changes rows in a way that cannot be told from the rows.
func update(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	col := pick(r, where(t.valued(), func(c *column) bool { return !c.unique && !c.distinct }))
	if col == nil {
		return nil
	}
	c := &change{commit: func() {}}
	switch {
	case col.typ == "INTEGER":
		c.add(Update, t.name, "UPDATE %s SET %s = %[2]s * 100", t.name, col.name)
	case r.IntN(2) == 0:
		c.add(Update, t.name, "UPDATE %s SET %s = '[]'", t.name, col.name)
	default:
		c.add(Update, t.name, "UPDATE %s SET %s = %s WHERE %[2]s IS NOT NULL", t.name, col.name, m.d.concat(col.name, "'!'"))
	}
	return c
}

func deletes(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	c := &change{commit: func() {}, relies: true}
	col := pick(r, t.valued())
	switch {
	case col == nil || r.IntN(4) == 0:
		c.add(Delete, t.name, "DELETE FROM %s", t.name)
	case col.typ == "INTEGER":
		c.add(Delete, t.name, "DELETE FROM %s WHERE %s > 5", t.name, col.name)
	case r.IntN(2) == 0:
		c.add(Delete, t.name, "DELETE FROM %s WHERE %s = 'old'", t.name, col.name)
	default:
		c.add(Delete, t.name, "DELETE FROM %s WHERE %s IS NULL", t.name, col.name)
	}
	return c
}

// copyRows fills one table from another.
func copyRows(r *rand.Rand, m *model) *change {
	from, to := pick(r, m.tables), pick(r, m.tables)
	if from == nil || from == to {
		return nil
	}
	source, target := pick(r, from.plain("TEXT")), pick(r, to.plain("TEXT"))
	if source == nil || target == nil || to.key().typ == "TEXT" || m.d.server && !to.autoincrement ||
		slices.ContainsFunc(to.columns, func(c *column) bool { return c.notNull && c.fallback == "" && c != target }) {
		return nil
	}
	c := &change{commit: func() {}}
	// In an order, by which its table numbers the rows: else the indexes that are there decide.
	c.add(Copy, to.name, "INSERT INTO %s (%s) SELECT %s FROM %s WHERE %[3]s IS NOT NULL ORDER BY %s", to.name, target.name, source.name, from.name, from.key().name)
	return c
}

// helper computes something through a table that lives no longer than that.
func helper(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	col := pick(r, where(t.plain("TEXT"), func(c *column) bool { return !c.unique && !c.distinct }))
	if col == nil {
		return nil
	}
	c := &change{commit: func() {}}
	temp := "tmp_" + t.name
	c.add(Table, temp, "CREATE TABLE %s (%s PRIMARY KEY, v TEXT)", temp, strings.TrimSpace("k "+t.key().refer))
	c.add(Copy, temp, "INSERT INTO %s SELECT %s, upper(%s) FROM %s", temp, t.key().name, col.name, t.name)
	c.add(Update, t.name, "UPDATE %s SET %s = (SELECT v FROM %s WHERE k = %[1]s.%[4]s) WHERE %[2]s IS NOT NULL", t.name, col.name, temp, t.key().name)
	c.add(Drop, temp, "DROP TABLE %s", temp)
	c.whole()
	return c
}

// swap gives a column another type by way of a second one that takes its name.
func swap(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	col := pick(r, where(t.valued(), func(c *column) bool { return !c.unique && !c.distinct && !c.notNull && c.check == "" }))
	if col == nil || m.binds(t, col) || slices.ContainsFunc(t.indexes, func(x *index) bool { return slices.Contains(x.columns, col) }) {
		return nil
	}
	typ := map[string]string{"TEXT": "INTEGER", "INTEGER": "TEXT"}[col.typ]
	if r.IntN(2) == 0 {
		typ = col.typ
	}
	real := m.d.declare(r, typ)
	declared := (&column{typ: typ, real: real}).declared()
	temp := col.name + "_new"
	c := &change{commit: func() {
		*col = column{name: col.name, typ: typ, real: real}
		t.columns = append(slices.DeleteFunc(t.columns, func(o *column) bool { return o == col }), col)
	}}
	c.add(Add, t.name, "ALTER TABLE %s ADD COLUMN %s %s", t.name, temp, declared)
	value := m.d.cast(typ, col.name)
	if typ == col.typ {
		value = map[string]string{"TEXT": m.d.concat(col.name, "'.'"), "INTEGER": col.name + " + 1"}[typ]
	}
	c.add(Update, t.name, "UPDATE %s SET %s = %s", t.name, temp, value)
	c.add(Drop, t.name, "ALTER TABLE %s DROP COLUMN %s", t.name, col.name)
	c.add(Renames, t.name, "ALTER TABLE %s RENAME COLUMN %s TO %s", t.name, temp, col.name)
	c.whole()
	return c
}

// rebuild makes a table anew: with a column fewer, with other constraints, or with
// nothing changed but its rows.
func rebuild(r *rand.Rand, m *model) *change {
	t := pick(r, where(m.tables, func(t *table) bool {
		return len(t.plain("")) > 0 && !slices.ContainsFunc(m.triggers, func(x *trigger) bool { return x.logs == t })
	}))
	if t == nil {
		return nil
	}
	next := &table{name: t.name, autoincrement: t.autoincrement, withoutRowid: t.withoutRowid}
	copies := map[*column]*column{}
	for _, c := range t.columns {
		n := *c
		copies[c] = &n
		next.columns = append(next.columns, &n)
	}
	used := func(c *column) bool {
		return slices.ContainsFunc(t.indexes, func(x *index) bool { return slices.Contains(x.columns, c) }) ||
			slices.ContainsFunc(m.views, func(v *view) bool { return slices.Contains(v.cols, c) }) ||
			slices.ContainsFunc(m.triggers, func(x *trigger) bool { return slices.Contains(x.uses, c) })
	}
	col := pick(r, t.plain(""))
	from, to := slices.Clone(t.columns), slices.Clone(next.columns)
	value := map[*column]string{}
	switch r.IntN(5) {
	case 0: // a column fewer
		if used(col) || len(t.columns) < 3 {
			return nil
		}
		gone := copies[col]
		next.columns = slices.DeleteFunc(next.columns, func(c *column) bool { return c == gone })
		from = slices.DeleteFunc(from, func(c *column) bool { return c == col })
		to = slices.DeleteFunc(to, func(c *column) bool { return c == gone })
	case 1: // NULL is refused from now on
		if col.notNull || col.unique {
			return nil
		}
		n := copies[col]
		n.notNull, n.fallback = true, map[string]string{"TEXT": "''", "INTEGER": "0"}[n.typ]
		value[col] = fmt.Sprintf("coalesce(%s, %s)", col.name, n.fallback)
	case 2: // a check
		n := copies[col]
		if n.check != "" {
			n.check = ""
		} else {
			n.check = map[string]string{"TEXT": "length(%s) < 200", "INTEGER": "%s >= 0"}[n.typ]
		}
	case 3: // a column more
		next.columns = append(next.columns, newColumn(r, m, true))
	case 4: // nothing but rows
		if col.unique {
			return nil
		}
		value[col] = map[string]string{"TEXT": "lower(" + col.name + ")", "INTEGER": col.name + " * 2"}[col.typ]
	}
	var sources []string
	for _, c := range from {
		if value[c] == "" {
			value[c] = c.name
		}
		sources = append(sources, value[c])
	}
	c := &change{rests: m.referenced(t) || slices.ContainsFunc(t.columns, func(x *column) bool { return x.parent == t })}
	temp := t.name + "_new"
	views := where(m.views, func(v *view) bool { return v.table == t })
	for _, v := range views {
		c.add(Drop, t.name, "DROP VIEW %s", v.name)
	}
	c.add(Table, temp, "%s", next.sql(temp))
	c.add(Copy, temp, "INSERT INTO %s (%s) SELECT %s FROM %s", temp, names(to), strings.Join(sources, ", "), t.name)
	c.add(Drop, t.name, "DROP TABLE %s", t.name)
	c.add(Renames, temp, "ALTER TABLE %s RENAME TO %s", temp, t.name)
	for _, x := range t.indexes {
		c.add(Create, t.name, "%s", x.sql(t.name))
	}
	for _, x := range m.triggersOf(t) {
		c.add(Create, t.name, "%s", x.sql())
	}
	for _, v := range views {
		c.add(Create, t.name, "%s", v.sql())
	}
	for _, s := range c.statements {
		s.Rebuild = true
	}
	c.commit = func() {
		kept := t.columns[:0:0]
		for _, n := range next.columns {
			old := n
			for o, twin := range copies {
				if twin == n {
					*o = *n // so that indexes and views go on pointing at it
					old = o
				}
			}
			kept = append(kept, old)
		}
		t.columns = kept
	}
	return c
}
