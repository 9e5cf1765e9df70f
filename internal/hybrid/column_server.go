package hybrid

import (
	"math/rand/v2"
	"strings"
)

// serverColumn is newColumn for a server, where columns have more types.
func serverColumn(r *rand.Rand, m *model, added bool) *column {
	c := &column{name: m.fresh(r, columnNames), typ: []string{"TEXT", "INTEGER", "TEXT", "INTEGER", "TEXT", "TEXT", "BOOLEAN", "ENUM"}[r.IntN(8)]}
	c.real = m.d.declare(r, c.typ)
	if c.typ == "ENUM" && !m.choose(r, c) {
		c.typ, c.real = "TEXT", m.d.declare(r, "TEXT")
	}
	switch r.IntN(5) {
	case 0:
		c.fallback = c.ordinary()
		c.notNull = r.IntN(2) == 0
	case 1:
		c.notNull = !added
	}
	text, number := c.typ == "TEXT", c.typ == "INTEGER"
	if text && r.IntN(8) == 0 {
		c.collate = m.d.collate
	}
	if (text || number) && r.IntN(8) == 0 {
		c.check = checks[c.typ]
	}
	if !added && (text || number) && r.IntN(9) == 0 && c.fallback == "" && m.d.keyable(c) {
		c.unique = true
	}
	if r.IntN(6) == 0 && len(m.tables) > 0 && !c.unique && c.check == "" && c.collate == "" {
		if parent := pick(r, m.tables); !strings.HasPrefix(parent.name, "log") {
			m.refer(r, c, parent)
		}
	}
	return c
}

// checks are what a column's values may have to fulfil, by the column's kind.
var checks = map[string]string{"TEXT": "length(%s) < 99", "INTEGER": "%s >= 0"}

// refer makes a column one that refers to a table.
func (m *model) refer(r *rand.Rand, c *column, parent *table) {
	*c = column{name: c.name, typ: parent.key().typ, real: parent.key().refer, parent: parent}
	c.onDelete = []string{"", "CASCADE", "SET NULL", "CASCADE"}[r.IntN(4)]
}

// choose gives a column its words, or a type that has some; false if there is none.
func (m *model) choose(r *rand.Rand, c *column) bool {
	if c.real == "" {
		e := pick(r, m.enums)
		if e == nil {
			return false
		}
		c.real, c.labels = e.name, e.labels
		return true
	}
	_, list, _ := strings.Cut(strings.TrimSuffix(c.real, ")"), "(")
	for word := range strings.SplitSeq(list, ",") {
		c.labels = append(c.labels, strings.Trim(word, "'"))
	}
	return true
}

// ordinary returns a literal that a column's DEFAULT may be.
func (c *column) ordinary() string {
	switch c.typ {
	case "INTEGER":
		return "0"
	case "BOOLEAN":
		return "false"
	case "ENUM":
		return "'" + c.labels[0] + "'"
	}
	return "'new'"
}

// serverTable is newTable for a server. Half of the tables number their rows.
func serverTable(r *rand.Rand, m *model, name string) *table {
	key := &column{name: "id", typ: "INTEGER", key: true}
	t := &table{name: name, columns: []*column{key}}
	switch r.IntN(6) {
	case 0, 1, 2:
		m.d.number(r, t)
	case 3:
		key.name, key.typ, key.real = "code", "TEXT", m.d.textKey
		key.refer = key.real
	default:
		key.real = pick(r, m.d.types["INTEGER"])
		key.refer = key.real
	}
	for n := 1 + r.IntN(4); n > 0; n-- {
		t.columns = append(t.columns, newColumn(r, m, false))
	}
	return t
}
