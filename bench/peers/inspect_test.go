package peers

import (
	"os/exec"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// BenchmarkInspect: the whole schema is read, beside the server's own program that
// writes it down; SQLite's own is one query of its catalogue.
func BenchmarkInspect(b *testing.B) {
	each(b, func(b *testing.B, engine string) {
		history := History(1, *number)
		address := empty(b, engine)
		db := reach(b, engine, address)
		if err := Run(b.Context(), db, history); err != nil {
			b.Fatal(err)
		}
		d, err := Engines[engine].Connect(b.Context(), db.DB)
		if err != nil {
			b.Fatal(err)
		}
		defer d.Close()
		race(b, "The schema is inspected", row(engine, history),
			contestant{"dump", func(b *testing.B) (func() error, func()) {
				return func() error { return dump(b, db) }, nil
			}, 0},
			contestant{"dbmend", func(b *testing.B) (func() error, func()) {
				return func() error {
					s, err := d.Inspect(b.Context())
					if err == nil && s.Len() < 5**number {
						b.Fatalf("%d objects", s.Len())
					}
					return err
				}, nil
			}, 0})
	})
}

// dump writes the schema down without its rows, and throws it away.
func dump(b *testing.B, db Database) error {
	switch db.Engine {
	case "postgres":
		return exec.CommandContext(b.Context(), "pg_dump", "--schema-only", "--dbname="+db.Address).Run()
	case "mariadb":
		c, err := mysql.ParseDSN(db.Address)
		if err != nil {
			return err
		}
		server := "--host=" + c.Addr
		if c.Net == "unix" {
			server = "--socket=" + c.Addr
		}
		return exec.CommandContext(b.Context(), "mariadb-dump", "--no-defaults", "--no-data", "--user="+c.User, server, c.DBName).Run()
	}
	rows, err := db.QueryContext(b.Context(), "SELECT type, name, tbl_name, sql FROM sqlite_schema")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, name, table, text any
		if err := rows.Scan(&kind, &name, &table, &text); err != nil {
			return err
		}
	}
	return rows.Err()
}
