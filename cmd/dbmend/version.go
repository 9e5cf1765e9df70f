package main

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/dbmend/dbmend"
)

func (a *app) versionCommand() *cobra.Command {
	return a.command("version", "print the versions of dbmend and of what is built into it",
		"version prints the versions of dbmend and of what is built into it.", noArguments,
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
	return &result{view: v, show: func(out *screen) {
		out.line("dbmend ", v.Version)
		out.line("SQLite ", v.SQLite)
		out.line(v.Go, " ", v.Platform)
	}}, nil
}
