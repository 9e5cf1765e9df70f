// Package enginetest is the conformance suite of engines: what the core relies
// on, and what [engine.Engine] and [engine.Database] promise, as tests that every
// engine passes.
//
// An engine's own test calls [Run] with a [Config]. The SQL here is what all
// engines share; what they spell each in their own way comes with the Config.
package enginetest

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// A Config is what the suite needs to know of an engine. Engine, Open and Long
// are required; a topic whose field is empty is one that the engine does not have,
// and is left out.
type Config struct {
	Engine engine.Engine

	// Open returns a pool on an empty database that no other test uses. It is closed
	// by the test; more than one connection of it can be taken.
	Open func(t *testing.T) *sql.DB

	// View and Trigger are statements that make the view "titles" on the table
	// "notes (id, title)" and the trigger "keep" on it.
	View, Trigger string

	// Long is a statement that takes minutes.
	Long string

	// Script is text whose cuts are easy to get wrong, and Statements what it
	// consists of.
	Script     string
	Statements []string

	// Alien returns a pool on something that is not a database of this engine, and
	// Damaged one on a database that cannot be read.
	Alien, Damaged func(t *testing.T) *sql.DB

	// ReadOnly returns a pool that cannot write on an existing database.
	ReadOnly func(t *testing.T) *sql.DB

	// Rebuild are the statements that make the table "notes (id, title)" again, its
	// title NOT NULL, and keep its rows, while "loans (id, note)" refers to it and
	// deletes with it. Where there are none, DROP TABLE and RENAME are taken to do.
	Rebuild []string

	// Refused are those of the suite's hostile names that the server itself has no room
	// for.
	Refused []string

	// Unchecked are statements that make Orphans possible: they stop the connection
	// from checking foreign keys.
	Unchecked []string
}

// Run runs the suite.
func Run(t *testing.T, c Config) {
	topics := []struct {
		name string
		run  func(t *testing.T, c Config)
	}{
		{"connect", testConnect},
		{"inspect", testInspect},
		{"watch", testWatch},
		{"transaction", testTransaction},
		{"try", testTry},
		{"exec", testExec},
		{"lock", testLock},
		{"stamp", testStamp},
		{"scratch", testScratch},
		{"build", testBuild},
		{"orphans", testOrphans},
		{"explain", testExplain},
		{"cut", testCut},
		{"seed", testSeed},
		{"copy", testCopy},
		{"synthesize", testSynthesize},
		{"names", testNames},
		{"default schema", testSpace},
		{"numbers", testNumbers},
		{"numbers of rows that are gone", testNumbersOfTheGone},
		{"numbers that rows bring with them", testRenumber},
		{"journal", testJournal},
	}
	for _, topic := range topics {
		t.Run(topic.name, func(t *testing.T) { topic.run(t, c) })
	}
}

// library is the schema that most topics start from.
var library = []string{
	"CREATE TABLE authors (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(80) NOT NULL)",
	`CREATE TABLE books (
  id INTEGER NOT NULL PRIMARY KEY,
  author INTEGER NOT NULL,
  title VARCHAR(200) DEFAULT 'untitled',
  CHECK (id > 0),
  UNIQUE (author, title),
  FOREIGN KEY (author) REFERENCES authors (id)
)`,
	"CREATE INDEX books_by_title ON books (title)",
	"CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80))",
}

// fill makes the library, with the engine's own view and trigger.
func (c Config) fill(t *testing.T, db engine.Database) {
	t.Helper()
	run(t, db, library...)
	for _, statement := range []string{c.View, c.Trigger} {
		if statement != "" {
			run(t, db, statement)
		}
	}
}

// connect opens a database of its own and takes a connection of it.
func (c Config) connect(t *testing.T) engine.Database {
	t.Helper()
	return c.take(t, c.pool(t))
}

// pool opens a database of its own.
func (c Config) pool(t *testing.T) *sql.DB {
	t.Helper()
	pool := c.Open(t)
	t.Cleanup(func() { pool.Close() })
	return pool
}

// take takes a connection of the pool until the test ends.
func (c Config) take(t *testing.T, pool *sql.DB) engine.Database {
	t.Helper()
	db, err := c.Engine.Connect(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// scratch opens a scratch database until the test ends.
func scratch(t *testing.T, db engine.Database) engine.Database {
	t.Helper()
	s, err := db.Scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// run runs statements, none of which may fail.
func run(t *testing.T, db engine.Querier, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// count returns the number that a query counts.
func count(t *testing.T, db engine.Querier, query string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// inspect returns the schema.
func inspect(t *testing.T, db engine.Database) *schema.Snapshot {
	t.Helper()
	s, err := db.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stamp returns the stamp.
func stamp(t *testing.T, db engine.Database) string {
	t.Helper()
	s, err := db.Stamp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// begin opens a transaction.
func begin(t *testing.T, db engine.Database, mode engine.TxMode) {
	t.Helper()
	if err := db.Begin(t.Context(), mode); err != nil {
		t.Fatal(err)
	}
}

// rollback and commit end it.
func rollback(t *testing.T, db engine.Database) {
	t.Helper()
	if err := db.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, db engine.Database) {
	t.Helper()
	if err := db.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// same fails unless the two schemas are the same, object by object.
func same(t *testing.T, want, have *schema.Snapshot) {
	t.Helper()
	for _, d := range schema.Compare(want, have) {
		t.Errorf("%s", d)
	}
	if want, have := want.Fingerprint(), have.Fingerprint(); want != have {
		t.Errorf("fingerprint %s, want %s", have, want)
	}
}

// keys returns the keys of a schema, as text.
func keys(s *schema.Snapshot) []string {
	var list []string
	for _, k := range s.Keys() {
		list = append(list, k.String())
	}
	return list
}

// equal fails unless the two values are the same.
func equal(t *testing.T, what string, want, have any) {
	t.Helper()
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s (-want +have):\n%s", what, diff)
	}
}

// soon bounds what would otherwise wait for ever when it is wrong.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}
