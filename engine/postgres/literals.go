package postgres

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Literals yields rows of a table as SQL literals, by PostgreSQL's own
// quote_nullable: a string of the value's text, which an INSERT takes for every
// type. They are in the order of these texts, since not all types have one.
//
// A partitioned table yields the rows of its partitions, whose own they are as well; any
// other one yields none that tables have which inherit from it.
func (d *database) Literals(ctx context.Context, table *schema.Object, columns []string, limit int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if err := d.literals(ctx, table, columns, limit, yield); err != nil {
			yield(nil, fmt.Errorf("read %s: %w", table.Key, err))
		}
	}
}

func (d *database) literals(ctx context.Context, table *schema.Object, columns []string, limit int, yield func([]string, error) bool) error {
	if len(columns) == 0 || limit <= 0 {
		return nil
	}
	texts, order := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		texts[i] = "quote_nullable(" + quote(c) + "::text)"
		order[i] = quote(c) + `::text COLLATE "C" NULLS FIRST`
	}
	only := "ONLY " // those of tables that inherit from it are not its own
	if table.Fact(factPartitionBy) != "" {
		only = ""
	}
	rows, err := d.Query(ctx, fmt.Sprintf("SELECT %s FROM %s%s ORDER BY %s LIMIT %d",
		strings.Join(texts, ", "), only, nameOf(table), strings.Join(order, ", "), limit))
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
