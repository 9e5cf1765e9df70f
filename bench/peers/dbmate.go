package peers

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"

	dbmatetool "github.com/amacneil/dbmate/v2/pkg/dbmate"
	_ "github.com/amacneil/dbmate/v2/pkg/driver/mysql"    // MariaDB, by dbmate's own way to open it
	_ "github.com/amacneil/dbmate/v2/pkg/driver/postgres" // PostgreSQL, likewise
	"github.com/go-sql-driver/mysql"
)

// dbmate opens a connection of its own for every Up, by drivers of its own choice.
var dbmate = Tool{
	Name:    "dbmate",
	Engines: dbmateEngines,
	Files: func(m Migration) map[string]string {
		return map[string]string{fmt.Sprintf("%014d_table.sql", 20240101000000+m.Number): "-- migrate:up\n" + m.Script() + "\n-- migrate:down\n"}
	},
	Open: func(db Database, folder fs.FS) (Runner, error) {
		address, err := dbmateURL(db)
		if err != nil {
			return nil, err
		}
		d := dbmatetool.New(address)
		d.FS, d.MigrationsDir, d.AutoDumpSchema, d.Log = folder, []string{"."}, false, io.Discard
		return dbmateRunner{d}, nil
	},
}

// dbmateURL returns the address of a database as dbmate wants it.
func dbmateURL(db Database) (*url.URL, error) {
	switch db.Engine {
	case "sqlite":
		return url.Parse("sqlite:" + db.Address)
	case "mariadb":
		c, err := mysql.ParseDSN(db.Address)
		if err != nil {
			return nil, err
		}
		u := &url.URL{Scheme: "mysql", User: url.UserPassword(c.User, c.Passwd), Host: c.Addr, Path: "/" + c.DBName}
		if c.Net == "unix" {
			u.Host, u.RawQuery = "", url.Values{"socket": {c.Addr}}.Encode()
		}
		return u, nil
	}
	u, err := url.Parse(db.Address)
	if err != nil {
		return nil, err
	}
	if folder := u.Query().Get("host"); strings.HasPrefix(folder, "/") {
		u.RawQuery = url.Values{"socket": {folder}}.Encode()
	}
	return u, nil
}

type dbmateRunner struct{ *dbmatetool.DB }

func (r dbmateRunner) Up(context.Context) error { return r.Migrate() }

func (r dbmateRunner) Close() error { return nil }
