package plan_test

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// weighed plans statements for a database with the tables notes (37 rows) and loans
// (none), and puts the hazards into lines. It counts how often was counted.
func weighed(t *testing.T, notes *plan.Count, statements ...string) (lines []string, counted int) {
	t.Helper()
	have := schema.NewSnapshot()
	have.Put(table("notes"))
	have.Put(table("loans"))
	var findings []diagnosis.Finding
	for _, s := range statements {
		findings = append(findings, finding(t, s, diagnosis.NotDone))
	}
	p := mustMake(t, diagnosed(have, one("1", findings...)))
	p.Weigh(sqlite.Engine{}, engine.Traits{}, have, func(o *schema.Object) *plan.Count {
		counted++
		if o.Key.Name == "loans" {
			return &plan.Count{Kind: plan.Exact}
		}
		return notes
	})
	for _, s := range p.Steps {
		for _, h := range s.Hazards {
			text, _, _ := strings.Cut(h.Text, "; whoever writes the database waits until the transaction ends")
			lines = append(lines, h.Name+": "+text)
		}
	}
	return lines, counted
}

func TestWeigh(t *testing.T) {
	exact := &plan.Count{Rows: 37, Kind: plan.Exact}
	for name, test := range map[string]struct {
		notes      *plan.Count
		statements string // with semicolons
		want       string // lines
	}{
		"an index":             {exact, "CREATE INDEX i ON notes (id)", "builds index: reads 37 rows of notes"},
		"one row":              {&plan.Count{Rows: 1, Kind: plan.Exact}, "DROP TABLE notes", "drops table: 1 row of notes is gone afterwards"},
		"very many":            {&plan.Count{Rows: 10000, Kind: plan.MoreThan}, "DELETE FROM notes", "deletes rows: rows of notes are gone afterwards, which has more than 10000 rows"},
		"what the server says": {&plan.Count{Rows: 1200000, Kind: plan.Estimate}, "DROP TABLE notes", "drops table: about 1200000 rows (an estimate of the catalogue's) of notes are gone afterwards"},
		"nobody knows":         {nil, "ALTER TABLE notes DROP COLUMN id", "drops column: the values of the column are gone afterwards, in every row of notes\nrewrites table: writes every row of notes anew"},
		"an empty table":       {exact, "CREATE INDEX i ON loans (id); DROP TABLE loans", "drops table: 0 rows of loans are gone afterwards"},
		"a table of its own":   {exact, "CREATE TABLE new (id); CREATE INDEX i ON new (id)", ""},
		"under another name":   {exact, "ALTER TABLE notes RENAME TO memos; CREATE INDEX i ON memos (id)", "renames: a program that knows the old name stops working\nbuilds index: reads 37 rows of memos"},
		"made anew by its author": {exact, "CREATE TABLE x (id); INSERT INTO x SELECT id FROM notes; DROP TABLE notes; ALTER TABLE x RENAME TO notes",
			"rewrites table: writes 37 rows of notes anew\ndrops table: 37 rows of notes are gone afterwards\nrenames: a program that knows the old name stops working"},
	} {
		lines, _ := weighed(t, test.notes, strings.Split(test.statements, "; ")...)
		if got := strings.Join(lines, "\n"); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, test.want)
		}
	}
}

// Each table is counted once, and only those that a hazard is about.
func TestWeighCountsOnce(t *testing.T) {
	exact := &plan.Count{Rows: 37, Kind: plan.Exact}
	if _, n := weighed(t, exact, "CREATE INDEX a ON notes (id)", "CREATE INDEX b ON notes (id)", "DELETE FROM notes"); n != 1 {
		t.Errorf("counted %d times", n)
	}
	if _, n := weighed(t, exact, "CREATE TABLE new (id)", "INSERT INTO notes VALUES (1)"); n != 0 {
		t.Errorf("counted %d times", n)
	}
}
