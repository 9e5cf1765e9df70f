package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Whatever is done to a schema, a watch knows it as well as a fresh look would,
// and its changes lead from the one to the other.
func TestWatchEqualsInspect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		conn, closeAll := rapidConn(t)
		defer closeAll()
		for range rapid.IntRange(0, 5).Draw(t, "already there") {
			conn.ExecContext(ctx, randomDDL(t))
		}
		w, err := newWatch(ctx, conn)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 25).Draw(t, "looks") {
			before := w.Snapshot().Clone()
			var done []string
			for range rapid.SampledFrom([]int{1, 1, 1, 1, 2, 3}).Draw(t, "statements") {
				s := randomDDL(t)
				if _, err := conn.ExecContext(ctx, s); err != nil {
					s = "-- " + s + ": " + err.Error()
				}
				done = append(done, s)
			}
			hint := migration.Statement{Verb: "create index"} // true or not
			if rapid.Bool().Draw(t, "no hint") {
				hint = migration.Statement{}
			}
			changes, err := w.Changes(ctx, hint)
			if err != nil {
				t.Fatalf("%v: %v", done, err)
			}
			fresh, err := inspect(ctx, conn)
			if err != nil {
				t.Fatalf("%v: %v", done, err)
			}
			if diff := cmp.Diff(slices.Collect(fresh.All()), slices.Collect(w.Snapshot().All())); diff != "" {
				t.Fatalf("%v: the watch is wrong (-inspect +watch):\n%s", done, diff)
			}
			for _, c := range changes {
				if c.Before.Equal(c.After) {
					t.Fatalf("%v: %s has not changed", done, c.Key)
				}
				if c.Before != before.Get(c.Key) {
					t.Fatalf("%v: %s was %v, not %v", done, c.Key, before.Get(c.Key).Describe(), c.Before.Describe())
				}
			}
			if !slices.IsSortedFunc(changes, func(a, b schema.Change) int { return a.Key.Compare(b.Key) }) {
				t.Fatalf("%v: changes out of order", done)
			}
			before.Apply(changes)
			if diff := schema.Compare(before, fresh); len(diff) > 0 {
				t.Fatalf("%v: the changes do not lead there: %v", done, diff)
			}
		}
	})
}

func rapidConn(t *rapid.T) (*sql.Conn, func()) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return conn, func() { conn.Close(); db.Close() }
}

// randomDDL draws a statement on few names, so that they meet. Many of these fail;
// that too must leave a watch unmoved.
func randomDDL(t *rapid.T) string {
	pick := func(from ...string) string { return rapid.SampledFrom(from).Draw(t, "") }
	table := func() string { return pick("a", "B", "c", "f", "f_content", `"d e"`) }
	column := func() string { return pick("id", "x", "Y", `"z z"`, "key") }
	index := func() string { return pick("i", "J", "k") }
	switch pick("table", "table", "table", "index", "index", "view", "trigger", "add", "add", "drop column",
		"rename", "rename column", "drop", "virtual", "vacuum", "data", "analyze") {
	case "table":
		var parts []string
		for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"id", "x", "Y", `"z z"`, "key"}), 1, 4, rapid.ID).Draw(t, "") {
			parts = append(parts, c+pick("", " INT", " TEXT NOT NULL DEFAULT 'q'", " varchar(20) UNIQUE", " COLLATE nocase", " CHECK (x > 0)",
				" REFERENCES "+table(), " REFERENCES "+table()+"(id) ON DELETE CASCADE", " INTEGER PRIMARY KEY", " AS (x || 'y')"))
		}
		if pick("yes", "no") == "yes" {
			parts = append(parts, pick("UNIQUE(x, id)", "PRIMARY KEY(x, id)", "FOREIGN KEY(id, x) REFERENCES "+table(), `CHECK("Y" <> "nothing")`))
		}
		return "CREATE TABLE " + pick("", "IF NOT EXISTS ") + table() + "(" + strings.Join(parts, ", ") + ")" + pick("", "", " WITHOUT ROWID", " STRICT")
	case "index":
		return "CREATE " + pick("", "UNIQUE ") + "INDEX " + index() + " ON " + table() + "(" + pick(column(), `"x"`, "lower(x)", `"missing"`, "x COLLATE rtrim, id DESC") + ")" +
			pick("", " WHERE x IS NOT NULL")
	case "view":
		return "CREATE VIEW " + pick("v", "a") + " AS SELECT * FROM " + table()
	case "trigger":
		return "CREATE TRIGGER " + pick("r", "i") + " AFTER INSERT ON " + table() + " BEGIN DELETE FROM " + table() + "; END"
	case "add":
		return "ALTER TABLE " + table() + " ADD COLUMN " + column() + pick("", " TEXT COLLATE nocase", " INT REFERENCES "+table(), " DEFAULT 1 CHECK (id > 0)", " AS (id)", " missing")
	case "drop column":
		return "ALTER TABLE " + table() + " DROP COLUMN " + column()
	case "rename":
		return "ALTER TABLE " + table() + " RENAME TO " + table()
	case "rename column":
		return "ALTER TABLE " + table() + " RENAME COLUMN " + column() + " TO " + column()
	case "drop":
		return pick("DROP TABLE ", "DROP TABLE IF EXISTS ") + table() + pick("", "", ";DROP INDEX "+index(), ";DROP VIEW v", ";DROP TRIGGER r")
	case "virtual":
		return "CREATE VIRTUAL TABLE " + pick("f", "f", "a") + " USING fts5(x)"
	case "vacuum":
		return "VACUUM"
	case "analyze":
		return "ANALYZE"
	}
	return "INSERT INTO " + table() + " DEFAULT VALUES"
}

