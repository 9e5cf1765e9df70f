package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// mostCompared bounds the tables whose rows are compared one by one.
const mostCompared = 200_000

// Different runs do and compares the rows of the table by their primary key, value
// by value as bytes, for which no collation makes two values one. It cannot tell
// for tables without a primary key and for very large ones; do is run all the same.
func (d *database) Different(ctx context.Context, table *schema.Object, columns []string, do func(ctx context.Context) error) (rows int64, told bool, err error) {
	var known map[string]stored
	err = d.reading(ctx, func() (err error) {
		known, err = d.columns(ctx, table)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("read %s: %w", table.Key, err)
	}
	var primary, all []string
	for _, c := range known {
		if c.primary {
			primary = append(primary, c.bytes())
		}
	}
	for _, name := range columns {
		c, ok := known[fold(name)]
		if !ok {
			return 0, false, do(ctx)
		}
		all = append(all, c.bytes())
	}
	if len(primary) == 0 || len(all) == 0 {
		return 0, false, do(ctx)
	}
	query := fmt.Sprintf("SELECT %s, %s FROM %s LIMIT %d", digest(primary), digest(all), quote(table.Spelling()), mostCompared)
	before := map[string]string{}
	read := func(each func(key, values string)) error {
		return d.reading(ctx, func() error {
			rows, err := d.Query(ctx, query)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var key, values string
				if err := rows.Scan(&key, &values); err != nil {
					return err
				}
				each(key, values)
			}
			return rows.Err()
		})
	}
	if err := read(func(key, values string) { before[key] = values }); err != nil {
		return 0, false, err
	}
	if len(before) == mostCompared {
		return 0, false, do(ctx)
	}
	if err := do(ctx); err != nil {
		return 0, false, err
	}
	err = read(func(key, values string) {
		if was, ok := before[key]; !ok || was != values {
			rows++
		}
	})
	return rows, err == nil, err
}

// digest is an expression for a few bytes that stand for all the values.
func digest(values []string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = "coalesce(concat(length(" + v + "), ':', " + v + "), '-')"
	}
	return "SHA2(concat(" + strings.Join(parts, ", ") + "), 224)"
}

// A stored column is what the server says of a column's values.
type stored struct {
	name    string
	kind    string // "varchar", "int"
	charset string // "" for what is no text
	primary bool
}

// columns returns the columns of a table by folded name, those that are part of the
// primary key in no order: it serves to tell rows apart.
func (d *database) columns(ctx context.Context, table *schema.Object) (map[string]stored, error) {
	found := map[string]stored{}
	rows, err := d.Query(ctx, "SELECT COLUMN_NAME, lower(DATA_TYPE), coalesce(CHARACTER_SET_NAME, ''), COLUMN_KEY = 'PRI' "+
		"FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?", table.Spelling())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c stored
		var primary sql.NullBool
		if err := rows.Scan(&c.name, &c.kind, &c.charset, &primary); err != nil {
			return nil, err
		}
		c.primary = primary.Bool
		found[fold(c.name)] = c
	}
	return found, rows.Err()
}

// bytes is an expression for the value as bytes, exactly.
func (c stored) bytes() string {
	if c.kind == "float" {
		return "CAST(" + quote(c.name) + " + 0e0 AS BINARY)" // printed as it is it would be rounded
	}
	return "CAST(" + quote(c.name) + " AS BINARY)"
}
