package dbmend_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A road is a situation in which migrations are to be taken back. SQL means the same
// to every engine; {on users} is what MariaDB wants behind the name of an index, and
// {alter} … {type} how a column gets another type.
type road struct {
	name     string
	engines  string // those on which it can happen; "" for all
	files    map[string]string
	live     string // run before the first up
	first    string // the version that a run before the last brought it to; "" for none
	meddled  string // run after it
	to       string
	question diagnosis.Code // that is asked; "" for none
	says     string         // part of what the question says
	left     string         // tables and columns afterwards, where it succeeds
	rows     map[string]string
}

var roads = []road{
	{
		name: "values that another type cuts off are asked about", engines: "postgres mysql",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY, score numeric(8,1))", "1.down.sql": "DROP TABLE users",
			"2.up.sql": "ALTER TABLE users {alter} score {type} numeric(8,3)", "2.down.sql": "ALTER TABLE users {alter} score {type} numeric(8,1)",
		},
		meddled:  "INSERT INTO users VALUES (1, 1.234), (2, NULL)",
		question: diagnosis.Q12, says: "column users.score gets another type, and its values in 1 row may be others then",
		left: "users users.id users.score",
	},
	{
		name: "values that another type keeps are not", engines: "postgres mysql",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY, name varchar(20))", "1.down.sql": "DROP TABLE users",
			"2.up.sql": "ALTER TABLE users {alter} name {type} varchar(40)", "2.down.sql": "ALTER TABLE users {alter} name {type} varchar(20)",
		},
		meddled: "INSERT INTO users VALUES (1, 'Ada')",
		left:    "users users.id users.name", rows: map[string]string{"users": `[["1","Ada"]]`},
	},
	{
		name: "so are those that a rebuild converts", engines: "sqlite",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY, name TEXT)", "1.down.sql": "DROP TABLE users",
			"2.up.sql":   "CREATE TABLE users_new (id integer PRIMARY KEY, name BLOB); INSERT INTO users_new SELECT id, name FROM users; DROP TABLE users; ALTER TABLE users_new RENAME TO users",
			"2.down.sql": "CREATE TABLE users_old (id integer PRIMARY KEY, name TEXT); INSERT INTO users_old SELECT id, substr(name, 1, 2) FROM users; DROP TABLE users; ALTER TABLE users_old RENAME TO users",
		},
		meddled:  "INSERT INTO users VALUES (1, 'Ada')",
		question: diagnosis.Q12, says: "column users.name gets another type, and its values in 1 row may be others then",
	},
	{
		name: "rows with a value that an enum loses are asked about", engines: "postgres",
		files: map[string]string{
			"1.up.sql":   "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE TABLE users (id integer PRIMARY KEY, mood mood)",
			"1.down.sql": "DROP TABLE users; DROP TYPE mood",
			"2.up.sql":   "ALTER TYPE mood ADD VALUE 'torn'",
			"2.down.sql": "CREATE TYPE mood_old AS ENUM ('glad', 'sad'); ALTER TABLE users ALTER COLUMN mood TYPE mood_old USING (CASE WHEN mood = 'torn' THEN 'sad' ELSE mood::text END)::mood_old; DROP TYPE mood; ALTER TYPE mood_old RENAME TO mood",
		},
		meddled:  "INSERT INTO users VALUES (1, 'torn'), (2, 'glad')",
		question: diagnosis.Q12, says: "column users.mood gets another type, and its values in 2 rows may be others then",
		left: "users users.id users.mood", rows: map[string]string{"users": `[["1","sad"],["2","glad"]]`},
	},
	{
		name: "and those with one that a list of MariaDB's loses", engines: "mysql",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY, mood ENUM('glad', 'sad'))", "1.down.sql": "DROP TABLE users",
			"2.up.sql":   "ALTER TABLE users MODIFY mood ENUM('glad', 'sad', 'torn')",
			"2.down.sql": "UPDATE users SET mood = 'sad' WHERE mood = 'torn'; ALTER TABLE users MODIFY mood ENUM('glad', 'sad')",
		},
		meddled:  "INSERT INTO users VALUES (1, 'torn'), (2, 'glad')",
		question: diagnosis.Q12, says: "1 row of table users",
		left: "users users.id users.mood", rows: map[string]string{"users": `[["1","sad"],["2","glad"]]`},
	},
	{
		name: "one step takes the newest back",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY)", "1.down.sql": "DROP TABLE users",
			"2.up.sql": "ALTER TABLE users ADD COLUMN mail varchar(40)", "2.down.sql": "ALTER TABLE users DROP COLUMN mail",
		},
		meddled: "INSERT INTO users (id) VALUES (7)",
		left:    "users users.id", rows: map[string]string{"users": `[["7"]]`},
	},
	{
		name: "rows that are lost are asked about, with their number", to: "0",
		files:    map[string]string{"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY)", "1.down.sql": "DROP TABLE users"},
		meddled:  "INSERT INTO users (id) VALUES (7), (8)",
		question: diagnosis.Q12, says: "table users goes with 2 rows",
	},
	{
		name: "so are values, and rows that a statement deletes",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY)", "1.down.sql": "DROP TABLE users",
			"2.up.sql":   "ALTER TABLE users ADD COLUMN mail varchar(40); INSERT INTO users VALUES (1, NULL), (2, 'b')",
			"2.down.sql": "DELETE FROM users WHERE id < 3; ALTER TABLE users DROP COLUMN mail",
		},
		question: diagnosis.Q12, says: "column users.mail goes with its values in 1 row; deletes 2 rows of table users",
	},
	{
		name: "a column that is renamed back loses nothing",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY, name varchar(40))", "1.down.sql": "DROP TABLE users",
			"2.up.sql":   "ALTER TABLE users RENAME COLUMN name TO label; ALTER TABLE users RENAME TO people",
			"2.down.sql": "ALTER TABLE people RENAME TO users; ALTER TABLE users RENAME COLUMN label TO name",
		},
		meddled: "INSERT INTO people VALUES (1, 'Ada')",
		left:    "users users.id users.name", rows: map[string]string{"users": `[["1","Ada"]]`},
	},
	{
		name: "a table that is made anew around its rows loses none", engines: "sqlite",
		files: map[string]string{
			"1.up.sql":   "CREATE TABLE users (id integer PRIMARY KEY); CREATE TABLE notes (id integer PRIMARY KEY, owner integer REFERENCES users(id) ON DELETE CASCADE)",
			"2.up.sql":   "ALTER TABLE users ADD COLUMN born integer",
			"2.down.sql": "CREATE TABLE users_old (id integer PRIMARY KEY); INSERT INTO users_old SELECT id FROM users; DROP TABLE users; ALTER TABLE users_old RENAME TO users",
		},
		meddled: "INSERT INTO users (id) VALUES (1), (2); INSERT INTO notes VALUES (5, 1), (6, 2)",
		left:    "notes notes.id notes.owner users users.id",
		rows:    map[string]string{"users": `[["1"],["2"]]`, "notes": `[["5","1"],["6","2"]]`},
	},
	{
		name: "a table that is made anew and left empty is a loss",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY)", "2.up.sql": "ALTER TABLE users ADD COLUMN born integer",
			"2.down.sql": "DROP TABLE users; CREATE TABLE users (id integer PRIMARY KEY)",
		},
		meddled:  "INSERT INTO users (id) VALUES (1), (2)",
		question: diagnosis.Q12, says: "table users goes with 2 rows",
	},
	{
		name:     "a file without a down part has no way back",
		files:    map[string]string{"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY)"},
		question: diagnosis.Q20, says: "its file has no part that takes it back",
	},
	{
		name: "what was there before stays, though the migration is recorded",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY); CREATE INDEX users_id ON users (id)", "1.down.sql": "DROP TABLE users",
		},
		live:     "CREATE TABLE users (id integer PRIMARY KEY)",
		question: diagnosis.Q20, says: `1/1: "CREATE TABLE users`,
	},
	{
		name: "what IF NOT EXISTS found there stays",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE tags (id integer PRIMARY KEY)", "1.down.sql": "DROP TABLE tags",
			"2.up.sql": "CREATE TABLE IF NOT EXISTS users (id integer PRIMARY KEY)", "2.down.sql": "DROP TABLE users",
		},
		live: "CREATE TABLE users (id integer PRIMARY KEY)", first: "1",
		question: diagnosis.Q20, says: `2/1: "CREATE TABLE IF NOT EXISTS users`,
	},
	{
		name: "what IF NOT EXISTS made goes",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE tags (id integer PRIMARY KEY)", "1.down.sql": "DROP TABLE tags",
			"2.up.sql": "CREATE TABLE IF NOT EXISTS users (id integer PRIMARY KEY)", "2.down.sql": "DROP TABLE IF EXISTS users",
		},
		left: "tags tags.id",
	},
	{
		name: "a down part that forgets something is none",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY, name varchar(40))", "1.down.sql": "DROP TABLE users",
			"2.up.sql":   "CREATE TABLE tags (id integer PRIMARY KEY); CREATE INDEX users_name ON users (name)",
			"2.down.sql": "DROP TABLE tags",
		},
		question: diagnosis.Q21, says: "index users_name",
	},
	{
		name: "a down part that cannot run is none",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY)", "1.down.sql": "DROP TABLE userz",
		},
		question: diagnosis.Q21, says: `in the down part of 1, "DROP TABLE userz" fails`,
	},
	{
		name: "a database that is not what its history says is mended first",
		files: map[string]string{
			"1.up.sql":   "CREATE TABLE users (id integer PRIMARY KEY, name varchar(40)); CREATE INDEX users_name ON users (name)",
			"2.up.sql":   "CREATE TABLE tags (id integer PRIMARY KEY)",
			"2.down.sql": "DROP TABLE tags",
		},
		meddled:  "DROP INDEX users_name {on users}",
		question: diagnosis.Q21, says: "index users_name on users is missing",
	},
	{
		name: "what has gone already need not go", engines: "sqlite postgres",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY, name varchar(40))",
			"2.up.sql": "CREATE INDEX users_name ON users (name)", "2.down.sql": "DROP INDEX IF EXISTS users_name",
		},
		meddled: "DROP INDEX users_name",
		left:    "users users.id users.name",
	},
	{
		name: "what nobody knows stays, and so does the table that it is on",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY)", "1.down.sql": "DROP TABLE users",
		},
		meddled:  "ALTER TABLE users ADD COLUMN hot integer",
		question: diagnosis.Q21, says: "column users.hot is missing",
	},
	{
		name: "rows of other tables stay", engines: "postgres mysql",
		files: map[string]string{
			"1.up.sql":   "CREATE TABLE users (id integer PRIMARY KEY); CREATE TABLE notes (id integer PRIMARY KEY, owner integer, FOREIGN KEY (owner) REFERENCES users(id) ON DELETE CASCADE)",
			"2.up.sql":   "INSERT INTO users VALUES (1), (2)",
			"2.down.sql": "DELETE FROM users WHERE id = 1",
		},
		meddled:  "INSERT INTO notes VALUES (10, 1), (20, 2)",
		question: diagnosis.Q21, says: "rows of table notes go or change with those of table users",
	},
	{
		name: "rows of other tables stay where the connection enforces references", engines: "sqlite",
		files: map[string]string{
			"1.up.sql":   "CREATE TABLE users (id integer PRIMARY KEY); CREATE TABLE notes (id integer PRIMARY KEY, owner integer REFERENCES users(id) ON DELETE CASCADE)",
			"2.up.sql":   "INSERT INTO users VALUES (1), (2)",
			"2.down.sql": "DELETE FROM users WHERE id = 1",
		},
		meddled:  "PRAGMA foreign_keys = ON; INSERT INTO notes VALUES (10, 1), (20, 2)",
		question: diagnosis.Q21, says: "rows of table notes go or change with those of table users",
	},
	{
		name: "a migration that was only begun is no place to turn back at",
		files: map[string]string{
			"1.up.sql": "CREATE TABLE users (id integer PRIMARY KEY)", "1.down.sql": "DROP TABLE users",
		},
		meddled: `INSERT INTO dbmend_journal SELECT 99, 'r', at, 'intent', '', '1', '', 0, '', '', '', 0, '', '', '', tool FROM dbmend_journal WHERE entry = 1`,
		// MariaDB's own intents come first; all that matters is that this one is open.
		question: diagnosis.Q20, says: "was begun and is not finished",
	},
}

