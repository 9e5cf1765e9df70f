package dbmend_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
)

// TestCases runs every situation of testdata/cases: a set, a history, a live
// database, and what Up must make of it. testdata/cases/README.md has the format.
// DBMEND_CASES names another folder to run.
func TestCases(t *testing.T) {
	folder := "testdata/cases"
	if other := os.Getenv("DBMEND_CASES"); other != "" {
		folder = other
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s (%v)", folder, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := readCase(t, file)
			if !slices.Contains(c.engines, "sqlite") {
				t.Skip("not an incident of SQLite")
			}
			c.run(t)
		})
	}
}

// A situation is one case, read from its file.
type situation struct {
	engines  []string
	files    fstest.MapFS
	recorded *string // nil: no tracking table
	live     string
	base     string
	schema   string
	expect   string
	asserts  []string
	question string
	answers  diagnosis.Answers
}

func readCase(t *testing.T, file string) *situation {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &situation{files: fstest.MapFS{}}
	for line := range strings.Lines(string(archive.Comment)) {
		if rest, ok := strings.CutPrefix(line, "# engines:"); ok {
			c.engines = strings.Fields(rest)
		}
	}
	for _, f := range archive.Files {
		text := string(f.Data)
		switch {
		case strings.HasPrefix(f.Name, "migrations/"):
			c.files[strings.TrimPrefix(f.Name, "migrations/")] = &fstest.MapFile{Data: f.Data}
		case f.Name == "recorded":
			c.recorded = &text
		case f.Name == "live.sql":
			c.live = text
		case f.Name == "base.sql":
			c.base = text
		case f.Name == "schema.sql":
			c.schema = text
		case f.Name == "expect":
			c.expect = strings.TrimSpace(text)
		case f.Name == "question":
			c.question = strings.TrimSpace(text)
		case f.Name == "answers":
			c.answers = diagnosis.Answers{}
			for _, line := range strings.Fields(text) {
				name, answer, _ := strings.Cut(line, "=")
				c.answers[name] = answer
			}
		case f.Name == "asserts":
			c.asserts = strings.Split(strings.TrimSpace(text), "\n")
		}
	}
	return c
}

// run builds the live database, heals it and checks what came of it.
func (c *situation) run(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "live.db")
	db := open(t, path)
	execScript(t, db, c.live)
	if c.recorded != nil {
		c.record(t, db)
	}
	before := dump(t, db)
	beforeBytes := fileSum(t, path)

	options := []dbmend.Option{dbmend.Answer(c.answers)}
	if c.base != "" {
		options = append(options, dbmend.Base("base.sql", c.base))
	}
	if c.schema != "" {
		options = append(options, dbmend.Schema("schema.sql", c.schema))
	}
	m, err := dbmend.New(db, sqlite.Engine{}, c.files, options...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Status(ctx); err != nil {
		t.Fatalf("status: %v", err)
	}
	predicted, planErr := m.Plan(ctx)
	if after := dump(t, db); after != before {
		t.Fatalf("status and plan have changed the database:\n%s\nwas\n%s", after, before)
	}
	report, err := m.Up(ctx)
	switch c.expect {
	case "refuse":
		refusal, ok := errors.AsType[*dbmend.Refusal](err)
		if !ok {
			t.Fatalf("up: %v (report %+v); wanted a refusal", err, steps(report))
		}
		for _, q := range refusal.Questions {
			t.Logf("%s: %s\n  %s", q.Name(), q.Text, strings.Join(q.Facts, "\n  "))
		}
		if after := dump(t, db); after != before {
			t.Fatalf("the refusal changed the database:\n%s\nwas\n%s", after, before)
		}
		if fileSum(t, path) != beforeBytes {
			t.Fatal("the refusal changed the file")
		}
		if c.question != "" && len(c.question) < 8 && string(refusal.Questions[0].Code) != c.question {
			t.Fatalf("asked %s; wanted %s", refusal.Questions[0].Code, c.question)
		}
	case "heal", "record":
		if err != nil {
			if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
				for _, q := range refusal.Questions {
					t.Logf("%s: %s\n  %s", q.Name(), q.Text, strings.Join(q.Facts, "\n  "))
				}
			}
			t.Fatalf("up: %v", err)
		}
		if c.expect == "record" && len(report.Steps) > 0 {
			t.Fatalf("up ran %v; wanted nothing run", steps(report))
		}
		if planErr != nil {
			t.Fatalf("plan: %v, although up succeeded", planErr)
		}
		var foretold []string
		for _, s := range predicted.Steps {
			foretold = append(foretold, s.SQL)
		}
		if !slices.Equal(foretold, steps(report)) {
			t.Fatalf("plan foretold %q; up ran %q", foretold, steps(report))
		}
		healed := dump(t, db)
		again, err := m.Up(ctx)
		if err != nil || !again.Nothing() {
			t.Fatalf("the second up: %v, ran %v, recorded %v", err, steps(again), again.Records)
		}
		fresh, _ := dbmend.New(db, sqlite.Engine{}, c.files, options...)
		if again, err := fresh.Up(ctx); err != nil || !again.Nothing() {
			t.Fatalf("a later up: %v, ran %v", err, steps(again))
		}
		if dump(t, db) != healed {
			t.Fatal("the second up changed the database")
		}
	default:
		t.Fatalf("unknown expectation %q", c.expect)
	}
	for _, assert := range c.asserts {
		query, want, _ := strings.Cut(assert, "=>")
		if got := queryJSON(t, db, query); got != compact(t, want) {
			t.Errorf("%s => %s; wanted %s", query, got, want)
		}
	}
}

