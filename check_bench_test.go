package dbmend_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/engine/sqlite"
)

// The check of a pull request: 200 migrations, of which five releases had some. Beside
// it, what the bare statements cost that the upgrades of all releases run.
func BenchmarkCheck(b *testing.B) {
	files := bigSet(200)
	names := slices.Sorted(maps.Keys(files))
	var script strings.Builder
	var releases, scripted []dbmend.Release
	for r := range 5 {
		shipped := fstest.MapFS{}
		for _, name := range names[:40*r+20] {
			shipped[name] = files[name]
		}
		releases = append(releases, dbmend.Release{Name: fmt.Sprintf("v1.%d.0", r), Files: shipped})
	}
	for r, release := range releases {
		script.Reset()
		for _, name := range names[:40*r+20] {
			script.Write(files[name].Data)
		}
		release.Schema = script.String()
		scripted = append(scripted, release)
	}
	for _, name := range names[180:] {
		script.Write(files[name].Data)
	}
	for _, bench := range []struct {
		name     string
		releases []dbmend.Release
		options  []dbmend.Option
		states   int
	}{
		{"migrations alone", releases, nil, 5},
		{"with a schema file", scripted, []dbmend.Option{dbmend.Schema("schema.sql", script.String())}, 22},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				db, err := sql.Open("sqlite", ":memory:")
				if err != nil {
					b.Fatal(err)
				}
				report, err := dbmend.Check(b.Context(), db, sqlite.Engine{}, files, dbmend.Checks{Released: bench.releases}, bench.options...)
				if err != nil || report.AtLeast(check.Error) || len(report.States) != bench.states {
					b.Fatalf("%v: %d states, %+v", err, len(report.States), report.Findings)
				}
				db.Close()
			}
		})
	}
}