// Each statement's effect, as the core will see it.
func TestWatchChanges(t *testing.T) {
	conn := memory(t)
	run(t, conn,
		"CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INT REFERENCES parent, note TEXT)",
		`CREATE INDEX late ON child ("state")`)
	w, err := newWatch(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		statement migration.Statement
		want      []string
	}{
		{migration.Statement{Verb: "insert", Text: "INSERT INTO child (note) VALUES ('x')"}, nil},
		{migration.Statement{Verb: "create table", Text: "CREATE TABLE parent (id INTEGER PRIMARY KEY)"}, []string{
			"- foreign key (parent_id) -> parent on child",
			"+ foreign key (parent_id) -> parent(id) on child",
			"+ table parent", "+ column parent.id", "+ primary key of parent"}},
		{migration.Statement{Verb: "create table", Text: "CREATE TABLE IF NOT EXISTS parent (id)"}, nil},
		{migration.Statement{Verb: "create index", Text: "CREATE INDEX notes ON child (note)"}, []string{"+ index notes on child"}},
		{migration.Statement{Verb: "alter table", Text: "ALTER TABLE child ADD COLUMN state TEXT"}, []string{
			"+ column child.state", "* index late on child"}},
		{migration.Statement{Verb: "alter table", Text: "ALTER TABLE child RENAME COLUMN note TO remark"}, []string{
			"- column child.note", "+ column child.remark", "* index notes on child"}},
		{migration.Statement{Verb: "create temp", Text: "CREATE TEMP TABLE child (x)"}, nil},
		{migration.Statement{Verb: "drop table", Text: "DROP TABLE temp.child"}, nil},
		{migration.Statement{Verb: "drop index", Text: "DROP INDEX notes"}, []string{"- index notes on child"}},
		{migration.Statement{Verb: "create virtual table", Text: "CREATE VIRTUAL TABLE words USING fts5(word)"}, []string{"+ table words"}},
		{migration.Statement{Verb: "vacuum", Text: "VACUUM"}, nil},
		{migration.Statement{Verb: "drop table", Text: "DROP TABLE words"}, []string{"- table words"}},
		{migration.Statement{Verb: "drop table", Text: "DROP TABLE parent"}, []string{
			"+ foreign key (parent_id) -> parent on child",
			"- foreign key (parent_id) -> parent(id) on child",
			"- table parent", "- column parent.id", "- primary key of parent"}},
	} {
		run(t, conn, test.statement.Text)
		changes, err := w.Changes(t.Context(), test.statement)
		if err != nil {
			t.Fatalf("%s: %v", test.statement.Text, err)
		}
		if diff := cmp.Diff(test.want, summary(changes)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.statement.Text, diff)
		}
	}
}

// summary writes changes as lines: + created, - dropped, * changed.
func summary(changes []schema.Change) (lines []string) {
	for _, c := range changes {
		sign := "*"
		switch {
		case c.Before == nil:
			sign = "+"
		case c.After == nil:
			sign = "-"
		}
		lines = append(lines, fmt.Sprint(sign, " ", c.Key))
	}
	return lines
}

// What is written into sqlite_schema itself moves no counter.
func TestWatchSeesTheCatalogueWritten(t *testing.T) {
	conn := memory(t)
	run(t, conn, "CREATE TABLE t (a)", "PRAGMA writable_schema = ON")
	w, err := newWatch(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	run(t, conn, "UPDATE sqlite_schema SET sql = 'CREATE TABLE t (b)'")
	changes, err := w.Changes(t.Context(), migration.Statement{Verb: "update", Target: "sqlite_schema"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"* table t", "- column t.a", "+ column t.b"}
	if diff := cmp.Diff(want, summary(changes)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if o := w.Snapshot().Get(schema.Key{Kind: schema.Column, Table: "t", Name: "b"}); o.Unsupported == "" {
		t.Error("what the connection itself has not read yet is vouched for")
	}
}

// A statement that creates costs the same number of queries however large the
// schema is, and one that does nothing costs one.
func TestWatchAsksLittle(t *testing.T) {
	conn := memory(t)
	for i := range 300 {
		run(t, conn, fmt.Sprintf("CREATE TABLE t%d (id INTEGER PRIMARY KEY, x)", i))
	}
	q := &countingQuerier{querier: conn}
	w, err := newWatch(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		verb, text string
		queries    int
	}{
		{"insert", "INSERT INTO t1 (x) VALUES (1)", 1},
		{"create table", "CREATE TABLE n (id INTEGER PRIMARY KEY, x)", 4},
		{"create index", "CREATE INDEX i ON n (x)", 3},
		{"create view", "CREATE VIEW v AS SELECT x FROM n", 2},
		{"alter table", "ALTER TABLE t5 ADD COLUMN y", 5},
	} {
		run(t, conn, test.text)
		q.queries = nil
		if _, err := w.Changes(t.Context(), migration.Statement{Verb: test.verb}); err != nil {
			t.Fatal(err)
		}
		if len(q.queries) != test.queries {
			t.Errorf("%s: %d queries, want %d:\n%s", test.text, len(q.queries), test.queries, strings.Join(q.queries, "\n"))
		}
	}
}

type countingQuerier struct {
	querier
	queries []string
}

func (q *countingQuerier) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	q.queries = append(q.queries, query)
	return q.querier.QueryContext(ctx, query, args...)
}
