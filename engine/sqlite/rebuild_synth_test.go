package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// notes is the table that is made anew here.
var notes = schema.Key{Kind: schema.Table, Name: "notes"}

// Each is a table as it is, with its rows, and the table that should be. The rebuild
// gives it that form and nothing else another one, and every value stays; what a
// query says afterwards is in "then".
var rebuilds = []struct {
	name string
	have []string
	want []string
	then []string // queries, each with its answer
}{
	// Constraints, which ALTER TABLE cannot add.
	{"a unique constraint",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)", "INSERT INTO notes VALUES (1, 'a'), (7, 'b'), (9, NULL)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT UNIQUE)"), nil},
	{"a check, whose text stays the author's",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)", "INSERT INTO notes VALUES (1, 'a')"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, -- the key\n title TEXT,\n CHECK (Length( TITLE ) > 0))"),
		[]string{"SELECT sql FROM sqlite_schema WHERE name = 'notes'", "CREATE TABLE notes (id INTEGER PRIMARY KEY, -- the key\n title TEXT,\n CHECK (Length( TITLE ) > 0))"}},
	{"a check that speaks of the table",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY)", "INSERT INTO notes VALUES (1)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, CHECK (notes.id > 0))"), nil},
	{"a check less",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY CHECK (id > 0))", "INSERT INTO notes VALUES (1)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY)"), nil},
	{"a foreign key",
		ddl("CREATE TABLE users (id INTEGER PRIMARY KEY)", "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner INT)",
			"INSERT INTO users VALUES (5)", "INSERT INTO notes VALUES (1, 5)"),
		ddl("CREATE TABLE users (id INTEGER PRIMARY KEY)", "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner INT REFERENCES users ON DELETE CASCADE)"), nil},
	{"a foreign key to itself",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, above INT)", "INSERT INTO notes VALUES (1, NULL), (2, 1)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, above INT REFERENCES notes ON DELETE CASCADE)"),
		[]string{`SELECT "table" FROM pragma_foreign_key_list('notes')`, "notes"}},
	{"a primary key",
		ddl("CREATE TABLE notes (id INT, title TEXT)", "INSERT INTO notes VALUES (4, 'a'), (3, 'b'), (NULL, 'c')"),
		ddl("CREATE TABLE notes (id INT PRIMARY KEY, title TEXT)"), nil},
	{"a primary key of several columns",
		ddl("CREATE TABLE notes (a INT, b INT)", "INSERT INTO notes VALUES (1, 1), (1, 2)"),
		ddl("CREATE TABLE notes (a INT, b INT, PRIMARY KEY (b DESC, a))"), nil},

	// Properties of columns.
	{"NOT NULL",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)", "INSERT INTO notes VALUES (1, ''), (2, 'a')"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL)"), nil},
	{"NULL again",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL)", "INSERT INTO notes VALUES (1, 'a')"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)"), nil},
	{"a default, which no row gets",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)", "INSERT INTO notes VALUES (1, NULL), (2, 'a')"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT DEFAULT 'none')"), nil},
	{"a collation",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)", "INSERT INTO notes VALUES (1, 'a'), (2, 'B')"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT COLLATE nocase UNIQUE)"), nil},
	{"types that store the same",
		ddl("CREATE TABLE notes (a INT, b VARCHAR(20), c DECIMAL, d TEXT, e REAL, f FLOAT)",
			"INSERT INTO notes VALUES ('007', '007', 1.5, 7, 1, 2), ('x', x'00ff', 'y', NULL, 1e300, -0.5), (9223372036854775807, '', 9007199254740993, 'z', 'w', NULL)"),
		ddl("CREATE TABLE notes (a INTEGER, b TEXT, c BOOLEAN, d, e BLOB, f DOUBLE PRECISION)"),
		[]string{"SELECT group_concat(typeof(a) || typeof(b) || typeof(d) || typeof(e)) FROM notes", "integertexttextreal,textblobnullreal,integertexttexttext"}},
	{"values that have no type in common",
		ddl("CREATE TABLE notes (a)", "INSERT INTO notes VALUES ('007'), (7), (7.0), (x'37'), (NULL), ('a' || char(0) || 'b'), (-0.0), (9e999), (zeroblob(9))"),
		ddl("CREATE TABLE notes (a CHECK (a IS NOT 8))"), nil},
	{"columns in another order, and in another case",
		ddl("CREATE TABLE Notes (ID INTEGER PRIMARY KEY, Title TEXT, body TEXT)", "INSERT INTO notes VALUES (1, 'a', 'b')"),
		ddl("CREATE TABLE notes (body TEXT, id INTEGER PRIMARY KEY, title TEXT NOT NULL)"),
		[]string{"SELECT name FROM sqlite_schema WHERE type = 'table'", "notes", "SELECT group_concat(name) FROM pragma_table_info('notes')", "body,id,title"}},
	{"columns that the rows do not have yet",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY)", "INSERT INTO notes VALUES (1), (2)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT ('x' || 'y'), b INT UNIQUE, c AS (id + 1) STORED NOT NULL)"),
		[]string{"SELECT group_concat(a || coalesce(b, '-') || c) FROM notes", "xy-2,xy-3"}},
	{"generated columns that come, change and become stored values",
		ddl("CREATE TABLE notes (a INT, b AS (a + 1), c AS (a * 2) STORED)", "INSERT INTO notes VALUES (1), (5)"),
		ddl("CREATE TABLE notes (a INT, b AS (a + 10) STORED UNIQUE, c, d AS (c || a))"),
		[]string{"SELECT group_concat(b || '/' || c || '/' || d) FROM notes", "11/2/21,15/10/105"}},

	// Kinds of tables.
	{"STRICT",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a TEXT, b)", "INSERT INTO notes VALUES (1, 'a', '007'), (2, NULL, 7)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a TEXT, b ANY) STRICT"),
		[]string{"SELECT group_concat(b) FROM notes", "007,7"}},
	{"WITHOUT ROWID",
		ddl("CREATE TABLE notes (name TEXT PRIMARY KEY, a)", "INSERT INTO notes VALUES ('z', 1), ('b', 2)"),
		ddl("CREATE TABLE notes (name TEXT PRIMARY KEY, a) WITHOUT ROWID"), nil},
	{"WITHOUT ROWID and a check",
		ddl("CREATE TABLE notes (name TEXT PRIMARY KEY, a) WITHOUT ROWID", "INSERT INTO notes VALUES ('z', 1), ('b', 2)"),
		ddl("CREATE TABLE notes (name TEXT PRIMARY KEY, a CHECK (a > 0)) WITHOUT ROWID"), nil},
	{"a rowid again",
		ddl("CREATE TABLE notes (name TEXT PRIMARY KEY, a) WITHOUT ROWID", "INSERT INTO notes VALUES ('z', 1), ('b', 2)"),
		ddl("CREATE TABLE notes (name TEXT NOT NULL PRIMARY KEY, a)"), nil},

	// Rowids.
	{"rowids that no column shows",
		ddl("CREATE TABLE notes (a)", "INSERT INTO notes (rowid, a) VALUES (-3, 'x'), (40, 'y'), (7, 'z')"),
		ddl("CREATE TABLE notes (a NOT NULL)"),
		[]string{"SELECT group_concat(rowid || a) FROM notes", "-3x,7z,40y"}},
	{"a column by the name of the rowid",
		ddl(`CREATE TABLE notes ("RowID" TEXT, _rowid_ TEXT)`, "INSERT INTO notes (oid, rowid, _rowid_) VALUES (5, 'x', 'y')"),
		ddl("CREATE TABLE notes (rowid TEXT NOT NULL, _rowid_ TEXT)"),
		[]string{"SELECT oid || rowid || _rowid_ FROM notes", "5xy"}},
	{"columns by all names of the rowid",
		ddl("CREATE TABLE notes (rowid, oid, _rowid_)", "INSERT INTO notes VALUES ('x', 'y', 'z'), (1, 2, 3)"),
		ddl("CREATE TABLE notes (rowid UNIQUE, oid, _rowid_)"), nil},
	{"a key that is no longer the rowid",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a)", "INSERT INTO notes VALUES (3, 'x'), (40, 'y')"),
		ddl("CREATE TABLE notes (id INT NOT NULL PRIMARY KEY, a)"),
		[]string{"SELECT group_concat(rowid || ' ' || id) FROM notes", "3 3,40 40"}},
	{"a column that becomes the rowid",
		ddl("CREATE TABLE notes (id INT, a)", "INSERT INTO notes VALUES (40, 'x'), (3, 'y')"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a)"),
		[]string{"SELECT group_concat(rowid || a) FROM notes", "3y,40x"}},
	{"a full-text index that knows rows by their rowid",
		ddl("CREATE TABLE notes (title TEXT)", "CREATE VIRTUAL TABLE words USING fts5(title, content = 'notes')",
			"INSERT INTO notes (rowid, title) VALUES (5, 'wool'), (9, 'silk')", "INSERT INTO words (words) VALUES ('rebuild')"),
		ddl("CREATE TABLE notes (title TEXT NOT NULL)"),
		[]string{"SELECT title FROM words WHERE words MATCH 'silk'", "silk"}},

	// Numbers given by AUTOINCREMENT are never given again.
	{"AUTOINCREMENT, whose last rows are gone",
		ddl("CREATE TABLE Notes (id INTEGER PRIMARY KEY AUTOINCREMENT, a)", "INSERT INTO notes VALUES (1, 'x'), (50, 'y')", "DELETE FROM notes WHERE id = 50"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE)"),
		[]string{"SELECT group_concat(name || seq) FROM sqlite_sequence", "notes50", "INSERT INTO notes (a) VALUES ('z') RETURNING id", "51"}},
	{"AUTOINCREMENT without any row",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO notes VALUES (50)", "DELETE FROM notes"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0))"),
		[]string{"SELECT group_concat(name || seq) FROM sqlite_sequence", "notes50"}},
	{"AUTOINCREMENT that was told to begin anew",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO notes VALUES (50)", "DELETE FROM sqlite_sequence"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0))"),
		[]string{"SELECT count(*) FROM sqlite_sequence", "0"}},
	{"AUTOINCREMENT more",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY)", "INSERT INTO notes VALUES (50)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT)"),
		[]string{"SELECT group_concat(name || seq) FROM sqlite_sequence", "notes50"}},
	{"AUTOINCREMENT less",
		ddl("CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT)", "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT)",
			"INSERT INTO notes VALUES (50)", "INSERT INTO tags VALUES (8)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY)"),
		[]string{"SELECT group_concat(name || seq) FROM sqlite_sequence", "tags8"}},

	// What lies on the table, and what refers to it.
	{"children that would be deleted with it",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY)", "CREATE TABLE tags (note INT REFERENCES notes ON DELETE CASCADE)",
			"CREATE TABLE marks (note INT DEFAULT 0 REFERENCES notes (id) ON DELETE SET DEFAULT)",
			"INSERT INTO notes VALUES (1), (2)", "INSERT INTO tags VALUES (1), (1), (2)", "INSERT INTO marks VALUES (2)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY CHECK (id > 0))"),
		[]string{"SELECT group_concat(note) FROM tags", "1,1,2", "SELECT note FROM marks", "2"}},
	{"indexes of every kind",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, tag TEXT)", "INSERT INTO notes VALUES (1, 'a', NULL), (2, 'b', 'B')",
			"CREATE UNIQUE INDEX some ON notes (title) WHERE tag IS NOT NULL", `CREATE INDEX "by ""tag""" ON "notes" (lower(tag) DESC, title COLLATE nocase)`),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, tag TEXT)"), nil},
	{"triggers, of which none fires",
		ddl("CREATE TABLE log (what)", "CREATE TABLE notes (id INTEGER PRIMARY KEY, a)", "INSERT INTO notes VALUES (1, 'x')",
			"CREATE TRIGGER came AFTER INSERT ON notes BEGIN INSERT INTO log VALUES ('came'); END",
			"CREATE TRIGGER went AFTER DELETE ON notes BEGIN INSERT INTO log VALUES ('went'); END",
			"CREATE TRIGGER never BEFORE INSERT ON notes WHEN new.id = 1 BEGIN SELECT raise(ABORT, 'one; is there'); END",
			"CREATE TRIGGER logged AFTER INSERT ON log WHEN new.what = 'note' BEGIN INSERT INTO notes (a) VALUES ('logged'); END"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a NOT NULL)"),
		[]string{"SELECT count(*) FROM log", "0", "INSERT INTO notes (a) VALUES ('y') RETURNING id", "2", "SELECT what FROM log", "came"}},
	{"views on the table, on each other, and one with a trigger",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a)", "INSERT INTO notes VALUES (1, 'x')",
			"CREATE VIEW zero AS SELECT * FROM notes", "CREATE VIEW one AS SELECT a FROM zero",
			"CREATE TRIGGER into_one INSTEAD OF INSERT ON one BEGIN INSERT INTO notes (a) VALUES (new.a); END"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a NOT NULL)"),
		[]string{"SELECT group_concat(a) FROM one", "x"}},
	{"a view and a trigger elsewhere that are broken already",
		ddl("CREATE TABLE tags (a)", "CREATE TABLE notes (id INTEGER PRIMARY KEY, a)", "INSERT INTO notes VALUES (1, 'x')",
			"CREATE VIEW stale AS SELECT * FROM gone", "CREATE TRIGGER broken AFTER INSERT ON tags BEGIN INSERT INTO gone VALUES (1); END"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, a NOT NULL)"), nil},
	{"the way of renaming that SQLite had before 3.26",
		ddl("PRAGMA legacy_alter_table = ON", "CREATE TABLE notes (id INTEGER PRIMARY KEY, above INT REFERENCES notes)", "INSERT INTO notes VALUES (1, 1)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY, above INT REFERENCES notes, CHECK (notes.id > 0))"), nil},

	// Names.
	{"names that need quotes",
		ddl(`CREATE TABLE notes ("a ""b""" TEXT, [order] INT, 'ü' TEXT, "x'y" AS (1))`, "INSERT INTO notes VALUES ('p', 2, 'q')",
			`CREATE INDEX "select" ON notes ("a ""b""")`),
		ddl("CREATE TABLE [Notes] (`a \"b\"` TEXT UNIQUE, \"order\" INT, ü TEXT, [x'y] AS (1))"), nil},
	{"the name under which the rows would wait is taken",
		ddl("CREATE TABLE dbmend_rows (a)", "CREATE VIEW DBMEND_rows_2 AS SELECT 1", "CREATE INDEX dbmend_rows_3 ON dbmend_rows (a)",
			"CREATE TABLE notes (a)", "INSERT INTO notes VALUES (1)"),
		ddl("CREATE TABLE notes (a NOT NULL)"), nil},
	{"temporary tables of the same names",
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO notes VALUES (50)", "DELETE FROM notes",
			"CREATE TEMP TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO temp.notes VALUES (9)", "CREATE TEMP TABLE dbmend_rows (a)"),
		ddl("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0))"),
		[]string{"SELECT group_concat(name || seq) FROM main.sqlite_sequence", "notes50", "SELECT id FROM temp.notes", "9"}},
}

