package tracking

import (
	"cmp"
	"context"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// named is the table that applications with a runner of their own keep: one row
// for each file that was run, by its name.
var named = &Runner{
	Name:    "named",
	Columns: []string{"id", "migration_name", "applied_at"},
	Tables:  []string{"schema_migrations"},
	Formats: []string{"plain"},
	Query: func(t Table) string {
		return selecting(t, []string{text(t, "migration_name")}, "id")
	},
	Parse:  parseNamed,
	Record: recordNamed,
	Forget: forgetting(func(_ *History, n noted) ([]cell, error) {
		return []cell{{"migration_name", cmp.Or(n.row.Name, string(n.row.Version))}}, nil
	}),
	Create: createNamed,
}

func parseNamed(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		if c[0].String == "" {
			return nil, &RowError{Row: i + 1, Column: "migration_name", Reason: "is empty"}
		}
		name := shorten(c[0].String)
		row := Row{Version: version(name), Name: name, Text: show(name)}
		if string(row.Version) == name {
			row.Name = "" // a version and nothing else
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// recordNamed inserts the names in the spelling of the rows that are there. A row
// that has the version under another name does not stand for the file: the
// application will look for the file's own name.
//
// The time is written and not left to the column's default, which is the same in
// the table as described here: other applications have none.
func recordNamed(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	there := make(map[string]bool, len(h.Rows))
	for _, row := range h.Rows {
		there[row.Name] = true
		if row.Name == "" {
			there[string(row.Version)] = true
		}
	}
	style := spelling(h, all)
	var rows [][]any
	for _, m := range applied {
		names := spellings(m)
		if there[names[0]] || there[names[1]] || there[names[2]] || there[string(m.Version)] {
			continue
		}
		there[names[style]] = true
		rows = append(rows, []any{names[style], expression("CURRENT_TIMESTAMP")})
	}
	return insert(ctx, db, h, []string{"migration_name", "applied_at"}, rows)
}

// spelling returns which of the spellings the table uses: that of the newest row
// that names a file of the set. Where no row does, the newest tells whether names
// end in ".sql"; an empty table gets whole file names.
func spelling(h *History, all []*migration.Migration) int {
	style := map[string]int{}
	for _, m := range all {
		for i, name := range spellings(m) {
			if _, ok := style[name]; !ok {
				style[name] = i
			}
		}
	}
	for i := len(h.Rows) - 1; i >= 0; i-- {
		if s, ok := style[h.Rows[i].Name]; ok {
			return s
		}
	}
	if n := len(h.Rows); n > 0 && !strings.HasSuffix(h.Rows[n-1].Name, ".sql") {
		return 2
	}
	return 0
}

// createNamed makes the table as such applications do.
func createNamed(t engine.Traits, table schema.Key) []string {
	return []string{"CREATE TABLE " + quote(t, table) + " (" + t.Quote("id") + " " + t.AutoKey + ", " +
		t.Quote("migration_name") + " " + t.KeyText + " NOT NULL UNIQUE, " +
		t.Quote("applied_at") + " TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"}
}
