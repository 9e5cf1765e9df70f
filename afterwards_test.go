package dbmend_test

import (
	"context"
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
