package peers

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var (
	sizes   = flag.String("sizes", "100,1000,5000", "how many migrations are applied where a start finds nothing to do")
	engines = flag.String("engines", strings.Join(everywhere, ","), "the engines to measure")
	number  = flag.Int("number", 1000, "how many migrations a fresh install has, and how many databases a fleet")
)

// each runs a benchmark for every engine that is asked for.
func each(b *testing.B, fn func(b *testing.B, engine string)) {
	for engine := range strings.SplitSeq(*engines, ",") {
		b.Run(engine, func(b *testing.B) { fn(b, engine) })
	}
}

// eachSize runs a benchmark for every engine and every number of applied migrations.
func eachSize(b *testing.B, fn func(b *testing.B, engine string, applied []Migration)) {
	each(b, func(b *testing.B, engine string) {
		for size := range strings.SplitSeq(*sizes, ",") {
			n, err := strconv.Atoi(size)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(size, func(b *testing.B) { fn(b, engine, History(1, n)) })
		}
	})
}

// row names a row of a table.
func row(engine string, history []Migration) string {
	return fmt.Sprintf("%s, %d migrations", map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL", "mariadb": "MariaDB"}[engine], len(history))
}

// known returns the tools that know an engine.
func known(engine string) []Tool {
	var list []Tool
	for _, t := range Tools {
		if t.Knows(engine) {
			list = append(list, t)
		}
	}
	return list
}

// BenchmarkNothingToDo: starts of an application whose database is up to date.
func BenchmarkNothingToDo(b *testing.B) {
	eachSize(b, func(b *testing.B, engine string, applied []Migration) {
		addresses := settled(b, engine, applied)
		b.Run("ready", func(b *testing.B) { ready(b, engine, applied, addresses) })
		b.Run("closed", func(b *testing.B) { closed(b, engine, applied, addresses) })
		b.Run("process", func(b *testing.B) { process(b, engine, applied, addresses) })
	})
}

// ready measures Up on an object that is there and a database that is open. The
// limit reads one row.
func ready(b *testing.B, engine string, applied []Migration, addresses map[string]string) {
	const often = 9
	db := reach(b, engine, addresses["dbmend"])
	list := []contestant{{"one row", func(*testing.B) (func() error, func()) {
		return func() error { return Look(b.Context(), db) }, nil
	}, often}}
	for _, tool := range known(engine) {
		db := reach(b, engine, addresses[tool.Name])
		r := openRunner(b, tool, db, tool.Folder(applied))
		defer end(r, db)
		up(b, r)
		list = append(list, contestant{tool.Name, func(*testing.B) (func() error, func()) {
			return func() error { return r.Up(b.Context()) }, nil
		}, often})
	}
	race(b, "Nothing to do, on a ready object", row(engine, applied), list...)
}

// closed measures from an embedded file system and a closed database to the end of
// Up. The limit reads the files and one row.
func closed(b *testing.B, engine string, applied []Migration, addresses map[string]string) {
	const often = 3
	folder := dbmendTool.Folder(applied)
	list := []contestant{{"files and one row", func(*testing.B) (func() error, func()) {
		var db Database
		return func() (err error) {
			if db, err = Open(engine, addresses["dbmend"]); err != nil {
				return err
			}
			if err := ReadAll(folder); err != nil {
				return err
			}
			return Look(b.Context(), db)
		}, func() { db.Close() }
	}, often}}
	for _, tool := range known(engine) {
		folder := tool.Folder(applied)
		list = append(list, contestant{tool.Name, func(*testing.B) (func() error, func()) {
			var db Database
			var r Runner
			return func() (err error) {
				if db, err = Open(engine, addresses[tool.Name]); err != nil {
					return err
				}
				r, err = tool.Start(b.Context(), db, folder)
				return err
			}, func() { end(r, db) }
		}, often})
	}
	race(b, "Nothing to do, from a closed database", row(engine, applied), list...)
}

// process measures a process that starts, finds nothing to do, and ends. The limit
// lists the folder, reads the files, opens the database and reads one row.
func process(b *testing.B, engine string, applied []Migration, addresses map[string]string) {
	program := filepath.Join(b.TempDir(), "start")
	if out, err := exec.Command("go", "build", "-o", program, "./start").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	start := func(name, address string, folder *Folder) contestant {
		files := write(b, folder)
		return contestant{name, func(b *testing.B) (func() error, func()) {
			return exec.CommandContext(b.Context(), program, name, engine, address, files).Run, nil
		}, 3}
	}
	list := []contestant{start("limit", addresses["dbmend"], dbmendTool.Folder(applied))}
	for _, tool := range known(engine) {
		list = append(list, start(tool.Name, addresses[tool.Name], tool.Folder(applied)))
	}
	race(b, "Nothing to do, as a process", row(engine, applied), list...)
}

// write puts files into a folder on disk, and returns it.
func write(b *testing.B, folder *Folder) string {
	b.Helper()
	to := filepath.Join(b.TempDir(), "migrations")
	if err := os.CopyFS(to, folder); err != nil {
		b.Fatal(err)
	}
	return to
}

// BenchmarkFresh: all migrations on an empty database. The limit runs the same
// statements.
func BenchmarkFresh(b *testing.B) {
	for _, n := range []int{*number / 10, *number} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			each(b, func(b *testing.B, engine string) {
				history := History(1, n)
				list := []contestant{{"bare SQL", func(b *testing.B) (func() error, func()) {
					db := reach(b, engine, empty(b, engine))
					return func() error { return Run(b.Context(), db, history) }, func() { db.Close() }
				}, 0}}
				for _, tool := range known(engine) {
					folder := tool.Folder(history)
					list = append(list, contestant{tool.Name, func(b *testing.B) (func() error, func()) {
						db := reach(b, engine, empty(b, engine))
						var r Runner
						return func() (err error) {
							r, err = tool.Start(b.Context(), db, folder)
							return err
						}, func() { end(r, db) }
					}, 0})
				}
				race(b, "A fresh install", row(engine, history), list...)
			})
		})
	}
}

