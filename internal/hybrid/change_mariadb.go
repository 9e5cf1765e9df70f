package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

var mariadbTemplates = []weighted{
	{7, createTable}, {3, createTableWithKeys}, {8, addColumn}, {2, addColumnAfter}, {3, renameColumn}, {2, changeColumn}, {3, renameTable},
	{4, dropColumn}, {3, dropTable}, {7, createIndex}, {1, addKey}, {2, dropIndex}, {2, createView}, {2, createTrigger}, {1, dropView}, {1, dropTrigger},
	{8, seed}, {5, addAndFill}, {3, backfill}, {4, update}, {3, deletes}, {3, copyRows},
	{2, recreate}, {2, helper}, {2, swap},
	{2, alterType}, {1, textify}, {2, require}, {1, relax}, {2, setDefault}, {4, addConstraint}, {2, dropConstraint},
	{2, addColumns}, {1, addColumnUnlessThere}, {1, toggle}, {1, replaceView}, {2, addChoice},
}

// createTableWithKeys makes a table as a dump writes it, indexes and all.
func createTableWithKeys(r *rand.Rand, m *model) *change {
	t := newTable(r, m, m.fresh(r, tableNames))
	x := newIndex(r, m, t)
	t.indexes = append(t.indexes, x)
	c := &change{commit: func() { m.tables = append(m.tables, t) }}
	c.add(Table, t.name, "%s, %s) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci", strings.TrimSuffix(t.sql(t.name), ")"), x.clause())
	return c
}

// clause returns the index as a part of a table.
func (x *index) clause() string {
	unique := ""
	if x.unique {
		unique = "UNIQUE "
	}
	return fmt.Sprintf("%sKEY %s (%s)", unique, x.name, names(x.columns))
}

// addKey makes an index in the words of ALTER TABLE.
func addKey(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	x := newIndex(r, m, t)
	c := &change{commit: func() { t.indexes = append(t.indexes, x) }}
	c.add(Create, t.name, "ALTER TABLE %s ADD %s", t.name, x.clause())
	return c
}

// addColumnAfter adds a column among the others.
func addColumnAfter(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	n := newColumn(r, m, true)
	c := &change{commit: func() { t.columns = append(t.columns, n) }}
	c.add(Add, t.name, "ALTER TABLE %s ADD COLUMN %s AFTER %s", t.name, n.sql(), t.key().name)
	return c
}

// changeColumn renames a column as one had to before there was RENAME COLUMN.
func changeColumn(r *rand.Rand, m *model) *change {
	t, col := m.column(r, func(t *table, c *column) bool { return !c.unique && c.check == "" })
	if col == nil {
		return nil
	}
	next := *col
	next.name = m.fresh(r, columnNames)
	c := &change{commit: func() { *col = next }}
	s := c.add(Renames, t.name, "ALTER TABLE %s CHANGE %s %s", t.name, col.name, next.sql())
	s.Rename = &Rename{From: col.name, To: next.name, Type: col.declared()}
	return c
}

// addChoice adds a word to a column of some words.
func addChoice(r *rand.Rand, m *model) *change {
	t := pick(r, m.tables)
	if t == nil {
		return nil
	}
	col := pick(r, t.plain("ENUM"))
	word := words[r.IntN(len(words))]
	if col == nil || slices.Contains(col.labels, word) {
		return nil
	}
	next := *col
	next.labels = append(slices.Clone(col.labels), word)
	next.real = "enum('" + strings.Join(next.labels, "','") + "')"
	return m.alter(t, col, next, m.d.modify)
}