// TestDown takes migrations back in situations in which that may, or may not, be done,
// and where it was done brings them again.
func TestDown(t *testing.T) {
	for _, r := range roads {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range []string{"sqlite", "postgres", "mysql"} {
				if r.engines != "" && !strings.Contains(r.engines, name) {
					continue
				}
				t.Run(name, func(t *testing.T) { r.drive(t, grounds[name]) })
			}
		})
	}
}

func (r *road) drive(t *testing.T, g ground) {
	words := strings.NewReplacer("{on users}", "", "{alter}", "ALTER COLUMN", "{type}", "TYPE")
	if g.engine.Name() == "mysql" {
		words = strings.NewReplacer("{on users}", "ON users", "{alter}", "MODIFY", "{type}", "")
	}
	local := words.Replace
	s := g.open(t)
	files := fstest.MapFS{}
	for name, text := range r.files {
		files[strings.Replace(name, ".", "_step.", 1)] = file(local(text) + ";")
	}
	run(t, s, g, r.live)
	if r.first != "" {
		if _, err := migrate(t, s, g, files, dbmend.To(migration.Version(r.first))).Up(t.Context()); err != nil {
			t.Fatalf("up to %s: %v", r.first, err)
		}
	}
	m := migrate(t, s, g, files)
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatalf("up: %v", err)
	}
	run(t, s, g, local(r.meddled))
	before, full := g.dump(t, s.witness), look(t, m, s.witness)
	to := migration.Version(r.to)
	p, planErr := m.PlanDown(t.Context(), to)
	if diff := cmp.Diff(before, g.dump(t, s.witness)); diff != "" {
		t.Fatalf("planning has changed the database (-before +after):\n%s", diff)
	}
	report, err := m.Down(t.Context(), to)
	if r.question != "" {
		refusal, ok := errors.AsType[*dbmend.Refusal](err)
		if !ok {
			t.Fatalf("down: %v, ran %q; wanted %s", err, steps(report), r.question)
		}
		q := refusal.Questions[0]
		if said := q.Text + "\n" + strings.Join(q.Facts, "\n"); q.Code != r.question || !strings.Contains(said, r.says) {
			t.Fatalf("asked %s: %s\nwanted %s, and %q in it", q.Name(), said, r.question, r.says)
		}
		if diff := cmp.Diff(before, g.dump(t, s.witness)); diff != "" {
			t.Fatalf("the refusal changed the database (-before +after):\n%s", diff)
		}
		if r.question != diagnosis.Q12 {
			return
		}
		if planErr != nil {
			t.Fatalf("a plan of what is lost: %v", planErr)
		}
		m = migrate(t, s, g, files, dbmend.Answer(diagnosis.Answers{q.Name(): "lose"}))
		if report, err = m.Down(t.Context(), to); err != nil {
			t.Fatalf("down, with consent: %v", err)
		}
	} else if err != nil {
		t.Fatalf("down: %v", err)
	}
	foretold := make([]string, len(p.Steps))
	for i := range p.Steps {
		foretold[i] = p.Steps[i].SQL
	}
	if diff := cmp.Diff(foretold, steps(report)); diff != "" {
		t.Errorf("the plan foretold other steps (-foretold +run):\n%s", diff)
	}
	if got := tablesAndColumns(t, m); r.left != "" && got != r.left {
		t.Errorf("left are %q; wanted %q", got, r.left)
	}
	for table, want := range r.rows {
		if got := queryJSON(t, s.witness, "SELECT * FROM "+table+" ORDER BY 1"); got != want {
			t.Errorf("%s holds %s; wanted %s", table, got, want)
		}
	}
	if r.question == diagnosis.Q12 {
		return
	}
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatalf("up again: %v", err)
	}
	if r.meddled == "" || !strings.Contains(r.meddled, "DROP") {
		if diff := cmp.Diff(full, look(t, m, s.witness)); diff != "" {
			t.Errorf("up did not bring it again (-before +after):\n%s", diff)
		}
	}
	if report, err := m.Up(t.Context()); err != nil || !report.Nothing() {
		t.Errorf("and once more: %v, ran %q", err, steps(report))
	}
}

