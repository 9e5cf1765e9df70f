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

// Where the rows do not fit, the rebuild says so, whatever the table says of such
// rows, and all is as it was.
func TestRebuildOfRowsThatDoNotFit(t *testing.T) {
	for _, test := range []struct{ name, have, rows, want string }{
		{"NULL where none may be", "CREATE TABLE notes (a)", "(1), (NULL)", "CREATE TABLE notes (a NOT NULL)"},
		{"NULL for which there is a default", "CREATE TABLE notes (a)", "(1), (NULL)", "CREATE TABLE notes (a NOT NULL ON CONFLICT REPLACE DEFAULT 7)"},
		{"NULL that would be passed over", "CREATE TABLE notes (a)", "(1), (NULL)", "CREATE TABLE notes (a NOT NULL ON CONFLICT IGNORE)"},
		{"NULL that would become a rowid", "CREATE TABLE notes (a INT)", "(1), (NULL)", "CREATE TABLE notes (a INTEGER PRIMARY KEY)"},
		{"a text that cannot become a rowid", "CREATE TABLE notes (a INT)", "(1), ('x')", "CREATE TABLE notes (a INTEGER PRIMARY KEY)"},
		{"NULL in a key without rowid", "CREATE TABLE notes (a INT PRIMARY KEY)", "(1), (NULL)", "CREATE TABLE notes (a INT PRIMARY KEY) WITHOUT ROWID"},
		{"twice the same", "CREATE TABLE notes (a)", "(1), (1)", "CREATE TABLE notes (a UNIQUE)"},
		{"twice the same, of which one would go", "CREATE TABLE notes (a)", "(1), (1)", "CREATE TABLE notes (a UNIQUE ON CONFLICT REPLACE)"},
		{"twice the same, of which one would not come", "CREATE TABLE notes (a)", "(1), (1)", "CREATE TABLE notes (a UNIQUE ON CONFLICT IGNORE)"},
		{"the same but for the case", "CREATE TABLE notes (a)", "('a'), ('A')", "CREATE TABLE notes (a COLLATE nocase PRIMARY KEY)"},
		{"a check", "CREATE TABLE notes (a)", "(1), (-1)", "CREATE TABLE notes (a CHECK (a > 0))"},
		{"a type of a strict table", "CREATE TABLE notes (a INT)", "(1), ('x')", "CREATE TABLE notes (a INT) STRICT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, _ := live(t, test.have, "INSERT INTO notes VALUES "+test.rows)
			have := inspected(t, d)
			rows := rowsOf(t, d, have)
			err := remake(t, d, have, with(have, snapshotOf(t, test.want)))
			if err == nil {
				t.Errorf("the rows are now %q", rowsOf(t, d, have))
			}
			for _, d := range schema.Compare(have, inspected(t, d)) {
				t.Error(d)
			}
			if diff := cmp.Diff(rows, rowsOf(t, d, have)); diff != "" {
				t.Errorf("rows (-before +after):\n%s", diff)
			}
		})
	}
}

// Nothing is written where a value would be lost, made up or turned into another
// one, where the table need not be made anew, and where not all is known of it.
func TestRebuildRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		have []string
		want string
	}{
		{"a column that is not wanted", ddl("CREATE TABLE notes (a, b)"), "CREATE TABLE notes (a NOT NULL)"},
		{"a generated column that is not wanted", ddl("CREATE TABLE notes (a, b AS (a))"), "CREATE TABLE notes (a NOT NULL)"},
		{"a column by another name", ddl("CREATE TABLE notes (a, b)"), "CREATE TABLE notes (a, c NOT NULL DEFAULT 1)"},
		{"a column that would be computed", ddl("CREATE TABLE notes (a, b)"), "CREATE TABLE notes (a, b AS (a))"},
		{"a new column that needs a value", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a, b NOT NULL)"},
		{"a new column whose default is NULL", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a, b NOT NULL DEFAULT (NULL))"},
		{"a new key", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (id INTEGER PRIMARY KEY, a)"},
		{"a new part of the key", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a, b DEFAULT 1, PRIMARY KEY (a, b))"},
		{"texts that become numbers", ddl("CREATE TABLE notes (a TEXT)"), "CREATE TABLE notes (a INT)"},
		{"numbers that become texts", ddl("CREATE TABLE notes (a INT)"), "CREATE TABLE notes (a TEXT)"},
		{"integers that become reals", ddl("CREATE TABLE notes (a INT)"), "CREATE TABLE notes (a REAL)"},
		{"reals that become integers", ddl("CREATE TABLE notes (a REAL)"), "CREATE TABLE notes (a NUMERIC)"},
		{"values without a type that get one", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a VARCHAR(9))"},
		{"ANY that is NUMERIC after all", ddl("CREATE TABLE notes (a ANY) STRICT"), "CREATE TABLE notes (a ANY)"},

		{"the same table", ddl("CREATE TABLE notes (a)"), "create table Notes ([A])"},
		{"a column that can be added", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a, b TEXT NOT NULL DEFAULT '')"},
		{"no table", ddl("CREATE TABLE other (a)"), "CREATE TABLE notes (a)"},
		{"no such table wanted", ddl("CREATE TABLE notes (a)"), "CREATE TABLE other (a)"},
		{"a view", ddl("CREATE VIEW notes AS SELECT 1"), "CREATE TABLE notes (a)"},

		{"a virtual table", ddl("CREATE VIRTUAL TABLE notes USING fts5(a)"), "CREATE VIRTUAL TABLE notes USING fts5(a, b)"},
		{"an ordinary table that should be virtual", ddl("CREATE TABLE notes (a)"), "CREATE VIRTUAL TABLE notes USING fts5(a)"},
		{"what is declared twice", ddl("CREATE TABLE notes (a REFERENCES p(id) ON DELETE CASCADE REFERENCES p(id))"), "CREATE TABLE notes (a NOT NULL)"},
		{"what should be declared twice", ddl("CREATE TABLE notes (a)"), "CREATE TABLE notes (a REFERENCES p(id) ON DELETE CASCADE REFERENCES p(id))"},
	} {
		t.Run(test.name, func(t *testing.T) {
			have := snapshotOf(t, test.have...)
			if s := (Engine{}).Rebuild(have, snapshotOf(t, test.want), notes); s != nil {
				t.Errorf("statements %q", s)
			}
		})
	}
}

