package enginetest

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

func testStamp(t *testing.T, c Config) {
	t.Run("it stays while the schema does", func(t *testing.T) {
		pool := c.pool(t)
		db, other := c.take(t, pool), c.take(t, pool)
		c.fill(t, db)
		before := stamp(t, db)
		run(t, db, "INSERT INTO notes VALUES (1, 'a')", "UPDATE notes SET title = 'b'")
		equal(t, "stamp", before, stamp(t, db))
		equal(t, "stamp of another connection", before, stamp(t, other))
	})

	t.Run("it changes when somebody changes the schema", func(t *testing.T) {
		pool := c.pool(t)
		db, other := c.take(t, pool), c.take(t, pool)
		if stamp(t, db) == "" {
			return // the engine knows no such thing
		}
		before := stamp(t, db)
		seen := map[string]schema.Fingerprint{before: inspect(t, db).Fingerprint()}
		for _, statement := range append(append([]string{}, library...),
			"ALTER TABLE notes ADD COLUMN body VARCHAR(20)",
			"DROP TABLE books",
			"CREATE TABLE books (id INTEGER)",
			"DROP TABLE books",
		) {
			run(t, other, statement)
			now, have := stamp(t, db), inspect(t, db).Fingerprint()
			// Where a schema comes back, its stamp may.
			if earlier, ok := seen[now]; now == before || ok && earlier != have {
				t.Errorf("after %s the stamp is %q, as it was of another schema", statement, now)
			}
			before, seen[now] = now, have
		}
	})

	t.Run("it tells one database from another", func(t *testing.T) {
		one, other := c.connect(t), c.connect(t)
		if stamp(t, one) == "" {
			return
		}
		run(t, one, "CREATE TABLE notes (id INTEGER)")
		run(t, other, "CREATE TABLE notes (id INTEGER, title VARCHAR(20))")
		if stamp(t, one) == stamp(t, other) {
			t.Errorf("both have %q", stamp(t, one))
		}
	})

	t.Run("a query can ask for it", func(t *testing.T) {
		db := c.connect(t)
		query := c.Engine.StampQuery()
		for _, statement := range append([]string{"SELECT 1"}, library...) {
			run(t, db, statement)
			want := stamp(t, db)
			if (query == "") != (want == "") {
				t.Fatalf("the query is %q, the stamp %q", query, want)
			}
			if query == "" {
				return
			}
			var have string
			if err := db.QueryRow(t.Context(), "SELECT "+query).Scan(&have); err != nil {
				t.Fatal(err)
			}
			equal(t, "stamp after "+statement, want, have)
		}
	})

	t.Run("it is the same in a transaction that changes nothing", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		before := stamp(t, db)
		begin(t, db, engine.Normal)
		equal(t, "stamp", before, stamp(t, db))
		rollback(t, db)
	})
}
