package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/dbmend/dbmend/schema"
)

// Estimate returns what the planner takes for the number of rows: what the last
// VACUUM or ANALYZE has counted, which is -1 where there was none, and before version 14
// was 0, as of an empty table. A partitioned table has what its partitions have.
func (d *database) Estimate(ctx context.Context, table *schema.Object) (rows int64, told bool, err error) {
	const query = `SELECT sum(c.reltuples)::bigint FROM pg_catalog.pg_class AS t
	JOIN pg_catalog.pg_class AS c ON c.oid = t.oid AND t.relkind <> 'p'
		OR t.relkind = 'p' AND c.relkind = 'r' AND c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree(t.oid))
WHERE t.relname = $1 AND t.relnamespace = $2::regnamespace
HAVING min(c.reltuples) >= CASE WHEN current_setting('server_version_num')::int >= 140000 THEN 0 ELSE 1 END`
	space := table.Key.Space
	if space == "" {
		space = d.home
	}
	err = d.QueryRow(ctx, query, table.Spelling(), quote(space)).Scan(&rows)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("estimate: %w", err)
	}
	return rows, true, nil
}
