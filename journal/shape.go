package journal

import (
	"context"
	"fmt"
	"strings"
)

// A ShapeError says that the table named [Table] is not dbmend's journal: some
// of the columns that make it one are not there. Nothing is read from such a
// table and nothing is written to it.
type ShapeError struct {
	Missing []string // the columns that a journal has and this table has not
	Found   []string // the columns that it has, shortened to a bound
}

// Error names what is missing.
func (e *ShapeError) Error() string {
	return fmt.Sprintf("table %s is not a journal of format %d: it has no column %s (its columns: %s)",
		Table, Format, strings.Join(e.Missing, ", "), strings.Join(e.Found, ", "))
}

// diagnose returns a [*ShapeError] in place of err if the shape of the table
// explains it. It asks after the fact, so that a journal as it should be costs
// one query.
func diagnose(ctx context.Context, db Database, err error) error {
	t := db.Traits()
	rows, probe := db.Query(ctx, "SELECT * FROM "+t.Quote(Table)+" WHERE 1 = 0")
	if probe != nil {
		return err
	}
	defer rows.Close()
	names, probe := rows.Columns()
	if probe != nil {
		return err
	}
	if shape := shapeOf(names); shape != nil {
		return shape
	}
	return err
}

// shapeOf returns what keeps a table with these columns from being a journal,
// or nil. Columns beyond those of this format are let be.
func shapeOf(names []string) *ShapeError {
	has := make(map[string]bool, len(names))
	for _, name := range names {
		has[strings.ToLower(name)] = true
	}
	shape := &ShapeError{}
	for _, c := range columns {
		if !has[c.name] {
			shape.Missing = append(shape.Missing, c.name)
		}
	}
	if len(shape.Missing) == 0 {
		return nil
	}
	for _, name := range names[:min(len(names), 40)] {
		if len(name) > 64 {
			name = strings.ToValidUTF8(name[:64], "") + "…"
		}
		shape.Found = append(shape.Found, name)
	}
	return shape
}