// Descriptions may come from a file that somebody has tampered with, or be older
// than what they describe.
func TestRebuildDistrustsDescriptions(t *testing.T) {
	have := snapshotOf(t, "CREATE TABLE notes (a, b)", "CREATE INDEX i ON notes (a)", "CREATE TRIGGER r AFTER INSERT ON notes BEGIN SELECT 1; END")
	want := snapshotOf(t, "CREATE TABLE notes (a NOT NULL, b)")
	if (Engine{}).Rebuild(have, want, notes) == nil {
		t.Fatal("nothing is written for what is beyond doubt")
	}
	index := schema.Key{Kind: schema.Index, Table: "notes", Name: "i"}
	trigger := schema.Key{Kind: schema.Trigger, Table: "notes", Name: "r"}
	for _, test := range []struct {
		name   string
		of     *schema.Snapshot
		key    schema.Key
		change func(o *schema.Object)
	}{
		{"an index without a source", have, index, func(o *schema.Object) { o.Source = "" }},
		{"an index that nobody vouches for", have, index, func(o *schema.Object) { o.Unsupported = "unknown" }},
		{"a trigger of two statements", have, trigger, func(o *schema.Object) { o.Source += "; DROP TABLE other" }},
		{"a trigger that drops", have, trigger, func(o *schema.Object) { o.Source = "DROP TABLE other" }},
		{"a live table of which the text lacks a column", have, notes, func(o *schema.Object) { o.Source = "CREATE TABLE notes (a)" }},
		{"a live table without a text", have, notes, func(o *schema.Object) { o.Source = "" }},
		{"a live table that nobody vouches for", have, notes, func(o *schema.Object) { o.Unsupported = "unknown" }},
		{"a table that drops", want, notes, func(o *schema.Object) { o.Source = "DROP TABLE other" }},
		{"a table of two statements", want, notes, func(o *schema.Object) { o.Source += "; DROP TABLE other" }},
		{"a table by another name", want, notes, func(o *schema.Object) { o.Source = "CREATE TABLE other (a NOT NULL, b)" }},
		{"a table whose text says more", want, notes, func(o *schema.Object) { o.Source = "CREATE TABLE notes (a NOT NULL, b) STRICT" }},
		{"a table that copies", want, notes, func(o *schema.Object) { o.Source = "CREATE TABLE notes AS SELECT 1" }},
		{"a column that nobody vouches for", want, schema.Key{Kind: schema.Column, Table: "notes", Name: "a"}, func(o *schema.Object) { o.Unsupported = "unknown" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := *test.of.Get(test.key)
			test.change(&o)
			changed := test.of.Clone()
			changed.Put(&o)
			is, should := have, want
			if test.of == have {
				is = changed
			} else {
				should = changed
			}
			if s := (Engine{}).Rebuild(is, should, notes); s != nil {
				t.Errorf("statements %q", s)
			}
		})
	}
}

