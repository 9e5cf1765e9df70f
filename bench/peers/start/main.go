// Command start is an application that starts: it opens a database, migrates it with
// one of the tools, and ends.
//
//	start TOOL ENGINE ADDRESS FOLDER
//
// The tool "limit" lists the folder, reads the files, and reads one row. All tools
// are linked in either way, so that nobody is charged for the size of the program.
package main

import (
	"context"
	"fmt"
	"os"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend/bench/peers"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: start TOOL ENGINE ADDRESS FOLDER")
		os.Exit(64)
	}
	if err := start(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, tool, engine, address, folder string) error {
	db, err := peers.Open(engine, address)
	if err != nil {
		return err
	}
	defer db.Close()
	files := os.DirFS(folder)
	if tool == "limit" {
		if err := peers.ReadAll(files); err != nil {
			return err
		}
		return peers.Look(ctx, db)
	}
	for _, t := range peers.Tools {
		if t.Name == tool {
			_, err := t.Start(ctx, db, files)
			return err
		}
	}
	return fmt.Errorf("no tool is called %q", tool)
}
