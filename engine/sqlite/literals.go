package sqlite

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Literals yields rows of a table as SQL literals, by SQLite's own quote().
func (d *database) Literals(ctx context.Context, table *schema.Object, columns []string, limit int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if err := d.literals(ctx, table, columns, limit, yield); err != nil {
			yield(nil, fmt.Errorf("read %s: %w", table.Key, err))
		}
	}
}

func (d *database) literals(ctx context.Context, table *schema.Object, columns []string, limit int, yield func([]string, error) bool) error {
	if len(columns) == 0 {
		return nil
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
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row := make([]string, len(columns))
		targets := make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if !yield(row, nil) {
			return nil
		}
	}
	return rows.Err()
}
