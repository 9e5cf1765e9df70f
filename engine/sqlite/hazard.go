package sqlite

import (
	"slices"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// writers is who waits for any statement that writes: there is one writer at a time
// ("File Locking And Concurrency", "Write-Ahead Logging").
const writers = "whoever writes the database waits until the transaction ends"

// Hazards tells what CREATE INDEX, DROP TABLE, DELETE and the actions of ALTER TABLE
// that touch rows cost, by the manual pages of each.
func (Engine) Hazards(s *migration.Statement, _ *schema.Snapshot, _ engine.Traits) []engine.Hazard {
	p := newPhrase(s.Text)
	found := func(name, table string) []engine.Hazard {
		if table == "" {
			return nil
		}
		return []engine.Hazard{{Name: name, Table: schema.Key{Kind: schema.Table, Name: table}, Waits: writers}}
	}
	switch s.Verb {
	case "create index":
		for !p.done() && !p.skip("on") {
			p.next()
		}
		_, table := p.name()
		return found(engine.BuildsIndex, table)
	case "drop table":
		return found(engine.DropsTable, s.Target)
	case "delete":
		return found(engine.DeletesRows, s.Target)
	case "alter table drop column":
		// Since every row holds its value, every row is written.
		return slices.Concat(found(engine.DropsColumn, s.Target), found(engine.RewritesTable, s.Target))
	case "alter table add column":
		// "the added constraints are tested against all preexisting rows"
		for !p.done() {
			if p.skip("check") || p.skip("generated", "always") {
				return found(engine.ChecksRows, s.Target)
			}
			p.next()
		}
	}
	return nil
}
