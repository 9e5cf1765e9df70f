package mysql

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/engine"
)

// Orphans looks for rows that refer to nothing, foreign key by foreign key, at most
// limit of them. There are some where foreign_key_checks was off: the server checks
// what is written, and never again. A key with a NULL in it refers to nothing by
// right. Where the parent table is missing, every row that refers to it is one.
func (d *database) Orphans(ctx context.Context, limit int) ([]engine.Orphan, error) {
	if limit <= 0 {
		return nil, nil
	}
	var found []engine.Orphan
	err := d.reading(ctx, func() error {
		links, err := d.links(ctx)
		for i := 0; err == nil && i < len(links) && len(found) < limit; i++ {
			var some []engine.Orphan
			some, err = d.unlinked(ctx, links[i], limit-len(found))
			found = append(found, some...)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("orphans: %w", err)
	}
	return found, nil
}

// A link is a foreign key as a query needs it.
type link struct {
	table, space, parent string
	missing              bool // there is no such parent
	from, to             []string
	rows                 []string // the columns of the primary key; none where there is none
}

// links reads the foreign keys of the database, in the order of their names.
func (d *database) links(ctx context.Context) (links []*link, err error) {
	rows, err := d.Query(ctx, `SELECT k.CONSTRAINT_NAME, k.TABLE_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, p.TABLE_NAME IS NULL
FROM information_schema.KEY_COLUMN_USAGE AS k
LEFT JOIN information_schema.TABLES AS p ON p.TABLE_SCHEMA = k.REFERENCED_TABLE_SCHEMA AND p.TABLE_NAME = k.REFERENCED_TABLE_NAME
WHERE k.CONSTRAINT_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	last := ""
	for rows.Next() {
		var l link
		var name, from, to string
		if err := rows.Scan(&name, &l.table, &from, &l.space, &l.parent, &to, &l.missing); err != nil {
			return nil, err
		}
		if id := l.table + "\x00" + name; id != last {
			last = id
			links = append(links, &l)
		}
		n := len(links) - 1
		links[n].from, links[n].to = append(links[n].from, from), append(links[n].to, to)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := rows.Close(); err != nil || len(links) == 0 {
		return links, err
	}
	return links, d.identify(ctx, links)
}

// identify adds the columns of the primary keys.
func (d *database) identify(ctx context.Context, links []*link) error {
	rows, err := d.Query(ctx, `SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE
WHERE TABLE_SCHEMA = DATABASE() AND CONSTRAINT_NAME = 'PRIMARY' ORDER BY TABLE_NAME, ORDINAL_POSITION`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return err
		}
		for _, l := range links {
			if l.table == table {
				l.rows = append(l.rows, column)
			}
		}
	}
	return rows.Err()
}

// unlinked returns rows that break one foreign key.
func (d *database) unlinked(ctx context.Context, l *link, limit int) ([]engine.Orphan, error) {
	row := "''"
	if len(l.rows) > 0 {
		row = "concat_ws(', ', " + joined(l.rows, "c.", ", ") + ")"
	}
	var conditions []string
	for _, name := range l.from {
		conditions = append(conditions, "c."+quote(name)+" IS NOT NULL")
	}
	if !l.missing {
		var same []string
		for i := range l.from {
			same = append(same, "p."+quote(l.to[i])+" = c."+quote(l.from[i]))
		}
		conditions = append(conditions, "NOT EXISTS (SELECT 1 FROM "+quote(l.space)+"."+quote(l.parent)+" AS p WHERE "+strings.Join(same, " AND ")+")")
	}
	rows, err := d.Query(ctx, "SELECT "+row+" FROM "+quote(l.table)+" AS c WHERE "+strings.Join(conditions, " AND ")+" LIMIT "+strconv.Itoa(limit))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []engine.Orphan
	for rows.Next() {
		o := engine.Orphan{Table: d.foldTable(l.table), Parent: d.foldTable(l.parent)}
		if err := rows.Scan(&o.Row); err != nil {
			return nil, err
		}
		found = append(found, o)
	}
	return found, rows.Err()
}

// joined returns names as identifiers, each with something ahead.
func joined(names []string, ahead, between string) string {
	list := slices.Clone(names)
	for i, name := range list {
		list[i] = ahead + quote(name)
	}
	return strings.Join(list, between)
}
