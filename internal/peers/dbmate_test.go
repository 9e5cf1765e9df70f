package peers

import (
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	dbmatetool "github.com/amacneil/dbmate/v2/pkg/dbmate"
	_ "github.com/amacneil/dbmate/v2/pkg/driver/mysql"
	_ "github.com/amacneil/dbmate/v2/pkg/driver/postgres"
	"github.com/go-sql-driver/mysql"
)

var dbmate = tool{
	name:   "dbmate",
	format: "dbmate",
	table:  "schema_migrations",
	file: func(m step) map[string]string {
		return map[string]string{
			fmt.Sprintf("2024010100000%d_%s.sql", m.number, m.name): "-- migrate:up\n" + script(m.up) + "\n-- migrate:down\n" + script(m.down),
		}
	},
	open: func(t *testing.T, db database, folder fs.FS) runner {
		d := dbmatetool.New(dbmateURL(t, db))
		d.FS, d.MigrationsDir, d.AutoDumpSchema, d.Log = folder, []string{"."}, false, io.Discard
		return dbmateRunner{d}
	},
	engines: dbmateEngines,
}

// dbmateURL returns the address of a database as dbmate wants it.
func dbmateURL(t *testing.T, db database) *url.URL {
	t.Helper()
	address := db.address
	switch db.name {
	case "sqlite":
		address = "sqlite:" + address
	case "mariadb":
		c, err := mysql.ParseDSN(address)
		if err != nil {
			t.Fatal(err)
		}
		u := url.URL{Scheme: "mysql", User: url.UserPassword(c.User, c.Passwd), Host: c.Addr, Path: "/" + c.DBName}
		if c.Net == "unix" {
			u.Host, u.RawQuery = "", url.Values{"socket": {c.Addr}}.Encode()
		}
		return &u
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if folder := u.Query().Get("host"); db.name == "postgres" && strings.HasPrefix(folder, "/") {
		u.RawQuery = url.Values{"socket": {folder}}.Encode()
	}
	return u
}

type dbmateRunner struct{ *dbmatetool.DB }

func (r dbmateRunner) up(*testing.T) error { return r.Migrate() }

func (r dbmateRunner) down(*testing.T) error { return r.Rollback() }

func (r dbmateRunner) applied(t *testing.T) []bool {
	t.Helper()
	files, err := r.FindMigrations()
	if err != nil {
		t.Fatal(err)
	}
	var applied []bool
	for _, f := range files {
		applied = append(applied, f.Applied)
	}
	return applied
}
