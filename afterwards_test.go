package dbmend_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
)

// interruptAt returns an option by which a run is interrupted before a statement that
// has this in it.
func interruptAt(text string, cancel func()) dbmend.Option {
	return dbmend.Observe(func(e dbmend.Event) {
		if s, ok := e.(dbmend.Stepping); ok && strings.Contains(s.Step.SQL, text) {
			cancel()
		}
	})
}

// TestWhatRunsAfterwardsIsNotForgotten: a statement that no transaction bears runs after
// the one in which its migration is recorded. Interrupted in between, the next run
// makes good for it.
func TestWhatRunsAfterwardsIsNotForgotten(t *testing.T) {
	for name, statement := range map[string]string{"sqlite": "VACUUM", "postgres": "CREATE INDEX CONCURRENTLY notes_body ON notes (body)"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := grounds[name]
			s := g.open(t)
			files := fstest.MapFS{
				"1_notes.sql": file("CREATE TABLE notes (id integer PRIMARY KEY, body text);"),
				"2_after.sql": file(statement + ";"),
			}
			ctx, cancel := context.WithCancel(t.Context())
			if _, err := migrate(t, s, g, files, interruptAt(statement, cancel)).Up(ctx); err == nil {
				t.Fatal("the run was not interrupted")
			}
			m := migrate(t, s, g, files)
			report, err := m.Up(t.Context())
			if err != nil || strings.Join(steps(report), "; ") != statement {
				t.Errorf("the next up: %v, ran %q; wanted %q", err, steps(report), statement)
			}
			if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
				t.Errorf("and once more: %v, ran %q", err, steps(report))
			}
		})
	}
}

// TestDownGoesOnAfterwards: the same on the way back. What is left, the next down does,
// and up takes what is there for what it is.
func TestDownGoesOnAfterwards(t *testing.T) {
	const drop = "DROP INDEX CONCURRENTLY notes_body"
	files := fstest.MapFS{
		"1_notes.up.sql":   file("CREATE TABLE notes (id integer PRIMARY KEY, body text);"),
		"1_notes.down.sql": file("DROP TABLE notes;"),
		"2_index.up.sql":   file("CREATE INDEX CONCURRENTLY notes_body ON notes (body);"),
		"2_index.down.sql": file(drop + ";"),
	}
	for name, next := range map[string]func(*testing.T, *dbmend.Migrator){
		"down": func(t *testing.T, m *dbmend.Migrator) {
			report, err := m.Down(t.Context(), "")
			if err != nil || strings.Join(steps(report), "; ") != drop {
				t.Errorf("the next down: %v%s, ran %q", err, factsOf(err), steps(report))
			}
			if got := queryNames(t, m); strings.Contains(got, "notes_body") {
				t.Errorf("the index is there still: %s", got)
			}
		},
		"up": func(t *testing.T, m *dbmend.Migrator) {
			report, err := m.Up(t.Context())
			if err != nil || len(report.Steps) > 0 || len(report.Records) != 1 {
				t.Errorf("the next up: %v, ran %q", err, steps(report))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := grounds["postgres"]
			s := g.open(t)
			m := migrate(t, s, g, files)
			if _, err := m.Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			if _, err := migrate(t, s, g, files, interruptAt("DROP INDEX", cancel)).Down(ctx, ""); err == nil {
				t.Fatal("the run was not interrupted")
			}
			next(t, m)
			if report, err := m.Up(t.Context()); err != nil {
				t.Errorf("up in the end: %v, ran %q", err, steps(report))
			}
			if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
				t.Errorf("and once more: %v, ran %q", err, steps(report))
			}
		})
	}
}

// queryNames returns the names of all that is there.
func queryNames(t *testing.T, m *dbmend.Migrator) string {
	t.Helper()
	have, err := m.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for o := range have.All() {
		names = append(names, o.Key.Name)
	}
	return strings.Join(names, " ")
}

// TestPartsOfAMigrationAreWrittenDown: a migration that rests on what no transaction bears, or
// on what must be committed first, takes several. Interrupted ahead of any of its statements,
// the next run goes on there: an UPDATE that would count twice is not run again.
func TestPartsOfAMigrationAreWrittenDown(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"1_notes.sql": file(`CREATE TYPE kind AS ENUM ('a');
CREATE TABLE notes (id integer PRIMARY KEY, n integer, k kind);
INSERT INTO notes VALUES (1, 1, 'a');`)}
	for name, statements := range map[string][]string{
		"index": {
			"UPDATE notes SET n = n * 10",
			"CREATE UNIQUE INDEX CONCURRENTLY notes_n ON notes (n)",
			"ALTER TABLE notes ADD CONSTRAINT notes_n_key UNIQUE USING INDEX notes_n",
			"UPDATE notes SET n = n + 1",
		},
		"value": {
			"UPDATE notes SET n = n * 10",
			"ALTER TYPE kind ADD VALUE 'b'",
			"UPDATE notes SET n = n + 1, k = 'b'",
		},
	} {
		for i, at := range statements {
			t.Run(fmt.Sprint(name, i+1), func(t *testing.T) {
				t.Parallel()
				g := grounds["postgres"]
				s := g.open(t)
				if _, err := migrate(t, s, g, files).Up(t.Context()); err != nil {
					t.Fatal(err)
				}
				all := maps.Clone(files)
				all["2_more.sql"] = file(strings.Join(statements, ";\n") + ";")
				ctx, cancel := context.WithCancel(t.Context())
				if _, err := migrate(t, s, g, all, interruptAt(at, cancel)).Up(ctx); err == nil {
					t.Fatal("the run was not interrupted")
				}
				m := migrate(t, s, g, all)
				if report, err := m.Up(t.Context()); err != nil {
					t.Fatalf("the next up: %v%s, ran %q", err, factsOf(err), steps(report))
				}
				var n int
				if err := s.app.QueryRow("SELECT n FROM notes").Scan(&n); err != nil || n != 11 {
					t.Errorf("n is %d, %v; wanted 11", n, err)
				}
				if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
					t.Errorf("and once more: %v, ran %q", err, steps(report))
				}
			})
		}
	}
}
