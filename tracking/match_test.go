package tracking_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/tracking"
)

// TestMatchCases reads testdata/match/*.txtar. In each, "files" has the set, one
// file a line; "rows" has the rows, one a line, as version, name, checksum and
// "begun", "-" for none; a first line "up to" says that a row stands for all
// before it. "matched" is what follows, as say writes it.
func TestMatchCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/match/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]string{}
			for _, file := range strings.Split(string(text), "\n-- ")[1:] {
				name, data, _ := strings.Cut(file, " --")
				part[name] = strings.TrimSpace(data)
			}
			got := say(tracking.Match(rows(t, part["rows"]), set(strings.Fields(part["files"])...)))
			if got != part["matched"] {
				t.Errorf("matched\n%s\nwant\n%s", got, part["matched"])
			}
		})
	}
}

// rows reads the rows of a case.
func rows(t *testing.T, text string) *tracking.History {
	t.Helper()
	h := &tracking.History{}
	text, h.UpTo = strings.CutPrefix(text, "up to\n")
	for line := range strings.Lines(text) {
		var version, name, checksum, begun string
		if _, err := fmt.Sscan(line, &version, &name, &checksum, &begun); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		none := func(s string) string { return strings.TrimPrefix(s, "-") }
		sum := ""
		if checksum != "-" {
			sum = "sum of " + checksum
		}
		h.Rows = append(h.Rows, tracking.Row{
			Version: migration.Version(none(version)), Name: none(name), Checksum: sum, Begun: begun == "begun",
			Text: fmt.Sprintf("row %d", len(h.Rows)+1),
		})
	}
	return h
}

// say writes what was matched, one fact a line.
func say(m tracking.Matched) string {
	var lines []string
	claims := func(word string, claims []tracking.Claim) {
		for _, c := range claims {
			line := fmt.Sprintf("%s %s by %s", word, c.Migration, c.Row.Text)
			for _, mark := range []struct {
				set  bool
				text string
			}{{c.Implied, "implied"}, {c.OtherVersion, "other version"}, {c.OtherName, "other name"}, {c.OtherContent, "other content"}} {
				if mark.set {
					line += ", " + mark.text
				}
			}
			if c.Done > 0 {
				line += fmt.Sprintf(", %d done", c.Done)
			}
			lines = append(lines, line)
		}
	}
	claims("applied", m.Applied)
	claims("begun", m.Begun)
	claims("repeated", m.Repeated)
	for _, u := range m.Unknown {
		line := "unknown " + u.Row.Text
		if u.Like != nil {
			line += fmt.Sprintf(", like %s", u.Like)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// FuzzMatch: whoever wrote them, every row ends in one place, and no migration is
// claimed twice.
func FuzzMatch(f *testing.F) {
	f.Add("001_a.sql 2_b.sql 003_c.up.sql", "1|001_a|\n2||\n7|7_c.sql|001_a.sql\n|||3", false)
	f.Add("1.sql _ 0", "007|007.sql|\n|x|", true)
	f.Fuzz(func(t *testing.T, files, text string, upTo bool) {
		h := &tracking.History{UpTo: upTo}
		for line := range strings.Lines(text) {
			cells := append(strings.Split(strings.TrimSuffix(line, "\n"), "|"), "", "", "")
			h.Rows = append(h.Rows, tracking.Row{Version: migration.Version(cells[0]), Name: cells[1], Checksum: cells[2], Key: cells[3], UpTo: cells[3] == "up", Text: fmt.Sprint(len(h.Rows))})
		}
		for _, r := range append(tracking.Runners(), nil) {
			h.Runner = r
			placedOnce(t, h, set(strings.Fields(files)...))
		}
	})
}

// placedOnce looks where the rows of a history end.
func placedOnce(t *testing.T, h *tracking.History, files *migration.Set) {
	t.Helper()
	m := tracking.Match(h, files)
	placed := map[string]int{}
	claimed := map[*migration.Migration]bool{}
	for _, c := range append(m.Applied, m.Begun...) {
		if claimed[c.Migration] {
			t.Fatalf("%s is claimed twice", c.Migration)
		}
		claimed[c.Migration] = true
		if !c.Implied {
			placed[c.Row.Text]++
		}
	}
	for _, c := range m.Repeated {
		placed[c.Row.Text]++
	}
	for _, u := range m.Unknown {
		placed[u.Row.Text]++
	}
	for _, row := range h.Rows {
		if placed[row.Text] != 1 {
			t.Fatalf("row %s is in %d places: %+v", row.Text, placed[row.Text], m)
		}
	}
}

// widest is how many columns the widest query of all tools has.
const widest = 8

// FuzzParse: whatever a table holds is an error that names the row, or rows that
// can be shown.
func FuzzParse(f *testing.F) {
	f.Add("1", true, "0", true)
	f.Add("001_a.sql", true, "", false)
	f.Add("-1", true, "true", true)
	f.Add("\xff\x00", true, "2", true)
	f.Fuzz(func(t *testing.T, a string, hasA bool, b string, hasB bool) {
		for _, r := range tracking.Runners() {
			row, other := make([]tracking.Cell, widest), make([]tracking.Cell, widest)
			for i := range row {
				row[i], other[i] = tracking.Cell{String: a, Valid: hasA}, tracking.Cell{String: "5", Valid: true}
				if i%2 == 1 {
					row[i], other[i] = tracking.Cell{String: b, Valid: hasB}, tracking.Cell{String: "1", Valid: true}
				}
			}
			rows, err := r.Parse([][]tracking.Cell{row, other})
			if err != nil {
				if _, ok := err.(*tracking.RowError); !ok || rows != nil {
					t.Fatalf("%s: %v, %v", r.Name, rows, err)
				}
				continue
			}
			for _, row := range rows {
				if row.Text == "" || strings.ContainsAny(row.Text, "\x00\x1b\n") || (row.Version == "" && row.Name == "" && row.Key == "" && !row.Begun) && row.Text != "version -1" {
					t.Fatalf("%s: %+v", r.Name, row)
				}
			}
		}
	})
}
