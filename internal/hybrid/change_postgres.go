package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

var postgresTemplates = []weighted{
	{9, createTable}, {9, addColumn}, {4, renameColumn}, {3, renameTable}, {4, dropColumn}, {3, dropTable},
	{7, createIndex}, {2, dropIndex}, {2, createView}, {2, createTrigger}, {1, dropView}, {1, dropTriggerAndFunction},
	{8, seed}, {5, addAndFill}, {3, backfill}, {4, update}, {3, deletes}, {3, copyRows},
	{2, recreate}, {2, helper}, {2, swap},
	{2, alterType}, {1, textify}, {2, require}, {1, relax}, {2, setDefault}, {4, addConstraint}, {2, dropConstraint},
	{2, addColumns}, {1, addColumnUnlessThere}, {1, toggle}, {1, replaceView},
	{3, createEnum}, {2, addLabel}, {1, renameLabel}, {1, dropEnum}, {2, createSequence}, {1, dropSequence}, {1, indexConcurrently},
}

var words = []string{"open", "shut", "late", "paid", "lost", "done", "sent"}

// createEnum makes a type of some words, and sometimes a column of it.
func createEnum(r *rand.Rand, m *model) *change {
	e := &enum{name: m.fresh(r, []string{"mood", "stage", "rank"}), labels: []string{"old", "new", words[r.IntN(len(words))]}}
	c := &change{commit: func() { m.enums = append(m.enums, e) }}
	c.add(Create, e.name, "CREATE TYPE %s AS ENUM ('%s')", e.name, strings.Join(e.labels, "', '"))
	t := pick(r, m.tables)
	if t == nil || r.IntN(2) == 0 {
		return c
	}
	n := &column{name: m.fresh(r, columnNames), typ: "ENUM", real: e.name, labels: e.labels}
	if r.IntN(2) == 0 {
		n.fallback, n.notNull = n.ordinary(), r.IntN(2) == 0
	}
	c.add(Add, t.name, "ALTER TABLE %s ADD COLUMN %s", t.name, n.sql())
	c.commit = func() { m.enums, t.columns = append(m.enums, e), append(t.columns, n) }
	return c
}

// relabel changes the words of an enum, and what its columns know of them.
func (m *model) relabel(e *enum, labels []string) {
	e.labels = labels
	for _, t := range m.tables {
		for _, c := range t.columns {
			if c.real == e.name {
				c.labels = labels
			}
		}
	}
}

// addLabel adds a word to an enum, at its end or elsewhere.
func addLabel(r *rand.Rand, m *model) *change {
	e := pick(r, m.enums)
	word := words[r.IntN(len(words))]
	if e == nil || slices.Contains(e.labels, word) {
		return nil
	}
	c := &change{commit: func() { m.relabel(e, append(slices.Clone(e.labels), word)) }}
	guard, place := "", ""
	if r.IntN(3) == 0 {
		guard = "IF NOT EXISTS "
	}
	if r.IntN(3) == 0 {
		place = " BEFORE '" + e.labels[0] + "'"
		c.commit = func() { m.relabel(e, append([]string{word}, e.labels...)) }
	}
	c.add(Alter, e.name, "ALTER TYPE %s ADD VALUE %s'%s'%s", e.name, guard, word, place)
	return c
}

func renameLabel(r *rand.Rand, m *model) *change {
	e := pick(r, m.enums)
	word := words[r.IntN(len(words))]
	if e == nil || slices.Contains(e.labels, word) {
		return nil
	}
	last := len(e.labels) - 1
	next := append(slices.Clone(e.labels[:last]), word)
	c := &change{commit: func() { m.relabel(e, next) }}
	c.add(Alter, e.name, "ALTER TYPE %s RENAME VALUE '%s' TO '%s'", e.name, e.labels[last], word)
	return c
}

func dropEnum(r *rand.Rand, m *model) *change {
	e := pick(r, where(m.enums, func(e *enum) bool {
		return !slices.ContainsFunc(m.tables, func(t *table) bool {
			return slices.ContainsFunc(t.columns, func(c *column) bool { return c.real == e.name })
		})
	}))
	if e == nil {
		return nil
	}
	c := &change{commit: func() { m.enums = slices.DeleteFunc(m.enums, func(o *enum) bool { return o == e }) }}
	c.add(Drop, e.name, "DROP TYPE %s", e.name)
	return c
}

// createSequence makes a sequence for the application's own use.
func createSequence(r *rand.Rand, m *model) *change {
	name := m.fresh(r, []string{"seq"})
	c := &change{commit: func() { m.counters = append(m.counters, name) }}
	c.add(Create, name, "CREATE SEQUENCE %s START %d", name, 1+r.IntN(50))
	return c
}

func dropSequence(r *rand.Rand, m *model) *change {
	name := pick(r, m.counters)
	if name == "" {
		return nil
	}
	c := &change{commit: func() { m.counters = slices.DeleteFunc(m.counters, func(o string) bool { return o == name }) }}
	c.add(Drop, name, "DROP SEQUENCE %s", name)
	return c
}

// indexConcurrently makes an index without a transaction.
func indexConcurrently(r *rand.Rand, m *model) *change {
	c := createIndex(r, m)
	if c == nil {
		return nil
	}
	s := c.statements[0]
	s.SQL = strings.Replace(s.SQL, "INDEX ", "INDEX CONCURRENTLY ", 1)
	return c
}

// dropTriggerAndFunction drops both, since nothing else needs the function.
func dropTriggerAndFunction(r *rand.Rand, m *model) *change {
	x := pick(r, m.triggers)
	if x == nil {
		return nil
	}
	c := &change{commit: func() { m.triggers = slices.DeleteFunc(m.triggers, func(o *trigger) bool { return o == x }) }}
	c.add(Drop, x.table.name, "%s", m.d.dropTrigger(x.name, x.table.name))
	c.add(Drop, x.table.name, "%s", fmt.Sprintf("DROP FUNCTION %s_do()", x.name))
	return c
}
