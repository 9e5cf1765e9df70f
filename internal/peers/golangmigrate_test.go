package peers

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/golang-migrate/migrate/v4"
	driver "github.com/golang-migrate/migrate/v4/database"
	migratemysql "github.com/golang-migrate/migrate/v4/database/mysql"
	migratepgx "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	migratesqlite "github.com/golang-migrate/migrate/v4/database/sqlite"
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

var golangMigrate = tool{
	name:   "golang-migrate",
	format: "golang-migrate",
	table:  "schema_migrations",
	file: func(m step) map[string]string {
		base := fmt.Sprintf("%06d_%s.", m.number, m.name)
		return map[string]string{base + "up.sql": script(m.up), base + "down.sql": script(m.down)}
	},
	open:    openGolangMigrate,
	engines: all,
}

func openGolangMigrate(t *testing.T, db database, folder fs.FS) runner {
	source, err := iofs.New(folder, ".")
	if err != nil {
		t.Fatal(err)
	}
	var d driver.Driver
	// It closes the pool that it is given.
	own := db.again(t)
	switch db.name {
	case "sqlite":
		d, err = migratesqlite.WithInstance(own, &migratesqlite.Config{})
	case "postgres":
		d, err = migratepgx.WithInstance(own, &migratepgx.Config{})
	case "mariadb":
		d, err = migratemysql.WithInstance(own, &migratemysql.Config{})
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := migrate.NewWithInstance("files", source, db.name, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	files, err := fs.Glob(folder, "*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	return golangMigrateRunner{m, len(files)}
}

type golangMigrateRunner struct {
	*migrate.Migrate
	count int // of the files
}

func (r golangMigrateRunner) up(t *testing.T) error {
	if err := r.Up(); !errors.Is(err, migrate.ErrNoChange) {
		return err
	}
	return nil
}

func (r golangMigrateRunner) down(*testing.T) error { return r.Steps(-1) }

func (r golangMigrateRunner) applied(t *testing.T) []bool {
	t.Helper()
	at, dirty, err := r.Version()
	if err != nil || dirty {
		t.Errorf("version %d, dirty %t: %v", at, dirty, err)
	}
	applied := make([]bool, r.count)
	for i := range applied {
		applied[i] = i < int(at)
	}
	return applied
}
