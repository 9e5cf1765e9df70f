package mysql

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// spatial are words of which one is in the type of each column that holds places.
var spatial = []string{"geometry", "point", "linestring", "polygon"}

// systems adds to tables the reference systems of their columns, which MariaDB keeps and does not
// print. It is asked only if there is such a column: it opens each table for it.
func (d *database) systems(ctx context.Context, list []listing, answers []printed) error {
	if d.traits.Flavor.Vendor != mariaDB {
		return nil // MySQL prints them
	}
	tables := map[string]*printed{}
	for i := range list {
		text := answers[i].text
		if list[i].kind == schema.Table && slices.ContainsFunc(spatial, func(word string) bool { return strings.Contains(text, word) }) {
			tables[list[i].name] = &answers[i]
		}
	}
	if len(tables) == 0 {
		return nil
	}
	const query = "SELECT G_TABLE_NAME, G_GEOMETRY_COLUMN, SRID FROM information_schema.GEOMETRY_COLUMNS WHERE G_TABLE_SCHEMA = DATABASE() AND SRID <> 0"
	return d.each(ctx, query, func(rows *sql.Rows) error {
		var table, column, number string
		if err := rows.Scan(&table, &column, &number); err != nil {
			return err
		}
		if p := tables[table]; p != nil {
			if p.systems == nil {
				p.systems = map[string]string{}
			}
			p.systems[column] = number
		}
		return nil
	})
}

// refer gives the columns of a table their reference systems, behind their types, where the server
// reads them.
func (t *table) refer(systems map[string]string) {
	for i := range t.columns {
		c := &t.columns[i]
		if number := systems[c.name]; number != "" && len(c.text) > 1 {
			system := tokenize("REF_SYSTEM_ID=" + number)
			c.kind += " " + spelled(system)
			c.text = slices.Concat(c.text[:2], system, c.text[2:])
		}
	}
}
