package sqlite

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

func TestHazards(t *testing.T) {
	for statement, want := range map[string]string{
		"CREATE INDEX i ON notes (id)":                                 "builds index",
		"CREATE UNIQUE INDEX IF NOT EXISTS main.i ON Notes (id)":       "builds index",
		"DROP TABLE IF EXISTS notes":                                   "drops table",
		"DELETE FROM notes WHERE id = 1":                               "deletes rows",
		"ALTER TABLE notes DROP COLUMN title":                          "drops column, rewrites table",
		"ALTER TABLE notes ADD COLUMN n INTEGER NOT NULL DEFAULT 5":    "",
		"ALTER TABLE notes ADD COLUMN n INTEGER CHECK (n > 0)":         "checks rows",
		"ALTER TABLE notes ADD n INTEGER GENERATED ALWAYS AS (id + 1)": "checks rows",
		"ALTER TABLE notes RENAME TO memos":                            "",
		"INSERT INTO notes VALUES (1)":                                 "",
		"CREATE INDEX i":                                               "",
	} {
		cut, err := Engine{}.Cut(statement)
		if err != nil || len(cut) != 1 {
			t.Fatalf("%s: %v", statement, err)
		}
		var told []string
		for _, h := range (Engine{}).Hazards(&cut[0], schema.NewSnapshot(), engine.Traits{}) {
			if h.Table.Name != "notes" || h.Waits != writers {
				t.Errorf("%s: %+v", statement, h)
			}
			told = append(told, h.Name)
		}
		if got := strings.Join(told, ", "); got != want {
			t.Errorf("%s: %q, want %q", statement, got, want)
		}
	}
}

// Without an ANALYZE nobody knows; what it has written may be anything.
func TestEstimate(t *testing.T) {
	d, _ := live(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)", "CREATE INDEX by_title ON notes (title)",
		"INSERT INTO notes WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i, i FROM n")
	notes := &schema.Object{Key: schema.Key{Kind: schema.Table, Name: "notes"}, Name: "Notes"}
	for _, test := range []struct {
		statement string
		rows      int64
		told      bool
	}{
		{"SELECT 1", 0, false},
		{"ANALYZE", 500, true},
		{"UPDATE sqlite_stat1 SET stat = 'many'", 0, false},
		{"DELETE FROM sqlite_stat1", 0, false},
	} {
		if _, err := d.Exec(t.Context(), test.statement); err != nil {
			t.Fatal(err)
		}
		n, told, err := d.Estimate(t.Context(), notes)
		if err != nil || told != test.told || told && n != test.rows {
			t.Errorf("%s: %d, %v, %v", test.statement, n, told, err)
		}
	}
}
