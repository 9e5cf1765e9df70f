package tracking

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A Hint is what the caller knows besides the schema. The zero value knows nothing.
type Hint struct {
	Table  schema.Key // the table that the user points at, the only one to look at; its Kind does not matter
	Format string     // the file format of the set; empty where it tells nothing
}

// A Candidate is a table that may hold a history.
type Candidate struct {
	Table  schema.Key
	Runner *Runner // whose history it is; nil for a foreign shape, which cannot be read
	Reason string  // what speaks for the runner; or why it is none's
}

// Detect returns the tables that look like tracking tables, in the order of their
// keys, those that can be read ahead of those that cannot. It is pure.
//
// A table is a runner's if its columns are, in any order and case. If they are
// those of several, companion tables decide, then the table's name, then the
// format of the files; where that does not settle it, there is a candidate for
// each. With more than one candidate it is for the caller to ask.
//
// A table of a foreign shape is one that has a runner's usual name and other
// columns, that looks like the table of a tool which dbmend does not read, or that
// the user points at: to take it for no history at all could run everything again.
func Detect(s *schema.Snapshot, hint Hint) []Candidate {
	return detect(Runners(), s, hint)
}

func detect(runners []*Runner, s *schema.Snapshot, hint Hint) []Candidate {
	columns := map[schema.Key][]string{}
	var tables []schema.Key
	for o := range s.All() {
		switch k := o.Key; k.Kind {
		case schema.Table:
			tables = append(tables, k)
		case schema.Column:
			columns[k.Owner()] = append(columns[k.Owner()], strings.ToLower(k.Name))
		}
	}
	var ours, foreign []Candidate
	for _, table := range tables {
		pointed := hint.Table.Name != ""
		if pointed && (hint.Table.Space != table.Space || !strings.EqualFold(hint.Table.Name, table.Name)) {
			continue
		}
		fit := owners(runners, table, columns[table], pointed)
		if len(fit) > 1 {
			fit = settle(fit, s, table, hint)
		}
		for _, r := range fit {
			ours = append(ours, Candidate{table, r, "its columns are those of " + r.Name})
		}
		if reason := strange(runners, table, columns[table], pointed); len(fit) == 0 && reason != "" {
			foreign = append(foreign, Candidate{table, nil, reason})
		}
	}
	return append(ours, foreign...)
}

// owners returns the runners whose table has these columns.
func owners(runners []*Runner, table schema.Key, columns []string, pointed bool) []*Runner {
	var fit []*Runner
	for _, r := range runners {
		if sameNames(r.Columns, columns) && (!r.Plain || pointed || isOneOf(r.Tables, table.Name)) {
			fit = append(fit, r)
		}
	}
	return fit
}

// settle narrows several runners down by each thing that speaks for some of them.
func settle(fit []*Runner, s *schema.Snapshot, table schema.Key, hint Hint) []*Runner {
	for _, speaksFor := range []func(*Runner) bool{
		func(r *Runner) bool {
			return slices.ContainsFunc(r.Companions, func(name string) bool {
				return s.Get(schema.Key{Kind: schema.Table, Space: table.Space, Name: name}) != nil
			})
		},
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

// strange says why a table that is no runner's matters all the same, or "".
func strange(runners []*Runner, table schema.Key, columns []string, pointed bool) string {
	for _, o := range others {
		if strings.EqualFold(o.table, table.Name) && hasNames(columns, o.columns) {
			return "it looks like the table of " + o.tool + ", which dbmend does not read"
		}
	}
	var tools []string
	for _, r := range runners {
		if isOneOf(r.Tables, table.Name) {
			tools = append(tools, r.Name)
		}
	}
	switch {
	case len(tools) > 0:
		return fmt.Sprintf("it has the usual name of a table of %s, and other columns: %s",
			strings.Join(tools, ", "), list(columns))
	case pointed:
		return "its columns are those of no runner that dbmend knows: " + list(columns)
	}
	return ""
}

// list shows columns, a bounded number of them.
func list(columns []string) string {
	const most = 20
	var shown []string
	for _, name := range columns[:min(most, len(columns))] {
		shown = append(shown, show(name))
	}
	if len(columns) > most {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

// sameNames reports whether have are just the wanted names.
func sameNames(want, have []string) bool {
	return len(want) == len(have) && hasNames(have, want)
}

// hasNames reports whether all wanted names are there.
func hasNames(have, want []string) bool {
	for _, name := range want {
		if !slices.Contains(have, name) {
			return false
		}
	}
	return true
}

// isOneOf reports whether the name is in the list, in any case.
func isOneOf(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}
