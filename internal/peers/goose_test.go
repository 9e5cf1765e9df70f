package peers

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	goosetool "github.com/pressly/goose/v3"
)

var goose = tool{
	name:   "goose",
	format: "goose",
	table:  "goose_db_version",
	file: func(m step) map[string]string {
		return map[string]string{
			fmt.Sprintf("%05d_%s.sql", m.number, m.name): "-- +goose Up\n" + script(m.up) + "-- +goose Down\n" + script(m.down),
		}
	},
	open: func(t *testing.T, db database, folder fs.FS) runner {
		dialect := map[string]goosetool.Dialect{
			"sqlite": goosetool.DialectSQLite3, "postgres": goosetool.DialectPostgres, "mariadb": goosetool.DialectMySQL,
		}[db.name]
		p, err := goosetool.NewProvider(dialect, db.DB, folder)
		if err != nil {
			t.Fatal(err)
		}
		return gooseRunner{p}
	},
	engines: all,
}

type gooseRunner struct{ *goosetool.Provider }

func (r gooseRunner) up(t *testing.T) error {
	_, err := r.Up(t.Context())
	var partial *goosetool.PartialError
	if errors.As(err, &partial) {
		return partial.Err
	}
	return err
}

func (r gooseRunner) down(t *testing.T) error {
	_, err := r.Down(t.Context())
	return err
}

func (r gooseRunner) applied(t *testing.T) []bool {
	t.Helper()
	status, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var applied []bool
	for _, s := range status {
		applied = append(applied, s.State == goosetool.StateApplied)
	}
	return applied
}
