package sqlite

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// crowded returns a database in memory with so many tables, each with an index and
// a view.
func crowded(b *testing.B, tables int) *database {
	b.Helper()
	d := take(b, openPool(b, ":memory:"))
	statements := []string{"BEGIN"}
	for i := range tables {
		statements = append(statements,
			fmt.Sprintf("CREATE TABLE t%d (id INTEGER PRIMARY KEY, title TEXT NOT NULL DEFAULT '', body TEXT, at TEXT)", i),
			fmt.Sprintf("CREATE INDEX i%d ON t%d (title)", i, i),
			fmt.Sprintf("CREATE VIEW v%d AS SELECT title FROM t%d", i, i))
	}
	statements = append(statements, "COMMIT")
	execute(b, d, statements...)
	return d
}

func BenchmarkStamp(b *testing.B) {
	d := crowded(b, 1000)
	for b.Loop() {
		if _, err := d.Stamp(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExec(b *testing.B) {
	d := crowded(b, 10)
	ctx := context.Background()
	if err := d.Begin(ctx, engine.Normal); err != nil {
		b.Fatal(err)
	}
	b.Run("insert", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Exec(ctx, "INSERT INTO t1 (title) VALUES (?)", "a"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("insert, by the driver alone", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.conn.ExecContext(ctx, "INSERT INTO t1 (title) VALUES (?)", "a"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkTransaction(b *testing.B) {
	d := crowded(b, 10)
	ctx := context.Background()
	for b.Loop() {
		if err := d.Begin(ctx, engine.Rebuild); err != nil {
			b.Fatal(err)
		}
		if err := d.Commit(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkConnect(b *testing.B) {
	pool := openPool(b, b.TempDir()+"/test.db")
	for b.Loop() {
		d, err := connect(context.Background(), pool)
		if err != nil {
			b.Fatal(err)
		}
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	d := crowded(b, 1000)
	ctx := context.Background()
	want, err := d.Inspect(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := d.Scratch(ctx)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Build(ctx, want); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

// What it costs to put the rows aside, beside the way that renames.
func BenchmarkRebuildTable(b *testing.B) {
	const wanted = "(id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, body TEXT)"
	d := take(b, openPool(b, b.TempDir()+"/test.db"))
	execute(b, d, "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT UNIQUE, body TEXT)",
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
		INSERT INTO notes SELECT i, hex(randomblob(8)), hex(randomblob(100)) FROM n`)
	have, err := d.Inspect(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	want := have.Clone()
	title := *want.Get(schema.Key{Kind: schema.Column, Table: "notes", Name: "title"})
	title.Facts = append(slices.Clone(title.Facts), schema.Fact{Name: schema.Nullable, Value: "no"})
	table := *want.Get(notes)
	table.Source = "CREATE TABLE notes " + wanted
	want.Put(&title)
	want.Put(&table)
	for name, statements := range map[string][]string{
		"aside":  Engine{}.Rebuild(have, want, notes),
		"rename": {"CREATE TABLE new " + wanted, "INSERT INTO new SELECT * FROM notes", "DROP TABLE notes", "ALTER TABLE new RENAME TO notes"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := d.Begin(b.Context(), engine.Rebuild); err != nil {
					b.Fatal(err)
				}
				execute(b, d, statements...)
				if err := d.Rollback(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
