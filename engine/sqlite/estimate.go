package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Estimate returns what the last ANALYZE has counted: the first number of any line
// that sqlite_stat1 has of the table.
func (d *database) Estimate(ctx context.Context, table *schema.Object) (rows int64, told bool, err error) {
	var known bool
	if err := d.QueryRow(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'").Scan(&known); err != nil || !known {
		return 0, false, wrapped(err)
	}
	var numbers string
	err = d.QueryRow(ctx, "SELECT stat FROM sqlite_stat1 WHERE tbl = ? COLLATE NOCASE AND stat IS NOT NULL LIMIT 1", table.Spelling()).Scan(&numbers)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	first, _, _ := strings.Cut(numbers, " ")
	rows, mistake := strconv.ParseInt(first, 10, 64) // the table can be written by anybody
	return rows, err == nil && mistake == nil && rows >= 0, wrapped(err)
}

func wrapped(err error) error {
	if err != nil {
		return fmt.Errorf("estimate: %w", err)
	}
	return nil
}
