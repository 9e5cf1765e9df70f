package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend/migration"
)

// BenchmarkInspect reads 1,000 tables of seven columns with a foreign key, a
// check, a unique constraint and a generated column, and a partial index on each.
func BenchmarkInspect(b *testing.B) {
	conn := memory(b)
	for i := range 1000 {
		run(b, conn, fmt.Sprintf(`CREATE TABLE t%d (
			id INTEGER PRIMARY KEY,
			parent_id INTEGER REFERENCES t%d(id) ON DELETE CASCADE,
			name VARCHAR(40) NOT NULL DEFAULT 'none',
			slug TEXT UNIQUE,
			amount REAL CHECK (amount >= 0),
			created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
			total REAL GENERATED ALWAYS AS (amount * 2) STORED
		)`, i, i/2))
		run(b, conn, fmt.Sprintf("CREATE INDEX i%d ON t%d (name) WHERE name IS NOT NULL", i, i))
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := inspect(b.Context(), conn)
		if err != nil {
			b.Fatal(err)
		}
		if s.Len() != 13000 {
			b.Fatalf("%d objects, want 13000", s.Len())
		}
	}
}

// BenchmarkWatch replays migrations in one transaction, each a table with two
// indexes and every fifth an ALTER TABLE ADD COLUMN of an older table, bare and
// with a watch asked after each statement. It is meant for -benchtime=1x.
func BenchmarkWatch(b *testing.B) {
	for _, size := range []int{1000, 5000} {
		b.Run(fmt.Sprintf("%d/bare", size), func(b *testing.B) {
			for b.Loop() {
				replay(b, size, func(*sql.Conn) func(migration.Statement) { return func(migration.Statement) {} })
			}
		})
		b.Run(fmt.Sprintf("%d/watched", size), func(b *testing.B) {
			var grown uint64
			for b.Loop() {
				var w *watch
				before := heap()
				replay(b, size, func(conn *sql.Conn) func(migration.Statement) {
					var err error
					if w, err = newWatch(context.Background(), conn); err != nil {
						b.Fatal(err)
					}
					return func(s migration.Statement) {
						changes, err := w.Changes(context.Background(), s)
						if err != nil || len(changes) == 0 {
							b.Fatalf("%s: %d changes, %v", s.Text, len(changes), err)
						}
					}
				})
				grown = heap() - before
				runtime.KeepAlive(w)
			}
			b.ReportMetric(float64(grown)/1e6, "MB-kept")
		})
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func replay(b *testing.B, size int, observe func(*sql.Conn) func(migration.Statement)) {
	conn := memory(b)
	run(b, conn, "BEGIN")
	observer := observe(conn)
	do := func(verb, text string) {
		run(b, conn, text)
		observer(migration.Statement{Verb: verb, Text: text})
	}
	for i := range size {
		do("create table", fmt.Sprintf(`CREATE TABLE t%d (
			id INTEGER PRIMARY KEY,
			owner_id INTEGER NOT NULL REFERENCES t%d(id) ON DELETE CASCADE,
			name TEXT NOT NULL DEFAULT '',
			state VARCHAR(20) CHECK (state IN ('open', 'closed')),
			created_at TEXT DEFAULT CURRENT_TIMESTAMP,
			amount NUMERIC(10, 2)
		)`, i, i/2))
		do("create index", fmt.Sprintf("CREATE INDEX i%d_name ON t%d (name)", i, i))
		do("create index", fmt.Sprintf("CREATE UNIQUE INDEX i%d_owner ON t%d (owner_id, created_at)", i, i))
		if i%5 == 4 {
			do("alter table", fmt.Sprintf("ALTER TABLE t%d ADD COLUMN note TEXT", i/2-i%2))
		}
	}
	run(b, conn, "COMMIT")
	conn.Close()
}

func run(tb testing.TB, conn *sql.Conn, statements ...string) {
	tb.Helper()
	for _, s := range statements {
		if _, err := conn.ExecContext(context.Background(), s); err != nil {
			tb.Fatalf("%s: %v", s, err)
		}
	}
}
