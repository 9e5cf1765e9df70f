package mysql

import (
	"context"
	"fmt"
)

// Particulars says of which version the server is, and what it gives tables whose
// statements do not say otherwise.
func (d *database) Particulars(ctx context.Context) (string, error) {
	var charset, collation, storage, mode string
	err := d.conn.QueryRowContext(ctx, "SELECT @@character_set_database, @@collation_database, lower(@@default_storage_engine), @@sql_mode").
		Scan(&charset, &collation, &storage, &mode)
	if err != nil {
		return "", fmt.Errorf("read the server's defaults: %w", err)
	}
	f := d.Traits().Flavor
	return fmt.Sprintf("%d.%d, %s, %s, %s, %s", f.Major, f.Minor, charset, collation, storage, mode), nil
}
