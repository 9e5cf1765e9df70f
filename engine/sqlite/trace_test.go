package sqlite

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Whatever a transaction does to a schema, what a trace tells of it leads from the
// fingerprint that was to the one that is, or it does not tell.
func TestTraceEqualsInspect(t *testing.T) {
	told := 0
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		conn, closeAll := rapidConn(t)
		defer closeAll()
		for range rapid.IntRange(0, 12).Draw(t, "already there") {
			conn.ExecContext(ctx, randomDDL(t))
		}
		if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(t, "runs") {
			was, err := inspect(ctx, conn)
			if err != nil {
				t.Fatal(err)
			}
			done := rapid.SliceOfN(rapid.Custom(randomDDL), 1, 4).Draw(t, "statements")
			said := rapid.SampledFrom([]string{
				strings.Join(done, ";"), "", "CREATE TABLE a (x)", "ALTER TABLE a ADD x", "ALTER TABLE b ADD x; ALTER TABLE A ADD y; CREATE VIEW v AS SELECT 1",
			}).Draw(t, "said") // true or not
			trace := begun(t, conn, said)
			for i, s := range done {
				if _, err := conn.ExecContext(ctx, s); err != nil {
					done[i] = "-- " + s + ": " + err.Error()
				}
			}
			before, after, tells, err := trace.Changed(ctx)
			if err != nil {
				t.Fatalf("%v: %v", done, err)
			}
			if !tells {
				continue
			}
			told++
			is, err := inspect(ctx, conn)
			if err != nil {
				t.Fatal(err)
			}
			got := was.Fingerprint().Apply(schema.Changes(schema.NewSnapshot(before...), schema.NewSnapshot(after...)))
			if got != is.Fingerprint() {
				t.Fatalf("%v (said: %s): the fingerprint leads elsewhere:\n%v", done, said, schema.Changes(was, is))
			}
			was.Replace(before, after)
			if diff := cmp.Diff(lines(is), lines(was)); diff != "" {
				t.Fatalf("%v (said: %s): the trace is wrong (-inspect +trace):\n%s", done, said, diff)
			}
		}
	})
	if told == 0 {
		t.Error("a trace has told nothing at all")
	}
}

// begun returns a trace of what is to come on the connection, by what is said of it.
func begun(t interface{ Fatal(...any) }, q querier, said string) *trace {
	cut, err := Engine{}.Cut(said)
	if err != nil {
		t.Fatal(err)
	}
	statements := make([]*migration.Statement, len(cut))
	for i := range cut {
		statements[i] = &cut[i]
	}
	trace := &trace{q: q}
	if err := trace.begin(context.Background(), statements); err != nil {
		t.Fatal(err)
	}
	return trace
}

// lines describes all objects, a line each.
func lines(s *schema.Snapshot) (list []string) {
	for o := range s.All() {
		list = append(list, o.Key.String()+": "+o.Describe())
	}
	return list
}

