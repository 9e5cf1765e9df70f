package tracking

import (
	"maps"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A Hint is what the caller knows besides the schema. The zero value knows nothing.
type Hint struct {
	Table  schema.Key // the table that the user points at, the only one to look at; its Kind does not matter
	Format string     // the file format of the set; empty where it tells nothing

	// Adds reports whether the set's own statements may have added a column to a table, as far as
	// they speak of it: without such columns a table may be a runner's. Nil: they add none.
	Adds func(table schema.Key, column string) bool
}

// A Candidate is a table that may hold a history.
type Candidate struct {
	Table  schema.Key
	Runner *Runner // whose history it is; nil for a foreign shape, which cannot be read
	Reason string  // what speaks for the runner; or why it is none's
	// Beside are the tables that the tool keeps beside it, and that are there.
	Beside []schema.Key
}

// Detect returns the tables that look like tracking tables, in the order of their
// keys, those that can be read ahead of those that cannot. It is pure.
//
// A table is a runner's if its columns are, in any order; in any case, too, where the
// engine does not tell capital letters from small ones, or where the table has some in
// its own name. If they are those of several, companion tables decide, then the
// table's name, then the format of the files; where that does not settle it, there is
// a candidate for each. With more than one candidate it is for the caller to ask.
//
// A table of a foreign shape is one that has a runner's usual name and other
// columns, that looks like the table of a tool which dbmend does not read, or that
// the user points at: to take it for no history at all could run everything again.
func Detect(s *schema.Snapshot, hint Hint) []Candidate {
	return detect(Runners(), s, hint)
}

func detect(runners []*Runner, s *schema.Snapshot, hint Hint) []Candidate {
	shapes := shapesOf(runners, s, hint)
	tables := slices.SortedFunc(maps.Keys(shapes), schema.Key.Compare)
	var ours, foreign []Candidate
	for _, table := range tables {
		of := shapes[table]
		if hint.Table.Name != "" && !of.pointed {
			continue
		}
		fit := slices.DeleteFunc(slices.Clone(runners), func(r *Runner) bool { return !of.fits(r, s) })
		if len(fit) == 0 && hint.Adds != nil {
			fit = slices.DeleteFunc(slices.Clone(runners), func(r *Runner) bool { return !of.without(hint, r).fits(r, s) })
		}
		if len(fit) > 1 {
			fit = settle(fit, s, table, hint)
		}
		for _, r := range fit {
			ours = append(ours, Candidate{table, r, "its columns are those of " + r.Name, companions(r, s, table)})
		}
		if reason := of.strange(runners); len(fit) == 0 && reason != "" {
			foreign = append(foreign, Candidate{table, nil, reason, nil})
		}
	}
	return append(ours, foreign...)
}

// shapesOf returns the shapes of the tables that may be a candidate: those with a name
// that says so, and those that have no column but such as runners' tables have. Of a
// schema that is few, and nothing is put in order to find them.
func shapesOf(runners []*Runner, s *schema.Snapshot, hint Hint) map[schema.Key]*shape {
	columns, names := wordsOf(runners)
	odd := map[schema.Key]bool{} // tables with another column
	for o := range s.Each() {
		if k := o.Key; k.Kind == schema.Column && !columns[strings.ToLower(k.Name)] {
			odd[k.Owner()] = true
		}
	}
	shapes := map[schema.Key]*shape{}
	for o := range s.Each() {
		if k := o.Key; k.Kind == schema.Table && (!odd[k] || names[strings.ToLower(k.Name)] || strings.EqualFold(k.Name, hint.Table.Name)) {
			shapes[k] = newShape(k, hint)
		}
	}
	for o := range s.Each() {
		if of := shapes[o.Key.Owner()]; of != nil && o.Key.Kind == schema.Column {
			of.add(o)
		}
	}
	for _, of := range shapes {
		slices.Sort(of.names)
	}
	return shapes
}

// wordsOf returns the names of all columns that runners' tables have, and of all tables
// that are looked at by their names, in lower case.
func wordsOf(runners []*Runner) (columns, tables map[string]bool) {
	columns, tables = map[string]bool{}, map[string]bool{}
	for _, r := range runners {
		for _, name := range r.Columns {
			columns[name] = true
		}
		for _, name := range r.Tables {
			tables[strings.ToLower(name)] = true
		}
	}
	for _, o := range others {
		tables[strings.ToLower(o.table)] = true
	}
	return columns, tables
}

// IsBeside reports whether a table of this name is one that some tool keeps beside its
// own.
func IsBeside(table schema.Key) bool {
	return slices.ContainsFunc(Runners(), func(r *Runner) bool { return isOneOf(r.Companions, table.Name) })
}

// companions returns the tables that are there of those that a tool keeps beside its
// own.
func companions(r *Runner, s *schema.Snapshot, table schema.Key) []schema.Key {
	var beside []schema.Key
	for _, name := range r.Companions {
		for _, spelled := range []string{name, strings.ToUpper(name)} {
			k := schema.Key{Kind: schema.Table, Space: table.Space, Name: spelled}
			if s.Get(k) != nil {
				beside = append(beside, k)
			}
		}
	}
	return beside
}

// settle narrows several runners down by each thing that speaks for some of them.
func settle(fit []*Runner, s *schema.Snapshot, table schema.Key, hint Hint) []*Runner {
	for _, speaksFor := range []func(*Runner) bool{
		func(r *Runner) bool { return len(companions(r, s, table)) > 0 },
		func(r *Runner) bool { return isOneOf(r.Tables, table.Name) },
		func(r *Runner) bool { return slices.Contains(r.Formats, hint.Format) },
	} {
		var kept []*Runner
		for _, r := range fit {
			if speaksFor(r) {
				kept = append(kept, r)
			}
		}
		if len(kept) > 0 {
			fit = kept
		}
	}
	return fit
}
