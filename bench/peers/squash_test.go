package peers

import (
	"maps"
	"strconv"
	"testing"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/migration"
)

// BenchmarkSquashed: a fresh install of migrations that a squash file stands for, beside
// the statements of that file, which are the limit, and those of the migrations.
func BenchmarkSquashed(b *testing.B) {
	for _, n := range []int{*number / 10, *number} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			each(b, func(b *testing.B, engine string) {
				history := History(1, n)
				folder, script := squashed(b, engine, history)
				statements := func(name string, history []Migration) contestant {
					return contestant{name, func(b *testing.B) (func() error, func()) {
						db := reach(b, engine, empty(b, engine))
						return func() error { return Run(b.Context(), db, history) }, func() { db.Close() }
					}, 0}
				}
				race(b, "A fresh install by a squash file", row(engine, history),
					statements("its own SQL", []Migration{script}),
					contestant{"dbmend", func(b *testing.B) (func() error, func()) {
						db := reach(b, engine, empty(b, engine))
						return func() error { return dbmendTool.Once(b.Context(), db, folder) }, func() { db.Close() }
					}, 0},
					statements("SQL of the migrations", history))
			})
		})
	}
}

// squashed returns the folder of a history with its squash file, and the statements of
// that file.
func squashed(b *testing.B, engine string, history []Migration) (*Folder, Migration) {
	b.Helper()
	contents := map[string]string{}
	for _, m := range history {
		maps.Copy(contents, dbmendTool.Files(m))
	}
	m, err := dbmend.New(reach(b, engine, empty(b, engine)).DB, Engines[engine], NewFolder(contents))
	if err != nil {
		b.Fatal(err)
	}
	file, err := m.Squash(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	contents[file.Path] = file.Text()
	made, err := file.Migration(m.Set().Migrations[len(history)-1], Engines[engine])
	if err != nil {
		b.Fatal(err)
	}
	script := Migration{Number: len(history)}
	for _, s := range made.Statements {
		if s.Class != migration.Session {
			script.Statements = append(script.Statements, s.Text)
		}
	}
	return NewFolder(contents), script
}
