package dbmend_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// BenchmarkFreshSquashed: a fresh install of n migrations that a squash file stands for.
// The limit is the file's own statements; x-replay is what those of the migrations cost
// beside them.
func BenchmarkFreshSquashed(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			files := bigSet(n)
			m, err := dbmend.New(open(b, ":memory:"), sqlite.Engine{}, files)
			if err != nil {
				b.Fatal(err)
			}
			squashed, err := m.Squash(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			set := loadSet(b, files)
			script, err := squashed.Migration(set.Migrations[n-1], sqlite.Engine{})
			if err != nil {
				b.Fatal(err)
			}
			short := set.Behind(script, n)
			files = maps.Clone(files)
			files[squashed.Path] = file(squashed.Text())
			k := 0
			fresh := func() *sql.DB {
				k++
				return open(b, filepath.Join(b.TempDir(), fmt.Sprintf("%d.db", k)))
			}
			var limit, replay time.Duration
			against(b, func() time.Duration {
				replay += bare(b, fresh(), set)
				took := bare(b, fresh(), short)
				limit += took
				return took
			}, func() time.Duration {
				db := fresh()
				started := time.Now()
				if _, err := dbmend.Up(context.Background(), db, sqlite.Engine{}, files); err != nil {
					b.Fatal(err)
				}
				return time.Since(started)
			})
			b.ReportMetric(float64(replay)/float64(limit), "x-replay")
		})
	}
}