// What should be there is not always in one text: nobody's migration knows what
// was added by hand, and a CREATE TABLE knows nothing of the ALTER TABLE behind it.
func TestRebuildComposes(t *testing.T) {
	for _, test := range []struct {
		name         string
		have, source string
		want         string // by what it comes to, whoever wrote it
		text         string
	}{
		{"a column that was added by hand",
			"CREATE TABLE notes (a TEXT, extra INT DEFAULT 3 REFERENCES users, CHECK (a <> ''))",
			"CREATE TABLE notes (\n\ta TEXT NOT NULL, -- the title\n\tCHECK (a <> '')\n) -- done",
			"CREATE TABLE notes (a TEXT NOT NULL, extra INT DEFAULT 3 REFERENCES users, CHECK (a <> ''))",
			"CREATE TABLE notes (a TEXT NOT NULL, extra INT DEFAULT 3 REFERENCES users, CHECK (a <> '')) -- done"},
		{"constraints that were added by hand",
			`CREATE TABLE notes (a TEXT, b, CONSTRAINT mine CHECK ("b" > 0) UNIQUE (b), FOREIGN KEY (a) REFERENCES users (name))`,
			"CREATE TABLE notes (a TEXT NOT NULL, b)",
			"CREATE TABLE notes (a TEXT NOT NULL, b UNIQUE CHECK (b > 0), FOREIGN KEY (a) REFERENCES users (name))",
			`CREATE TABLE notes (a TEXT NOT NULL, b, CONSTRAINT mine CHECK ("b" > 0) UNIQUE (b), FOREIGN KEY (a) REFERENCES users (name))`},
		{"a source older than its table",
			"CREATE TABLE notes (headline TEXT, c)",
			"CREATE TABLE Notes (title TEXT NOT NULL, old INT, UNIQUE (title), UNIQUE (headline)) ",
			`CREATE TABLE notes (headline TEXT UNIQUE, c, d INT NOT NULL DEFAULT 0, "e ""f""")`,
			`CREATE TABLE Notes (headline TEXT, c, "d" INT DEFAULT 0 NOT NULL, "e ""f""", UNIQUE (headline)) `},
		{"a piece that makes sense behind another only",
			`CREATE TABLE notes (a, x CHECK ("y" > 0), y)`,
			"CREATE TABLE notes (a NOT NULL)",
			"CREATE TABLE notes (a NOT NULL, x, y, CHECK (y > 0))",
			`CREATE TABLE notes (a NOT NULL, y, x CHECK ("y" > 0))`},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, _ := live(t, test.have, "INSERT INTO notes DEFAULT VALUES")
			execute(t, d, "UPDATE notes SET "+identifier(inspected(t, d).Parts(notes)[0].Key.Name)+" = 'x'")
			have := inspected(t, d)
			rows := rowsOf(t, d, have)
			want := snapshotOf(t, test.want)
			table := *want.Get(notes)
			table.Source = test.source
			want.Put(&table)
			statements := Engine{}.Rebuild(have, want, notes)
			if !slices.Contains(statements, test.text) {
				t.Fatalf("statements %q", statements)
			}
			execute(t, d, statements...)
			for _, d := range schema.Compare(want, inspected(t, d)) {
				t.Error(d)
			}
			if diff := cmp.Diff(rows, rowsOf(t, d, have)); diff != "" {
				t.Errorf("rows (-before +after):\n%s", diff)
			}
		})
	}
	t.Run("what no piece makes", func(t *testing.T) {
		have := snapshotOf(t, "CREATE TABLE notes (a)")
		want := snapshotOf(t, "CREATE TABLE notes (a NOT NULL, b UNIQUE)")
		table := *want.Get(notes)
		table.Source = "CREATE TABLE notes (a NOT NULL, b)"
		want.Put(&table)
		if s := (Engine{}).Rebuild(have, want, notes); s != nil {
			t.Errorf("statements %q", s)
		}
	})
}

// What it costs to put the rows aside, beside the way that renames.
func BenchmarkRebuildTable(b *testing.B) {
	const wanted = "(id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, body TEXT)"
	d := take(b, openPool(b, b.TempDir()+"/test.db"))
	execute(b, d, "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT UNIQUE, body TEXT)",
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
		INSERT INTO notes SELECT i, hex(randomblob(8)), hex(randomblob(100)) FROM n`)
	have, err := d.Inspect(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	want := have.Clone()
	title := *want.Get(schema.Key{Kind: schema.Column, Table: "notes", Name: "title"})
	title.Facts = append(slices.Clone(title.Facts), schema.Fact{Name: schema.Nullable, Value: "no"})
	table := *want.Get(notes)
	table.Source = "CREATE TABLE notes " + wanted
	want.Put(&title)
	want.Put(&table)
	for name, statements := range map[string][]string{
		"aside":  Engine{}.Rebuild(have, want, notes),
		"rename": {"CREATE TABLE new " + wanted, "INSERT INTO new SELECT * FROM notes", "DROP TABLE notes", "ALTER TABLE new RENAME TO notes"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := d.Begin(b.Context(), engine.Rebuild); err != nil {
					b.Fatal(err)
				}
				execute(b, d, statements...)
				if err := d.Rollback(b.Context()); err != nil {
					b.Fatal(err)
				}
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
	s = s.Filter(func(o *schema.Object) bool { return o.Key.Owner() != notes || isLoose(o) })
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
