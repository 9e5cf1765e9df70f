package mysql

import (
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A column is one column of a table, taken apart.
type column struct {
	name      string
	kind      string // its type
	charset   string // "" where the server prints none
	collation string
	notNull   bool
	fallback  string // the default; "" for none
	onUpdate  string
	generated string // "(a + 1) virtual"
	counts    bool   // AUTO_INCREMENT
	hidden    bool
	check     string
	comment   string
	more      string // all else
	text      []token
}

// clauses are the words with which a clause begins.
var clauses = []string{
	"character", "charset", "collate", "not", "null", "default", "on", "auto_increment", "comment", "generated",
	"invisible", "visible", "check", "compressed", "without", "with", "column_format", "storage", "srid", "ref_system_id", "as",
}

func readColumn(tokens []token) (column, error) {
	c := cursor{tokens: tokens}
	col := column{text: tokens, name: c.next().name()}
	if c.peek().kind != word {
		return col, fmt.Errorf("column %s has no type that can be read", col.name)
	}
	col.kind = spelled(c.until(clauses...))
	var more []token
	for !c.done() {
		switch {
		case c.take("character", "set"), c.take("charset"):
			col.charset = fold(c.next().name())
		case c.take("collate"):
			col.collation = fold(c.next().name())
		case c.take("not", "null"):
			col.notNull = true
		case c.take("null"):
		case c.take("default"):
			col.fallback = spelled(c.until(clauses...))
		case c.take("on", "update"):
			col.onUpdate = spelled(c.until(clauses...))
		case c.take("auto_increment"):
			col.counts = true
		case c.take("comment"):
			col.comment = c.next().text
		case c.take("invisible"):
			col.hidden = true
		case c.take("check"):
			col.check = spelled(within(c.group()))
		case c.take("generated", "always", "as"), c.take("as"):
			expression := c.group() // nil for the rows' times, AS ROW START
			col.generated = spelled(expression) + " " + strings.ToLower(spelled(c.until(clauses...)))
		default:
			more = append(more, c.next())
		}
	}
	col.more = spelled(more)
	col.generated = strings.TrimSpace(col.generated)
	return col, nil
}

// object returns the column as an object.
func (col *column) object(t *table, owner string, position int) *schema.Object {
	o := &schema.Object{
		Key:  schema.Key{Kind: schema.Column, Table: owner, Name: fold(col.name)},
		Name: col.name, Position: position,
	}
	add := func(name, value string) {
		if value != "" {
			o.Facts = append(o.Facts, schema.Fact{Name: name, Value: value})
		}
	}
	yes := func(name string, is bool) {
		if is {
			add(name, "yes")
		}
	}
	add(schema.Type, col.kind)
	// MySQL prints those of the table again where they were asked for by name.
	if col.charset != "" && col.charset != t.option(charset) || col.collation != "" && col.collation != t.collation() {
		add(charset, col.charset)
		add(collation, col.collation)
	}
	if col.notNull {
		add(schema.Nullable, "no")
	}
	if !isNull(col.fallback) {
		add(schema.Default, col.fallback)
	}
	yes(noDefault, col.fallback == "" && !col.notNull && col.generated == "" && hasDefault(col.kind))
	add(onUpdate, col.onUpdate)
	add(schema.Generated, col.generated)
	if col.counts {
		add(schema.Identity, "auto_increment")
	}
	yes(hidden, col.hidden)
	add(inline, col.check)
	add(remark, col.comment)
	add(options, col.more)
	return o
}

// hasDefault reports whether a server prints DEFAULT NULL for a type where nothing
// else was asked for: MySQL does not for those that could hold no other.
func hasDefault(kind string) bool {
	for _, none := range [...]string{"text", "blob", "json", "geometry", "point", "linestring", "polygon", "geomcollection", "geometrycollection"} {
		if strings.HasSuffix(kind, none) || strings.HasPrefix(kind, "multi") {
			return false
		}
	}
	return true
}

func isNull(value string) bool { return strings.EqualFold(value, "null") }
