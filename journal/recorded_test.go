package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

// TestCases reads testdata/*.txtar. In each, "journal" has one entry a line: kind,
// outcome, version, statement and checksum, "-" for none. What follows from them
// is in "recorded" (version, outcome, checksum), "unfinished" (number, kind,
// version, statement), and "statements of V", "carried of V" and "undone of V" (number,
// outcome, checksum); a file that is not there is not asked for.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			db := open(t, proper)
			files := strings.Split("\n"+string(text), "\n-- ")[1:]
			for _, file := range files {
				name, data, _ := strings.Cut(file, " --")
				if name == "journal" {
					write(t, db, parse(t, data)...)
					continue
				}
				if got := ask(t, db, name); strings.TrimSpace(got) != strings.TrimSpace(data) {
					t.Errorf("%s:\n%swant\n%s", name, got, data)
				}
			}
		})
	}
}

// parse reads the entries of a case.
func parse(t *testing.T, text string) []journal.Entry {
	t.Helper()
	var entries []journal.Entry
	for line := range strings.Lines(strings.TrimSpace(text)) {
		var kind, outcome, version, checksum string
		var e journal.Entry
		if _, err := fmt.Sscan(line, &kind, &outcome, &version, &e.Statement, &checksum); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		e.Kind = journal.Kind(kind)
		e.Outcome = journal.Outcome(strings.Trim(outcome, "-"))
		e.Version = migration.Version(strings.Trim(version, "-"))
		e.Checksum = strings.Trim(checksum, "-")
		entries = append(entries, e)
	}
	return entries
}

// ask returns what the journal says to the question of that name.
func ask(t *testing.T, db *database, question string) string {
	t.Helper()
	var entries []journal.Entry
	var err error
	var line func(e journal.Entry) string
	of, isStatements := strings.CutPrefix(question, "statements of ")
	carried, isCarried := strings.CutPrefix(question, "carried of ")
	undone, isUndone := strings.CutPrefix(question, "undone of ")
	statement := func(e journal.Entry) string { return fmt.Sprintln(e.Statement, e.Outcome, e.Checksum) }
	switch {
	case question == "recorded":
		entries, err = journal.Recorded(t.Context(), db)
		line = func(e journal.Entry) string { return fmt.Sprintln(e.Version, e.Outcome, e.Checksum) }
	case question == "unfinished":
		entries, err = journal.Unfinished(t.Context(), db)
		line = func(e journal.Entry) string { return fmt.Sprintln(e.Number, e.Kind, e.Version, e.Statement) }
	case isStatements:
		entries, err = journal.Statements(t.Context(), db, migration.Version(of))
		line = statement
	case isCarried:
		entries, err = journal.Carried(t.Context(), db, migration.Version(carried))
		line = statement
	case isUndone:
		entries, err = journal.Undone(t.Context(), db, migration.Version(undone))
		line = statement
	default:
		t.Fatalf("%s is no question", question)
	}
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(line(e))
	}
	return b.String()
}

func TestRecordedAmongManyEntries(t *testing.T) {
	db := open(t, proper, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
		INSERT INTO dbmend_journal SELECT i, 'r', '2026-03-14T09:26:53.589Z',
			CASE i % 10 WHEN 0 THEN 'migration' ELSE 'statement' END, 'applied', i % 50, '', i % 10, '', 'c', '', 0, '', '', '', ''
		FROM n`)
	entries, err := journal.Recorded(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 5 || entries[4].Number != 100000 || entries[4].Version != "0" {
		t.Errorf("recorded %+v", entries)
	}
}

func BenchmarkLast(b *testing.B) {
	db := open(b, proper)
	for range 1000 {
		write(b, db, journal.Entry{Kind: journal.Completed, Before: strings.Repeat("0", 64), After: strings.Repeat("1", 64), Stamp: "s"})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := journal.Last(b.Context(), db); err != nil {
			b.Fatal(err)
		}
	}
}
