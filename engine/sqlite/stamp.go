package sqlite

import (
	"context"
	"fmt"
)

// stamp is SQLite's schema counter and an identity of the newest object.
//
// The counter alone is not enough: it starts at zero in every file, so that a
// database which was restored from a dump may well have the one that its
// predecessor had. The newest object's rowid, root page, length and name tell
// most of those apart, for the price of one step down a tree. VACUUM changes the
// stamp too; that costs a look and no more.
const stamp = `(SELECT v.schema_version || coalesce((
  SELECT printf('-%d-%d-%d-%.40s', rowid, rootpage, length(sql), name)
  FROM main.sqlite_master ORDER BY rowid DESC LIMIT 1), '')
FROM pragma_schema_version AS v)`

// StampQuery returns what [database.Stamp] asks for.
func (Engine) StampQuery() string { return stamp }

// SameStamp reports whether two stamps are the same one.
func (Engine) SameStamp(a, b string) bool { return a == b && a != "" }

// Stamp returns SQLite's schema counter and an identity of the newest object.
func (d *database) Stamp(ctx context.Context) (string, error) {
	var s string
	if err := d.patiently(ctx, func() error { return d.conn.QueryRowContext(ctx, "SELECT "+stamp).Scan(&s) }); err != nil {
		return "", fmt.Errorf("stamp: %w", err)
	}
	return s, nil
}
