package main

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/engine/sqlite"
)

func (a *app) versionCommand() *cobra.Command {
	return a.command("version", "print the versions of dbmend and of what is built into it",
		"version prints the versions of dbmend and of what is built into it: its engines and\ntheir drivers.", noArguments,
		verb{name: "version", do: a.version, bare: true, loud: true})
}

func (a *app) version(ctx context.Context, _ *call) (*result, error) {
	v := versionView{Version: dbmend.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&v.SQLite); err != nil {
		return nil, fmt.Errorf("ask SQLite for its version: %w", err)
	}
	v.Engines = engines(v.SQLite)
	return &result{view: v, show: func(out *screen) {
		out.line("dbmend ", v.Version)
		t := &table{}
		for _, e := range v.Engines {
			t.row(e.Servers, e.Driver+" "+e.DriverVersion)
		}
		t.print(out)
		out.line(v.Go, " ", v.Platform)
	}}, nil
}

// engines returns what is built in.
func engines(sqliteVersion string) []engineView {
	all := []engineView{
		{Name: sqlite.Engine{}.Name(), Servers: "SQLite " + sqliteVersion, Driver: "modernc.org/sqlite"},
		{Name: postgres.Engine{}.Name(), Servers: "PostgreSQL 13 and later", Driver: "github.com/jackc/pgx/v5"},
		{Name: mysql.Engine{}.Name(), Servers: "MariaDB 10.6 and later, MySQL 8.0 and later", Driver: "github.com/go-sql-driver/mysql"},
	}
	built, ok := debug.ReadBuildInfo()
	if !ok {
		return all
	}
	for i := range all {
		for _, module := range built.Deps {
			if module.Path == all[i].Driver {
				all[i].DriverVersion = module.Version
			}
		}
	}
	return all
}
