package mysql

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/schema"
)

// Numbers returns a statement for every table with AUTO_INCREMENT that has given a
// number which none of its rows has, and for every sequence that has given one. The
// others count on from their rows.
func (d *database) Numbers(ctx context.Context, s *schema.Snapshot) ([]string, error) {
	type counter struct {
		table *schema.Object
		next  uint64
	}
	var counters []counter
	// MySQL 8 would tell what it knew a day ago; to MariaDB the hint is a comment.
	rows, err := d.Query(ctx, "SELECT /*+ SET_VAR(information_schema_stats_expiry = 0) */ TABLE_NAME, AUTO_INCREMENT "+
		"FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND AUTO_INCREMENT > 1 ORDER BY TABLE_NAME")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var next uint64
		if err := rows.Scan(&name, &next); err != nil {
			return nil, err
		}
		if o := s.Get(schema.Key{Kind: schema.Table, Name: d.Traits().Fold(name)}); o != nil {
			counters = append(counters, counter{o, next})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var statements []string
	for _, c := range counters {
		column := autoColumn(s, c.table.Key)
		if column == "" {
			continue
		}
		var highest uint64
		query := "SELECT cast(greatest(coalesce(max(" + quote(column) + "), 0), 0) AS unsigned) FROM " + quote(c.table.Spelling())
		if err := d.QueryRow(ctx, query).Scan(&highest); err != nil {
			return nil, err
		}
		if c.next > highest+1 {
			statements = append(statements, fmt.Sprintf("ALTER TABLE %s AUTO_INCREMENT = %d", quote(c.table.Spelling()), c.next))
		}
	}
	sequences, err := d.sequences(ctx, s)
	return append(statements, sequences...), err
}

// autoColumn returns the column of a table that numbers its rows; "" where none does.
func autoColumn(s *schema.Snapshot, table schema.Key) string {
	for _, o := range s.Parts(table) {
		if o.Key.Kind == schema.Column && o.Fact(schema.Identity) != "" {
			return o.Spelling()
		}
	}
	return ""
}
