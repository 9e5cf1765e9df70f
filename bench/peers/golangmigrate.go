package peers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/golang-migrate/migrate/v4"
	driver "github.com/golang-migrate/migrate/v4/database"
	migratemysql "github.com/golang-migrate/migrate/v4/database/mysql"
	migratepgx "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	migratesqlite "github.com/golang-migrate/migrate/v4/database/sqlite"
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

var golangMigrate = Tool{
	Name:    "golang-migrate",
	Engines: everywhere,
	Files: func(m Migration) map[string]string {
		return map[string]string{fmt.Sprintf("%06d_table.up.sql", m.Number): m.Script()}
	},
	Open: func(db Database, folder fs.FS) (Runner, error) {
		source, err := iofs.New(folder, ".")
		if err != nil {
			return nil, err
		}
		var d driver.Driver
		switch db.Engine {
		case "sqlite":
			d, err = migratesqlite.WithInstance(db.DB, &migratesqlite.Config{})
		case "postgres":
			d, err = migratepgx.WithInstance(db.DB, &migratepgx.Config{})
		case "mariadb":
			d, err = migratemysql.WithInstance(db.DB, &migratemysql.Config{})
		}
		if err != nil {
			return nil, err
		}
		m, err := migrate.NewWithInstance("files", source, db.Engine, d)
		return golangMigrateRunner{m}, err
	},
}

type golangMigrateRunner struct{ *migrate.Migrate }

func (r golangMigrateRunner) Up(context.Context) error {
	if err := r.Migrate.Up(); !errors.Is(err, migrate.ErrNoChange) {
		return err
	}
	return nil
}

// Close closes the database too, as golang-migrate does.
func (r golangMigrateRunner) Close() error {
	source, database := r.Migrate.Close()
	return errors.Join(source, database)
}
