package mysql

import (
	"errors"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A reference is a foreign key.
type reference struct {
	name          string
	columns       [][]token
	space, parent string
	parentColumns [][]token
	onDelete      string
	onUpdate      string
	more          string
	text          []token
}

func readReference(c *cursor) (reference, error) {
	var r reference
	if c.peek().isName() {
		c.next() // the index
	}
	r.columns = commas(within(c.group()))
	if !c.take("references") {
		return r, errors.New("a foreign key refers to nothing")
	}
	r.parent, _ = c.name()
	if c.take(".") {
		r.space = r.parent
		r.parent, _ = c.name()
	}
	r.parentColumns = commas(within(c.group()))
	var more []token
	for !c.done() {
		switch {
		case c.take("on", "delete"):
			r.onDelete = behavior(c)
		case c.take("on", "update"):
			r.onUpdate = behavior(c)
		default:
			more = append(more, c.next())
		}
	}
	r.more = spelled(more)
	return r, nil
}

// behavior reads what a foreign key does. NO ACTION and RESTRICT are one to these
// servers, and what they do where nothing is said.
func behavior(c *cursor) string {
	a := fold(spelled(c.until("on")))
	if a == "no action" || a == "restrict" {
		return ""
	}
	return a
}

// object returns the foreign key, known by what it says.
func (r *reference) object(owner string, foldTable func(string) string) *schema.Object {
	parent := foldTable(r.parent)
	named := identifier(parent)
	if r.space != "" {
		parent, named = r.space+"."+parent, identifier(r.space)+"."+named
	}
	o := &schema.Object{
		Key: schema.Key{Kind: schema.ForeignKey, Table: owner,
			Name: "(" + terms(r.columns) + ") -> " + named + "(" + terms(r.parentColumns) + ")"},
		Name:  r.name,
		Facts: []schema.Fact{{Name: schema.Parent, Value: parent}},
	}
	for _, f := range [...]schema.Fact{{Name: onDelete, Value: r.onDelete}, {Name: onUpdate, Value: r.onUpdate}, {Name: options, Value: r.more}} {
		if f.Value != "" {
			o.Facts = append(o.Facts, f)
		}
	}
	return o
}

// A check is a check of the table; what stands behind a column is a fact of that.
type check struct {
	name       string
	expression string
	rest       []token
	text       []token
}

// object returns the check, known by what it says.
func (k *check) object(owner string) *schema.Object {
	o := &schema.Object{Key: schema.Key{Kind: schema.Check, Table: owner, Name: unwrapped(k.expression)}, Name: k.name}
	rest := k.rest
	if i := slices.IndexFunc(rest, func(t token) bool { return t.is("enforced") }); i > 0 && rest[i-1].is("not") {
		o.Facts = append(o.Facts, schema.Fact{Name: enforced, Value: "no"})
		rest = slices.Concat(rest[:i-1], rest[i+1:])
	}
	if more := spelled(rest); more != "" {
		o.Facts = append(o.Facts, schema.Fact{Name: options, Value: more})
	}
	return o
}

// unwrapped returns an expression without the parentheses around all of it, which
// MySQL prints and MariaDB does not.
func unwrapped(expression string) string {
	for strings.HasPrefix(expression, "(") {
		c := cursor{tokens: printedTokens(expression, mode{})}
		group := c.group()
		if group == nil || !c.done() {
			break
		}
		expression = spelled(within(group))
	}
	return expression
}
