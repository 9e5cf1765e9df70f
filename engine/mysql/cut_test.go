package mysql

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		"nothing":                       {"", nil},
		"only blanks and comments":      {" -- a;\n/* b; */\r\n;# c;", nil},
		"the last semicolon may lack":   {"SELECT 1; SELECT 2", []string{"SELECT 1", "SELECT 2"}},
		"empty statements":              {";;SELECT 1;;;SELECT 2; ;", []string{"SELECT 1", "SELECT 2"}},
		"comments around are left out":  {"/* a */ SELECT 1 /* b */; -- c", []string{"SELECT 1"}},
		"comments inside stay":          {"SELECT -- a;\n 1; SELECT # b;\n 2", []string{"SELECT -- a;\n 1", "SELECT # b;\n 2"}},
		"a line of dashes":              {"--no blank;\nSELECT 1;--nor here;\n", []string{"SELECT 1"}},
		"dashes that are minus signs":   {"SELECT 1--2; SELECT 3", []string{"SELECT 1--2", "SELECT 3"}},
		"semicolons in strings":         {`SELECT 'a;''b\';', ";"; SELECT 2`, []string{`SELECT 'a;''b\';', ";"`, "SELECT 2"}},
		"semicolons in names":           {"SELECT `a;``;`; SELECT 2", []string{"SELECT `a;``;`", "SELECT 2"}},
		"quotes in comments":            {"SELECT 1; -- don't\nSELECT 2; # don't\n/* don't */", []string{"SELECT 1", "SELECT 2"}},
		"a byte order mark":             {"\uFEFFSELECT 1;", []string{"SELECT 1"}},
		"line ends of other systems":    {"SELECT 1;\r\nSELECT\r\n2;\r\n", []string{"SELECT 1", "SELECT\r\n2"}},
		"transactions":                  {"BEGIN; SELECT 1; COMMIT; START TRANSACTION; ROLLBACK", []string{"BEGIN", "SELECT 1", "COMMIT", "START TRANSACTION", "ROLLBACK"}},
		"conditional comments":          {"/*!40101 SET NAMES utf8 */; CREATE TABLE a (b INT) /*!50100 PARTITION BY HASH(b) */;", []string{"/*!40101 SET NAMES utf8 */", "CREATE TABLE a (b INT) /*!50100 PARTITION BY HASH(b) */"}},
		"a delimiter":                   {"DELIMITER //\nSELECT 1//SELECT 2\n//\ndelimiter ;\nSELECT 3;", []string{"SELECT 1", "SELECT 2", "SELECT 3"}},
		"several statements to a stop":  {"DELIMITER $$\nSELECT 1; SELECT 2$$\n", []string{"SELECT 1", "SELECT 2"}},
		"a semicolon ahead of a stop":   {"DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END;\n$$\nDELIMITER ;\nSELECT 2", []string{"CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"}},
		"a delimiter glued to a word":   {"DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT '$$'; END$$\nSELECT 2$$", []string{"CREATE PROCEDURE p() BEGIN SELECT '$$'; END", "SELECT 2"}},
		"the word delimiter in a table": {"CREATE TABLE a (\ndelimiter INT); SELECT 1", []string{"CREATE TABLE a (\ndelimiter INT)", "SELECT 1"}},
		"a dump's trigger": {"DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON b FOR EACH ROW BEGIN SET NEW.c = 1; END */;;\nDELIMITER ;\nSELECT 1;",
			[]string{"/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON b FOR EACH ROW BEGIN SET NEW.c = 1; END */", "SELECT 1"}},
		"Oracle's style": {"DELIMITER /\nCREATE PROCEDURE p AS a INT; BEGIN a := 1; END;\n/\nSELECT 1/", []string{"CREATE PROCEDURE p AS a INT; BEGIN a := 1; END;", "SELECT 1"}},
		"a mode without backslashes": {`SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT '\'; SET sql_mode = DEFAULT; SELECT '\';'`,
			[]string{"SET sql_mode = 'NO_BACKSLASH_ESCAPES'", `SELECT '\'`, "SET sql_mode = DEFAULT", `SELECT '\';'`}},
		"a mode of names in double quotes": {`SET @@session.sql_mode = 'ANSI'; SELECT "\"; SELECT 2`, []string{"SET @@session.sql_mode = 'ANSI'", `SELECT "\"`, "SELECT 2"}},
		"what the server would refuse":     {"SELEKT ^ ) ( ; SELECT 2", []string{"SELEKT ^ ) (", "SELECT 2"}},
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
	got, err := cut("\uFEFF-- one\r\n\r\nSELECT 1;;\n/* a\nb */ SELECT\n'c\nd'; SELECT 3;\nDELIMITER //\nSELECT 4//")
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, s := range got {
		places = append(places, fmt.Sprintf("%d on line %d", s.Number, s.Line))
	}
	if diff := cmp.Diff([]string{"1 on line 3", "2 on line 5", "3 on line 7", "4 on line 9"}, places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestCutRefuses(t *testing.T) {
	for source, want := range map[string]string{
		"SELECT 1;\nSELECT '\x00';":                               "line 2: a NUL character, where servers differ in what they read",
		"SELECT 1;\n\tSELECT 'its;\n":                             "line 2: a quote that is never closed",
		"SELECT `a;":                                              "line 1: a quote that is never closed",
		"SELECT 1;\n\n/* SELECT 2;":                               "line 3: a comment that is never closed",
		"SELECT 1;\n/*! SET @a = 1; SET @b = 2 */;":               "line 2: a conditional comment that is not closed where the statement ends",
		"SELECT 1;\n/* /*!40101 SET @a = 1 */ */":                 "line 2: a comment inside a comment, which servers end earlier than the client",
		"/* src/*/*.go */":                                        "line 1: a comment inside a comment, which servers end earlier than the client",
		"SELECT 1;\nCREATE PROCEDURE p()\nBEGIN SELECT 1;":        "line 2: a body that is never closed by END",
		"DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 4//2;//": "line 2: a body that is never closed by END",
		"CREATE PROCEDURE p AS BEGIN NULL; END;":                  "line 1: a body in the style of Oracle, whose end only a delimiter tells",
		"SELECT 1\\G":                                             "line 1: \\G is a command of the mysql client, and no statement",
		"SELECT 1;\n\\. other.sql":                                "line 2: \\. is a command of the mysql client, and no statement",
		"SELECT 1;\nSource other.sql;":                            "line 2: source is a command of the mysql client, and no statement",
		"system ls":                                               "line 1: system is a command of the mysql client, and no statement",
		"USE a\nSELECT 1;":                                        "line 1: USE that goes on behind the end of its line, where the client ends it",
		"SELECT 1; DELIMITER //":                                  "line 1: DELIMITER in the middle of a line, where the client does not see it",
		"SELECT 1\nDELIMITER //\nSELECT 2//":                      "line 2: DELIMITER inside a statement: the one ahead of it is not ended",
		"DELIMITER //\nSELECT 1;\nDELIMITER ;":                    "line 3: DELIMITER inside of what only // ends, where the client does not see it",
		"DELIMITER \nSELECT 1":                                    "line 1: DELIMITER without a delimiter",
		"DELIMITER// \nSELECT 1":                                  "line 1: DELIMITER and what follows it are one word",
		"DELIMITER '//'":                                          "line 1: a delimiter with a backslash or a quote in it",
		"DELIMITER 1234567890123456":                              "line 1: a delimiter of more than 15 characters",
		"SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')":       "line 1: a sql_mode that changes how strings are read, and that only running tells",
	} {
		got, err := cut(source)
		if len(got) != 0 {
			t.Errorf("%q: statements %q beside an error", source, texts(got))
		}
		var syntax *migration.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("%q: error %v, want %s", source, err, want)
			continue
		}
		line := strings.Split(source, "\n")[syntax.Line-1]
		if line = strings.ReplaceAll(strings.TrimSpace(line), "\x00", " "); syntax.Excerpt != line {
			t.Errorf("%q: excerpt %q, want %q", source, syntax.Excerpt, line)
		}
	}
	if _, err := cut(strings.Repeat(" ", 64<<20+1)); err == nil || err.Error() != "line 0: larger than 64 MiB" {
		t.Errorf("a source too large: %v", err)
	}
}

