package tracking

import (
	"context"

	"github.com/dbmend/dbmend/migration"
)

// sqlMigrate keeps a row for each migration, by the whole name of its file. It calls
// the table after the library that it uses. (migrate.go, gorp's dialects)
var sqlMigrate = &Runner{
	Name:    "sql-migrate",
	Columns: []string{"id", "applied_at"},
	Tables:  []string{"gorp_migrations"},
	Plain:   true,
	Formats: []string{"sql-migrate"},
	Query: func(t Table) string {
		return selecting(t, []string{text(t, "id")}, "id")
	},
	Parse:  parseSQLMigrate,
	Key:    fileOf,
	Record: recordSQLMigrate,
	Forget: forgetting(func(_ *History, n noted) ([]cell, error) {
		return []cell{{"id", n.row.Key}}, nil
	}),
	Create: creating(dialect{
		`CREATE TABLE %s ("id" varchar(255) not null primary key, "applied_at" datetime)`,
		`CREATE TABLE %s ("id" text not null primary key, "applied_at" timestamp with time zone)`,
		"CREATE TABLE %s (`id` varchar(255) not null primary key, `applied_at` datetime) engine=InnoDB charset=UTF8",
	}),
}

func parseSQLMigrate(cells [][]Cell) ([]Row, error) {
	rows := make([]Row, 0, len(cells))
	for i, c := range cells {
		if c[0].String == "" {
			return nil, &RowError{Row: i + 1, Column: "id", Reason: "is empty"}
		}
		name := shorten(c[0].String)
		rows = append(rows, Row{Version: version(name), Name: name, Key: name, Text: show(name)})
	}
	return rows, nil
}

func recordSQLMigrate(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error {
	t, err := h.todo(all, applied)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, m := range t.fresh {
		rows = append(rows, []any{fileOf(m), expression("CURRENT_TIMESTAMP")})
	}
	return insert(ctx, db, h, []string{"id", "applied_at"}, rows)
}
