package mysql

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Literals yields rows of a table as SQL literals that put in just these values,
// into columns like these.
func (d *database) Literals(ctx context.Context, table *schema.Object, columns []string, limit int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if len(columns) == 0 {
			return
		}
		more := true
		err := d.reading(ctx, func() error {
			return d.literals(ctx, table, columns, limit, func(row []string) bool {
				more = yield(row, nil)
				return more
			})
		})
		if err != nil && more {
			yield(nil, fmt.Errorf("read %s: %w", table.Key, err))
		}
	}
}

func (d *database) literals(ctx context.Context, table *schema.Object, columns []string, limit int, yield func([]string) bool) error {
	known, err := d.columns(ctx, table)
	if err != nil {
		return err
	}
	kinds := make([]stored, len(columns))
	selected := make([]string, len(columns))
	sorted := make([]string, len(columns))
	for i, name := range columns {
		c, ok := known[fold(name)]
		if !ok {
			return fmt.Errorf("it has no column %s", name)
		}
		kinds[i], selected[i], sorted[i] = c, c.printed(), quote(c.name)
	}
	rows, err := d.Query(ctx, fmt.Sprintf("SELECT %s FROM %s ORDER BY %s LIMIT %d",
		strings.Join(selected, ", "), quote(table.Spelling()), strings.Join(sorted, ", "), limit))
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]sql.NullString, len(columns))
	targets := make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		row := make([]string, len(columns))
		for i, v := range values {
			if row[i], err = kinds[i].literal(v); err != nil {
				return err
			}
		}
		if !yield(row) {
			return nil
		}
	}
	return rows.Err()
}

// numeric are the types whose values are numbers in SQL.
var numeric = []string{"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year"}

// dated are the types whose values are written like texts, in ASCII.
var dated = []string{"date", "time", "datetime", "timestamp", "uuid", "inet4", "inet6"}

// wide are the character sets in which an ASCII character is not the byte that it is
// elsewhere.
var wide = []string{"ucs2", "utf16", "utf16le", "utf32"}

// printed is an expression for the value: its bytes in hexadecimal, which no setting
// of the connection changes on the way, and for numbers the number.
func (c stored) printed() string {
	name := quote(c.name)
	switch {
	case c.kind == "float":
		return "CAST(" + name + " + 0e0 AS CHAR)"
	case slices.Contains(numeric, c.kind):
		return "CAST(" + name + " AS CHAR)"
	case c.kind == "json" || slices.Contains(dated, c.kind):
		return "HEX(CONVERT(" + name + " USING utf8mb4))"
	}
	return "HEX(CAST(" + name + " AS BINARY))"
}

// literal returns what printed has given as a literal, which means the same in every
// session: a text that is not plain ASCII is written as the bytes that it is in its
// column.
func (c stored) literal(value sql.NullString) (string, error) {
	if !value.Valid {
		return "NULL", nil
	}
	if slices.Contains(numeric, c.kind) {
		return value.String, nil
	}
	isText := c.charset != "" && !slices.Contains(wide, c.charset) || c.kind == "json" || slices.Contains(dated, c.kind)
	if !isText {
		return "X'" + value.String + "'", nil
	}
	plain, err := hex.DecodeString(value.String)
	switch {
	case err != nil:
		return "", err
	case !slices.ContainsFunc(plain, func(b byte) bool { return b < ' ' || b > '~' || b == '\\' }):
		return literal(string(plain)), nil
	case c.kind == "json":
		return "_utf8mb4 X'" + value.String + "'", nil // MySQL makes no JSON of bytes
	}
	return "X'" + value.String + "'", nil
}