func TestSumIsOfWhatTheServerReads(t *testing.T) {
	sum := func(source string) string {
		t.Helper()
		s, err := cut(source)
		if err != nil || len(s) != 1 {
			t.Fatalf("%q: %d statements, %v", source, len(s), err)
		}
		return s[0].Sum
	}
	const base = "CREATE TABLE `Notes` (title TEXT /*!50100 DEFAULT 'None' */)"
	for _, same := range []string{
		"create  table\r\n`Notes`(Title text -- the title\n/*!50100 default 'None'*//**/);",
		"DELIMITER //\n;; CREATE TABLE `Notes` (title TEXT # notes\n/*!50100DEFAULT 'None'*/) -- notes\n//",
	} {
		if sum(same) != sum(base) {
			t.Errorf("%s counts as another statement than %s", same, base)
		}
	}
	for _, other := range []string{
		"CREATE TABLE `Notes` (title TEXT /*!50100 DEFAULT 'none' */)",
		"CREATE TABLE `notes` (title TEXT /*!50100 DEFAULT 'None' */)",
		"CREATE TABLE Notes (title TEXT /*!50100 DEFAULT 'None' */)",
		"CREATE TABLE `Notes` (title TEXT DEFAULT 'None')",
		"CREATE TABLE `Notes` (title TEXT /*!80000 DEFAULT 'None' */)",
	} {
		if sum(other) == sum(base) {
			t.Errorf("%s counts as the same statement as %s", other, base)
		}
	}
	if sum("SELECT ab") == sum("SELECT a b") {
		t.Error("where a token ends does not count")
	}
	// Kept in databases: it must never become another.
	const kept = "dfe553bb481516e1d1137fcc56db1ab5748fed01612555545493b2e9044e2753"
	if got := sum("SELECT 1, 'a', x'00', `b`, C, @d, /*! e */ ?"); got != kept {
		t.Errorf("the checksum %s is not the one that was kept, %s", got, kept)
	}
}

