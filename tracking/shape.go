package tracking

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A shape is what tells whose a table is.
type shape struct {
	table   schema.Key
	format  string            // of the files
	pointed bool              // the user points at the table
	names   []string          // of the columns, in lower case
	types   map[string]string // by the name of the column
}

func newShape(table schema.Key, hint Hint) *shape {
	return &shape{
		table:   table,
		format:  hint.Format,
		pointed: hint.Table.Name != "" && hint.Table.Space == table.Space && strings.EqualFold(hint.Table.Name, table.Name),
		types:   map[string]string{},
	}
}

// add notes a column. Keys have names as the engine compares them: in a table without
// capital letters, a column with some is one that no tool would find.
func (s *shape) add(column *schema.Object) {
	name := column.Key.Name
	if s.table.Name != strings.ToLower(s.table.Name) {
		name = strings.ToLower(name)
	}
	s.names = append(s.names, name)
	s.types[name] = strings.ToLower(column.Fact(schema.Type))
}

// without returns the shape without the columns that the set may have added to a runner's.
func (s *shape) without(hint Hint, r *Runner) *shape {
	less := *s
	less.names = slices.DeleteFunc(slices.Clone(s.names), func(name string) bool {
		return !slices.Contains(r.Columns, name) && hint.Adds(s.table, name)
	})
	return &less
}

// fits reports whether the table may be a runner's.
func (s *shape) fits(r *Runner, all *schema.Snapshot) bool {
	switch {
	case !sameNames(r.Columns, s.names):
		return false
	case r.Accompanied && len(companions(r, all, s.table)) == 0:
		return false
	case r.Plain && !s.pointed && !isOneOf(r.Tables, s.table.Name):
		return false
	case r.Plainer && !s.pointed && !slices.Contains(r.Formats, s.format):
		return false
	}
	return !slices.ContainsFunc(r.Numbers, func(name string) bool { return !isNumber(s.types[name]) }) &&
		!slices.ContainsFunc(r.Texts, func(name string) bool { return isNumber(s.types[name]) })
}

// isNumber reports whether a type is one of numbers, as far as its name tells.
func isNumber(kind string) bool {
	return strings.Contains(kind, "int") && kind != "point" && kind != "interval" || strings.Contains(kind, "serial")
}

// strange says why a table that is no runner's matters all the same, or "".
func (s *shape) strange(runners []*Runner) string {
	for _, o := range others {
		if strings.EqualFold(o.table, s.table.Name) && hasNames(s.names, o.columns) {
			return "it looks like the table of " + o.tool + ", which dbmend does not read"
		}
	}
	var tools []string
	for _, r := range runners {
		switch {
		case !isOneOf(r.Tables, s.table.Name), r.Plainer && !hasNames(s.names, r.Columns):
		case r.Plainer && sameNames(r.Columns, s.names) && !slices.Contains(r.Formats, s.format):
			return "it may be the table of " + r.Name + ", and the files are not " + r.Name + "'s"
		default:
			tools = append(tools, r.Name)
		}
	}
	switch {
	case len(tools) > 0:
		return fmt.Sprintf("it has the usual name of a table of %s, and other columns: %s",
			strings.Join(tools, ", "), list(s.names))
	case s.pointed:
		return "its columns are those of no runner that dbmend knows: " + list(s.names)
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
