package dbmend

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A rowSum is the same for the same rows, in whatever order. It is read row by row:
// its memory does not grow with the table.
type rowSum struct {
	columns []string
	rows    int64
	sum     uint64
}

// sum adds up the rows of a table.
func (w *witness) sum(ctx context.Context, table schema.Key, columns []string) (rowSum, error) {
	s := rowSum{columns: columns}
	quoted := make([]string, len(columns))
	for i, name := range columns {
		quoted[i] = w.quote(name)
	}
	rows, err := w.db.Query(ctx, fmt.Sprintf("SELECT %s FROM %s", strings.Join(quoted, ", "), w.name(table)))
	if err != nil {
		return s, fmt.Errorf("read %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		values, err := scan(rows, len(columns))
		if err != nil {
			return s, fmt.Errorf("read %s: %w", table, err)
		}
		hash := fnv.New64a()
		for _, v := range values {
			fmt.Fprintf(hash, "%T %v\x00", v, v)
		}
		s.rows++
		s.sum += hash.Sum64()
	}
	return s, rows.Err()
}
