package peers

import (
	"context"
	"io/fs"
)

// Run runs the statements of a history one by one: in one transaction where the
// engine undoes statements on the schema, and each by itself in MariaDB, which
// commits them as they go. It is the limit of whoever runs them and does more.
func Run(ctx context.Context, db Database, history []Migration) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var statements []string
	for _, m := range history {
		statements = append(statements, m.Statements...)
	}
	switch db.Engine {
	case "sqlite":
		statements = append(append([]string{"BEGIN IMMEDIATE"}, statements...), "COMMIT")
	case "postgres":
		statements = append(append([]string{"BEGIN"}, statements...), "COMMIT")
	}
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Look reads one row of the history's first table. It is the limit of whoever finds
// out that there is nothing to do.
func Look(ctx context.Context, db Database) error {
	var id any
	return db.QueryRowContext(ctx, "SELECT max(id) FROM table_1").Scan(&id)
}

// ReadAll lists a folder and reads every file in it.
func ReadAll(folder fs.FS) error {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := fs.ReadFile(folder, e.Name()); err != nil {
			return err
		}
	}
	return nil
}
