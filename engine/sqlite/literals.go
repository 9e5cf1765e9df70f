package sqlite

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Literals returns rows of a table as SQL literals, by SQLite's own quote().
func (d *database) Literals(ctx context.Context, table *schema.Object, columns []string, limit int) ([][]string, error) {
	if len(columns) == 0 {
		return nil, nil
	}
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = "quote(" + quote(c) + ")"
	}
	order := make([]string, len(columns))
	for i, c := range columns {
		order[i] = quote(c)
	}
	rows, err := d.Query(ctx, fmt.Sprintf("SELECT %s FROM %s ORDER BY %s LIMIT %d",
		strings.Join(quoted, ", "), quote(table.Spelling()), strings.Join(order, ", "), limit))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", table.Key, err)
	}
	defer rows.Close()
	var literals [][]string
	for rows.Next() {
		row := make([]string, len(columns))
		targets := make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("read %s: %w", table.Key, err)
		}
		literals = append(literals, row)
	}
	return literals, rows.Err()
}
