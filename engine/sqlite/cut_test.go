package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/migration"
)

// texts returns the statements' texts.
func texts(statements []migration.Statement) []string {
	var all []string
	for _, s := range statements {
		all = append(all, s.Text)
	}
	return all
}

func TestCut(t *testing.T) {
	for name, tc := range map[string]struct {
		source string
		want   []string
	}{
		"nothing":                        {"", nil},
		"only blanks and comments":       {" -- a;\n/* b; */\r\n;", nil},
		"the last semicolon may lack":    {"SELECT 1; SELECT 2", []string{"SELECT 1", "SELECT 2"}},
		"empty statements":               {";;SELECT 1;;;SELECT 2; ;", []string{"SELECT 1", "SELECT 2"}},
		"comments around are left out":   {"/* a */ SELECT 1 /* b */; -- c", []string{"SELECT 1"}},
		"comments inside stay":           {"SELECT -- a;\n 1;", []string{"SELECT -- a;\n 1"}},
		"an unclosed comment is closed":  {"SELECT 1; /* SELECT 2;", []string{"SELECT 1"}},
		"semicolons in strings":          {"SELECT 'a;''b;'; SELECT 2", []string{"SELECT 'a;''b;'", "SELECT 2"}},
		"semicolons in names":            {"SELECT \"a;\", [b;], `c;`; SELECT 2", []string{"SELECT \"a;\", [b;], `c;`", "SELECT 2"}},
		"quotes in comments":             {"SELECT 1; -- don't\nSELECT 2;", []string{"SELECT 1", "SELECT 2"}},
		"comments in strings":            {"SELECT '--'; SELECT '/*'; SELECT '*/'", []string{"SELECT '--'", "SELECT '/*'", "SELECT '*/'"}},
		"a byte order mark":              {"\uFEFFSELECT 1;", []string{"SELECT 1"}},
		"line ends of other systems":     {"SELECT 1;\r\nSELECT\r\n2;\r\n", []string{"SELECT 1", "SELECT\r\n2"}},
		"a backslash escapes nothing":    {`SELECT '\'; SELECT 2;`, []string{`SELECT '\'`, "SELECT 2"}},
		"BEGIN and END as transaction":   {"BEGIN; SELECT 1; END; SELECT 2;", []string{"BEGIN", "SELECT 1", "END", "SELECT 2"}},
		"CASE and END in a query":        {"SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 2", []string{"SELECT CASE 1 WHEN 1 THEN 2 END", "SELECT 2"}},
		"a column called begin":          {"CREATE TABLE begin (begin, end); SELECT 1;", []string{"CREATE TABLE begin (begin, end)", "SELECT 1"}},
		"a trigger":                      {"CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; SELECT 1; END; SELECT 2", []string{"CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; SELECT 1; END", "SELECT 2"}},
		"a trigger as last statement":    {"create temp trigger x after insert on t begin delete from t; end", []string{"create temp trigger x after insert on t begin delete from t; end"}},
		"a trigger with CASE … END":      {"CREATE TRIGGER x AFTER INSERT ON t WHEN CASE 1 WHEN 1 THEN 1 END BEGIN SELECT CASE 1 WHEN 1 THEN CASE 2 WHEN 2 THEN 3 END END; END; SELECT 2", []string{"CREATE TRIGGER x AFTER INSERT ON t WHEN CASE 1 WHEN 1 THEN 1 END BEGIN SELECT CASE 1 WHEN 1 THEN CASE 2 WHEN 2 THEN 3 END END; END", "SELECT 2"}},
		"a trigger with an alias end":    {"CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1 end; SELECT 2 AS end; END; SELECT 3", []string{"CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1 end; SELECT 2 AS end; END", "SELECT 3"}},
		"a trigger begin on table end":   {"CREATE TRIGGER begin AFTER INSERT ON end BEGIN SELECT 1; END; SELECT 2", []string{"CREATE TRIGGER begin AFTER INSERT ON end BEGIN SELECT 1; END", "SELECT 2"}},
		"a trigger, explained":           {"EXPLAIN QUERY PLAN CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END; SELECT 2", []string{"EXPLAIN QUERY PLAN CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END", "SELECT 2"}},
		"comments in a trigger":          {"CREATE /* ; */ TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; -- END;\n /* END; */ END /* ; */; SELECT 2", []string{"CREATE /* ; */ TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; -- END;\n /* END; */ END", "SELECT 2"}},
		"a table called trigger":         {"CREATE TABLE trigger (a); SELECT 2", []string{"CREATE TABLE trigger (a)", "SELECT 2"}},
		"a trigger broken before BEGIN":  {"CREATE TRIGGER x; SELECT 2;", []string{"CREATE TRIGGER x", "SELECT 2"}},
		"a semicolon in a virtual table": {"CREATE VIRTUAL TABLE x USING fts5(a, tokenize = (b;c)); SELECT 2", []string{"CREATE VIRTUAL TABLE x USING fts5(a, tokenize = (b;c))", "SELECT 2"}},
		"a semicolon in a parameter":     {"SELECT $a::b(;c); SELECT 2", []string{"SELECT $a::b(;c)", "SELECT 2"}},
		"idle commands of the shell":     {".bail on\r\n-- a\n.timeout 30000\nSELECT 1;\n.print 'done;\nSELECT\n.5;", []string{"SELECT 1", "SELECT\n.5"}},
		"a virtual table without any":    {"CREATE VIRTUAL TABLE x USING dbstat; SELECT 2", []string{"CREATE VIRTUAL TABLE x USING dbstat", "SELECT 2"}},
		"what SQLite would refuse":       {"SELEKT ^ ) ( ; SELECT 2", []string{"SELEKT ^ ) (", "SELECT 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cut(tc.source)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, texts(got)); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCutNumbersAndLocates(t *testing.T) {
	got, err := cut("\uFEFF-- one\r\n\r\nSELECT 1;;\n/* a\nb */ SELECT\n'c\nd'; SELECT 3;")
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, s := range got {
		places = append(places, fmt.Sprintf("%d on line %d", s.Number, s.Line))
	}
	if diff := cmp.Diff([]string{"1 on line 3", "2 on line 5", "3 on line 7"}, places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestCutRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		source string
		want   migration.SyntaxError
	}{
		"a NUL": {"SELECT 1;\nSELECT '\x00';\n", migration.SyntaxError{
			Line: 2, Excerpt: "SELECT ' ';", Reason: "a NUL character, where SQLite would stop reading", Hint: "save the file as UTF-8"}},
		"a string that is never closed": {"SELECT 1;\n\tSELECT 'its;\n", migration.SyntaxError{
			Line: 2, Excerpt: "SELECT 'its;", Reason: "a quote that is never closed", Hint: "a quote inside of quotes is written twice"}},
		"a name that is never closed": {"SELECT [a;", migration.SyntaxError{
			Line: 1, Excerpt: "SELECT [a;", Reason: "a quote that is never closed", Hint: "a quote inside of quotes is written twice"}},
		"a trigger that is never closed": {"SELECT 1;\nCREATE TRIGGER x AFTER INSERT ON t BEGIN\nSELECT 1 END; SELECT 2;", migration.SyntaxError{
			Line: 2, Excerpt: "CREATE TRIGGER x AFTER INSERT ON t BEGIN", Reason: "a trigger whose body is never closed by END"}},
		"a virtual table that is never closed": {"CREATE VIRTUAL TABLE x USING y(a;", migration.SyntaxError{
			Line: 1, Excerpt: "CREATE VIRTUAL TABLE x USING y(a;", Reason: "a virtual table whose parentheses are never closed"}},
		"a command of the shell": {"SELECT 1;\n.read other.sql\n", migration.SyntaxError{
			Line: 2, Excerpt: ".read other.sql", Reason: ".read is a command of the sqlite3 shell, not SQL",
			Hint: "only the shell can follow it: take the line out, or write what it stands for"}},
		"a source too large": {strings.Repeat(" ", 64<<20+1), migration.SyntaxError{Reason: "larger than 64 MiB"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cut(tc.source)
			if len(got) != 0 {
				t.Errorf("statements %q beside an error", texts(got))
			}
			var syntax *migration.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("error %v is no SyntaxError", err)
			}
			if diff := cmp.Diff(tc.want, *syntax); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSumIsOfWhatSQLiteReads(t *testing.T) {
	sum := func(source string) string {
		t.Helper()
		s, err := cut(source)
		if err != nil || len(s) != 1 {
			t.Fatalf("%q: %d statements, %v", source, len(s), err)
		}
		return s[0].Sum
	}
	const base = `CREATE TABLE [Notes] ("Title" TEXT DEFAULT 'None')`
	for _, same := range []string{
		"create  table\r\n[notes](\"Title\" text -- the title\n default 'None'/**/);",
		`;; CREATE TABLE [NOTES] ("Title" TEXT DEFAULT 'None') -- notes`,
	} {
		if sum(same) != sum(base) {
			t.Errorf("%s counts as another statement than %s", same, base)
		}
	}
	for _, other := range []string{
		`CREATE TABLE [Notes] ("Title" TEXT DEFAULT 'none')`,
		`CREATE TABLE [Notes] ("title" TEXT DEFAULT 'None')`,
		`CREATE TABLE Notes ("Title" TEXT DEFAULT 'None')`,
		`CREATE TABLE [Notes] ("Title" TEXT DEFAULT 'None',)`,
	} {
		if sum(other) == sum(base) {
			t.Errorf("%s counts as the same statement as %s", other, base)
		}
	}
	if sum("SELECT ab") == sum("SELECT a b") {
		t.Error("where a token ends does not count")
	}
	// Kept in databases: it must never become another.
	const kept = "fd9255e59db745131278a1d18a8d19cde7ce55a5d937b78a99b438f13e93c8f9"
	if got := sum("SELECT 1, 'a', x'00', \"b\", [C], :d"); got != kept {
		t.Errorf("the checksum %s is not the one that was kept, %s", got, kept)
	}
}

func TestCutFollowsDirectives(t *testing.T) {
	got, err := cut(`-- dbmend:no-transaction
-- dbmend:probe SELECT count(*) > 0
-- dbmend:probe   FROM notes WHERE title = 'a;b'; -- there
-- an ordinary comment
CREATE TABLE a (b);

-- dbmend:rerunnable
UPDATE notes SET title = '-- dbmend:probe';
DELETE FROM notes; -- an ordinary comment`)
	if err != nil {
		t.Fatal(err)
	}
	type told struct {
		Probe      string
		Rerunnable bool
	}
	want := []told{{Probe: "SELECT count(*) > 0\nFROM notes WHERE title = 'a;b'"}, {Rerunnable: true}, {}}
	var all []told
	for _, s := range got {
		all = append(all, told{s.Probe, s.Rerunnable})
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("directives (-want +got):\n%s", diff)
	}
}

func TestCutRefusesDirectivesThatItCannotFollow(t *testing.T) {
	for source, want := range map[string]string{
		"SELECT 1;\n-- dbmend:prob SELECT 1\nSELECT 2":                                  "line 2: unknown directive dbmend:prob",
		"SELECT 1; -- dbmend:rerunnable\nSELECT 2":                                      "line 1: dbmend:rerunnable is not directly above a statement",
		"SELECT -- dbmend:rerunnable\n1":                                                "line 1: dbmend:rerunnable is not directly above a statement",
		"SELECT 1;\n-- dbmend:rerunnable\n":                                             "line 2: dbmend:rerunnable is not directly above a statement",
		"SELECT 1;\n-- dbmend:no-transaction\nSELECT 2":                                 "line 2: dbmend:no-transaction is not at the head of the file",
		";\n-- dbmend:no-transaction\nSELECT 2":                                         "line 2: dbmend:no-transaction is not at the head of the file",
		"-- dbmend:probe DELETE FROM a\nSELECT 1":                                       "line 1: the probe is not one query",
		"-- a\n-- dbmend:probe SELECT 1; SELECT 2\nSELECT 1":                            "line 2: the probe is not one query",
		"-- dbmend:probe SELECT 'a\nSELECT 1":                                           "line 1: the probe is not one query",
		"-- dbmend:probe -- dbmend:probe SELECT 1\n-- dbmend:probe SELECT 2\nSELECT 1":  "line 1: the probe is not one query",
		"-- dbmend:probe SELECT load_extension('a')\nSELECT 1":                          "line 1: the probe is not one query",
		"CREATE TRIGGER a AFTER INSERT ON b BEGIN\n-- dbmend:rerunnable\nSELECT 1; END": "line 2: dbmend:rerunnable is not directly above a statement",
	} {
		_, err := cut(source)
		var syntax *migration.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: error %v, want %s", source, err, want)
			continue
		}
		if line := strings.Split(source, "\n")[syntax.Line-1]; err.Error() != want || syntax.Excerpt != line {
			t.Errorf("%q: error %v at %q, want %s", source, err, syntax.Excerpt, want)
		}
	}
}

// tricky are scripts that run in an empty database.
var tricky = map[string]string{
	"triggers": `
CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, "end" INT);
CREATE TABLE log (begin TEXT, "case" TEXT);
CREATE TRIGGER IF NOT EXISTS "after;insert" AFTER INSERT ON notes
WHEN CASE new.id WHEN 0 THEN 0 ELSE 1 END
BEGIN
  INSERT INTO log VALUES ('a;b', CASE WHEN new.title IS NULL THEN 'none' ELSE CASE new.id WHEN 1 THEN 'END;' ELSE 'x' END END);
  UPDATE notes SET "end" = 1 WHERE id = new.id; -- END;
  SELECT 1 end; /* END; */
  INSERT INTO log(begin) SELECT end FROM (SELECT 1 AS end);
END;
INSERT INTO notes (title) VALUES ('x'), (NULL), ('a'';b');
CREATE TEMPORARY TRIGGER begin BEFORE DELETE ON main.notes BEGIN SELECT RAISE(IGNORE); END;
DELETE FROM notes; DROP TRIGGER begin;
EXPLAIN CREATE TRIGGER t2 AFTER DELETE ON notes BEGIN DELETE FROM log; END;
DELETE FROM notes WHERE id = 1`,
	"words as names": `
CREATE TABLE trigger (begin, end, temp, explain); CREATE TABLE end (trigger);
INSERT INTO trigger (end) VALUES (1); INSERT INTO end SELECT end FROM trigger;
CREATE VIEW begin AS SELECT end end FROM trigger;
CREATE TRIGGER trigger INSTEAD OF INSERT ON begin BEGIN INSERT INTO end VALUES (new.end); END;
INSERT INTO begin VALUES (7);
BEGIN; INSERT INTO end VALUES (8); END; BEGIN TRANSACTION; DELETE FROM trigger; ROLLBACK`,
	"blanks and comments": "\uFEFF/* a; */ CREATE TABLE a(x);;; \r\n\f ;-- b;\r\nCREATE TABLE/**/b(x);\uFEFF INSERT INTO a VALUES('--;'),('/*');INSERT INTO b VALUES(\"x\"-1)--\n;/* not closed;",
	"quotes": "CREATE TABLE \"a;\"\"b\" ([c;] TEXT, `d``;` BLOB, 'e;' TEXT);" +
		`INSERT INTO "a;""b" VALUES ('\', x'3b', ''';');INSERT INTO [a;"b] VALUES(';',X'',';;');`,
	"virtual tables": `CREATE VIRTUAL TABLE a USING fts5(b, c); INSERT INTO a VALUES ('x;y', 'z');
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, 2, 3);
CREATE VIRTUAL TABLE d USING dbstat; CREATE TABLE e(x);`,
	"rebuild": `PRAGMA foreign_keys=off;
CREATE TABLE a(id INTEGER PRIMARY KEY, x); CREATE INDEX ix ON a(x) WHERE x > ';'; INSERT INTO a(x) VALUES (1),(2);
CREATE TABLE a_new(id INTEGER PRIMARY KEY, x NOT NULL, y DEFAULT (1));
INSERT INTO a_new(id, x) SELECT id, x FROM a; DROP TABLE a; ALTER TABLE a_new RENAME TO a;
PRAGMA user_version = 3; WITH RECURSIVE c(n) AS (VALUES(1) UNION ALL SELECT n+1 FROM c WHERE n<3) INSERT INTO a(x) SELECT n FROM c;`,
}

// agree fails unless cut found the pieces that SQLite did, as far as SQLite came.
func agree(t interface {
	Helper()
	Fatalf(string, ...any)
}, script string, real prepared) {
	t.Helper()
	var want []string
	for _, piece := range real.pieces {
		tokens := tokenize(piece)
		for tokens[0].is(";") {
			tokens = tokens[1:]
		}
		if last := len(tokens) - 1; tokens[last].is(";") {
			tokens = tokens[:last]
		}
		want = append(want, piece[tokens[0].pos:tokens[len(tokens)-1].end()])
	}
	statements, err := cut(script)
	if err != nil {
		if real.err == "" {
			t.Fatalf("%q: %v; SQLite takes %q", script, err, want)
		}
		return
	}
	got := texts(statements)
	if real.err != "" && len(got) > len(want) {
		got = got[:len(want)] // SQLite never saw the others
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%q\ncut to   %q\nSQLite's %q, %s", script, got, want, real.err)
	}
}

func TestCutAgreesWithSQLite(t *testing.T) {
	for name, script := range tricky {
		t.Run(name, func(t *testing.T) {
			real := prepare(t, "", script, true)
			if real.err != "" {
				t.Fatalf("the script does not run: %s, behind %q", real.err, real.pieces)
			}
			agree(t, script, real)
		})
	}
}

// TestPiecesDoWhatTheScriptDoes runs the scripts as a whole and piece by piece.
func TestPiecesDoWhatTheScriptDoes(t *testing.T) {
	ctx := context.Background()
	for name, script := range tricky {
		t.Run(name, func(t *testing.T) {
			whole, pieces := memory(t), memory(t)
			if _, err := whole.ExecContext(ctx, script); err != nil {
				t.Fatal(err)
			}
			statements, err := cut(script)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range statements {
				if _, err := pieces.ExecContext(ctx, s.Text); err != nil {
					t.Fatalf("%s: %v", s.Text, err)
				}
			}
			if diff := cmp.Diff(dump(t, whole), dump(t, pieces)); diff != "" {
				t.Errorf("database (-whole +pieces):\n%s", diff)
			}
		})
	}
}

// dump returns the schema and the rows of all tables and views.
func dump(t *testing.T, db *sql.Conn) []string {
	t.Helper()
	lines := func(query string) (all []string) {
		rows, err := db.QueryContext(context.Background(), query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			line := query
			for _, v := range values {
				line += fmt.Sprintf(" | %v", *v.(*any))
			}
			all = append(all, line)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := lines("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2")
	all = append(all, lines("PRAGMA user_version")...)
	const names = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND sql NOT LIKE '%dbstat%' ORDER BY 1"
	for _, line := range lines(names) {
		_, name, _ := strings.Cut(line, " | ")
		all = append(all, lines(`SELECT * FROM "`+strings.ReplaceAll(name, `"`, `""`)+`"`)...)
	}
	return all
}

// fragments are pieces of statements that SQLite accepts in many orders.
var fragments = []string{
	"SELECT 1", ";", ";;", " END", "; END;", " BEGIN ", "CREATE TRIGGER x AFTER INSERT ON t ", "CREATE TEMP TRIGGER begin INSTEAD OF DELETE ON v ",
	"WHEN CASE 1 WHEN 1 THEN 1 END ", "BEGIN SELECT 1;", "DELETE FROM t;", "SELECT CASE a WHEN 1 THEN 2 END end FROM t;", " end", "EXPLAIN ", "QUERY PLAN ",
	"CREATE TABLE trigger(begin, end);", "CREATE VIRTUAL TABLE w USING fts5(a", "CREATE VIRTUAL TABLE dbstat USING dbstat", "CREATE VIRTUAL TABLE w USING dbstat(a;(b;));", "SELECT $a::b(;), ?1;", "(", ")", ",b;", ");",
	"-- ;\n", "/* ; */", "/*", "';'", "\";\"", "'", "[;]", "\uFEFF", "\r\n", " AS end", "UPDATE t SET a = ';' ", "VALUES(1),(2);", "WITH c AS (SELECT 1) ",
	"SELECT RAISE(IGNORE);", "CREATE TABLE IF NOT EXISTS u AS SELECT 1 AS end;", "SAVEPOINT s;", "RELEASE s;", "ROLLBACK TO s;",
}

// setup makes what the fragments are about.
const setup = "CREATE TABLE t(a, b); CREATE VIEW v AS SELECT a FROM t;"

func TestCutAgreesWithSQLiteOnAnything(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		script := strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 1, 12).Draw(r, "fragments"), "")
		agree(r, script, prepare(t, setup, script, false))
	})
}

func FuzzCut(f *testing.F) {
	for _, script := range tricky {
		f.Add(script)
	}
	for i := range fragments {
		f.Add(strings.Join(fragments[i:min(i+5, len(fragments))], ""))
	}
	f.Fuzz(func(t *testing.T, script string) {
		statements, err := cut(script)
		if err != nil {
			var syntax *migration.SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 {
				t.Fatalf("error %v names no line", err)
			}
			return
		}
		// Nothing but semicolons is lost, and nothing changes its order.
		var want, got []string
		for _, tok := range tokenize(script) {
			if !tok.is(";") {
				want = append(want, tok.text)
			}
		}
		for i, s := range statements {
			for _, tok := range tokenize(s.Text) {
				if !tok.is(";") {
					got = append(got, tok.text)
				}
			}
			// A piece is one statement by itself, and the same.
			again, err := cut(s.Text)
			if err != nil || len(again) != 1 {
				t.Fatalf("%q: cut again it is %q, %v", s.Text, texts(again), err)
			}
			s.Number, s.Line, s.Probe, s.Rerunnable = 1, 1, "", false
			if again[0] != s {
				t.Fatalf("piece %d: cut again %+v is %+v", i+1, s, again[0])
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("tokens of the pieces %q, of the script %q", got, want)
		}
		agree(t, script, prepare(t, setup, script, false))
	})
}

func BenchmarkCut(b *testing.B) {
	seed := "INSERT INTO notes (id, title, body) VALUES (1, 'It''s a title', 'Some text of ordinary length; with a semicolon.');\n"
	for name, statement := range map[string]string{
		"seeds":  seed,
		"schema": "-- notes\nCREATE TABLE notes (\n  id INTEGER PRIMARY KEY,\n  title TEXT NOT NULL DEFAULT '',\n  created_at TEXT DEFAULT CURRENT_TIMESTAMP\n);\n",
		"tiny":   "END;",
		"one":    "(1, 'It''s a title'),",
	} {
		script := strings.Repeat(statement, 4<<20/len(statement))
		if name == "one" {
			script = "INSERT INTO notes VALUES " + script + "(0, '')"
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(script)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := cut(script); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
