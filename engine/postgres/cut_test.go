package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/migration"
)

// textsOf returns the statements' texts.
func textsOf(statements []migration.Statement) []string {
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
		"nothing":                      {"", nil},
		"only blanks and comments":     {" -- a;\n/* b; */\r\n;", nil},
		"the last semicolon may lack":  {"SELECT 1; SELECT 2", []string{"SELECT 1", "SELECT 2"}},
		"empty statements":             {";;SELECT 1;;;SELECT 2; ;", []string{"SELECT 1", "SELECT 2"}},
		"comments around are left out": {"/* a */ SELECT 1 /* b */; -- c", []string{"SELECT 1"}},
		"comments inside stay":         {"SELECT -- a;\n 1;", []string{"SELECT -- a;\n 1"}},
		"comments within comments":     {"SELECT 1; /* SELECT 2; /* SELECT 3; */ SELECT 4; */ SELECT 5;", []string{"SELECT 1", "SELECT 5"}},
		"semicolons in strings":        {"SELECT 'a;''b;'; SELECT $$;$$; SELECT $a$;$$;$a$", []string{"SELECT 'a;''b;'", "SELECT $$;$$", "SELECT $a$;$$;$a$"}},
		"a backslash escapes nothing":  {`SELECT '\'; SELECT 2;`, []string{`SELECT '\'`, "SELECT 2"}},
		"but in E'' it does":           {`SELECT E'\';'; SELECT 2;`, []string{`SELECT E'\';'`, "SELECT 2"}},
		"in every part of it":          {"SELECT E'a'\n'\\';'; SELECT 2;", []string{"SELECT E'a'\n'\\';'", "SELECT 2"}},
		"semicolons in names":          {`SELECT "a;""", U&"b;"; SELECT 2`, []string{`SELECT "a;""", U&"b;"`, "SELECT 2"}},
		"a dollar in a name":           {"SELECT a$b$; SELECT c$b$", []string{"SELECT a$b$", "SELECT c$b$"}},
		"a byte order mark":            {"\uFEFFSELECT 1;\uFEFFSELECT 2", []string{"SELECT 1", "SELECT 2"}},
		"line ends of other systems":   {"SELECT 1;\r\nSELECT\r\n2;\r\n-- a\rSELECT 3", []string{"SELECT 1", "SELECT\r\n2", "SELECT 3"}},

		"a rule with several statements": {"CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; INSERT INTO b VALUES (1);); SELECT 2", []string{"CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; INSERT INTO b VALUES (1);)", "SELECT 2"}},
		"BEGIN and END as transaction":   {"BEGIN; SELECT 1; END; SELECT 2;", []string{"BEGIN", "SELECT 1", "END", "SELECT 2"}},
		"a body in SQL": {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3;",
			[]string{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 3"}},
		"a body with CASE in CASE": {"create or replace procedure p() begin atomic select case when true then case 1 when 1 then 2 end end; select (case when true then 1 end); end; SELECT 3;",
			[]string{"create or replace procedure p() begin atomic select case when true then case 1 when 1 then 2 end end; select (case when true then 1 end); end", "SELECT 3"}},
		"a body with END as a name": {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT t.end, t.case FROM t; END; SELECT 3;",
			[]string{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT t.end, t.case FROM t; END", "SELECT 3"}},
		"a function called begin":      {"CREATE FUNCTION begin(begin int) RETURNS int RETURN 1; SELECT 2", []string{"CREATE FUNCTION begin(begin int) RETURNS int RETURN 1", "SELECT 2"}},
		"a function that returns":      {"CREATE FUNCTION f() RETURNS int RETURN CASE WHEN true THEN 1 END; SELECT 2", []string{"CREATE FUNCTION f() RETURNS int RETURN CASE WHEN true THEN 1 END", "SELECT 2"}},
		"a table called begin":         {"CREATE TABLE begin (atomic int); SELECT 1", []string{"CREATE TABLE begin (atomic int)", "SELECT 1"}},
		"a parenthesis too many":       {"SELECT 1); SELECT 2", []string{"SELECT 1)", "SELECT 2"}},
		"what PostgreSQL would refuse": {"SELEKT ^ ) ] ; SELECT 2", []string{"SELEKT ^ ) ]", "SELECT 2"}},

		"rows":                         {"COPY a FROM stdin;\n1;\n'\n\\.\nSELECT 2;", []string{"COPY a FROM stdin;\n1;\n'\n\\.", "SELECT 2"}},
		"rows at the end of the file":  {"COPY a (b) FROM STDIN WITH (FORMAT csv);  -- c\n1\n\\.", []string{"COPY a (b) FROM STDIN WITH (FORMAT csv);  -- c\n1\n\\."}},
		"rows with other line ends":    {"COPY a FROM stdin;\r\n1\r\n\\.\r\nSELECT 2;\r\n", []string{"COPY a FROM stdin;\r\n1\r\n\\.", "SELECT 2"}},
		"no rows":                      {"COPY a FROM stdin;\n\\.\n\n\nCOPY b FROM stdin;\n\\.\n", []string{"COPY a FROM stdin;\n\\.", "COPY b FROM stdin;\n\\."}},
		"rows that come from a file":   {"COPY a FROM '/b'; SELECT 2", []string{"COPY a FROM '/b'", "SELECT 2"}},
		"rows that go to the client":   {"COPY (SELECT 1 FROM stdin) TO stdout; SELECT 2", []string{"COPY (SELECT 1 FROM stdin) TO stdout", "SELECT 2"}},
		"the marks of a dump":          {"\\restrict aB1\nSELECT 1;\n\\unrestrict aB1\n", []string{"SELECT 1"}},
		"those of a dump from Windows": {"-- PostgreSQL database dump\r\n\\restrict aB1\r\nSELECT 1;\r\n", []string{"SELECT 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cut(tc.source)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, textsOf(got)); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCutNumbersAndLocates(t *testing.T) {
	got, err := cut("\uFEFF-- one\r\n\r\nSELECT 1;;\n/* a\nb */ SELECT\n'c\nd'; COPY a FROM stdin;\n1\n2\n\\.\nSELECT 4;")
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, s := range got {
		places = append(places, fmt.Sprintf("%d on line %d", s.Number, s.Line))
	}
	if diff := cmp.Diff([]string{"1 on line 3", "2 on line 5", "3 on line 7", "4 on line 11"}, places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestCutRefuses(t *testing.T) {
	const (
		twice = "a quote inside of quotes is written twice"
		psql  = "only psql can follow it: take the line out, or write what it stands for"
		dot   = `write \. on a line of its own behind the last row`
	)
	for name, tc := range map[string]struct {
		source string
		want   migration.SyntaxError
	}{
		"a NUL": {"SELECT 1;\nSELECT '\x00';\n", migration.SyntaxError{
			Line: 2, Excerpt: "SELECT ' ';", Reason: "a NUL character, which PostgreSQL cannot read", Hint: "save the file as UTF-8"}},
		"a string that is never closed": {"SELECT 1;\n\tSELECT 'its;\n", migration.SyntaxError{
			Line: 2, Excerpt: "SELECT 'its;", Reason: "a quote that is never closed", Hint: twice}},
		"a name that is never closed": {`SELECT "a;`, migration.SyntaxError{
			Line: 1, Excerpt: `SELECT "a;`, Reason: "a quote that is never closed", Hint: twice}},
		"a body that is never closed": {"SELECT 1;\nDO $body$ BEGIN\nEND $bdy$;", migration.SyntaxError{
			Line: 2, Excerpt: "DO $body$ BEGIN", Reason: "a dollar quote that is never closed", Hint: "the closing $body$ must be spelled as the opening one is"}},
		"a comment that is never closed": {"SELECT 1; /*\n/* a */", migration.SyntaxError{
			Line: 1, Excerpt: "SELECT 1; /*", Reason: "a comment that is never closed", Hint: "comments within comments need an end of their own"}},
		"a parenthesis that is never closed": {"CREATE TABLE a\n(b int;\nSELECT (1);", migration.SyntaxError{
			Line: 2, Excerpt: "(b int;", Reason: "a parenthesis that is never closed"}},
		"a body without its END": {"SELECT 1;\nCREATE FUNCTION f() RETURNS int BEGIN ATOMIC\nSELECT CASE 1 WHEN 1 THEN 2 END;", migration.SyntaxError{
			Line: 2, Excerpt: "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC", Reason: "a routine whose body is never closed by END"}},
		"rows that are never ended": {"SELECT 1;\nCOPY a FROM stdin;\n1\nSELECT 2;\n", migration.SyntaxError{
			Line: 2, Excerpt: "COPY a FROM stdin;", Reason: "the rows of a COPY that are never ended", Hint: dot}},
		"rows without a semicolon": {"COPY a FROM stdin\n", migration.SyntaxError{
			Line: 1, Excerpt: "COPY a FROM stdin", Reason: "COPY FROM stdin without the semicolon that its rows follow"}},
		"rows on the line of their COPY": {"COPY a FROM stdin; SELECT 1;\n1\n\\.\n", migration.SyntaxError{
			Line: 1, Excerpt: "COPY a FROM stdin; SELECT 1;", Reason: "something stands on the line behind COPY FROM stdin", Hint: "its rows begin on the next line"}},
		"an end without rows": {"SELECT 1;\n\\.\n", migration.SyntaxError{
			Line: 2, Excerpt: `\.`, Reason: `\. is a command of psql, not SQL`, Hint: psql}},
		"a command of psql": {"SELECT 1;\n\\connect app\n", migration.SyntaxError{
			Line: 2, Excerpt: `\connect app`, Reason: `\connect is a command of psql, not SQL`, Hint: psql}},
		"a command of psql within a statement": {"SELECT 1\n\\gset\n", migration.SyntaxError{
			Line: 2, Excerpt: `\gset`, Reason: `\gset is a command of psql, not SQL`, Hint: psql}},
		"the mark of a dump within a statement": {"SELECT 1\n\\restrict a\n", migration.SyntaxError{
			Line: 2, Excerpt: `\restrict a`, Reason: `\restrict is a command of psql, not SQL`, Hint: psql}},
		"a backslash alone": {"\\ a", migration.SyntaxError{
			Line: 1, Excerpt: `\ a`, Reason: `\ is a command of psql, not SQL`, Hint: psql}},
		"a string that a setting reads otherwise": {"SET standard_conforming_strings = off;\nSELECT 'a', E'\\'';\nSELECT '\\';", migration.SyntaxError{
			Line: 3, Excerpt: `SELECT '\';`, Reason: "a backslash in a string while standard_conforming_strings is off", Hint: "write E'…', which means the same either way"}},
		"a source too large": {strings.Repeat(" ", 64<<20+1), migration.SyntaxError{Reason: "larger than 64 MiB"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cut(tc.source)
			if len(got) != 0 {
				t.Errorf("statements %q beside an error", textsOf(got))
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

// What turns standard_conforming_strings off holds until it is turned on again.
func TestCutFollowsTheSettingOfStrings(t *testing.T) {
	for source, refused := range map[string]bool{
		`SET standard_conforming_strings TO 'off'; SELECT '\a'`:                                       true,
		`SET LOCAL standard_conforming_strings = no; SELECT '\a'`:                                     true,
		`SET standard_conforming_strings = off; SET standard_conforming_strings = on; SELECT '\a'`:    false,
		`SET SESSION standard_conforming_strings = 0; RESET standard_conforming_strings; SELECT '\a'`: false,
		`SET standard_conforming_strings = off; SELECT E'\a', $$\$$, "\", 'a'`:                        false,
		`SET escape_string_warning = off; SELECT '\a'`:                                                false,
		"SET standard_conforming_strings = off; COPY a FROM stdin;\n'\\t'\n\\.\n":                     false,
		`SET standard_conforming_strings = false; SELECT 1; SELECT 'a', 'b' || 'c:\d'`:                true,
	} {
		if _, err := cut(source); (err != nil) != refused {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestSumIsOfWhatPostgreSQLReads(t *testing.T) {
	sum := func(source string) string {
		t.Helper()
		s, err := cut(source)
		if err != nil || len(s) != 1 {
			t.Fatalf("%q: %d statements, %v", source, len(s), err)
		}
		return s[0].Sum
	}
	const base = `CREATE TABLE Notes ("Title" text DEFAULT 'None', CHECK ("Title" <> 'a'))`
	for _, same := range []string{
		"create  table\r\nnotes(\"Title\" TEXT -- the title\n default 'None'/* /* */ */,check(\"Title\"<>'a'));",
		`;; CREATE TABLE NOTES ("Title" text DEFAULT 'None', CHECK ("Title" <> 'a')) -- notes`,
	} {
		if sum(same) != sum(base) {
			t.Errorf("%s counts as another statement than %s", same, base)
		}
	}
	for _, other := range []string{
		`CREATE TABLE Notes ("Title" text DEFAULT 'none', CHECK ("Title" <> 'a'))`,
		`CREATE TABLE Notes ("title" text DEFAULT 'None', CHECK ("title" <> 'a'))`,
		`CREATE TABLE "notes" ("Title" text DEFAULT 'None', CHECK ("Title" <> 'a'))`,
		`CREATE TABLE Notes ("Title" text DEFAULT $$None$$, CHECK ("Title" <> 'a'))`,
	} {
		if sum(other) == sum(base) {
			t.Errorf("%s counts as the same statement as %s", other, base)
		}
	}
	if sum("SELECT ab") == sum("SELECT a b") {
		t.Error("where a token ends does not count")
	}
	if sum("SELECT 'a'\n   'b'") != sum("SELECT 'a' -- c\n'b'") {
		t.Error("what is between the parts of a string counts")
	}
	if rows := sum("COPY a FROM stdin;\n1\n\\."); rows == sum("COPY a FROM stdin;\n2\n\\.") || rows != sum("copy a\nFROM stdin ; -- one\n1\n\\.") {
		t.Error("the rows of a COPY do not count, or what is around them does")
	}
	// Kept in databases: it must never become another.
	const kept = "3df62feb776cfcf5a208c5bcde63e60ccdb60cae454c8cc6c51f0571c3e0d845"
	if got := sum(`SELECT 1, 'a', E'\n', U&'b', $$c$$, x'00', "d", U&"e", F, $1`); got != kept {
		t.Errorf("the checksum %s is not the one that was kept, %s", got, kept)
	}
}

func TestCutFollowsDirectives(t *testing.T) {
	got, err := cut(`-- dbmend:no-transaction
-- dbmend:probe SELECT count(*) > 0
-- dbmend:probe   FROM notes WHERE title = 'a;b'; -- there
-- an ordinary comment
CREATE TABLE a (b int);

-- dbmend:rerunnable
UPDATE notes SET title = '-- dbmend:probe';
-- dbmend:probe SELECT has_run('a')
DELETE FROM notes; -- an ordinary comment`)
	if err != nil {
		t.Fatal(err)
	}
	type told struct {
		Probe      string
		Rerunnable bool
	}
	want := []told{{Probe: "SELECT count(*) > 0\nFROM notes WHERE title = 'a;b'"}, {Rerunnable: true}, {Probe: "SELECT has_run('a')"}}
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
		"SELECT 1;\n-- dbmend:prob SELECT 1\nSELECT 2":           "line 2: unknown directive dbmend:prob",
		"SELECT 1; -- dbmend:rerunnable\nSELECT 2":               "line 1: dbmend:rerunnable is not directly above a statement",
		"SELECT -- dbmend:rerunnable\n1":                         "line 1: dbmend:rerunnable is not directly above a statement",
		"SELECT 1;\n-- dbmend:rerunnable\n":                      "line 2: dbmend:rerunnable is not directly above a statement",
		"COPY a FROM stdin; -- dbmend:rerunnable\n\\.\n":         "line 1: dbmend:rerunnable is not directly above a statement",
		"COPY a FROM stdin;\n1\n\\. \n\\.\n-- dbmend:rerunnable": "line 5: dbmend:rerunnable is not directly above a statement",
		"SELECT 1;\n-- dbmend:no-transaction\nSELECT 2":          "line 2: dbmend:no-transaction is not at the head of the file",
		"-- dbmend:probe DELETE FROM a\nSELECT 1":                "line 1: the probe is not one query",
		"-- a\n-- dbmend:probe SELECT 1; SELECT 2\nSELECT 1":     "line 2: the probe is not one query",
		"-- dbmend:probe SELECT 'a\nSELECT 1":                    "line 1: the probe is not one query",
		"-- dbmend:probe SELECT pg_read_file('a')\nSELECT 1":     "line 1: the probe is not one query",
		"-- dbmend:probe SELECT 1 INTO a\nSELECT 1":              "line 1: the probe is not one query",
		"-- dbmend:probe SELECT pg_advisory_lock(1)\nSELECT 1":   "line 1: the probe is not one query",
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

// scripts are hard to cut, and run in an empty database.
var scripts = map[string]string{
	"bodies": `
CREATE TABLE notes (id int, title text, "end" text, "a;b" text);
CREATE FUNCTION begin(begin int DEFAULT 1) RETURNS int LANGUAGE sql RETURN CASE WHEN begin = 1 THEN 1 END;
CREATE FUNCTION body() RETURNS int BEGIN ATOMIC
  SELECT CASE WHEN true THEN CASE 1 WHEN 1 THEN 2 END END; -- END;
  SELECT (CASE WHEN true THEN 1 END) AS end FROM notes WHERE notes.end <> 'END;';
  SELECT 3;
END;
CREATE OR REPLACE PROCEDURE fill() LANGUAGE plpgsql AS $fill$
BEGIN
  INSERT INTO notes VALUES (1, $$it's; $a$ $$, E'\';', ';') /* ; /* ; */ */;
END;
$fill$;
CALL fill();
DO $$ BEGIN EXECUTE $q$INSERT INTO notes VALUES (2, ';')$q$; END $$;
CREATE TABLE log (id int); CREATE RULE keep AS ON DELETE TO notes DO ALSO (INSERT INTO log VALUES (old.id); INSERT INTO log VALUES (0););
DELETE FROM notes WHERE id = begin() AND body() = 3`,
	"strings": "CREATE TABLE t (v text);\nINSERT INTO t VALUES ('\\'), (E'\\';'\n'\\';'), ('a'-- ;\n';b'), (U&'\\003b'), ($_é$;$$;$_é$), (B'01'::text), (N';');" +
		`CREATE TABLE "a;""" ("b;" int, U&"c\003b" int); INSERT INTO "a;""" VALUES (1 - -1, +-1); SELECT 1 AS a$b$, 1 AS "$b$;"`,
	"a dump": `\restrict aB1
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.notes (
    id integer NOT NULL,
    title text
);
COPY public.notes (id, title) FROM stdin;
1	it's; $$ "
2	\N
3	\\. --
\.
COPY public.notes FROM stdin WITH (FORMAT csv); -- two
4,"a;
b"
\.


SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.notes', 'id'), 4, true);
ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (id);
\unrestrict aB1
`,
}

// TestPiecesAreWhatPostgreSQLTakes runs each piece where the server takes one
// statement at a time and refuses half a one.
func TestPiecesAreWhatPostgreSQLTakes(t *testing.T) {
	for name, want := range map[string]string{
		"bodies":  "notes 1: (2,;,,) | log 2: (0) (1)",
		"strings": `t 7: ("\\") (';';) (01) (;$$;) (;) (;) (a;b) | a;" 1: (2,-1)`,
		"a dump":  `notes 4: (1,"it's; $$ """) (2,) (3,"\\. --") (4,"a;` + "\nb\")",
	} {
		t.Run(name, func(t *testing.T) {
			statements, err := cut(scripts[name])
			if err != nil {
				t.Fatal(err)
			}
			d, _ := live(t)
			if name == "bodies" && !d.traits.Flavor.AtLeast(14, 0) {
				return // which has no bodies outside of strings
			}
			execute(t, d, textsOf(statements)...)
			if got := contents(t, d); got != want {
				t.Errorf("the tables hold %s; wanted %s", got, want)
			}
		})
	}
}

// contents returns the rows of all tables.
func contents(t *testing.T, d *database) string {
	t.Helper()
	var tables []string
	rows, err := d.Query(t.Context(), "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public' ORDER BY tablename DESC")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range tables {
		all = append(all, name+" "+value(t, d, `SELECT count(*) || ': ' || string_agg(r::text, ' ' ORDER BY r::text COLLATE "C") FROM public.`+quote(name)+" AS r"))
	}
	return strings.Join(all, " | ")
}

// sqlPieces are pieces of scripts that change the meaning of what is beside them.
var sqlPieces = []string{
	"SELECT 1", ";", ";;", " END", "; END;", " BEGIN ", "BEGIN ATOMIC ", "CREATE FUNCTION f() RETURNS int ", "CREATE OR REPLACE PROCEDURE p() ",
	" CASE WHEN 1 THEN 2 END ", " CASE ", "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "(", ")", "--;\n", "-- x\r", "/* ; */", "/* /* */ ; */",
	"'a;'", "'", "E'\\'';'", "E'a'\n'\\';'", "U&\"a;\"", "\"a;\"", "$$;$$", "$a$;$$;$a$", "a$b$;$b$", "$1$", "|/*;*/", "\r\n", "é", "\uFEFF", "\\restrict x\n",
	"COPY t FROM stdin;\n1\t2;\n\\.\n", "COPY t (a) FROM STDIN WITH (FORMAT csv); -- a\n'\n\\.\n", "COPY t TO stdout;", "SET standard_conforming_strings = off;",
	"WITH a AS (DELETE FROM b RETURNING c) SELECT * FROM a;", "ALTER TABLE a DROP b, ADD c int;", "EXPLAIN (ANALYZE) INSERT INTO a VALUES (1);", "DO $$ BEGIN INSERT INTO a; END $$;",
}

func FuzzCut(f *testing.F) {
	for _, script := range scripts {
		f.Add(script)
	}
	for i := range sqlPieces {
		f.Add(strings.Join(sqlPieces[i:min(i+5, len(sqlPieces))], ""))
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
		var got []string
		whole := !strings.Contains(script, "restrict")
		for i, s := range statements {
			_, _, copies := splitCopy(s.Text)
			whole = whole && !copies
			for _, tok := range tokenize(s.Text) {
				if !tok.is(";") {
					got = append(got, tok.text)
				}
			}
			// A piece is one statement by itself, and the same.
			again, err := cut(s.Text)
			if err != nil || len(again) != 1 {
				t.Fatalf("%q: cut again it is %q, %v", s.Text, textsOf(again), err)
			}
			s.Number, s.Line, s.Probe, s.Rerunnable = 1, 1, "", false
			if again[0] != s {
				t.Fatalf("piece %d: cut again %+v is %+v", i+1, s, again[0])
			}
		}
		if !whole {
			return // rows and dump marks are no tokens
		}
		// Nothing but semicolons is lost, and nothing changes its order.
		var want []string
		for _, tok := range tokenize(script) {
			if !tok.is(";") {
				want = append(want, tok.text)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("tokens of the pieces %q, of the script %q", got, want)
		}
	})
}

func BenchmarkCut(b *testing.B) {
	seed := "INSERT INTO notes (id, title, body) VALUES (1, 'It''s a title', 'Some text of ordinary length; with a semicolon.');\n"
	for name, statement := range map[string]string{
		"seeds":  seed,
		"schema": "-- notes\nCREATE TABLE notes (\n  id bigserial PRIMARY KEY,\n  title text NOT NULL DEFAULT '',\n  created_at timestamptz DEFAULT now()\n);\n",
		"tiny":   "END;",
		"one":    "(1, 'It''s a title'),",
		"rows":   "1\tIt's a title\tSome text of ordinary length; with a semicolon.\n",
	} {
		script := strings.Repeat(statement, 4<<20/len(statement))
		switch name {
		case "one":
			script = "INSERT INTO notes VALUES " + script + "(0, '')"
		case "rows":
			script = "COPY notes FROM stdin;\n" + script + "\\.\n"
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
