package sqlite

import (
	"context"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Numbers returns statements for every table with AUTOINCREMENT that has given a number
// which none of its rows has. The others count on from their rows.
func (d *database) Numbers(ctx context.Context, s *schema.Snapshot) ([]string, error) {
	var counters []string
	for o := range s.All() {
		if o.Key.Kind == schema.Table && o.Fact(autoincrement) != "" {
			name := o.Spelling()
			counters = append(counters, fmt.Sprintf("SELECT name, seq FROM main.sqlite_sequence WHERE name = %s AND seq > coalesce((SELECT max(rowid) FROM main.%s), 0)",
				literal(name), quote(name)))
		}
	}
	const most = 100 // parts of one compound query; SQLite takes 500
	var statements []string
	for len(counters) > 0 {
		n := min(most, len(counters))
		some, err := d.counters(ctx, strings.Join(counters[:n], " UNION ALL "))
		if err != nil {
			return nil, err
		}
		statements = append(statements, some...)
		counters = counters[n:]
	}
	return statements, nil
}

// counters returns the statements for the tables and counters of a query.
func (d *database) counters(ctx context.Context, query string) ([]string, error) {
	rows, err := d.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var name string
		var count int64
		if err := rows.Scan(&name, &count); err != nil {
			return nil, err
		}
		// A table that has never had a row has no counter.
		statements = append(statements,
			"DELETE FROM sqlite_sequence WHERE name = "+literal(name),
			fmt.Sprintf("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %d)", literal(name), count))
	}
	return statements, rows.Err()
}
