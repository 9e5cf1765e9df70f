package mysql

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/internal/testserver"
)

// A client is the mysql client, connected to a database of ours.
type client struct{ arguments []string }

func newClient(t *testing.T) client {
	t.Helper()
	program, err := exec.LookPath("mariadb")
	if err != nil {
		if program, err = exec.LookPath("mysql"); err != nil {
			t.Fatal("no mysql client is installed: apt install mariadb-client")
		}
	}
	config, err := driver.ParseDSN(testserver.MariaDB(t))
	if err != nil {
		t.Fatal(err)
	}
	// What is wrong with a statement is of no interest: the next one follows.
	arguments := []string{program, "--no-defaults", "--verbose", "--force", "--user=" + config.User, "--password=" + config.Passwd}
	if host, port, ok := strings.Cut(config.Addr, ":"); config.Net == "tcp" && ok {
		arguments = append(arguments, "--protocol=tcp", "--host="+host, "--port="+port)
	} else {
		arguments = append(arguments, "--socket="+config.Addr)
	}
	return client{append(arguments, config.DBName)}
}

// errPiece is for a piece that is a mistake where statements end with semicolons.
var errPiece = errors.New("cut what the client sends at once")

// pieces returns what the client sends of a script, each piece as the texts of its
// tokens: the client leaves out comments.
func (c client) pieces(script string) (pieces [][]string, err error) {
	command := exec.Command(c.arguments[0], c.arguments[1:]...)
	command.Stdin = strings.NewReader(script)
	var out bytes.Buffer
	command.Stdout = &out
	if err := command.Run(); err != nil && command.ProcessState.ExitCode() != 1 {
		return nil, err
	}
	const fence = "\n--------------\n"
	for rest := "\n" + out.String(); ; {
		_, after, ok := strings.Cut(rest, fence)
		if !ok {
			return pieces, nil
		}
		var piece string
		piece, rest, _ = strings.Cut(after, fence)
		// To a delimiter of the author's it sends several statements at once.
		statements, err := cut(piece)
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", errPiece, piece, err)
		}
		for _, s := range statements {
			pieces = append(pieces, listedTexts(s.Text))
		}
	}
}

func listedTexts(source string) (all []string) {
	for _, t := range tokenize(source) {
		all = append(all, t.text)
	}
	return all
}

// scraps are pieces of scripts that change the meaning of what is beside them.
// What the client cannot cut, bodies without DELIMITER, is not among them.
var scraps = []string{
	"SELECT 1", ";", ";;", "\n", "\r\n", " ", "\t", "'", `"`, "`", `\'`, `\\`, `'it''s'`, `"a\";"`, "`b``;`", "-- c;\n", "--d\n", "# e;\n", "#", "/* f; */", "/*",
	"/*!40101 SET @a = 1 */", "/*!99999 DO 1 */", "SELECT 2 + ", "SELECT 3--1", "DO 4;", "\nDELIMITER //\n", "\ndelimiter $$\n", "\nDELIMITER ;\n", "DELIMITER ;;\n", "//", "$$", "$", "/",
	"CREATE PROCEDURE p() SELECT 5", "\\N", "@a := 6", " é ", "INSERT INTO t VALUES (';')", "SET @b = \"x;'\";", "\n;\n",
}

func TestCutAgreesWithTheClient(t *testing.T) {
	c := newClient(t)
	compare := func(t interface{ Fatalf(string, ...any) }, script string) (compared bool) {
		script = strings.ReplaceAll(script, "\r\n", "\n") // as the client reads it
		statements, err := cut(script)
		if err != nil {
			return false // the client runs what is ahead of the mistake
		}
		var have [][]string
		for _, s := range statements {
			have = append(have, listedTexts(s.Text))
		}
		want, err := c.pieces(script)
		if errors.Is(err, errPiece) {
			return false // to another delimiter it is no mistake
		}
		if err != nil {
			t.Fatalf("%q: the client: %v", script, err)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Fatalf("%q (-client +cut):\n%s", script, diff)
		}
		return true
	}
	for _, name := range slices.Sorted(maps.Keys(tricky)) {
		if name == "a trigger" || name == "a procedure" {
			continue // what the client cannot cut
		}
		if !compare(t, tricky[name]) {
			t.Errorf("%s is not cut", name)
		}
	}
	for name, statement := range bodies {
		if !compare(t, "DELIMITER $$\n"+statement+"$$\nDELIMITER ;\nSELECT 1;\n") {
			t.Errorf("%s is not cut", name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		compare(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(scraps), 1, 8).Draw(t, "scraps"), ""))
	})
}

