package enginetest

import (
	"testing"
	"time"

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
		c.alike(t, "stamp", before, stamp(t, db))
		c.alike(t, "stamp of another connection", before, stamp(t, other))
	})

	t.Run("it changes when somebody changes the schema", func(t *testing.T) {
		pool := c.pool(t)
		db, other := c.take(t, pool), c.take(t, pool)
		before := stamp(t, db)
		type look struct {
			stamp string
			have  schema.Fingerprint
		}
		seen := []look{{before, inspect(t, db).Fingerprint()}}
		for _, statement := range append(append([]string{}, library...),
			"ALTER TABLE notes ADD COLUMN body VARCHAR(20)",
			"DROP TABLE books",
			"CREATE TABLE books (id INTEGER)",
			"DROP TABLE books",
		) {
			run(t, other, statement)
			now := look{stamp(t, db), inspect(t, db).Fingerprint()}
			for _, earlier := range seen {
				// Where a schema comes back, its stamp may.
				if c.Engine.SameStamp(now.stamp, earlier.stamp) && now.have != earlier.have {
					t.Errorf("after %s the stamp is %q, as it was of another schema", statement, now.stamp)
				}
			}
			seen = append(seen, now)
		}
	})

	t.Run("it tells one database from another", func(t *testing.T) {
		one, other := c.connect(t), c.connect(t)
		run(t, one, "CREATE TABLE notes (id INTEGER)")
		run(t, other, "CREATE TABLE notes (id INTEGER, title VARCHAR(20))")
		if c.Engine.SameStamp(stamp(t, one), stamp(t, other)) {
			t.Errorf("both have %q", stamp(t, one))
		}
	})

	t.Run("a query that costs a row tells of no change where there is one", func(t *testing.T) {
		query := c.Engine.StampQuery()
		if query == "" {
			return // the engine knows no such thing
		}
		pool := c.pool(t)
		db, other := c.take(t, pool), c.take(t, pool)
		asked := func() (have string) {
			t.Helper()
			if err := db.QueryRow(t.Context(), "SELECT "+query).Scan(&have); err != nil {
				t.Fatal(err)
			}
			return have
		}
		for _, statement := range library {
			before, quick := stamp(t, db), asked()
			run(t, other, statement)
			now := asked()
			if c.Engine.SameStamp(before, now) || c.Engine.SameStamp(quick, now) {
				t.Errorf("after %s the query answers %q, which is no other stamp", statement, now)
			}
			if settled := asked(); settled != now {
				t.Errorf("nothing has happened since %q", now)
			}
			for !c.Engine.SameStamp(now, stamp(t, db)) { // a connection may be closing
				time.Sleep(time.Millisecond)
			}
		}
	})

	t.Run("what says nothing is the same as nothing", func(t *testing.T) {
		db := c.connect(t)
		if c.Engine.SameStamp("", "") || c.Engine.SameStamp("", stamp(t, db)) || c.Engine.SameStamp(stamp(t, db), "") {
			t.Error("a stamp that is none is taken for one")
		}
	})

	t.Run("it is the same in a transaction that changes nothing", func(t *testing.T) {
		db := c.connect(t)
		c.fill(t, db)
		before := stamp(t, db)
		begin(t, db, engine.Normal)
		c.alike(t, "stamp", before, stamp(t, db))
		rollback(t, db)
	})
}

// alike fails unless two stamps are the same.
func (c Config) alike(t *testing.T, what, want, have string) {
	t.Helper()
	if !c.Engine.SameStamp(want, have) {
		t.Errorf("%s %q, want %q", what, have, want)
	}
}
