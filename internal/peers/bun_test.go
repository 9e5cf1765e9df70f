package peers

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	bunorm "github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	bunmigrate "github.com/uptrace/bun/migrate"
	"github.com/uptrace/bun/schema"
)

var bun = tool{
	name:   "bun",
	format: "bun",
	table:  "bun_migrations",
	file: func(m step) map[string]string {
		base := fmt.Sprintf("2024010100000%d_%s.tx.", m.number, m.name)
		between := "\n--bun:split\n"
		return map[string]string{base + "up.sql": strings.Join(m.up, between), base + "down.sql": strings.Join(m.down, between)}
	},
	open: func(t *testing.T, db database, folder fs.FS) runner {
		dialect := map[string]func() schema.Dialect{
			"sqlite":   func() schema.Dialect { return sqlitedialect.New() },
			"postgres": func() schema.Dialect { return pgdialect.New() },
			"mariadb":  func() schema.Dialect { return mysqldialect.New() },
		}[db.name]()
		files := bunmigrate.NewMigrations()
		if err := files.Discover(folder); err != nil {
			t.Fatal(err)
		}
		m := bunmigrate.NewMigrator(bunorm.NewDB(db.DB, dialect), files, bunmigrate.WithMarkAppliedOnSuccess(true))
		if err := m.Init(t.Context()); err != nil {
			t.Fatal(err)
		}
		return bunRunner{m}
	},
	engines: all,
}

type bunRunner struct{ *bunmigrate.Migrator }

func (r bunRunner) up(t *testing.T) error {
	_, err := r.Migrate(t.Context())
	return err
}

// down reverts the newest group, which is one migration if it was run alone.
func (r bunRunner) down(t *testing.T) error {
	_, err := r.Rollback(t.Context())
	return err
}

func (r bunRunner) applied(t *testing.T) []bool {
	t.Helper()
	files, err := r.MigrationsWithStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var applied []bool
	for _, f := range files {
		applied = append(applied, f.IsApplied())
	}
	return applied
}
