package postgres

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// This file contains what administrators tune: storage parameters, how a column's values
// are kept and how much ANALYZE knows of them, what CLUSTER goes by. It changes how fast
// rows are found and not what they say, so it is no fact of the table, column or index,
// but an object of its own, which the migrations know or do not know (see
// docs/decisions/0037-what-is-tuned-is-an-object-of-its-own.md).

// tune adds an object for what is tuned about a relation or a part of it, unless that is
// nothing.
func (s *survey) tune(r *relation, what string, f facts, statements ...string) {
	if len(f) == 0 {
		return
	}
	s.add(r.object, &schema.Object{Key: r.part(kindTuning, what), Facts: f, Source: script(statements...)})
}

// tuneColumn tells what is tuned about a column of a table or materialized view.
func (s *survey) tuneColumn(r *relation, c *column) {
	alter := strings.Replace(r.alter(), "ALTER TABLE ", "ALTER TABLE ONLY ", 1) + " ALTER COLUMN " + quote(c.name)
	var f facts
	var list []string
	for _, t := range [...]struct{ fact, value, statement string }{
		{factStorageKind, c.storage, " SET STORAGE " + strings.ToUpper(c.storage)},
		{factCompression, c.pressed, " SET COMPRESSION " + c.pressed},
		{factTarget, c.target, " SET STATISTICS " + c.target},
		{factAttributes, c.options, " SET (" + c.options + ")"},
	} {
		if t.value != "" {
			f.add(t.fact, t.value)
			list = append(list, alter+t.statement)
		}
	}
	s.tune(r, "column "+c.name, f, list...)
}

// tuneIndex tells what is tuned about an index: its storage parameters, whether CLUSTER
// goes by it, and by the numbers of its columns how much ANALYZE keeps of them.
func (s *survey) tuneIndex(r *relation, o *schema.Object, options, clustered, targets string) {
	index := "ALTER INDEX " + qualified(o.Key.Space, o.Name)
	f := withParameters(options)
	var list []string
	if options != "" {
		list = append(list, index+" SET ("+parameters(options)+")")
	}
	if isSo(clustered) {
		f.flag(factClustered, true)
		list = append(list, r.alter()+" CLUSTER ON "+quote(o.Name))
	}
	f.add(factTarget, targets)
	for _, column := range elements(targets) {
		if number, target, ok := strings.Cut(column, " "); ok {
			list = append(list, index+" ALTER COLUMN "+number+" SET STATISTICS "+target)
		}
	}
	s.tune(r, "index "+o.Name, f, list...)
}

// withParameters returns storage parameters as a fact, in an order that means nothing.
func withParameters(options string) (f facts) {
	list := strings.Split(options, ", ")
	slices.Sort(list)
	f.add(factStorageOptions, strings.Join(list, ", "))
	return f
}

// parameters writes storage parameters, "fillfactor=70, toast.…", as statements have
// them. A value may be any text.
func parameters(options string) string {
	var list []string
	for _, o := range strings.Split(options, ", ") {
		name, value, _ := strings.Cut(o, "=")
		list = append(list, name+" = "+literal(value))
	}
	return strings.Join(list, ", ")
}