// BenchmarkPending: one migration on top of many, on an open database. What is timed
// begins with the files. The limit runs the statements of the one.
func BenchmarkPending(b *testing.B) {
	each(b, func(b *testing.B, engine string) {
		applied, next := History(1, *number), 0
		addresses := settled(b, engine, applied)
		limit := filled(b, dbmendTool, engine, applied)
		opened := func(b *testing.B, address string) Database {
			db := reach(b, engine, address)
			if err := Look(b.Context(), db); err != nil {
				b.Fatal(err)
			}
			return db
		}
		more := map[string]int{}
		list := []contestant{{"bare SQL", func(b *testing.B) (func() error, func()) {
			db := opened(b, limit)
			next++
			pending := History(*number+next, *number+next)
			return func() error { return Run(b.Context(), db, pending) }, func() { db.Close() }
		}, 0}}
		for _, tool := range known(engine) {
			list = append(list, contestant{tool.Name, func(b *testing.B) (func() error, func()) {
				db := opened(b, addresses[tool.Name])
				more[tool.Name]++
				folder := tool.Folder(History(1, *number+more[tool.Name]))
				var r Runner
				return func() (err error) {
					r, err = tool.Start(b.Context(), db, folder)
					return err
				}, func() { end(r, db) }
			}, 0})
		}
		race(b, "One pending migration on top", row(engine, applied), list...)
	})
}

// BenchmarkFleet: many databases in one process, one after the other, of which each
// needs three migrations. The limit runs them in one transaction for each database.
func BenchmarkFleet(b *testing.B) {
	const engine, before, after = "sqlite", 5, 8
	applied, all := History(1, before), History(1, after)
	fleet := func(b *testing.B, name, like string, migrate func(b *testing.B, db Database) error) contestant {
		return contestant{name, func(b *testing.B) (func() error, func()) {
			folder, err := os.MkdirTemp(b.TempDir(), "")
			if err != nil {
				b.Fatal(err)
			}
			content, err := os.ReadFile(like)
			if err != nil {
				b.Fatal(err)
			}
			address := func(i int) string { return filepath.Join(folder, strconv.Itoa(i)) }
			for i := range *number {
				if err := os.WriteFile(address(i), content, 0o600); err != nil {
					b.Fatal(err)
				}
			}
			return func() error {
				for i := range *number {
					db, err := Open(engine, address(i))
					if err != nil {
						return err
					}
					if err := migrate(b, db); err != nil {
						return err
					}
					if err := db.Close(); err != nil {
						return err
					}
				}
				return nil
			}, func() { os.RemoveAll(folder) }
		}, 0}
	}
	list := []contestant{fleet(b, "bare SQL", filled(b, dbmendTool, engine, applied), func(b *testing.B, db Database) error {
		return Run(b.Context(), db, all[before:])
	})}
	for _, tool := range known(engine) {
		folder := tool.Folder(all)
		list = append(list, fleet(b, tool.Name, filled(b, tool, engine, applied), func(b *testing.B, db Database) error {
			r, err := tool.Start(b.Context(), db, folder)
			if err != nil || r == nil {
				return err
			}
			return r.Close()
		}))
	}
	race(b, "Three pending migrations in each of many databases", fmt.Sprintf("SQLite, %d databases", *number), list...)
}
