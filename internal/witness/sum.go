package witness

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A RowSum is the same for the same rows, in whatever order. It is read row by row:
// its memory does not grow with the table.
type RowSum struct {
	Columns []string // those that were summed up
	rows    int64
	sum     uint64
}

// Same reports whether two sums are of the same rows.
func (s RowSum) Same(other RowSum) bool { return s.rows == other.rows && s.sum == other.sum }

// Sum adds up the rows of a table.
func (w *Witness) Sum(ctx context.Context, table schema.Key, columns []string) (RowSum, error) {
	s := RowSum{Columns: columns}
	quoted := make([]string, len(columns))
	for i, name := range columns {
		quoted[i] = w.quote(name)
	}
	rows, err := w.db.Query(ctx, fmt.Sprintf("SELECT %s FROM %s", strings.Join(quoted, ", "), w.Name(table)))
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

// Reaches returns of the tables those of which a statement that runs takes or changes
// rows. What it does is undone.
func (w *Witness) Reaches(ctx context.Context, s *migration.Statement, tables []schema.Key) (reached []schema.Key, err error) {
	if len(tables) == 0 || w.db.Traits().ReadOnly {
		return nil, nil
	}
	err = w.db.Try(ctx, func(ctx context.Context) error {
		before := make([]RowSum, len(tables))
		for i, table := range tables {
			var err error
			if before[i], err = w.Sum(ctx, table, w.have.Columns(table)); err != nil {
				return err
			}
		}
		if _, err := w.db.Exec(ctx, s.Text); err != nil {
			return err
		}
		for i, table := range tables {
			after, err := w.Sum(ctx, table, before[i].Columns)
			if err != nil {
				return err
			}
			if !after.Same(before[i]) {
				reached = append(reached, table)
			}
		}
		return nil
	})
	return reached, err
}
