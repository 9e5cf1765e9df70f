package dbmend_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
)

// Every benchmark here runs beside its physical limit, in the same run: what the
// bare statements cost, one by one in one transaction through the same driver.
// The figure to read is "x-limit", the ratio of the two; times depend on the day.

// bigSet returns n migrations: each a table and two indexes, every fifth also a
// column on an older table.
func bigSet(n int) fstest.MapFS {
	files := fstest.MapFS{}
	for i := 1; i <= n; i++ {
		var b strings.Builder
		fmt.Fprintf(&b, "CREATE TABLE table_%d (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL,\n  owner INTEGER,\n  amount REAL DEFAULT 0,\n  state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'old')),\n  created TIMESTAMP DEFAULT CURRENT_TIMESTAMP\n);\n", i)
		fmt.Fprintf(&b, "CREATE INDEX table_%d_name ON table_%d (name);\nCREATE UNIQUE INDEX table_%d_owner ON table_%d (owner, name);\n", i, i, i, i)
		if i%5 == 0 {
			fmt.Fprintf(&b, "ALTER TABLE table_%d ADD COLUMN note_%d TEXT;\n", i/2, i)
		}
		files[fmt.Sprintf("%06d_table_%d.sql", i, i)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return files
}

func loadSet(b testing.TB, files fs.FS) *migration.Set {
	set, err := migration.Load(files, sqlite.Engine{}, migration.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return set
}

// bare runs the statements of a set, one by one in one transaction.
func bare(b testing.TB, db *sql.DB, set *migration.Set) time.Duration {
	ctx := context.Background()
	started := time.Now()
	conn, err := db.Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	must := func(statement string) {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			b.Fatal(err)
		}
	}
	must("BEGIN IMMEDIATE")
	for _, m := range set.Migrations {
		for i := range m.Statements {
			must(m.Statements[i].Text)
		}
	}
	must("COMMIT")
	return time.Since(started)
}

// against runs fn and its limit in turn and reports the ratio of the totals.
func against(b *testing.B, limit, fn func() time.Duration) {
	var ours, floor time.Duration
	for b.Loop() {
		floor += limit()
		ours += fn()
	}
	b.ReportMetric(float64(ours)/float64(floor), "x-limit")
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/ours")
	b.ReportMetric(float64(floor.Milliseconds())/float64(b.N), "ms/limit")
}

// BenchmarkFresh: a fresh install of n migrations.
func BenchmarkFresh(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			files := bigSet(n)
			set := loadSet(b, files)
			k := 0
			file := func() *sql.DB {
				k++
				return open(b, filepath.Join(b.TempDir(), fmt.Sprintf("%d.db", k)))
			}
			against(b, func() time.Duration {
				return bare(b, file(), set)
			}, func() time.Duration {
				db := file()
				started := time.Now()
				m, err := dbmend.New(db, sqlite.Engine{}, files)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := m.Up(context.Background()); err != nil {
					b.Fatal(err)
				}
				return time.Since(started)
			})
		})
	}
}

// BenchmarkDiagnosis: a database of n tables whose history is lost and of whose
// indexes every tenth is missing. The limit is a bare replay in memory.
func BenchmarkDiagnosis(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			files := bigSet(n)
			set := loadSet(b, files)
			db := open(b, filepath.Join(b.TempDir(), "live.db"))
			bare(b, db, set)
			exec(b, db, "BEGIN")
			for i := 10; i <= n; i += 10 {
				exec(b, db, fmt.Sprintf("DROP INDEX table_%d_name", i))
			}
			exec(b, db, "COMMIT")
			against(b, func() time.Duration {
				return bare(b, open(b, ":memory:"), set)
			}, func() time.Duration {
				started := time.Now()
				m, err := dbmend.New(db, sqlite.Engine{}, files)
				if err != nil {
					b.Fatal(err)
				}
				d, err := m.Diagnose(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				if len(d.Questions) > 0 {
					b.Fatal(d.Questions[0].Text)
				}
				return time.Since(started)
			})
		})
	}
}

// BenchmarkPending: one migration on top of n, from the files on, on an open database.
// The limit runs its statements.
func BenchmarkPending(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			files := bigSet(n)
			live := func() *sql.DB {
				db := open(b, filepath.Join(b.TempDir(), "live.db"))
				if _, err := dbmend.Up(context.Background(), db, sqlite.Engine{}, files); err != nil {
					b.Fatal(err)
				}
				return db
			}
			bareDB, ours := live(), live()
			more := n
			set := func() *migration.Set {
				applied := bigSet(more)
				more++
				next := bigSet(more)
				maps.DeleteFunc(next, func(name string, _ *fstest.MapFile) bool { return applied[name] != nil })
				return loadSet(b, next)
			}
			against(b, func() time.Duration {
				return bare(b, bareDB, set())
			}, func() time.Duration {
				all := bigSet(more)
				started := time.Now()
				if _, err := dbmend.Up(context.Background(), ours, sqlite.Engine{}, all); err != nil {
					b.Fatal(err)
				}
				return time.Since(started)
			})
		})
	}
}

// BenchmarkNothingToDo: Up on a ready object and an open database. The limit is
// one read of one row and PRAGMA schema_version.
func BenchmarkNothingToDo(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ctx := context.Background()
			files := bigSet(n)
			db := open(b, filepath.Join(b.TempDir(), "live.db"))
			m, err := dbmend.New(db, sqlite.Engine{}, files)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := m.Up(ctx); err != nil {
				b.Fatal(err)
			}
			row := func() time.Duration {
				started := time.Now()
				var version int64
				var text string
				if err := db.QueryRow("SELECT after FROM dbmend_journal WHERE entry = 1").Scan(&text); err != nil {
					b.Fatal(err)
				}
				if err := db.QueryRow("PRAGMA schema_version").Scan(&version); err != nil {
					b.Fatal(err)
				}
				return time.Since(started)
			}
			against(b, row, func() time.Duration {
				started := time.Now()
				if r, err := m.Up(ctx); err != nil || !r.Nothing() {
					b.Fatal(err, "something was done")
				}
				return time.Since(started)
			})
		})
	}
}
