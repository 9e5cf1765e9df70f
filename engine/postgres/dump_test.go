//go:build pgdump

package postgres

import (
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/internal/testserver"
)

// pg_dump is the witness that knows best. It takes pg_dump and psql of the server's
// version in PATH: go test -tags pgdump.
//
// A database that is restored from a dump has the same snapshot, and one that is
// built from the snapshot has the same dump as the restored one. (The original's
// differs: see the rule on IN in DESIGN.md.)
func TestSnapshotAndDumpSayTheSame(t *testing.T) {
	first, _ := live(t)
	all := schemas(first)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			original, restored, built := testserver.Postgres(t), testserver.Postgres(t), testserver.Postgres(t)
			d := take(t, openPool(t, original))
			execute(t, d, all[name]...)
			want := inspected(t, d)

			restore := exec.Command("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", restored)
			restore.Stdin = strings.NewReader(dump(t, original))
			if out, err := restore.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			alike(t, want, inspected(t, take(t, openPool(t, restored))))

			if err := take(t, openPool(t, built)).Build(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(dump(t, restored), dump(t, built)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// dump returns what pg_dump writes of a schema, without what is new in each dump.
func dump(t *testing.T, address string) string {
	t.Helper()
	out, err := exec.Command("pg_dump", "--schema-only", "--no-owner", "-d", address).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := slices.DeleteFunc(strings.Split(string(out), "\n"), func(line string) bool {
		return strings.HasPrefix(line, `\`) || strings.HasPrefix(line, "-- Dumped")
	})
	return strings.Join(lines, "\n")
}
