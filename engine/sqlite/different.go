package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// mostCopied bounds the tables that are copied to find out what became different.
const mostCopied = 200_000

// Different runs do and compares the rows of the table by their rowid, value by
// value with quote(), for which neither collation nor affinity makes two values
// one. Rows of a table without a rowid, no two of which are the same, are compared as a
// whole. It cannot tell for tables whose columns hide the rowid and for very large ones;
// do is run all the same.
func (d *database) Different(ctx context.Context, table *schema.Object, columns []string, do func(ctx context.Context) error) (rows int64, told bool, err error) {
	names := []string{"rowid", "_rowid_", "oid"}
	at := slices.IndexFunc(names, func(n string) bool { return !slices.Contains(columns, n) })
	if at < 0 || len(columns) == 0 || table.Fact(using) != "" {
		return 0, false, do(ctx)
	}
	rowid, same, name := names[at], "b.dbmend_rowid = t."+names[at], quote(table.Spelling())
	if table.Fact(withoutRowid) != "" {
		rowid, same = "NULL", fmt.Sprintf("(%s) = (%s)", digest(columns, "t"), digest(nil, "b"))
	}
	var count int64
	if err := d.QueryRow(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d)", name, mostCopied)).Scan(&count); err != nil {
		return 0, false, err
	}
	if count == mostCopied {
		return 0, false, do(ctx)
	}
	const before = "temp.dbmend_rows_before"
	for _, sql := range []string{
		"DROP TABLE IF EXISTS " + before,
		fmt.Sprintf("CREATE TABLE %s AS SELECT %s AS dbmend_rowid, %s FROM %s", before, rowid, values(columns, ""), name),
	} {
		if _, err := d.Exec(ctx, sql); err != nil {
			return 0, false, err
		}
	}
	if err := do(ctx); err != nil {
		return 0, false, err
	}
	query := fmt.Sprintf("SELECT count(*) FROM %s AS t LEFT JOIN %s AS b ON %s WHERE b.dbmend_values IS NULL OR (%s) <> (%s)",
		name, before, same, digest(columns, "t"), digest(nil, "b"))
	err = d.QueryRow(ctx, query).Scan(&rows)
	return rows, err == nil, err
}

// values selects one text that holds all values.
func values(columns []string, of string) string { return digest(columns, of) + " AS dbmend_values" }

// digest is an expression for all values of a row, each with its length ahead; for
// no columns it is the text that values has made of them.
func digest(columns []string, of string) string {
	if columns == nil {
		return of + ".dbmend_values"
	}
	if of != "" {
		of += "."
	}
	parts := make([]string, len(columns))
	for i, c := range columns {
		v := "quote(" + of + quote(c) + ")"
		parts[i] = "length(" + v + ") || ':' || " + v
	}
	return strings.Join(parts, " || ")
}
