package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/schema"
)

// Estimate returns what information_schema takes for the number of rows, which for
// InnoDB may be off by half, says MySQL's manual.
func (d *database) Estimate(ctx context.Context, table *schema.Object) (rows int64, told bool, err error) {
	var n sql.NullInt64
	err = d.latest(ctx, func() error {
		return d.QueryRow(ctx, "SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = "+literal(d.name)+" AND TABLE_NAME = "+literal(table.Spelling())).Scan(&n)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, false, fmt.Errorf("estimate: %w", err)
	}
	return n.Int64, n.Valid, nil
}
