package mysql

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A key is a primary key, a unique key or an index.
type key struct {
	name    string
	primary bool
	unique  bool
	using   string    // "fulltext", "spatial", "btree", "hash"…
	columns [][]token // each with its length or direction
	comment string
	hidden  bool // INVISIBLE, IGNORED
	more    string
	text    []token
}

func readKey(c *cursor) (key, error) {
	var k key
	switch {
	case c.take("primary"):
		k.primary = true
	case c.take("unique"):
		k.unique = true
	case c.take("fulltext"):
		k.using = "fulltext"
	case c.take("spatial"):
		k.using = "spatial"
	case c.take("vector"):
		k.using = "vector"
	}
	if !c.take("key") && !c.take("index") {
		return k, fmt.Errorf("a part that begins with %.40q is not known", c.peek().text)
	}
	if !k.primary {
		k.name, _ = c.name()
	}
	if c.take("using") {
		k.using = fold(c.next().text)
	}
	k.columns = commas(within(c.group()))
	if len(k.columns) == 0 {
		return k, errors.New("a key has no columns")
	}
	var more []token
	for !c.done() {
		switch {
		case c.take("using"):
			k.using = fold(c.next().text)
		case c.take("comment"):
			k.comment = c.next().text
		case c.take("invisible"), c.take("ignored"):
			k.hidden = true
		default:
			more = append(more, c.next())
		}
	}
	k.more = spelled(more)
	return k, nil
}

// terms returns the columns and expressions of a key, with lengths and directions.
func terms(columns [][]token) string {
	list := make([]string, len(columns))
	for i, part := range columns {
		if part[0].kind != quoted {
			list[i] = spelled(part) // an expression
			continue
		}
		list[i] = identifier(fold(part[0].name()))
		if rest := spelled(part[1:]); strings.HasPrefix(rest, "(") {
			list[i] += fold(rest)
		} else if rest != "" && !strings.EqualFold(rest, "asc") {
			list[i] += " " + fold(rest)
		}
	}
	return strings.Join(list, ", ")
}

// object returns the key as an object. A unique key is a constraint, which is known
// by its columns, however it was made: the server does not tell UNIQUE from CREATE
// UNIQUE INDEX.
func (k *key) object(owner, engine string) *schema.Object {
	columns := terms(k.columns)
	o := &schema.Object{Key: schema.Key{Kind: schema.Index, Table: owner, Name: fold(k.name)}, Name: k.name}
	add := func(name, value string) {
		if value != "" {
			o.Facts = append(o.Facts, schema.Fact{Name: name, Value: value})
		}
	}
	switch {
	case k.primary:
		o.Key.Kind, o.Key.Name = schema.PrimaryKey, ""
		add(schema.Columns, columns)
	case k.unique:
		o.Key.Kind, o.Key.Name = schema.Unique, "("+columns+")"
	default:
		add(schema.Columns, columns)
	}
	if k.using != "btree" || engine == "memory" {
		add(using, k.using) // a tree is what all others make where nothing is said
	}
	if k.hidden {
		add(hidden, "yes")
	}
	add(remark, k.comment)
	add(options, k.more)
	return o
}
