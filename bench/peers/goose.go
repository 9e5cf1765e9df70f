package peers

import (
	"context"
	"fmt"
	"io/fs"

	goosetool "github.com/pressly/goose/v3"
)

var goose = Tool{
	Name:    "goose",
	Engines: everywhere,
	Files: func(m Migration) map[string]string {
		return map[string]string{fmt.Sprintf("%05d_table.sql", m.Number): "-- +goose Up\n" + m.Script()}
	},
	Open: func(db Database, folder fs.FS) (Runner, error) {
		dialect := map[string]goosetool.Dialect{
			"sqlite": goosetool.DialectSQLite3, "postgres": goosetool.DialectPostgres, "mariadb": goosetool.DialectMySQL,
		}[db.Engine]
		p, err := goosetool.NewProvider(dialect, db.DB, folder)
		return gooseRunner{p}, err
	},
}

type gooseRunner struct{ *goosetool.Provider }

func (r gooseRunner) Up(ctx context.Context) error {
	_, err := r.Provider.Up(ctx)
	return err
}

// Close leaves the database open, which the provider would close.
func (r gooseRunner) Close() error { return nil }