// run runs a script as somebody else does.
func run(t testing.TB, s *stage, g ground, script string) {
	t.Helper()
	statements, err := g.engine.Cut(script)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		exec(t, s.app, statement.Text)
	}
}

func migrate(t testing.TB, s *stage, g ground, files fstest.MapFS, options ...dbmend.Option) *dbmend.Migrator {
	t.Helper()
	m, err := dbmend.New(s.app, g.engine, files, options...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// look returns the schema and every row, without what only looks different.
func look(t testing.TB, m *dbmend.Migrator, witness *sql.DB) string {
	t.Helper()
	have, err := m.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for o := range have.All() {
		fmt.Fprintf(&b, "%s: %s\n", o.Key, o.Describe())
		if o.Key.Kind == schema.Table {
			columns := columnsOf(have, o.Key)
			b.WriteString(queryJSON(t, witness, "SELECT "+strings.Join(columns, ", ")+" FROM "+o.Key.Name+" ORDER BY "+strings.Join(columns, ", ")) + "\n")
		}
	}
	return b.String()
}

// columnsOf returns a table's columns in the order of their names: a column that
// was taken away and brought again comes last.
func columnsOf(have *schema.Snapshot, table schema.Key) []string {
	var columns []string
	for _, o := range have.Parts(table) {
		if o.Key.Kind == schema.Column {
			columns = append(columns, o.Key.Name)
		}
	}
	return columns
}

func tablesAndColumns(t testing.TB, m *dbmend.Migrator) string {
	t.Helper()
	have, err := m.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for o := range have.All() {
		switch o.Key.Kind {
		case schema.Table:
			names = append(names, o.Key.Name)
		case schema.Column:
			names = append(names, o.Key.Table+"."+o.Key.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
