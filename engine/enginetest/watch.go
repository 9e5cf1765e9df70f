package enginetest

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

func testWatch(t *testing.T, c Config) {
	statements := append(append([]string{}, library...),
		"INSERT INTO notes VALUES (1, 'a')",
		"ALTER TABLE notes ADD COLUMN body VARCHAR(20)",
		"DROP TABLE books",
		"CREATE TABLE copy (id INTEGER)",
		"DROP TABLE authors",
	)

	watched := func(t *testing.T, db engine.Database, hint func(string) migration.Statement) {
		w, err := db.Watch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements {
			before := w.Snapshot().Clone()
			run(t, db, statement)
			changes, err := w.Changes(t.Context(), hint(statement))
			if err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			have := inspect(t, db)
			same(t, have, w.Snapshot())
			equal(t, "changes of "+statement, texts(schema.Changes(before, have)), texts(changes))
			if t.Failed() {
				t.Fatalf("after %s", statement)
			}
		}
	}

	t.Run("it says what inspecting says", func(t *testing.T) {
		watched(t, c.connect(t), func(statement string) migration.Statement {
			list, err := c.Engine.Cut(statement)
			if err != nil || len(list) != 1 {
				t.Fatalf("cut %s: %d statements, %v", statement, len(list), err)
			}
			return list[0]
		})
	})

	t.Run("it says so in a transaction", func(t *testing.T) {
		db := c.connect(t)
		begin(t, db, engine.Normal)
		watched(t, db, func(string) migration.Statement { return migration.Statement{} })
		rollback(t, db)
	})

	t.Run("a wrong hint does no harm", func(t *testing.T) {
		watched(t, c.connect(t), func(string) migration.Statement {
			return migration.Statement{Number: 1, Class: migration.Data, Verb: "insert", Target: "authors"}
		})
	})

	t.Run("nothing has happened", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		w, err := db.Watch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		changes, err := w.Changes(t.Context(), migration.Statement{})
		if err != nil || len(changes) != 0 {
			t.Errorf("changes %v, error %v", texts(changes), err)
		}
	})
}

// texts returns changes as text.
func texts(changes []schema.Change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.Key.String()+": "+c.Before.Describe()+" -> "+c.After.Describe())
	}
	return list
}