// record writes what the history claims into a tracking table that can say it.
func (c *situation) record(t *testing.T, db *sql.DB) {
	t.Helper()
	lines := strings.Fields(*c.recorded)
	text := *c.recorded
	set, err := migration.Load(c.files, sqlite.Engine{}, migration.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case strings.Contains(text, "!"):
		execScript(t, db, "CREATE TABLE schema_migrations (version uint64, dirty bool); CREATE UNIQUE INDEX version_unique ON schema_migrations (version)")
		last := lines[len(lines)-1]
		version, dirty := strings.CutSuffix(last, "!")
		exec(t, db, "INSERT INTO schema_migrations VALUES (?, ?)", version, dirty)
	case strings.ContainsAny(text, "*="):
		ctx := context.Background()
		live, err := sqlite.Engine{}.Connect(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		defer live.Close()
		for _, ddl := range (sqlite.Engine{}).JournalDDL() {
			if _, err := live.Exec(ctx, ddl); err != nil {
				t.Fatal(err)
			}
		}
		var entries []journal.Entry
		for _, line := range lines {
			line, other := strings.CutSuffix(line, "*")
			line, name, renamed := strings.Cut(line, "=")
			e := journal.Entry{Run: "r", Kind: journal.Migrated, Outcome: journal.Applied, Version: migration.Version(line), Name: name, Tool: "dbmend test"}
			if m := set.Find(e.Version); m != nil && !renamed {
				e.Name, e.Checksum = m.Name, m.Checksum
			}
			if other {
				e.Checksum = strings.Repeat("0", 64)
			}
			entries = append(entries, e)
		}
		if err := journal.Append(ctx, live, entries); err != nil {
			t.Fatal(err)
		}
	default:
		execScript(t, db, "CREATE TABLE schema_migrations (version varchar(128) primary key)")
		for _, line := range lines {
			exec(t, db, "INSERT INTO schema_migrations VALUES (?)", line)
		}
	}
}

func steps(r *dbmend.Report) []string {
	var texts []string
	for _, s := range r.Steps {
		texts = append(texts, s.Step.SQL)
	}
	return texts
}

func open(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// execScript runs a script, if there is anything in it.
func execScript(t testing.TB, db *sql.DB, script string) {
	t.Helper()
	if strings.TrimSpace(script) != "" {
		exec(t, db, script)
	}
}

// dump returns the schema and every row, as text, with code of its own.
func dump(t testing.TB, db *sql.DB) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(queryJSON(t, db, "PRAGMA user_version") + queryJSON(t, db, "PRAGMA schema_version") + "\n")
	b.WriteString(queryJSON(t, db, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2") + "\n")
	rows, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
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
		fmt.Fprintf(&b, "%s %s\n", name, queryJSON(t, db, `SELECT * FROM "`+strings.ReplaceAll(name, `"`, `""`)+`" ORDER BY 1`))
	}
	return b.String()
}

// queryJSON returns the rows of a query as JSON, every value as a string.
func queryJSON(t testing.TB, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	result := [][]string{}
	for rows.Next() {
		cells := make([]sql.NullString, len(names))
		targets := make([]any, len(names))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(names))
		for i, c := range cells {
			if row[i] = c.String; !c.Valid {
				row[i] = "NULL"
			}
		}
		result = append(result, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(result)
	return string(text)
}

func compact(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return b.String()
}

func fileSum(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content))
}
