package sqlite

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// An indexText is what the stored text of an index says.
type indexText struct {
	name   string
	table  string // folded
	unique bool
	terms  []term
	where  []token
}

// readIndex reads the stored text of an index.
func readIndex(source string) (*indexText, error) {
	r, err := newReader(source)
	if err != nil {
		return nil, err
	}
	x := &indexText{}
	r.take("create")
	x.unique = r.take("unique")
	if !r.take("index") {
		return nil, r.stuck()
	}
	if x.name, err = r.heading(); err != nil {
		return nil, err
	}
	if !r.take("on") {
		return nil, r.stuck()
	}
	table, err := r.name()
	if err != nil {
		return nil, err
	}
	x.table = fold(table)
	list, err := r.list()
	if err != nil {
		return nil, err
	}
	if x.terms, err = terms(list); err != nil {
		return nil, err
	}
	if r.take("where") {
		x.where = r.tokens[r.next:]
	} else if !r.done() {
		return nil, r.stuck()
	}
	return x, nil
}

// facts returns the facts of an index on the table that d defines.
func (x *indexText) facts(d *definition) []schema.Fact {
	facts := make([]schema.Fact, 0, 3)
	facts = append(facts, schema.Fact{Name: schema.Columns, Value: d.terms(x.terms)})
	if x.unique {
		facts = append(facts, schema.Fact{Name: schema.IsUnique, Value: "yes"})
	}
	if x.where != nil {
		facts = append(facts, schema.Fact{Name: schema.Where, Value: normal(unwrap(x.where), d.spell)})
	}
	return facts
}

// terms returns the elements of a key or index in normal form: "a, lower(b)
// collate nocase desc". The collation that a column has by itself is left out.
func (d *definition) terms(list []term) string {
	if len(list) == 1 {
		return d.term(list[0])
	}
	parts := make([]string, len(list))
	for i, t := range list {
		parts[i] = d.term(t)
	}
	return strings.Join(parts, ", ")
}

// term returns one element. What is in double quotes and no column is a string,
// and such an index useless: SQLite takes it without a word (quirks.html,
// "Double-quoted String Literals Are Accepted").
func (d *definition) term(t term) string {
	var s string
	own := ""
	if i, ok := d.place(t); ok {
		s = identifier(d.columns[i].folded)
		own = d.columns[i].collate()
	} else {
		s = normal(t.tokens, d.spell)
	}
	if t.collation != "" && t.collation != own {
		s += " collate " + identifier(t.collation)
	}
	if t.desc {
		s += " desc"
	}
	return s
}

// collate returns the folded name of the column's collation.
func (c *column) collate() string {
	if c.collation == "" {
		return "binary"
	}
	return c.collation
}