func TestRebuildTable(t *testing.T) {
	for _, test := range rebuilds {
		t.Run(test.name, func(t *testing.T) {
			d, _ := live(t, test.have...)
			execute(t, d, "PRAGMA foreign_keys = ON")
			have := inspected(t, d)
			want := with(have, snapshotOf(t, test.want...))
			rows := rowsOf(t, d, have)
			if err := remake(t, d, have, want); err != nil {
				t.Fatal(err)
			}
			after := inspected(t, d)
			for _, d := range schema.Compare(want, after) {
				t.Error(d)
			}
			if diff := cmp.Diff(rows, rowsOf(t, d, have)); diff != "" {
				t.Errorf("rows (-before +after):\n%s", diff)
			}
			for q := range slices.Chunk(test.then, 2) {
				if got := value(t, d, q[0]); got != q[1] {
					t.Errorf("%s: %s, want %s", q[0], got, q[1])
				}
			}
			if s := (Engine{}).Rebuild(after, want, notes); s != nil {
				t.Errorf("a second time there are %q", s)
			}
		})
	}
}

func inspected(t *testing.T, d *database) *schema.Snapshot {
	t.Helper()
	s, err := d.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// with returns the schema with the other one's notes in the place of its own; what
// lies on the table stays.
func with(s, other *schema.Snapshot) *schema.Snapshot {
	s = s.Filter(func(o *schema.Object) bool { return o.Key.Owner() != notes || hasStatement(o) })
	for o := range other.All() {
		if o.Key.Owner() == notes {
			s.Put(o)
		}
	}
	return s
}

// remake makes notes anew in a transaction of its own, which it rolls back where a
// statement fails or a reference is broken.
func remake(t *testing.T, d *database, have, want *schema.Snapshot) error {
	t.Helper()
	statements := Engine{}.Rebuild(have, want, notes)
	if statements == nil {
		t.Fatal("nothing is written")
	}
	if err := d.Begin(t.Context(), engine.Rebuild); err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := d.Exec(t.Context(), statement); err != nil {
			if err := d.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if orphans, err := d.Orphans(t.Context(), 5); err != nil || len(orphans) > 0 {
		t.Errorf("orphans %v, error %v", orphans, err)
	}
	if err := d.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return nil
}

// rowsOf returns the rows of notes, sorted: of each value that s has as a stored one
// its type and its bytes, and ahead of them what else is asked for.
func rowsOf(t interface {
	Helper()
	Fatal(...any)
	Context() context.Context
}, d *database, s *schema.Snapshot, more ...string) (rows []string) {
	t.Helper()
	var values []string
	for _, m := range more {
		if m != "" {
			values = append(values, m)
		}
	}
	for _, part := range s.Parts(notes) {
		if part.Key.Kind == schema.Column && part.Fact(schema.Generated) == "" {
			name := quote(part.Spelling())
			values = append(values, fmt.Sprintf("typeof(%s) || ' ' || CASE typeof(%[1]s) WHEN 'real' THEN quote(%[1]s) ELSE hex(%[1]s) END", name))
		}
	}
	list, err := d.Query(t.Context(), "SELECT "+strings.Join(values, " || ', ' || ")+" AS v FROM main.notes ORDER BY v")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	for list.Next() {
		var row string
		if err := list.Scan(&row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}
