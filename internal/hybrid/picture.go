package hybrid

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Picture is what a database holds, in a form that two databases share if they
// mean the same: objects by their names, without the order of columns or the way in
// which a statement was spelt, and rows as sets.
type Picture struct {
	Objects map[string]string   // what is there, and its facts: "notes/column title"
	Rows    map[string][]string // by table, each row as sorted "column=value" texts
	// Numbered are the columns, by table, that a server numbers. It leaves gaps as it
	// likes, so two pictures are the same whatever the numbers are.
	Numbered map[string]string
	// Counters are how far tables have counted that never give a number twice: the
	// greatest number that each has given.
	Counters map[string]int64
}

// told returns the columns of a table of which two pictures must agree.
func (p *Picture) told(table string) []string {
	return where(p.Columns(table), func(c string) bool { return c != p.Numbered[table] })
}

// compared returns the rows of a table as they are compared.
func (p *Picture) compared(table string) []string {
	number := p.Numbered[table]
	if number == "" {
		return p.Rows[table]
	}
	var rows []string
	for _, row := range p.Rows[table] {
		var parts []string
		columns, values := fields(row)
		for i, c := range columns {
			if c != number {
				parts = append(parts, c+"="+values[i])
			}
		}
		rows = append(rows, strings.Join(parts, " "))
	}
	slices.Sort(rows)
	return rows
}

// owner returns the table that an object of a picture belongs to.
func owner(key string) string {
	table, _, _ := strings.Cut(key, "/")
	return table
}

// Tables returns the names of the tables.
func (p *Picture) Tables() []string {
	var found []string
	for key := range p.Objects {
		if table, ok := strings.CutSuffix(key, "/table"); ok {
			found = append(found, table)
		}
	}
	slices.Sort(found)
	return found
}

// Columns returns the names of a table's columns.
func (p *Picture) Columns(table string) []string {
	var found []string
	for key := range p.Objects {
		if name, ok := strings.CutPrefix(key, table+"/column "); ok {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// hasTable reports whether a table is there.
func (p *Picture) hasTable(table string) bool {
	_, there := p.Objects[table+"/table"]
	return there
}

// without returns what is there and in another picture is not, or not so.
func (p *Picture) without(q *Picture) []string {
	var found []string
	for key, facts := range p.Objects {
		if was, there := q.Objects[key]; !there || was != facts {
			found = append(found, key)
		}
	}
	return found
}

// hasColumn reports whether any table has a column.
func (p *Picture) hasColumn(column string) bool {
	for key := range p.Objects {
		if strings.HasSuffix(key, "/column "+column) {
			return true
		}
	}
	return false
}

// SameSchema reports whether two pictures show the same schema.
func (p *Picture) SameSchema(q *Picture) bool { return maps.Equal(p.Objects, q.Objects) }

// Same reports whether two pictures show the same schema and rows.
func (p *Picture) Same(q *Picture) bool {
	if !p.SameSchema(q) || len(p.Rows) != len(q.Rows) {
		return false
	}
	for table := range p.Rows {
		if _, there := q.Rows[table]; !there || !slices.Equal(p.compared(table), q.compared(table)) {
			return false
		}
	}
	return true
}

// countAs has counters stand no further than in another picture of the same rows: where the
// author's own statements leave them there, in one of the ways in which all may have come about,
// nobody can know that they should be further.
func (p *Picture) countAs(q *Picture) {
	for table, count := range p.Counters {
		p.Counters[table] = min(count, q.Counters[table])
	}
}

// Forget takes an object out of a picture, by the end of its name.
func (p *Picture) Forget(name string) {
	maps.DeleteFunc(p.Objects, func(key, _ string) bool { return name != "" && strings.HasSuffix(key, " "+name) })
}

// Difference says in a few lines what is in one of the pictures and not in the
// other; lost says that rows or values of want are not in have.
func Difference(want, have *Picture) (lines []string, lost bool) {
	for _, key := range slices.Sorted(maps.Keys(want.Objects)) {
		facts := want.Objects[key]
		switch got, ok := have.Objects[key]; {
		case !ok:
			lines = append(lines, fmt.Sprintf("missing: %s (%s)", key, facts))
			if strings.HasSuffix(key, "/table") && len(want.Rows[owner(key)]) > 0 {
				lost = true
			}
		case got != facts:
			lines = append(lines, fmt.Sprintf("differs: %s is %s; wanted %s", key, got, facts))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have.Objects)) {
		if _, ok := want.Objects[key]; !ok {
			lines = append(lines, "not wanted: "+key)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(want.Rows)) {
		rows, got := want.compared(table), have.compared(table)
		if slices.Equal(rows, got) {
			continue
		}
		lines = append(lines, fmt.Sprintf("rows of %s:\n      are    %s\n      wanted %s",
			table, strings.Join(without(got, rows), "; "), strings.Join(without(rows, got), "; ")))
		lost = lost || len(got) < len(rows)
	}
	for _, table := range slices.Sorted(maps.Keys(want.Counters)) {
		// That it has counted further does no harm.
		if got := have.Counters[table]; got < want.Counters[table] {
			lines = append(lines, fmt.Sprintf("counter of %s is %d; wanted %d: numbers would be given twice", table, got, want.Counters[table]))
		}
	}
	return lines, lost
}

// without returns the rows of a that are not in b.
func without(a, b []string) []string {
	left := slices.Clone(b)
	var rest []string
	for _, row := range a {
		if i := slices.Index(left, row); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		rest = append(rest, row)
	}
	return rest
}

// with returns the picture and the objects of another one's tables besides.
func (p *Picture) with(q *Picture, tables []string, take func(key string) bool) *Picture {
	both := &Picture{Objects: maps.Clone(p.Objects)}
	for key, facts := range q.Objects {
		if slices.Contains(tables, owner(key)) && take(key) {
			both.Objects[key] = facts
		}
	}
	return both
}
