package sqlite

import (
	"context"
	"strings"
)

// Virtual tables keep their data in tables of their own, their shadows, which
// come and go with them and are nobody else's business.

// endings are those of the shadows' names by module, for databases whose modules
// the connection lacks.
var endings = map[string][]string{
	"fts3":    {"content", "segments", "segdir", "docsize", "stat"},
	"fts4":    {"content", "segments", "segdir", "docsize", "stat"},
	"fts5":    {"data", "idx", "content", "docsize", "config"},
	"rtree":   {"node", "rowid", "parent"},
	"geopoly": {"node", "rowid", "parent"},
}

// modules returns the modules of the virtual tables among the rows by the tables'
// folded names; "" for one whose text cannot be read.
func (c *catalogue) modules() map[string]string {
	var found map[string]string
	for i := range c.rows {
		r := &c.rows[i]
		if !r.virtual || !r.own() {
			continue
		}
		if found == nil {
			found = map[string]string{}
		}
		name := fold(r.name)
		found[name] = ""
		if d := c.tables[name]; d != nil {
			found[name], _, _ = strings.Cut(d.using, "(")
		}
	}
	return found
}

// readShadows returns the folded names that the shadows of the virtual tables
// have, whether they are there or not. Without virtual tables it asks nobody.
func readShadows(ctx context.Context, q querier, modules map[string]string) (map[string]bool, error) {
	if len(modules) == 0 {
		return nil, nil
	}
	shadows := map[string]bool{}
	for table, module := range modules {
		for _, ending := range endings[module] {
			shadows[table+"_"+ending] = true
		}
	}
	rows, err := q.QueryContext(ctx, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")
	if err != nil {
		if strings.Contains(err.Error(), "no such table") { // SQLite before 3.37
			return shadows, nil
		}
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		shadows[fold(name)] = true
	}
	return shadows, rows.Err()
}

// mayBeShadow reports whether the name is that of a virtual table with something
// behind it, as the names of all shadows are.
func mayBeShadow(table string, modules map[string]string) bool {
	for i := range table {
		if table[i] == '_' {
			if _, ok := modules[table[:i]]; ok {
				return true
			}
		}
	}
	return false
}
