package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// mostCopied bounds the tables that are copied to find out what became different.
const mostCopied = 200_000

// Different runs do and compares the rows of the table by their primary key, value
// by value as texts, for which neither collation nor type makes two values one. It
// cannot tell for tables without a primary key, and for very large ones; do is run
// all the same. A row whose key has become another one counts as new.
func (d *database) Different(ctx context.Context, table *schema.Object, columns []string, do func(ctx context.Context) error) (rows int64, told bool, err error) {
	key, err := d.primaryKey(ctx, table)
	if err != nil {
		return 0, false, fmt.Errorf("compare the rows of %s: %w", table.Key, err)
	}
	if len(key) == 0 || len(columns) == 0 {
		return 0, false, do(ctx)
	}
	var count int64
	if err := d.QueryRow(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT FROM %s LIMIT %d) AS t", nameOf(table), mostCopied)).Scan(&count); err != nil {
		return 0, false, fmt.Errorf("compare the rows of %s: %w", table.Key, err)
	}
	if count == mostCopied {
		return 0, false, do(ctx)
	}
	for _, c := range key {
		if !slices.Contains(columns, c) {
			columns = append(slices.Clip(columns), c)
		}
	}
	picture := "SELECT " + record(key) + " AS k, " + record(columns) + " AS v FROM " + nameOf(table)
	if err := d.own(ctx, "DROP TABLE IF EXISTS pg_temp.dbmend_rows_before; CREATE TEMPORARY TABLE dbmend_rows_before AS "+picture); err != nil {
		return 0, false, fmt.Errorf("compare the rows of %s: %w", table.Key, err)
	}
	// Where do has ended the transaction, or a savepoint around it, the copy is gone by itself.
	defer func() {
		if d.status() == idle || d.status() == open {
			err = errors.Join(err, d.own(ctx, "DROP TABLE IF EXISTS pg_temp.dbmend_rows_before"))
		}
	}()
	if err := do(ctx); err != nil {
		return 0, false, err
	}
	err = d.QueryRow(ctx, "SELECT count(*) FROM ("+picture+") AS t LEFT JOIN pg_temp.dbmend_rows_before AS b USING (k) WHERE b.v IS DISTINCT FROM t.v").Scan(&rows)
	return rows, err == nil, err
}

// own runs statements of ours, under the search_path that the connection came with.
func (d *database) own(ctx context.Context, sql string) error {
	if err := d.readyToAsk(ctx); err != nil {
		return err
	}
	_, err := d.command(ctx, sql)
	return d.survey(ctx, err)
}

// primaryKey returns the columns of a table's primary key, or nil.
func (d *database) primaryKey(ctx context.Context, table *schema.Object) ([]string, error) {
	rows, err := d.Query(ctx, `SELECT a.attname FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
		WHERE i.indrelid = to_regclass($1) AND i.indisprimary ORDER BY a.attnum`, nameOf(table))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// record is an expression for the texts of some values, as one text.
func record(columns []string) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = quote(c) + "::text"
	}
	return "ROW(" + strings.Join(list, ", ") + ")::text"
}
