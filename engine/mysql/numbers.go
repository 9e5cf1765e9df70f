package mysql

import (
	"context"
	"errors"
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
	err := d.latest(ctx, func() error {
		rows, err := d.Query(ctx, "SELECT TABLE_NAME, AUTO_INCREMENT FROM information_schema.TABLES "+
			"WHERE TABLE_SCHEMA = DATABASE() AND AUTO_INCREMENT > 1 ORDER BY TABLE_NAME")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var next uint64
			if err := rows.Scan(&name, &next); err != nil {
				return err
			}
			if o := s.Get(schema.Key{Kind: schema.Table, Name: d.Traits().Fold(name)}); o != nil {
				counters = append(counters, counter{o, next})
			}
		}
		return rows.Err()
	})
	if err != nil {
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

// latest runs do where information_schema tells how many rows and numbers there are now:
// MySQL 8 tells what it knew up to a day ago, unless a session wants it otherwise.
func (d *database) latest(ctx context.Context, do func() error) (err error) {
	if f := d.traits.Flavor; f.Vendor != mySQL || f.Major < 8 {
		return do()
	}
	const expiry = "information_schema_stats_expiry"
	var kept string
	if err := d.conn.QueryRowContext(ctx, "SELECT @@"+expiry).Scan(&kept); err != nil {
		return err
	}
	whole, done := d.server.Of(ctx)
	defer done()
	if err := d.put(whole, "SET SESSION "+expiry+" = 0"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.put(whole, "SET SESSION "+expiry+" = "+kept)) }()
	return do()
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
