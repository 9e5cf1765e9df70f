package tracking

import (
	"context"
	"strconv"

	"github.com/dbmend/dbmend/migration"
)

// bun keeps a row for each migration, by the digits of its file. Those of one run are
// a group, which is what its rollback takes back. (migrate/migration.go, migrator.go)
//
// Unless told otherwise, bun writes the row before it runs the migration, so that a row
// may be there of one that has failed. Nothing in the table tells it from others.
var bun = &Runner{
	Name:       "bun",
	Columns:    []string{"id", "name", "group_id", "migrated_at"},
	Tables:     []string{"bun_migrations"},
	Companions: []string{"bun_migration_locks"},
	Formats:    []string{"bun"},
	Query: func(t Table) string {
		return selecting(t, []string{number(t, "id"), text(t, "name"), number(t, "group_id")}, "id")
	},
	Parse:  parseBun,
	Key:    digitsOf,
	Record: recordBun,
	Forget: forgetting(func(h *History, n noted) ([]cell, error) {
		id, err := h.number(migration.Version(n.row.ID))
		return []cell{{"id", id}}, err
	}),
	Create: creating(dialect{
		`CREATE TABLE %s ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" VARCHAR, "group_id" INTEGER, "migrated_at" TIMESTAMP NOT NULL DEFAULT current_timestamp)`,
		`CREATE TABLE %s ("id" BIGSERIAL NOT NULL, "name" VARCHAR, "group_id" BIGINT, "migrated_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp, PRIMARY KEY ("id"))`,
		"CREATE TABLE %s (`id` BIGINT NOT NULL AUTO_INCREMENT, `name` VARCHAR(255), `group_id` BIGINT, `migrated_at` DATETIME NOT NULL DEFAULT current_timestamp, PRIMARY KEY (`id`))",
	}),
}

func parseBun(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		if _, err := strconv.ParseInt(c[0].String, 10, 64); err != nil {
			return nil, &RowError{Row: i + 1, Column: "id", Reason: wants(c[0], "a number")}
		}
		if c[1].String == "" {
			return nil, &RowError{Row: i + 1, Column: "name", Reason: "is empty"}
		}
		name := shorten(c[1].String)
		row := Row{Version: version(name), Key: name, ID: c[0].String, Text: "migration " + show(name)}
		if string(row.Version) != name {
			row.Version, row.Name = "", name
		}
		if _, err := strconv.ParseInt(c[2].String, 10, 64); err == nil {
			row.Text += " of group " + c[2].String
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// recordBun inserts the migrations as one group.
func recordBun(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil || len(t.fresh) == 0 {
		return err
	}
	group, err := highest(ctx, db, h, "group_id")
	if err != nil {
		return err
	}
	var rows [][]any
	for _, m := range t.fresh {
		rows = append(rows, []any{digitsOf(m), group + 1})
	}
	return insert(ctx, db, h, []string{"name", "group_id"}, rows)
}