// What a trace tells, and where it leaves it to an inspection.
func TestTraceTells(t *testing.T) {
	const nothing = "it does not tell"
	const creates, grows, changes = "CREATE TABLE z (x)", "ALTER TABLE A ADD y", "DROP TABLE z"
	for _, test := range []struct {
		name  string
		there []string
		said  string
		runs  []string
		want  string
	}{
		{"a table and its index", nil, creates,
			[]string{"CREATE TABLE b (id INTEGER PRIMARY KEY)", "CREATE INDEX i ON b (id)", "INSERT INTO b VALUES (1)"},
			"+ table b, + column b.id, + primary key of b, + index i on b"},
		{"an index on a table that was there", []string{"CREATE TABLE a (x TEXT COLLATE nocase)"}, creates,
			[]string{"CREATE INDEX i ON A (x COLLATE nocase)"}, "+ index i on a"},
		{"a reference to a primary key that was there", []string{"CREATE TABLE p (x PRIMARY KEY)"}, creates,
			[]string{"CREATE TABLE c (p REFERENCES p)"}, "+ table c, + column c.p, + foreign key (p) -> p(x) on c"},
		{"nothing", []string{"CREATE TABLE a (x)"}, creates, []string{"CREATE TABLE IF NOT EXISTS a (x)", "INSERT INTO a VALUES (1)"}, ""},
		{"a table that somebody has waited for", []string{"CREATE TABLE c (p REFERENCES P)"}, creates,
			[]string{"CREATE TABLE p (x PRIMARY KEY)"}, nothing},
		{"the same under a name with a quote in it", []string{`CREATE TABLE c (p REFERENCES "p""p")`}, creates,
			[]string{`CREATE TABLE "p""p" (x PRIMARY KEY)`}, nothing},
		{"a column, against what was said", []string{"CREATE TABLE a (x)"}, creates,
			[]string{"CREATE TABLE b (x)", "ALTER TABLE a ADD COLUMN y"}, nothing},
		{"a table in the place of another, against what was said", []string{"CREATE TABLE a (x)", "CREATE TABLE b (x)"}, creates,
			[]string{"DROP TABLE b", "CREATE TABLE b (y)"}, nothing},
		{"a virtual table", nil, creates, []string{"CREATE VIRTUAL TABLE f USING fts5(x)"}, nothing},
		{"a virtual table, with all texts", nil, changes, []string{"CREATE VIRTUAL TABLE f USING fts5(x)"}, nothing},
		{"a table beside a virtual one", []string{"CREATE VIRTUAL TABLE f USING fts5(x)"}, creates,
			[]string{"CREATE TABLE b (x)"}, "+ table b, + column b.x"},
		{"a table that may be a shadow", []string{"CREATE VIRTUAL TABLE f USING fts5(x)"}, creates,
			[]string{"CREATE TABLE f_more (x)"}, nothing},
		{"a column, and what an index makes of it", []string{"CREATE TABLE a (x)", `CREATE INDEX i ON a ("y")`}, changes,
			[]string{"ALTER TABLE a ADD COLUMN y"}, "+ column a.y, * index i on a"},
		{"a column, as it was said", []string{"CREATE TABLE a (x)", `CREATE INDEX i ON a ("y")`}, grows,
			[]string{"ALTER TABLE a ADD COLUMN y"}, "+ column a.y, * index i on a"},
		{"two columns, a table and an index", []string{"CREATE TABLE a (x)", "CREATE VIEW v AS SELECT 1"}, grows,
			[]string{"ALTER TABLE a ADD COLUMN y", "CREATE TABLE b (a REFERENCES a(x))", "ALTER TABLE a ADD COLUMN z", "CREATE INDEX i ON a (y)"},
			"+ column a.y, + column a.z, + index i on a, + table b, + column b.a, + foreign key (a) -> a(x) on b"},
		{"another column's name besides, against what was said", []string{"CREATE TABLE a (x)", "CREATE TABLE b (x)"}, grows,
			[]string{"ALTER TABLE a ADD COLUMN y", "ALTER TABLE b RENAME x TO z"}, nothing},
		{"another table in its place, against what was said", []string{"CREATE TABLE a (x)", "CREATE TABLE c (a REFERENCES a)"}, grows,
			[]string{"DROP TABLE a", "CREATE TABLE a (x, y, z PRIMARY KEY)"}, nothing},
		{"the last table made anew, against what was said", []string{"CREATE TABLE c (a REFERENCES a)", "CREATE VIEW v AS SELECT 1", "CREATE TABLE a (x)"}, grows,
			[]string{"DROP TABLE a", "CREATE TABLE a (x, y, z, PRIMARY KEY (z))", "DROP VIEW v"},
			"+ column a.y, + column a.z, + primary key of a, - foreign key (a) -> a on c, + foreign key (a) -> a(z) on c, - view v"},
		{"another name", []string{"CREATE TABLE a (x PRIMARY KEY)", "CREATE TABLE c (a REFERENCES a)"}, changes,
			[]string{"ALTER TABLE a RENAME TO b"},
			"- table a, - column a.x, - primary key of a, + table b, + column b.x, + primary key of b, " +
				"- foreign key (a) -> a(x) on c, + foreign key (a) -> b(x) on c"},
		{"a table that goes while another refers to it", []string{"CREATE TABLE p (x PRIMARY KEY)", "CREATE TABLE c (p REFERENCES p)"}, changes,
			[]string{"DROP TABLE p"}, "+ foreign key (p) -> p on c, - foreign key (p) -> p(x) on c, - table p, - column p.x, - primary key of p"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := memory(t)
			run(t, conn, test.there...)
			run(t, conn, "BEGIN")
			trace := begun(t, conn, test.said)
			run(t, conn, test.runs...)
			before, after, told, err := trace.Changed(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := nothing
			if told {
				got = strings.Join(summary(schema.Changes(schema.NewSnapshot(before...), schema.NewSnapshot(after...))), ", ")
			}
			if got != test.want {
				t.Errorf("it tells\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// What is created costs the same number of queries however large the schema is, and no
// reading of what is there.
func TestTraceAsksLittle(t *testing.T) {
	conn := memory(t)
	for i := range 300 {
		run(t, conn, fmt.Sprintf("CREATE TABLE t%d (id INTEGER PRIMARY KEY, x)", i))
	}
	q := &countingQuerier{querier: conn}
	trace := begun(t, q, "CREATE TABLE z (x); ALTER TABLE t2 ADD COLUMN y")
	run(t, conn, "CREATE TABLE n (id INTEGER PRIMARY KEY, x)", "CREATE INDEX i ON n (x)", "CREATE INDEX j ON t1 (x)", "ALTER TABLE t2 ADD COLUMN y")
	if _, _, told, err := trace.Changed(t.Context()); err != nil || !told {
		t.Fatal(told, err)
	}
	if len(q.queries) != 8 {
		t.Errorf("%d queries:\n%s", len(q.queries), strings.Join(q.queries, "\n"))
	}
}

// Texts with the signs in them by which they are told apart are read as they are.
func TestTextsAreReadAsTheyAre(t *testing.T) {
	conn := memory(t)
	run(t, conn, "CREATE TABLE \"a 1 2\" (x DEFAULT '\x1f 3 4 5 6 0 ')", "CREATE VIEW é AS SELECT 'ü' AS ü", "CREATE VIRTUAL TABLE f USING fts5(x)")
	want, err := readRows(t.Context(), conn, selectRow+noAnswers+fromCatalogue+" ORDER BY rowid")
	if err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{1_000_000, 200} { // the longest value that the connection has
		if _, err := sqlite.Limit(conn, lib.SQLITE_LIMIT_LENGTH, most); err != nil {
			t.Fatal(err)
		}
		got, err := readTexts(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
			t.Errorf("with values of %d bytes (-want +got):\n%s", most, diff)
		}
	}
}
