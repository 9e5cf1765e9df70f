package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/engine"
)

// Orphans returns the rows that PRAGMA foreign_key_check reports, at most limit
// of them, whether foreign_keys is on or not. Where the parent table is missing
// altogether, every row that refers to it is one.
//
// A foreign key whose parent columns are no key ("foreign key mismatch") is one
// that SQLite cannot check, and it refuses the whole check for it. Such tables
// live in real databases and are older than we are, so they alone are left out.
func (d *database) Orphans(ctx context.Context, limit int) ([]engine.Orphan, error) {
	if limit <= 0 {
		return nil, nil
	}
	found, err := d.orphans(ctx, "pragma_foreign_key_check", limit)
	if err == nil || !isMismatch(err) {
		return found, err
	}
	tables, err := d.tables(ctx)
	if err != nil {
		return nil, err
	}
	found = nil
	for _, table := range tables {
		some, err := d.orphans(ctx, "pragma_foreign_key_check(?)", limit-len(found), table)
		if err != nil && !isMismatch(err) {
			return nil, err
		}
		if found = append(found, some...); len(found) == limit {
			break
		}
	}
	return found, nil
}

// orphans reads rows of the check; none after an error.
func (d *database) orphans(ctx context.Context, check string, limit int, args ...any) ([]engine.Orphan, error) {
	rows, err := d.Query(ctx,
		`SELECT "table", "rowid", "parent" FROM `+check+` LIMIT `+strconv.Itoa(limit), args...)
	if err != nil {
		return nil, fmt.Errorf("orphans: %w", err)
	}
	defer rows.Close()
	var found []engine.Orphan
	for rows.Next() {
		var o engine.Orphan
		var row sql.NullInt64
		if err := rows.Scan(&o.Table, &row, &o.Parent); err != nil {
			return nil, fmt.Errorf("orphans: %w", err)
		}
		if row.Valid { // a table WITHOUT ROWID has none
			o.Row = strconv.FormatInt(row.Int64, 10)
		}
		found = append(found, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("orphans: %w", err)
	}
	return found, nil
}

// tables returns the names of the tables of main.
func (d *database) tables(ctx context.Context) ([]string, error) {
	rows, err := d.Query(ctx, "SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY rowid")
	if err != nil {
		return nil, fmt.Errorf("orphans: %w", err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("orphans: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func isMismatch(err error) bool { return strings.Contains(err.Error(), "foreign key mismatch") }
