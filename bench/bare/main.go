// Command bare runs the statements of a folder of migrations on a SQLite file,
// one by one in one transaction, and nothing else: the physical limit that
// bench/process holds dbmend against.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bare FOLDER FILE")
		os.Exit(64)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder, file string) error {
	set, err := migration.Load(os.DirFS(folder), sqlite.Engine{}, migration.LoadOptions{})
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	exec := func(statement string) error {
		_, err := conn.ExecContext(ctx, statement)
		return err
	}
	if err := exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, m := range set.Migrations {
		for i := range m.Statements {
			if err := exec(m.Statements[i].Text); err != nil {
				return fmt.Errorf("%s: %w", m.Path, err)
			}
		}
	}
	return exec("COMMIT")
}
