package peers

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// Engines are dbmend's, by name.
var Engines = map[string]engine.Engine{"sqlite": sqlite.Engine{}, "postgres": postgres.Engine{}, "mariadb": mysql.Engine{}}

var dbmendTool = Tool{
	Name:    "dbmend",
	Engines: everywhere,
	Files: func(m Migration) map[string]string {
		return map[string]string{fmt.Sprintf("%06d_table.sql", m.Number): m.Script()}
	},
	Open: func(db Database, folder fs.FS) (Runner, error) {
		m, err := dbmend.New(db.DB, Engines[db.Engine], folder)
		return dbmendRunner{m}, err
	},
	Once: func(ctx context.Context, db Database, folder fs.FS) error {
		_, err := dbmend.Up(ctx, db.DB, Engines[db.Engine], folder)
		return err
	},
}

type dbmendRunner struct{ *dbmend.Migrator }

func (r dbmendRunner) Up(ctx context.Context) error {
	_, err := r.Migrator.Up(ctx)
	return err
}

func (r dbmendRunner) Close() error { return nil }
