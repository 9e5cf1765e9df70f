package sqlite

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/schema"
)

// describe writes a snapshot as one line for each object.
func describe(s *schema.Snapshot) (lines []string) {
	for o := range s.All() {
		line := o.Key.String() + ": " + o.Describe()
		if o.Unsupported != "" {
			line += " (" + o.Unsupported + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestInspect(t *testing.T) {
	for _, test := range []struct {
		name string
		ddl  []string
		want []string
	}{
		{"an empty database", nil, nil},
		{
			"a table with everything",
			ddl(`CREATE TABLE Notes (
				Id INTEGER PRIMARY KEY AUTOINCREMENT,
				owner INT NOT NULL ON CONFLICT FAIL CONSTRAINT mine REFERENCES Users ON DELETE CASCADE MATCH FULL DEFERRABLE INITIALLY DEFERRED,
				"Page Title" varchar(20) DEFAULT 'none' COLLATE NoCase,
				at DEFAULT (datetime('now')),
				size REAL AS (length("Page Title") * 1.0) STORED,
				UNIQUE (owner, "Page Title" DESC) ON CONFLICT IGNORE,
				CHECK (owner > 0 AND "Page Title" <> "")
			)`, "CREATE TABLE users (name TEXT, id INT, PRIMARY KEY (id)) WITHOUT ROWID, STRICT"),
			[]string{
				"table notes: autoincrement yes",
				"column notes.at: default datetime('now')",
				"column notes.id: type INTEGER",
				"column notes.owner: type INT, null no, on conflict fail",
				"column notes.page title: type VARCHAR(20), default 'none', collation nocase",
				`column notes.size: type REAL, generated (length("page title") * 1.0) stored`,
				"primary key of notes: columns id",
				`unique (owner, "page title" desc) on notes: on conflict ignore`,
				`check owner > 0 and "page title" <> '' on notes: present`,
				"foreign key (owner) -> users(id) on notes: parent users, on delete cascade, match full, deferrable initially deferred",
				"table users: without rowid yes, strict yes",
				"column users.id: type INT, null no",
				"column users.name: type TEXT",
				"primary key of users: columns id",
			},
		},
		{
			"indexes, a view and triggers",
			ddl("CREATE TABLE t (a, b TEXT COLLATE NOCASE)",
				"CREATE UNIQUE INDEX One ON t (a DESC, lower(b) COLLATE rtrim) WHERE b IS NOT NULL",
				`CREATE INDEX useless ON t ("missing")`,
				"CREATE INDEX two ON t (b COLLATE BINARY)",
				"CREATE VIEW Some(x) AS SELECT a FROM t WHERE b = 'X'",
				"CREATE TRIGGER Guard INSTEAD OF INSERT ON some WHEN new.x BEGIN SELECT raise(ABORT, 'No'); END"),
			[]string{
				"trigger guard on some: definition instead of insert on some when new.x begin select raise(abort, 'No'); end",
				"table t: present", "column t.a: present", "column t.b: type TEXT, collation nocase",
				"index one on t: columns a desc, lower(b) collate rtrim, unique yes, where b is not null",
				"index two on t: columns b collate binary",
				"index useless on t: columns 'missing'",
				"view some: definition (x) as select a from t where b = 'X'",
			},
		},
		{
			"what belongs to SQLite, to virtual tables and to the session is left out",
			ddl("CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE)", "INSERT INTO t (b) VALUES (1)", "ANALYZE",
				"CREATE VIRTUAL TABLE words USING fts5(word, tokenize = 'porter')", "CREATE VIRTUAL TABLE boxes USING rtree(id, low, high)",
				"CREATE TEMP TABLE t (x)", "CREATE TEMP VIEW v AS SELECT 1"),
			[]string{
				"table boxes: using rtree(id, low, high)",
				"table t: autoincrement yes", "column t.a: type INTEGER", "column t.b: present",
				"primary key of t: columns a", "unique (b) on t: present",
				"table words: using fts5(word, tokenize = 'porter')",
			},
		},
		{
			"a constraint that is declared twice, and not the same way",
			ddl("CREATE TABLE t (a REFERENCES p(id) ON DELETE CASCADE REFERENCES p(id))"),
			[]string{
				"table t: present", "column t.a: present",
				"foreign key (a) -> p(id) on t: parent p, on delete cascade (it is declared twice, and not the same way)",
			},
		},
		{
			"a reference whose parent has another key, or none",
			ddl("CREATE TABLE p (a, b, PRIMARY KEY (a, b))", "CREATE TABLE t (x REFERENCES p, y REFERENCES nobody)"),
			[]string{
				"table p: present", "column p.a: present", "column p.b: present", "primary key of p: columns a, b",
				"table t: present", "column t.x: present", "column t.y: present",
				"foreign key (x) -> p on t: parent p", "foreign key (y) -> nobody on t: parent nobody",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, describe(snapshotOf(t, test.ddl...))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is not a fact is carried along: the spelling, the source, the position, the
// constraint's name.
func TestInspectKeepsTheSpelling(t *testing.T) {
	s := snapshotOf(t, "CREATE TABLE Notes (ID INT, [Page Title] TEXT CONSTRAINT Once UNIQUE) -- here", "CREATE INDEX Late ON Notes(id)")
	want := []schema.Object{
		{Key: schema.Key{Kind: schema.Table, Name: "notes"}, Name: "Notes",
			Source: "CREATE TABLE Notes (ID INT, [Page Title] TEXT CONSTRAINT Once UNIQUE)"},
		{Key: schema.Key{Kind: schema.Column, Table: "notes", Name: "page title"}, Name: "Page Title", Position: 2,
			Facts: []schema.Fact{{Name: schema.Type, Value: "TEXT"}}},
		{Key: schema.Key{Kind: schema.Unique, Table: "notes", Name: `("page title")`}, Name: "Once"},
		{Key: schema.Key{Kind: schema.Index, Table: "notes", Name: "late"}, Name: "Late",
			Facts: []schema.Fact{{Name: schema.Columns, Value: "id"}}, Source: "CREATE INDEX Late ON Notes(id)"},
	}
	for _, o := range want {
		got := s.Get(o.Key)
		if got == nil {
			t.Fatalf("%s is missing", o.Key)
		}
		if diff := cmp.Diff(o, *got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", o.Key, diff)
		}
	}
}

// A text that says something else than SQLite does of the same table or index
// makes its description one that nobody vouches for. Here the text is changed
// behind the back of a connection that has read the old one.
func TestInspectDistrustsTexts(t *testing.T) {
	for _, test := range []struct{ name, is, says string }{
		{"a column's name", "CREATE TABLE t (a, b)", "CREATE TABLE t (a, c)"},
		{"a column more", "CREATE TABLE t (a)", "CREATE TABLE t (a, b)"},
		{"a column less", "CREATE TABLE t (a, b)", "CREATE TABLE t (a)"},
		{"order of columns", "CREATE TABLE t (a, b)", "CREATE TABLE t (b, a)"},
		{"a type", "CREATE TABLE t (a INT)", "CREATE TABLE t (a TEXT)"},
		{"NOT NULL", "CREATE TABLE t (a NOT NULL)", "CREATE TABLE t (a)"},
		{"a default", "CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT 2)"},
		{"a default's absence", "CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a)"},
		{"a primary key", "CREATE TABLE t (a, b, PRIMARY KEY (a, b))", "CREATE TABLE t (a, b, PRIMARY KEY (b, a))"},
		{"a rowid", "CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)"},
		{"a generated column", "CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b AS (a) STORED)"},
		{"a unique constraint", "CREATE TABLE t (a UNIQUE, b)", "CREATE TABLE t (a, b UNIQUE)"},
		{"a unique constraint more", "CREATE TABLE t (a, b)", "CREATE TABLE t (a, b UNIQUE)"},
		{"a key's collation", "CREATE TABLE t (a, UNIQUE (a COLLATE NOCASE))", "CREATE TABLE t (a, UNIQUE (a))"},
		{"a foreign key's parent", "CREATE TABLE t (a REFERENCES p(id))", "CREATE TABLE t (a REFERENCES q(id))"},
		{"a foreign key's column", "CREATE TABLE t (a REFERENCES p(id))", "CREATE TABLE t (a REFERENCES p(no))"},
		{"a foreign key's action", "CREATE TABLE t (a REFERENCES p ON DELETE CASCADE)", "CREATE TABLE t (a REFERENCES p)"},
		{"a foreign key more", "CREATE TABLE t (a)", "CREATE TABLE t (a REFERENCES p)"},
		{"its name", "CREATE TABLE t (a)", "CREATE TABLE u (a)"},
		{"its nature", "CREATE TABLE t (a)", "CREATE VIRTUAL TABLE t USING fts5(a)"},
		{"a clause of the future", "CREATE TABLE t (a)", "CREATE TABLE t (a ON DISK)"},
		{"an option of the future", "CREATE TABLE t (a)", "CREATE TABLE t (a) ENCRYPTED"},
		{"half a text", "CREATE TABLE t (a)", "CREATE TABLE t (a"},
		{"no text", "CREATE TABLE t (a)", ""},
		{"an empty check", "CREATE TABLE t (a CHECK (a))", "CREATE TABLE t (a CHECK ())"},
		{"no column", "CREATE TABLE t (a)", "CREATE TABLE t (CHECK (1))"},
		{"another language", "CREATE TABLE t (a)", "Lorem ipsum"},
		{"a text without end", "CREATE TABLE t (a)", "CREATE TABLE t (a" + strings.Repeat(" ", maxText) + ")"},
		{"parentheses without end", "CREATE TABLE t (a)", "CREATE TABLE t (a DEFAULT " + strings.Repeat("(", 2*maxDepth) + strings.Repeat(")", 2*maxDepth) + ")"},

		{"an index's column", "CREATE INDEX t ON x (a)", "CREATE INDEX t ON x (b)"},
		{"an index's string", "CREATE INDEX t ON x (a)", `CREATE INDEX t ON x ("missing")`},
		{"an index's order", "CREATE INDEX t ON x (a DESC)", "CREATE INDEX t ON x (a)"},
		{"an index's collation", "CREATE INDEX t ON x (a COLLATE nocase)", "CREATE INDEX t ON x (a)"},
		{"a column more in the index", "CREATE INDEX t ON x (a)", "CREATE INDEX t ON x (a, b)"},
		{"an index's table", "CREATE INDEX t ON x (a)", "CREATE INDEX t ON y (a)"},
		{"an index's end", "CREATE INDEX t ON x (a)", "CREATE INDEX t ON x (a) TABLESPACE y"},
		{"a view's name", "CREATE VIEW t AS SELECT 1", "CREATE VIEW u AS SELECT 1"},
		{"a view's end", "CREATE VIEW t AS SELECT 1", "CREATE VIEW t AS SELECT 'x"},
		{"a trigger's beginning", "CREATE TRIGGER t INSERT ON x BEGIN SELECT 1; END", "CREATE EVENT t INSERT ON x BEGIN SELECT 1; END"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := memory(t)
			run(t, conn, "CREATE TABLE x (a, b)", test.is, "PRAGMA writable_schema = ON")
			if _, err := conn.ExecContext(t.Context(), "UPDATE sqlite_schema SET sql = ? WHERE name = 't'", test.says); err != nil {
				t.Fatal(err)
			}
			s, err := inspect(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			seen := 0
			for o := range s.All() {
				if o.Key.Table == "x" && o.Key.Kind == schema.Column || o.Key.Name == "x" {
					continue
				}
				seen++
				if o.Unsupported == "" {
					t.Errorf("%s is vouched for", o.Key)
				}
			}
			if seen == 0 {
				t.Error("it is not in the snapshot")
			}
		})
	}
}

// Shadows are known even where the module is not: here a table of FTS4, which
// the driver lacks.
func TestInspectWithoutTheModule(t *testing.T) {
	conn := memory(t)
	run(t, conn, "CREATE TABLE old_content (docid INTEGER PRIMARY KEY, c0)", "CREATE TABLE old_news (id)", "PRAGMA writable_schema = ON",
		"INSERT INTO sqlite_schema VALUES ('table', 'old', 'old', 0, 'CREATE VIRTUAL TABLE old USING fts4(body)')",
		"PRAGMA writable_schema = RESET")
	s, err := inspect(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"table old: using fts4(body)", "table old_news: present", "column old_news.id: present"}
	if diff := cmp.Diff(want, describe(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever a stored text is, it is described or marked as unsupported.
func FuzzStoredText(f *testing.F) {
	for _, test := range normalForms {
		for _, s := range append(test.a, test.b...) {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		x := row{kind: "table", name: "x", table: "x", sql: "CREATE TABLE x (a, b)"}
		rows := []row{x}
		for _, kind := range []string{"table", "index", "view", "trigger"} {
			rows = append(rows, row{kind: kind, name: "t", table: "x", sql: source})
		}
		c := newCatalogue(rows)
		for i := range rows {
			for _, o := range c.objects(&rows[i]) {
				if o.Key.Name == "" && o.Key.Kind != schema.PrimaryKey && o.Unsupported == "" {
					t.Errorf("%s of no name", o.Key.Kind)
				}
			}
		}
	})
}

// What SQLite accepts as a table or an index is read, and read the same way.
func FuzzAcceptedText(f *testing.F) {
	for _, test := range normalForms {
		for _, s := range append(test.a, test.b...) {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		tokens := tokenize(source)
		if len(tokens) < 3 || !tokens[0].is("create") || strings.Contains(source, "\x00") {
			return
		}
		for _, t := range tokens {
			// Nothing that runs anything, and no other modules than are needed.
			if t.is(";") || t.is("select") || t.is("with") || t.is("values") || t.is("virtual") {
				return
			}
		}
		conn := memory(t)
		run(t, conn, "CREATE TABLE x (a, b)")
		if _, err := conn.ExecContext(t.Context(), source); err != nil {
			return
		}
		s, err := inspect(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		for o := range s.All() {
			if o.Unsupported != "" && !strings.Contains(o.Unsupported, "declared twice") {
				t.Errorf("%s: %s", o.Key, o.Unsupported)
			}
		}
	})
}

// A connection that tells capitals from small letters finds in the words of a table what
// others do.
func TestInspectWhereLikeTellsCapitals(t *testing.T) {
	conn := memory(t)
	run(t, conn, "CREATE TABLE p (x PRIMARY KEY)", "CREATE TABLE c (x PRIMARY KEY, p References p(x)) Without rowid", "CREATE TABLE d (e REFERENCES e)")
	want, err := inspect(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	run(t, conn, "PRAGMA case_sensitive_like = ON")
	got, err := inspect(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
		t.Error(diff)
	}
	trace := begun(t, conn, "CREATE TABLE z (x)")
	run(t, conn, "CREATE TABLE e (x PRIMARY KEY)")
	if _, _, told, err := trace.Changed(t.Context()); err != nil || told {
		t.Error("what has waited for a table reads otherwise now:", told, err)
	}
}