// TestPiecesDoWhatTheScriptDoes runs scripts as a whole, cut by the server, and piece
// by piece.
func TestPiecesDoWhatTheScriptDoes(t *testing.T) {
	for name, script := range tricky {
		t.Run(name, func(t *testing.T) {
			whole, pieces := openScripts(t), openScripts(t)
			if _, err := whole.ExecContext(t.Context(), script); err != nil {
				t.Fatal(err)
			}
			statements, err := cut(script)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range statements {
				if _, err := pieces.ExecContext(t.Context(), s.Text); err != nil {
					t.Fatalf("%s: %v", s.Text, err)
				}
			}
			if diff := cmp.Diff(contents(t, whole), contents(t, pieces)); diff != "" {
				t.Errorf("database (-whole +pieces):\n%s", diff)
			}
		})
	}
}

// TestServersTakeBodiesForOneStatement runs each with a driver that sends nothing but
// one.
func TestServersTakeBodiesForOneStatement(t *testing.T) {
	for name, statement := range bodies {
		t.Run(name, func(t *testing.T) {
			config, err := driver.ParseDSN(testserver.MariaDB(t))
			if err != nil {
				t.Fatal(err)
			}
			config.MultiStatements = false
			db := openConfig(t, config)
			if _, err := db.ExecContext(t.Context(), librarySQL); err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSeedsGiveWhatServersStore runs inserts and compares the stored values with
// those that are told.
func TestSeedsGiveWhatServersStore(t *testing.T) {
	db := openScripts(t)
	for _, text := range []string{
		`INSERT INTO v VALUES (1, 'x''y\'', x'0aff', NULL)`,
		`INSERT INTO v VALUES (true, "a""b\"c'd\n", 0x41, \N)`,
		"INSERT INTO v VALUES (1 + 2 * 3, concat('a', 'b' /* c */ 'd', 1), _utf8mb4'é', not 1 and 0 or 1)",
		"INSERT INTO v SET a = - 4, b = REPEAT('a', 3), c = N'e', d = DATE '2020-01-01' + INTERVAL 1 DAY",
		"REPLACE v VALUE (CASE 1 WHEN 1 THEN 5 END, json_object('d', json_array(1, 'e')), if(1 > 2, 'b', 'c'), b'1000001')",
	} {
		for _, s := range []string{"CREATE OR REPLACE TABLE v (a INT, b VARCHAR(100), c VARBINARY(100), d VARCHAR(100))", text} {
			if _, err := db.ExecContext(t.Context(), s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
		seed, ok := Engine{}.Seed(text)
		if !ok || len(seed.Rows) != 1 || len(seed.Rows[0]) != 4 {
			t.Errorf("%s: %+v, %v", text, seed, ok)
			continue
		}
		row := seed.Rows[0]
		var found int
		query := fmt.Sprintf("SELECT count(*) FROM v WHERE a <=> %s AND b <=> %s AND c <=> %s AND d <=> %s", row[0], row[1], row[2], row[3])
		if err := db.QueryRowContext(t.Context(), query).Scan(&found); err != nil || found != 1 {
			t.Errorf("%s: %d rows found, %v", query, found, err)
		}
	}
}

// openScripts opens a new database with the table of the scripts, over one connection
// that takes whole scripts.
func openScripts(t *testing.T) *sql.DB {
	t.Helper()
	config, err := driver.ParseDSN(testserver.MariaDB(t))
	if err != nil {
		t.Fatal(err)
	}
	config.MultiStatements = true
	db := openConfig(t, config)
	if _, err := db.ExecContext(t.Context(), librarySQL); err != nil {
		t.Fatal(err)
	}
	return db
}

func openConfig(t *testing.T, config *driver.Config) *sql.DB {
	t.Helper()
	connector, err := driver.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

// contents returns the columns of a database and the rows of its tables.
func contents(t *testing.T, db *sql.DB) (all []string) {
	t.Helper()
	read := func(query string) (lines []string) {
		rows, err := db.QueryContext(context.Background(), query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, targets := make([]sql.NullString, len(names)), make([]any, len(names))
			for i := range values {
				targets[i] = &values[i]
			}
			if err := rows.Scan(targets...); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprint(values))
		}
		return lines
	}
	all = read("SELECT table_name, column_name, column_type FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, ordinal_position")
	all = append(all, read("SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()")...)
	rows, err := db.QueryContext(context.Background(), "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	rows.Close()
	for _, name := range tables {
		all = append(all, name)
		all = append(all, read("SELECT * FROM "+quote(name)+" ORDER BY 1")...)
	}
	return all
}
