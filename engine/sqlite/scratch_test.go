package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// What statements mean depends on these, so that scratch must have them too.
func TestScratchMeansTheSame(t *testing.T) {
	d, _ := live(t,
		"PRAGMA encoding = 'UTF-16be'", "CREATE TABLE notes (id INTEGER)",
		"PRAGMA foreign_keys = ON", "PRAGMA legacy_alter_table = ON", "PRAGMA recursive_triggers = ON",
		"PRAGMA ignore_check_constraints = ON", "PRAGMA trusted_schema = OFF",
	)
	compare := func(t *testing.T) {
		t.Helper()
		s, err := d.Scratch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		execute(t, s, "CREATE TABLE notes (id INTEGER)")
		for name, want := range map[string]string{
			"encoding": "UTF-16be", "foreign_keys": "1", "legacy_alter_table": "1", "recursive_triggers": "1",
			"ignore_check_constraints": "1", "trusted_schema": "0",
		} {
			if have := value(t, s, "PRAGMA "+name); have != want {
				t.Errorf("%s is %s, want %s", name, have, want)
			}
		}
		if !s.Traits().ForeignKeys {
			t.Error("the traits do not tell of foreign_keys")
		}
	}
	compare(t)
	t.Run("during a rebuild", func(t *testing.T) {
		if err := d.Begin(t.Context(), engine.Rebuild); err != nil {
			t.Fatal(err)
		}
		compare(t)
	})
}

// A driver that somebody has put something around is used as it is, by the old
// interface if that is all there is.
func TestScratchUsesTheDriverOfThePool(t *testing.T) {
	name := filepath.Join(t.TempDir(), "test.db")
	noting := &noting{inner: openPool(t, name).Driver()}
	pool := sql.OpenDB(connector{noting, name})
	defer pool.Close()
	d := take(t, pool)
	s, err := d.Scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if diff := cmp.Diff([]string{name, ":memory:"}, noting.names); diff != "" {
		t.Errorf("opened (-want +have):\n%s", diff)
	}
}

// noting is a driver that notes what it opens.
type noting struct {
	inner driver.Driver
	names []string
}

func (n *noting) Open(name string) (driver.Conn, error) {
	n.names = append(n.names, name)
	return n.inner.Open(name)
}

// A connector opens one file.
type connector struct {
	driver *noting
	name   string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.name) }
func (c connector) Driver() driver.Driver                        { return c.driver }

func TestBuildWhatIsHardToBuild(t *testing.T) {
	d, _ := live(t,
		"CREATE VIEW first AS SELECT * FROM second", // views before what they look at
		"CREATE VIEW second AS SELECT * FROM notes",
		"CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT UNIQUE, above REFERENCES later (id))",
		"CREATE TABLE later (id TEXT PRIMARY KEY) WITHOUT ROWID",
		"CREATE VIRTUAL TABLE search USING fts5(title, content = 'notes', content_rowid = 'id')",
		"CREATE VIRTUAL TABLE a_vocabulary USING fts5vocab('search', 'row')", // wants search to be there
		"CREATE VIRTUAL TABLE places USING rtree(id, x0, x1)",
		"CREATE TRIGGER found AFTER INSERT ON notes BEGIN INSERT INTO search (rowid, title) VALUES (new.id, new.title); END",
		"CREATE TRIGGER shown INSTEAD OF INSERT ON second BEGIN INSERT INTO notes (title) VALUES (new.title); END",
		"INSERT INTO notes (title) VALUES ('a')",
		"ALTER TABLE later RENAME TO latest",
		"ANALYZE",
	)
	want, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Build(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	have, err := s.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range schema.Compare(want, have) {
		t.Error(d)
	}
	if have := value(t, s, "SELECT count(*) FROM sqlite_master WHERE name = 'found'"); have != "1" {
		t.Errorf("%s triggers", have)
	}
}
