package peers

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"

	sqlmigrate "github.com/rubenv/sql-migrate"
)

var sqlMigrate = Tool{
	Name:    "sql-migrate",
	Engines: everywhere,
	Files: func(m Migration) map[string]string {
		return map[string]string{fmt.Sprintf("%05d-table.sql", m.Number): "-- +migrate Up\n" + m.Script()}
	},
	Open: func(db Database, folder fs.FS) (Runner, error) {
		dialect := map[string]string{"sqlite": "sqlite3", "postgres": "postgres", "mariadb": "mysql"}[db.Engine]
		return sqlMigrateRunner{db, dialect, sqlmigrate.HttpFileSystemMigrationSource{FileSystem: http.FS(folder)}}, nil
	},
}

type sqlMigrateRunner struct {
	db      Database
	dialect string
	source  sqlmigrate.MigrationSource
}

func (r sqlMigrateRunner) Up(ctx context.Context) error {
	_, err := sqlmigrate.ExecContext(ctx, r.db.DB, r.dialect, r.source, sqlmigrate.Up)
	return err
}

func (r sqlMigrateRunner) Close() error { return nil }