func TestCutFollowsDirectives(t *testing.T) {
	got, err := cut(`-- dbmend:no-transaction
-- dbmend:probe SELECT count(*) > 0
-- dbmend:probe   FROM notes WHERE title = 'a;b'; -- there
# an ordinary comment
CREATE TABLE a (b INT);

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
		"SELECT 1;\n-- dbmend:prob SELECT 1\nSELECT 2":               "line 2: unknown directive dbmend:prob",
		"SELECT 1; -- dbmend:rerunnable\nSELECT 2":                   "line 1: dbmend:rerunnable is not directly above a statement",
		"SELECT 1;\n-- dbmend:rerunnable\n":                          "line 2: dbmend:rerunnable is not directly above a statement",
		"# a\n-- dbmend:no-transaction\nSELECT 2":                    "line 2: dbmend:no-transaction is not at the head of the file",
		"# dbmend:rerunnable\nSELECT 2":                              "line 1: dbmend:rerunnable in a comment of another kind",
		"-- dbmend:probe DELETE FROM a\nSELECT 1":                    "line 1: the probe is not one query",
		"-- dbmend:probe SELECT 1 INTO OUTFILE 'a'\nSELECT 1":        "line 1: the probe is not one query",
		"CREATE PROCEDURE p() BEGIN\n-- dbmend:rerunnable\nDO 1;END": "line 2: dbmend:rerunnable is not directly above a statement",
	} {
		_, err := cut(source)
		var syntax *migration.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("%q: error %v, want %s", source, err, want)
		}
	}
}

func FuzzCut(f *testing.F) {
	for _, script := range tricky {
		f.Add(script)
	}
	for _, b := range bodies {
		f.Add(b + ";\nDELIMITER //\n" + b + "//\nDELIMITER ;\nSELECT 1;")
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
		if strings.Contains(strings.ToLower(script), "sql_mode") {
			return // a piece by itself is read in the default mode
		}
		delimiters := strings.Contains(strings.ToLower(script), "delimiter")
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
			if strings.HasSuffix(s.Text, "--") {
				continue // minus signs ahead of a semicolon, and a comment at the end
			}
			// A piece is one statement by itself, and the same.
			again, err := cut(s.Text)
			if err != nil && strings.Contains(err.Error(), "Oracle") && delimiters {
				continue
			}
			if err != nil || len(again) != 1 {
				t.Fatalf("%q: cut again it is %q, %v", s.Text, texts(again), err)
			}
			s.Number, s.Line, s.Probe, s.Rerunnable = 1, 1, "", false
			if again[0] != s {
				t.Fatalf("piece %d: cut again %+v is %+v", i+1, s, again[0])
			}
		}
		// Nothing but semicolons, and what is about delimiters, is lost.
		if !delimiters && !slices.Equal(got, want) && !strings.Contains(script, "--") {
			t.Fatalf("tokens of the pieces %q, of the script %q", got, want)
		}
	})
}

func BenchmarkCut(b *testing.B) {
	seed := "INSERT INTO notes (id, title, body) VALUES (1, 'It\\'s a title', 'Some text of ordinary length; with a semicolon.');\n"
	for name, statement := range map[string]string{
		"seeds":  seed,
		"schema": "-- notes\nCREATE TABLE `notes` (\n  `id` INT AUTO_INCREMENT PRIMARY KEY,\n  title VARCHAR(255) NOT NULL DEFAULT ''\n) ENGINE=InnoDB;\n",
		"tiny":   "DO 1;",
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
