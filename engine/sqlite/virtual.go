package sqlite

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Columns returns the columns of a virtual table. A row of a full-text table has a number
// besides, by which others know it.
func (d *database) Columns(ctx context.Context, table *schema.Object) (columns []string, number string, err error) {
	module := table.Fact(using)
	if module == "" {
		return nil, "", nil
	}
	rows, err := d.Query(ctx, "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", table.Spelling())
	if err != nil {
		return nil, "", fmt.Errorf("read the columns of %s: %w", table.Key, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, "", fmt.Errorf("read the columns of %s: %w", table.Key, err)
		}
		columns = append(columns, fold(name))
	}
	if strings.HasPrefix(module, "fts") {
		number = "rowid"
	}
	return columns, number, rows.Err()
}
