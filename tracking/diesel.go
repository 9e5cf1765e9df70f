package tracking

import (
	"cmp"
	"context"

	"github.com/dbmend/dbmend/migration"
)

// diesel keeps a set of versions, as texts: what the name of a folder begins with,
// without hyphens. (diesel/src/migration/setup_migration_table.sql)
var diesel = &Runner{
	Name:    "Diesel",
	Columns: []string{"version", "run_on"},
	Tables:  []string{"__diesel_schema_migrations"},
	Formats: []string{"diesel"},
	Query: func(t Table) string {
		return selecting(t, []string{text(t, "version")}, "version")
	},
	Parse:  parseDiesel,
	Key:    digitsOf,
	Record: recordDiesel,
	Forget: forgetting(func(_ *History, n noted) ([]cell, error) {
		return []cell{{"version", n.row.Key}}, nil
	}),
	Create: creating(dialect{createDiesel, createDiesel, createDiesel}),
}

const createDiesel = `CREATE TABLE %s (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)`

func parseDiesel(cells [][]Cell) ([]Row, error) {
	rows, err := parseDbmate(cells)
	for i := range rows {
		rows[i].Key = cmp.Or(string(rows[i].Version), rows[i].Name)
	}
	return rows, err
}

func recordDiesel(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, m := range t.fresh {
		rows = append(rows, []any{digitsOf(m)})
	}
	return insert(ctx, db, h, []string{"version"}, rows)
}
