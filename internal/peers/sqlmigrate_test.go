package peers

import (
	"fmt"
	"io/fs"
	"net/http"
	"testing"

	sqlmigrate "github.com/rubenv/sql-migrate"
)

var sqlMigrate = tool{
	name:   "sql-migrate",
	format: "sql-migrate",
	table:  "gorp_migrations",
	file: func(m step) map[string]string {
		return map[string]string{
			fmt.Sprintf("%03d-%s.sql", m.number, m.name): "-- +migrate Up\n" + script(m.up) + "-- +migrate Down\n" + script(m.down),
		}
	},
	open: func(_ *testing.T, db database, folder fs.FS) runner {
		dialect := map[string]string{"sqlite": "sqlite3", "postgres": "postgres", "mariadb": "mysql"}[db.name]
		return sqlMigrateRunner{db, dialect, sqlmigrate.HttpFileSystemMigrationSource{FileSystem: http.FS(folder)}}
	},
	engines: all,
}

type sqlMigrateRunner struct {
	db      database
	dialect string
	source  sqlmigrate.MigrationSource
}

func (r sqlMigrateRunner) up(*testing.T) error {
	_, err := sqlmigrate.Exec(r.db.DB, r.dialect, r.source, sqlmigrate.Up)
	return err
}

func (r sqlMigrateRunner) down(*testing.T) error {
	_, err := sqlmigrate.ExecMax(r.db.DB, r.dialect, r.source, sqlmigrate.Down, 1)
	return err
}

func (r sqlMigrateRunner) applied(t *testing.T) []bool {
	t.Helper()
	files, err := r.source.FindMigrations()
	if err != nil {
		t.Fatal(err)
	}
	records, err := sqlmigrate.GetMigrationRecords(r.db.DB, r.dialect)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, record := range records {
		if record.AppliedAt.IsZero() {
			t.Errorf("%s is applied at no time", record.Id)
		}
		ids[record.Id] = true
	}
	applied := make([]bool, len(files))
	for i, f := range files {
		applied[i] = ids[f.Id]
		delete(ids, f.Id)
	}
	for id := range ids {
		t.Errorf("%s is applied, and there is no such file", id)
	}
	return applied
}
