package schema

import (
	"cmp"
	"slices"
)

// Columns returns the names of a table's columns as an INSERT without a column list means
// them: in their order, those of the tables that it inherits from first, and none that is
// generated. It is empty for what is no table of s.
func (s *Snapshot) Columns(table Key) []string {
	columns := slices.DeleteFunc(s.Parts(table), func(o *Object) bool {
		return o.Key.Kind != Column || o.Fact(Generated) != ""
	})
	slices.SortFunc(columns, func(a, b *Object) int { return cmp.Compare(a.Position, b.Position) })
	var names []string
	for _, whole := range s.Wholes(s.Get(table)) {
		for _, name := range s.Columns(whole.Key) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, o := range columns {
		if !slices.Contains(names, o.Key.Name) {
			names = append(names, o.Key.Name)
		}
	}
	return names
}

// ColumnsOfRows returns the columns of the rows that are told with a table where all tables
// are gone through: none of a partition, whose rows are told with the whole.
func (s *Snapshot) ColumnsOfRows(table *Object) []string {
	if table.Fact(PartOf) != "" {
		return nil
	}
	return s.Columns(table.Key)
}
