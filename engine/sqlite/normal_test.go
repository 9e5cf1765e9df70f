package sqlite

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// Two ways to make a schema, and whether they come to the same. Each rule of
// DESIGN.md has its lines here, and SQLite itself has accepted every text.
var normalForms = []struct {
	rule string
	same bool
	a, b []string
}{
	// Spelling.
	{"comments and blanks", true,
		ddl("CREATE TABLE t(a INT,b TEXT)"),
		ddl("CREATE TABLE t ( -- the table\n\ta /* first */ INT,\r\n\tb\tTEXT\n)")},
	{"case of keywords and names", true,
		ddl("create table Notes(Id integer not null, unique(ID))"),
		ddl("CREATE TABLE notes(id INTEGER NOT NULL, UNIQUE(id))")},
	{"case of other letters than ASCII's", false,
		ddl("CREATE TABLE t(ä INT)"), ddl("CREATE TABLE t(Ä INT)")},
	{"quotes of identifiers", true,
		ddl(`CREATE TABLE "t"([a] INT, 'b' TEXT, "c" CHECK (c > b))`, "CREATE INDEX `i` ON [t](`b`)"),
		ddl(`CREATE TABLE t(a INT, b TEXT, c CHECK ("c" > [b]))`, "CREATE INDEX i ON t(b)")},
	{"quotes of a name that is a keyword", true,
		ddl(`CREATE TABLE t("order" INT, CHECK ("order" > 0))`), ddl("CREATE TABLE t([order] INT, CHECK (`Order` > 0))")},
	{"quotes of a name that needs none", true,
		ddl(`CREATE TABLE t("key" INT, CHECK ("key" > 0))`), ddl(`CREATE TABLE t(key INT, CHECK (key > 0))`)},
	{"IF NOT EXISTS", true,
		ddl("CREATE TABLE IF NOT EXISTS t(a)", "CREATE INDEX IF NOT EXISTS i ON t(a)", "CREATE VIEW IF NOT EXISTS v AS SELECT 1"),
		ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)", "CREATE VIEW v AS SELECT 1")},
	{"the schema's name", true,
		ddl("CREATE TABLE main.t(a)", "CREATE INDEX main.i ON t(a)"), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)")},
	{"== and !=", true,
		ddl("CREATE TABLE t(a CHECK (a == 1), b CHECK (b != 1))"), ddl("CREATE TABLE t(a CHECK (a = 1), b CHECK (b <> 1))")},
	{"a string's contents", false,
		ddl("CREATE TABLE t(a CHECK (a <> 'X'))"), ddl("CREATE TABLE t(a CHECK (a <> 'x'))")},
	{"a string's blanks", false,
		ddl("CREATE TABLE t(a DEFAULT 'a b')"), ddl("CREATE TABLE t(a DEFAULT 'a  b')")},
	{"a string or a column in double quotes", false,
		ddl(`CREATE TABLE t(a, b, CHECK (a <> "b"))`), ddl(`CREATE TABLE t(a, b, CHECK (a <> 'b'))`)},
	{"a string in double quotes", true,
		ddl(`CREATE TABLE t(a CHECK (a <> "None"))`), ddl(`CREATE TABLE t(a CHECK (a <> 'None'))`)},
	{"case of a string in double quotes", false,
		ddl(`CREATE TABLE t(a CHECK (a <> "None"))`), ddl(`CREATE TABLE t(a CHECK (a <> "none"))`)},
	{"forms of one number", true,
		ddl("CREATE TABLE t(a DEFAULT 1E5, b DEFAULT 0XfF, c DEFAULT X'AB', d DEFAULT 1_000)"),
		ddl("CREATE TABLE t(a DEFAULT 1e5, b DEFAULT 0xFf, c DEFAULT x'ab', d DEFAULT 1000)")},
	{"an integer and a real number", false,
		ddl("CREATE TABLE t(a DEFAULT 1)"), ddl("CREATE TABLE t(a DEFAULT 1.0)")},

	// Columns.
	{"order of columns", true,
		ddl("CREATE TABLE t(a INT, b TEXT)"), ddl("CREATE TABLE t(b TEXT, a INT)")},
	{"case and blanks of a type", true,
		ddl("CREATE TABLE t(a varchar( 20 ), b Decimal (10,2), c double  precision)"),
		ddl("CREATE TABLE t(a VARCHAR(20), b DECIMAL(10, 2), c DOUBLE PRECISION)")},
	{"a type in quotes", true,
		ddl(`CREATE TABLE t(a "text")`), ddl("CREATE TABLE t(a TEXT)")},
	{"a type's length", false,
		ddl("CREATE TABLE t(a VARCHAR(20))"), ddl("CREATE TABLE t(a VARCHAR(30))")},
	{"types of one affinity", false,
		ddl("CREATE TABLE t(a INT)"), ddl("CREATE TABLE t(a INTEGER)")},
	{"no type", false,
		ddl("CREATE TABLE t(a)"), ddl("CREATE TABLE t(a BLOB)")},
	{"NULL", true,
		ddl("CREATE TABLE t(a INT NULL)"), ddl("CREATE TABLE t(a INT)")},
	{"NOT NULL", false,
		ddl("CREATE TABLE t(a INT NOT NULL)"), ddl("CREATE TABLE t(a INT)")},
	{"NOT NULL of a key without rowid", true,
		ddl("CREATE TABLE t(a TEXT PRIMARY KEY) WITHOUT ROWID"), ddl("CREATE TABLE t(a TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID")},
	{"NOT NULL of a strict table's key", true,
		ddl("CREATE TABLE t(a TEXT PRIMARY KEY) STRICT"), ddl("CREATE TABLE t(a TEXT NOT NULL PRIMARY KEY) STRICT")},
	{"NOT NULL of an ordinary key", false,
		ddl("CREATE TABLE t(a TEXT PRIMARY KEY)"), ddl("CREATE TABLE t(a TEXT NOT NULL PRIMARY KEY)")},
	{"ON CONFLICT ABORT", true,
		ddl("CREATE TABLE t(a NOT NULL ON CONFLICT ABORT UNIQUE ON CONFLICT ABORT)"), ddl("CREATE TABLE t(a NOT NULL UNIQUE)")},
	{"another ON CONFLICT of NOT NULL", false,
		ddl("CREATE TABLE t(a NOT NULL ON CONFLICT REPLACE)"), ddl("CREATE TABLE t(a NOT NULL)")},
	{"another ON CONFLICT of UNIQUE", false,
		ddl("CREATE TABLE t(a UNIQUE ON CONFLICT REPLACE)"), ddl("CREATE TABLE t(a UNIQUE)")},
	{"a collation's case and quotes", true,
		ddl(`CREATE TABLE t(a COLLATE "NoCase")`), ddl("CREATE TABLE t(a COLLATE nocase)")},
	{"COLLATE BINARY", true,
		ddl("CREATE TABLE t(a COLLATE BINARY)"), ddl("CREATE TABLE t(a)")},
	{"a collation", false,
		ddl("CREATE TABLE t(a COLLATE NOCASE)"), ddl("CREATE TABLE t(a)")},
	{"GENERATED ALWAYS and VIRTUAL", true,
		ddl("CREATE TABLE t(a INT, b INT GENERATED ALWAYS AS (a + 1) VIRTUAL)"), ddl("CREATE TABLE t(a INT, b INT AS ((a + 1)))")},
	{"STORED", false,
		ddl("CREATE TABLE t(a INT, b INT AS (a + 1) STORED)"), ddl("CREATE TABLE t(a INT, b INT AS (a + 1))")},
	{"a generated column's expression", false,
		ddl("CREATE TABLE t(a INT, b INT AS (a + 1))"), ddl("CREATE TABLE t(a INT, b INT AS (a + 2))")},

	// Defaults.
	{"parentheses around a default", true,
		ddl("CREATE TABLE t(a DEFAULT (5), b DEFAULT ('x'), c DEFAULT ((-1)), d DEFAULT (CURRENT_DATE))"),
		ddl("CREATE TABLE t(a DEFAULT 5, b DEFAULT 'x', c DEFAULT -1, d DEFAULT current_date)")},
	{"a default in double quotes, and a bare one", true,
		ddl(`CREATE TABLE t(a DEFAULT "None", b DEFAULT none)`), ddl(`CREATE TABLE t(a DEFAULT 'None', b DEFAULT 'none')`)},
	{"a keyword in quotes as default", false,
		ddl(`CREATE TABLE t(a DEFAULT "true")`), ddl(`CREATE TABLE t(a DEFAULT true)`)},
	{"TRUE and FALSE", true,
		ddl("CREATE TABLE t(a DEFAULT TRUE, b DEFAULT (FALSE))"), ddl("CREATE TABLE t(a DEFAULT 1, b DEFAULT 0)")},
	{"a plus sign", true,
		ddl("CREATE TABLE t(a DEFAULT +5)"), ddl("CREATE TABLE t(a DEFAULT 5)")},
	{"DEFAULT NULL", true,
		ddl("CREATE TABLE t(a DEFAULT NULL, b DEFAULT (NULL))"), ddl("CREATE TABLE t(a, b)")},
	{"a default", false,
		ddl("CREATE TABLE t(a DEFAULT 1)"), ddl("CREATE TABLE t(a DEFAULT 2)")},
	{"a number and a string", false,
		ddl("CREATE TABLE t(a DEFAULT 1)"), ddl("CREATE TABLE t(a DEFAULT '1')")},
	{"no default", false,
		ddl("CREATE TABLE t(a DEFAULT '')"), ddl("CREATE TABLE t(a)")},
	{"a sign before a comment", true,
		ddl("CREATE TABLE t(a DEFAULT -1 /* none */ NOT NULL)"), ddl("CREATE TABLE t(a DEFAULT - 1 NOT NULL)")},

	// Keys and checks.
	{"a constraint of the column or of the table", true,
		ddl("CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE, c CHECK (c > 0), d REFERENCES t(a))"),
		ddl("CREATE TABLE t(a INTEGER, b, c, d, PRIMARY KEY(a), UNIQUE(b), CHECK(c > 0), FOREIGN KEY(d) REFERENCES t(a))")},
	{"names of constraints", true,
		ddl("CREATE TABLE t(a CONSTRAINT one UNIQUE, CONSTRAINT two CHECK (a > 0))"), ddl("CREATE TABLE t(a UNIQUE CONSTRAINT three CHECK (a > 0))")},
	{"commas between constraints", true,
		ddl("CREATE TABLE t(a, b, UNIQUE(a), CHECK(a > b))"), ddl("CREATE TABLE t(a, b, UNIQUE(a) CHECK(a > b))")},
	{"a constraint declared twice", true,
		ddl("CREATE TABLE t(a UNIQUE, UNIQUE(a))"), ddl("CREATE TABLE t(a UNIQUE)")},
	{"a key declared twice without rowid", true,
		ddl("CREATE TABLE t(a, b, c UNIQUE, PRIMARY KEY(b, a, b, c), UNIQUE(c)) WITHOUT ROWID"),
		ddl("CREATE TABLE t(a, b, c, PRIMARY KEY(b, a, c), UNIQUE(c)) WITHOUT ROWID")},
	{"order of a key", false,
		ddl("CREATE TABLE t(a, b, UNIQUE(a, b))"), ddl("CREATE TABLE t(a, b, UNIQUE(b, a))")},
	{"a key's collation", false,
		ddl("CREATE TABLE t(a, UNIQUE(a COLLATE NOCASE))"), ddl("CREATE TABLE t(a, UNIQUE(a))")},
	{"a key's collation that the column has", true,
		ddl("CREATE TABLE t(a COLLATE NOCASE, UNIQUE(a COLLATE NOCASE))"), ddl("CREATE TABLE t(a COLLATE NOCASE, UNIQUE(a))")},
	{"PRIMARY KEY DESC of the column, no rowid", false,
		ddl("CREATE TABLE t(a INTEGER PRIMARY KEY DESC)"), ddl("CREATE TABLE t(a INTEGER, PRIMARY KEY(a DESC))")},
	{"AUTOINCREMENT", false,
		ddl("CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)"), ddl("CREATE TABLE t(a INTEGER PRIMARY KEY)")},
	{"AUTOINCREMENT in either place", true,
		ddl("CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)"), ddl("CREATE TABLE t(a INTEGER, PRIMARY KEY(a AUTOINCREMENT))")},
	{"WITHOUT ROWID", false,
		ddl("CREATE TABLE t(a PRIMARY KEY NOT NULL) WITHOUT ROWID"), ddl("CREATE TABLE t(a PRIMARY KEY NOT NULL)")},
	{"STRICT", false,
		ddl("CREATE TABLE t(a INT) STRICT"), ddl("CREATE TABLE t(a INT)")},
	{"order of the table's options", true,
		ddl("CREATE TABLE t(a INT PRIMARY KEY) STRICT, WITHOUT ROWID"), ddl("CREATE TABLE t(a INT PRIMARY KEY) without rowid, strict")},
	{"parentheses around a check", true,
		ddl("CREATE TABLE t(a CHECK (((a > 0))))"), ddl("CREATE TABLE t(a CHECK (a > 0))")},
	{"parentheses that are two pairs", false,
		ddl("CREATE TABLE t(a, CHECK ((a > 0) OR (a < 5)))"), ddl("CREATE TABLE t(a, CHECK (a > 0 OR a < 5))")},
	{"a check", false,
		ddl("CREATE TABLE t(a CHECK (a > 0))"), ddl("CREATE TABLE t(a CHECK (a >= 0))")},
	{"another form of one expression", false,
		ddl("CREATE TABLE t(a CHECK (a > 0))"), ddl("CREATE TABLE t(a CHECK (0 < a))")},
	{"IS NOT NULL", false,
		ddl("CREATE TABLE t(a CHECK (a IS NOT NULL))"), ddl("CREATE TABLE t(a CHECK (a NOTNULL))")},
	{"a sign and an operator", true,
		ddl("CREATE TABLE t(a CHECK (a - 1 > - 1))"), ddl("CREATE TABLE t(a CHECK (a-1>-1))")},
	{"the rowid in a check", true,
		ddl(`CREATE TABLE t(a CHECK ("rowid" > 0))`), ddl("CREATE TABLE t(a CHECK (rowid > 0))")},

	// Foreign keys.
	{"REFERENCES without columns", true,
		ddl("CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE t(a REFERENCES p)"),
		ddl("CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE t(a REFERENCES p(id))")},
	{"REFERENCES to a key of two columns", true,
		ddl("CREATE TABLE p(a, b, PRIMARY KEY(b, a))", "CREATE TABLE t(x, y, FOREIGN KEY(x, y) REFERENCES p)"),
		ddl("CREATE TABLE p(a, b, PRIMARY KEY(b, a))", "CREATE TABLE t(x, y, FOREIGN KEY(x, y) REFERENCES p(b, a))")},
	{"REFERENCES to another column", false,
		ddl("CREATE TABLE p(id INTEGER PRIMARY KEY, n UNIQUE)", "CREATE TABLE t(a REFERENCES p(n))"),
		ddl("CREATE TABLE p(id INTEGER PRIMARY KEY, n UNIQUE)", "CREATE TABLE t(a REFERENCES p)")},
	{"NO ACTION and immediate", true,
		ddl("CREATE TABLE t(a REFERENCES p(id) ON DELETE NO ACTION ON UPDATE NO ACTION DEFERRABLE INITIALLY IMMEDIATE)"),
		ddl("CREATE TABLE t(a REFERENCES p(id) NOT DEFERRABLE)")},
	{"order of actions", true,
		ddl("CREATE TABLE t(a REFERENCES p(id) ON DELETE CASCADE ON UPDATE SET NULL)"),
		ddl("CREATE TABLE t(a REFERENCES p(id) ON UPDATE SET NULL ON DELETE CASCADE)")},
	{"an action", false,
		ddl("CREATE TABLE t(a REFERENCES p(id) ON DELETE CASCADE)"), ddl("CREATE TABLE t(a REFERENCES p(id))")},
	{"INITIALLY DEFERRED", false,
		ddl("CREATE TABLE t(a REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED)"), ddl("CREATE TABLE t(a REFERENCES p(id))")},
	{"INITIALLY DEFERRED behind another column", true,
		ddl("CREATE TABLE t(a REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED, b INT)"),
		ddl("CREATE TABLE t(a REFERENCES p(id), b INT DEFERRABLE INITIALLY DEFERRED)")},

	// Indexes.
	{"ASC", true,
		ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a ASC)"), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)")},
	{"DESC", false,
		ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a DESC)"), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)")},
	{"an index's collation", false,
		ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a COLLATE NOCASE)"), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)")},
	{"an index's collation that the column has", true,
		ddl("CREATE TABLE t(a COLLATE RTRIM)", "CREATE INDEX i ON t(a COLLATE rtrim)"), ddl("CREATE TABLE t(a COLLATE RTRIM)", "CREATE INDEX i ON t(a)")},
	{"parentheses around a column", true,
		ddl("CREATE TABLE t(a)", `CREATE INDEX i ON t((("a" COLLATE nocase)) DESC)`), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a COLLATE nocase DESC)")},
	{"UNIQUE", false,
		ddl("CREATE TABLE t(a)", "CREATE UNIQUE INDEX i ON t(a)"), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)")},
	{"order of an index", false,
		ddl("CREATE TABLE t(a, b)", "CREATE INDEX i ON t(a, b)"), ddl("CREATE TABLE t(a, b)", "CREATE INDEX i ON t(b, a)")},
	{"an expression", true,
		ddl("CREATE TABLE t(a, b)", "CREATE INDEX i ON t(LOWER ( a ), b+1)"), ddl("CREATE TABLE t(a, b)", `CREATE INDEX i ON t(lower("a"), (b + 1))`)},
	{"a predicate", false,
		ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a) WHERE a > 0"), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)")},
	{"parentheses around a predicate", true,
		ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a) WHERE (a > 0)"), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a) WHERE a>0")},
	{"a column that is not there", false,
		ddl("CREATE TABLE t(a)", `CREATE INDEX i ON t("missing")`), ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)")},
	{"a column that was not there then", true,
		ddl("CREATE TABLE t(a)", `CREATE INDEX i ON t("b")`, "ALTER TABLE t ADD COLUMN b"), ddl("CREATE TABLE t(a, b)", "CREATE INDEX i ON t(b)")},
	{"the rowid in double quotes, a string to an index", false,
		ddl("CREATE TABLE t(a, rowid)", `CREATE INDEX i ON t("rowid")`), ddl("CREATE TABLE t(a)", `CREATE INDEX i ON t("rowid")`)},

	// Views and triggers.
	{"a view's spelling", true,
		ddl("CREATE TABLE t(a)", `CREATE VIEW v AS SELECT "a", [t].a FROM t -- all`), ddl("CREATE TABLE t(a)", "create view V as select a,T.A\nfrom t")},
	{"a view's body", false,
		ddl("CREATE VIEW v AS SELECT 1"), ddl("CREATE VIEW v AS SELECT 2")},
	{"a view's columns", false,
		ddl("CREATE VIEW v(a) AS SELECT 1"), ddl("CREATE VIEW v(b) AS SELECT 1")},
	{"what may be a string in a view", false,
		ddl("CREATE TABLE t(a)", `CREATE VIEW v AS SELECT * FROM t WHERE a = "Open"`), ddl("CREATE TABLE t(a)", `CREATE VIEW v AS SELECT * FROM t WHERE a = "open"`)},
	{"what is a name elsewhere in the view", true,
		ddl("CREATE TABLE t(A)", `CREATE VIEW v AS SELECT "A" FROM "T" WHERE t."A" > 0`), ddl("CREATE TABLE t(a)", "CREATE VIEW v AS SELECT a FROM t WHERE t.a > 0")},
	{"a kind of join and an alias of that name", false,
		ddl("CREATE TABLE t(a)", `CREATE VIEW v AS SELECT * FROM t "left" JOIN t b`), ddl("CREATE TABLE t(a)", "CREATE VIEW v AS SELECT * FROM t LEFT JOIN t b")},
	{"FOR EACH ROW and BEFORE", true,
		ddl("CREATE TABLE t(a)", "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SELECT 1; END"),
		ddl("CREATE TABLE t(a)", "CREATE TRIGGER IF NOT EXISTS r INSERT ON t BEGIN SELECT 1; END")},
	{"AFTER", false,
		ddl("CREATE TABLE t(a)", "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END"), ddl("CREATE TABLE t(a)", "CREATE TRIGGER r INSERT ON t BEGIN SELECT 1; END")},
	{"a trigger's body", false,
		ddl("CREATE TABLE t(a)", "CREATE TRIGGER r INSERT ON t BEGIN SELECT 'x'; END"), ddl("CREATE TABLE t(a)", "CREATE TRIGGER r INSERT ON t BEGIN SELECT 'X'; END")},
	{"a virtual table's blanks", true,
		ddl("CREATE VIRTUAL TABLE f USING FTS5( body,tokenize = 'porter' )"), ddl("CREATE VIRTUAL TABLE f USING fts5(body, tokenize = 'porter')")},
	{"a virtual table's empty arguments", true,
		ddl("CREATE VIRTUAL TABLE f USING dbstat()"), ddl("CREATE VIRTUAL TABLE f USING dbstat")},
	{"a virtual table's arguments", false,
		ddl("CREATE VIRTUAL TABLE f USING fts5(body)"), ddl("CREATE VIRTUAL TABLE f USING fts5(Body)")},

	// What ALTER TABLE leaves behind.
	{"ADD COLUMN", true,
		ddl("CREATE TABLE t(a)", "ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'x'"), ddl("CREATE TABLE t(a, b TEXT NOT NULL DEFAULT 'x')")},
	{"ADD COLUMN behind constraints", true,
		ddl("CREATE TABLE t(a, UNIQUE(a))", "ALTER TABLE t ADD b INT REFERENCES p(id)"), ddl("CREATE TABLE t(a UNIQUE, b INT REFERENCES p(id))")},
	{"DROP COLUMN", true,
		ddl("CREATE TABLE t(a, b, c)", "ALTER TABLE t DROP COLUMN b"), ddl("CREATE TABLE t(a, c)")},
	{"RENAME COLUMN", true,
		ddl("CREATE TABLE t(a CHECK (a > 0))", "CREATE INDEX i ON t(a)", `ALTER TABLE t RENAME a TO "B"`), ddl("CREATE TABLE t(b CHECK (b > 0))", "CREATE INDEX i ON t(b)")},
	{"RENAME TO", true,
		ddl("CREATE TABLE x(a)", "CREATE INDEX i ON x(a)", "CREATE TABLE c(a REFERENCES x(a))", "CREATE VIEW v AS SELECT x.a FROM x",
			"CREATE TRIGGER r INSERT ON x BEGIN UPDATE x SET a = 1; END", "ALTER TABLE x RENAME TO t"),
		ddl("CREATE TABLE t(a)", "CREATE INDEX i ON t(a)", "CREATE TABLE c(a REFERENCES t(a))", "CREATE VIEW v AS SELECT t.a FROM t",
			"CREATE TRIGGER r INSERT ON t BEGIN UPDATE t SET a = 1; END")},
	{"CREATE TABLE AS", true,
		ddl("CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"order\""), ddl(`CREATE TABLE t(a, "order")`)},
}

func ddl(statements ...string) []string { return statements }

func TestNormalForms(t *testing.T) {
	for _, test := range normalForms {
		t.Run(test.rule, func(t *testing.T) {
			a, b := snapshotOf(t, test.a...), snapshotOf(t, test.b...)
			for _, s := range []*schema.Snapshot{a, b} {
				for o := range s.All() {
					if o.Unsupported != "" {
						t.Fatalf("%s: %s", o.Key, o.Unsupported)
					}
				}
			}
			diff := schema.Compare(a, b)
			if test.same && len(diff) > 0 {
				t.Errorf("not the same:\n%v\n%v\n%v", test.a, test.b, diff)
			}
			if !test.same && len(diff) == 0 {
				t.Errorf("the same:\n%v\n%v", test.a, test.b)
			}
		})
	}
}

// snapshotOf returns what the statements make of an empty database.
func snapshotOf(t *testing.T, statements ...string) *schema.Snapshot {
	t.Helper()
	conn := memory(t)
	run(t, conn, statements...)
	s, err := inspect(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
