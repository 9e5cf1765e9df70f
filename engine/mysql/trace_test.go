package mysql

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// tracedFrom returns a trace of what is to come; nil where there is none.
func tracedFrom(t rapid.TB, d *database, stamp string, statements ...string) engine.StampedTrace {
	t.Helper()
	var cut []*migration.Statement
	for _, statement := range statements {
		list, err := Engine{}.Cut(statement)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			cut = append(cut, &list[i])
		}
	}
	trace, err := Engine{}.Trace(context.Background(), d, stamp, cut)
	if err != nil {
		t.Fatal(err)
	}
	told, _ := trace.(engine.StampedTrace)
	return told
}

// Whatever statements do to a schema, what a trace tells of it leads from the fingerprint
// and the stamp that were to those that are, or it does not tell.
func TestTraceEqualsInspect(t *testing.T) {
	db := open(t)
	nextSecond(t, db)
	_, ordinary := anyStatement()
	every, _ := anyStatement()
	told, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		scratch, err := db.Scratch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer scratch.Close()
		s := scratch.(*database)
		for _, statement := range []string{"CREATE TABLE a (id int PRIMARY KEY, x int)", "CREATE TABLE `a``b` (id int PRIMARY KEY, y int, z int)"} {
			if _, err := s.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(2, 8).Draw(t, "runs") {
			if rapid.Bool().Draw(t, "by hand") {
				_, _ = s.Exec(t.Context(), every.Draw(t, "statement"))
			}
			before, stamp := stillStamped(t, s)
			statements := rapid.SliceOfN(ordinary, 1, 3).Draw(t, "statements")
			trace := tracedFrom(t, s, stamp, statements...)
			failed := false
			for _, statement := range statements {
				_, err := s.Exec(t.Context(), statement)
				failed = failed || err != nil
			}
			if asked++; trace == nil || failed { // a run ends with the first error
				continue
			}
			leads, err := trace.Stamp(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			was, is, tells, err := trace.Changed(t.Context())
			if err != nil || tells != (leads != "") {
				t.Fatalf("the stamp is %q, and what has changed is told: %v, %v", leads, tells, err)
			}
			if !tells {
				continue
			}
			told++
			want, now := stillStamped(t, s)
			if got := before.Fingerprint().Replace(schema.NewSnapshot(was...), schema.NewSnapshot(is...)); got != want.Fingerprint() {
				t.Errorf("%q: the fingerprint leads elsewhere: %v", statements, schema.Changes(before, want))
			}
			if leads != now {
				t.Errorf("%q: the stamp leads to %s, and is %s", statements, leads, now)
			}
		}
	})
	if t.Logf("told of %d of %d", told, asked); told == 0 {
		t.Error("a trace has told nothing at all")
	}
}

// What is not done by its statements alone, or not to the tables that they name, no trace
// tells of.
func TestNoTrace(t *testing.T) {
	const adds = "ALTER TABLE t ADD COLUMN x int"
	server := open(t)
	nextSecond(t, server)
	syncsAlone(t, server)
	for name, c := range map[string]struct {
		runs          string
		first, beside []string // before the stamp, and while the statement runs
		between       []string // behind the stamp, before it runs
		begins, tells bool
	}{
		"a column":                        {runs: adds, begins: true, tells: true},
		"a table":                         {runs: "CREATE TABLE more AS SELECT * FROM t", begins: true, tells: true},
		"a reference":                     {runs: "ALTER TABLE u ADD FOREIGN KEY (id) REFERENCES t (id)", begins: true, tells: true},
		"a table of a broken view":        {runs: "CREATE TABLE gone (id int)", first: []string{"CREATE TABLE gone (id int)", "CREATE VIEW v AS SELECT * FROM gone", "DROP TABLE gone"}, begins: true, tells: true},
		"rows beside it":                  {runs: adds, beside: []string{"INSERT INTO u VALUES (1)", "CREATE TEMPORARY TABLE x (id int)"}, begins: true, tells: true},
		"a table beside it":               {runs: adds, beside: []string{"CREATE TABLE x (id int)"}, begins: true},
		"a table that is there beside it": {runs: adds, beside: []string{"CREATE TABLE IF NOT EXISTS t (id int)"}, begins: true},
		"a table that is there before it": {runs: adds, between: []string{"CREATE TABLE IF NOT EXISTS t (id int)"}, begins: true, tells: true},
		"a table before it":               {runs: adds, between: []string{"CREATE TABLE x (id int)"}},
		"a routine beside it":             {runs: adds, beside: []string{"CREATE PROCEDURE p() DO 1"}, begins: true},
		"a column that is there":          {runs: "ALTER TABLE t ADD COLUMN IF NOT EXISTS id int", begins: true},
		"a column with another name":      {runs: "ALTER TABLE t CHANGE id number int"},
		"a table with another name":       {runs: "RENAME TABLE t TO w"},
		"a sequence":                      {runs: "ALTER TABLE s COMMENT 'c'", first: []string{"CREATE SEQUENCE s"}},
		"a view":                          {runs: "CREATE VIEW v AS SELECT * FROM t"},
		"a trigger":                       {runs: "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1"},
		"a procedure that is called":      {runs: "CALL p()", first: []string{"CREATE PROCEDURE p() " + adds}},
		"a comment that is run":           {runs: "/*!50000 " + adds + " */"},
		"a comment within":                {runs: "ALTER TABLE t ADD COLUMN x int /*!50000, RENAME TO w */"},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			must(t, db, "CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE u (id int)")
			must(t, db, c.first...)
			before, stamp := stillStamped(t, db)
			must(t, beside(t, db), c.between...)
			trace := tracedFrom(t, db, stamp, c.runs)
			if begins := trace != nil; begins != c.begins {
				t.Fatalf("there is a trace: %v", begins)
			}
			if trace == nil {
				return
			}
			must(t, db, c.runs)
			must(t, beside(t, db), c.beside...)
			leads, err := trace.Stamp(t.Context())
			if err != nil || (leads != "") != c.tells {
				t.Fatalf("the stamp is %q, error %v", leads, err)
			}
			was, is, tells, err := trace.Changed(t.Context())
			if err != nil || tells != c.tells {
				t.Fatalf("what has changed is told: %v, error %v", tells, err)
			}
			want, now := stillStamped(t, db)
			if !tells {
				return
			}
			if got := before.Fingerprint().Replace(schema.NewSnapshot(was...), schema.NewSnapshot(is...)); got != want.Fingerprint() {
				t.Errorf("the fingerprint leads elsewhere: %v", schema.Changes(before, want))
			}
			if leads != now {
				t.Errorf("the stamp leads to %s, and is %s", leads, now)
			}
		})
	}
}
