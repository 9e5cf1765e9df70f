package mysql

import (
	"slices"

	"github.com/dbmend/dbmend/schema"
)

// A foreign key needs an index of its table that begins with its columns. The server makes one
// where there is none, and lets nobody drop the last one, except where foreign keys are not
// checked. Without one no row of the parent can be deleted any more: such a foreign
// key is there and not in force.

// serves reports whether the table has an index for a foreign key.
func (t *table) serves(r *reference) bool {
	names := func(columns [][]token) (list []string) {
		for _, c := range columns {
			list = append(list, fold(c[0].name()))
		}
		return list
	}
	columns := names(r.columns)
	return slices.ContainsFunc(t.keys, func(k key) bool {
		return (k.using == "" || k.using == "btree") && len(k.columns) >= len(columns) && slices.Equal(names(k.columns[:len(columns)]), columns) &&
			!slices.ContainsFunc(k.columns[:len(columns)], func(c []token) bool { return len(c) > 1 && c[1].is("(") }) // the beginnings of values are not enough
	})
}

// serve returns the statement that makes the index of a foreign key which has none, under the
// name by which the server would have called it.
func serve(reference *schema.Object) []string {
	c, r, ok := declared(reference)
	if !ok {
		return nil
	}
	name := ""
	if r.name = reference.Name; !r.names(reference.Key.Table, fold(c[1].name())) {
		name = quote(r.name) + " " // where the constraint has no name of its own, the first column's is taken
	}
	return one("ALTER TABLE " + quote(reference.Key.Table) + " ADD KEY " + name + spelled(c))
}

// declared reads the columns of a foreign key, in their parentheses, out of the statement that adds it.
func declared(o *schema.Object) (columns []token, r reference, ok bool) {
	c := cursor{tokens: tokenize(o.Source)}
	c.until("foreign")
	if !c.take("foreign", "key") {
		return nil, r, false
	}
	columns = c.group()
	r.columns = commas(within(columns))
	return columns, r, len(columns) > 2 && columns[1].isName()
}
