package mysql

import (
	"context"
	"os"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/testserver"
	"github.com/dbmend/dbmend/schema"
)

// open connects to an empty database of its own.
func open(t testing.TB) *database {
	t.Helper()
	return take(t, testserver.MariaDB(t))
}

// take connects to a database that is there.
func take(t testing.TB, name string) *database {
	t.Helper()
	db, err := Engine{}.Connect(context.Background(), openPool(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db.(*database)
}

// beside connects once more to the database of another connection.
func beside(t testing.TB, d *database) *database {
	t.Helper()
	db, err := connect(context.Background(), d.pool, d.server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// must runs statements, none of which may fail.
func must(t testing.TB, db engine.Querier, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// everything makes a schema with one of everything in it.
func everything(t testing.TB, db engine.Querier) {
	t.Helper()
	script, err := os.ReadFile("testdata/everything.sql")
	if err != nil {
		t.Fatal(err)
	}
	statements, err := cut(string(script))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		must(t, db, s.Text)
	}
}

// inspected returns the schema.
func inspected(t testing.TB, db engine.Database) *schema.Snapshot {
	t.Helper()
	s, err := db.Inspect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// same fails for every difference between two schemas.
func same(t testing.TB, want, have *schema.Snapshot) {
	t.Helper()
	for _, d := range schema.Compare(want, have) {
		t.Error(d)
	}
}
