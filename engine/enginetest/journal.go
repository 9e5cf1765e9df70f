package enginetest

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/schema"
)

// columns are those that docs/formats/journal.md describes.
var columns = strings.Fields(`entry run at kind outcome version name statement sql checksum evidence
	duration_us before after stamp tool`)

func testJournal(t *testing.T, c Config) {
	db := c.connect(t)
	run(t, db, c.Engine.JournalDDL()...)
	have := inspect(t, db)
	var names []string
	for _, o := range have.Parts(schema.Key{Kind: schema.Table, Name: journal.Table}) {
		if o.Key.Kind == schema.Column {
			names = append(names, o.Key.Name)
		}
		if o.Unsupported != "" {
			t.Errorf("%s is unsupported: %s", o.Key, o.Unsupported)
		}
	}
	for _, column := range columns {
		if have.Get(schema.Key{Kind: schema.Column, Table: journal.Table, Name: column}) == nil {
			t.Errorf("there is no column %s", column)
		}
	}
	equal(t, "number of columns", len(columns), len(names))

	t.Run("an entry needs no more than what every entry has", func(t *testing.T) {
		q := db.Traits().Quote
		run(t, db, "INSERT INTO "+q(journal.Table)+" ("+q("entry")+", "+q("run")+", "+q("at")+", "+q("kind")+
			") VALUES (1, 'a', '2026-01-02T03:04:05.000Z', 'run')")
		var empty string
		var zero int
		if err := db.QueryRow(t.Context(), "SELECT "+q("evidence")+", "+q("statement")+" FROM "+q(journal.Table)).Scan(&empty, &zero); err != nil {
			t.Fatal(err)
		}
		equal(t, "evidence", "", empty)
		equal(t, "statement", 0, zero)
	})

	t.Run("an entry is never written twice", func(t *testing.T) {
		q := db.Traits().Quote
		insert := "INSERT INTO " + q(journal.Table) + " (" + q("entry") + ", " + q("run") + ", " + q("at") + ", " + q("kind") +
			") VALUES (7, 'a', '2026-01-02T03:04:05.000Z', 'run')"
		run(t, db, insert)
		if _, err := db.Exec(t.Context(), insert); err == nil {
			t.Error("it was")
		}
	})
}
