package postgres

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Whatever a transaction does to a schema, what a trace tells of it leads from the
// fingerprint that was to the one that is, or it does not tell: where it was given the
// statements, and where it knows nothing of them.
func TestTraceEqualsInspect(t *testing.T) {
	for name, given := range map[string]bool{"given": true, "not given": false} {
		t.Run(name, func(t *testing.T) {
			d, pool := live(t, `CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`)
			execute(t, d, workshop...)
			tells := 0
			for _, change := range append(changes, "CREATE TABLE alone (id integer PRIMARY KEY, x text); CREATE INDEX alone_x ON alone (x)") {
				c := take(t, pool)
				before := inspected(t, c)
				list, err := Engine{}.Cut(change)
				if err != nil {
					t.Fatal(err)
				}
				var statements []*migration.Statement
				for i := range list {
					if given {
						statements = append(statements, &list[i])
					}
				}
				stamp := stamped(t, c)
				start(t, c)
				trace := traced(t, c, stamp, statements)
				for _, s := range list {
					execute(t, c, s.Text)
				}
				if trace != nil && leadsTo(t, c, change, before, trace) {
					tells++
				}
				if err := c.Rollback(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("told of %d of %d changes", tells, len(changes)+1)
			if tells == 0 {
				t.Error("a trace has told nothing at all")
			}
		})
	}
}

// leadsTo reports whether a trace tells, and requires of what it tells that it leads from
// what was to what is.
func leadsTo(t *testing.T, d *database, change string, before *schema.Snapshot, trace engine.Trace) bool {
	t.Helper()
	was, is, told, err := trace.Changed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !told {
		return false
	}
	want := inspected(t, d)
	if got := before.Fingerprint().Apply(schema.Changes(schema.NewSnapshot(was...), schema.NewSnapshot(is...))); got != want.Fingerprint() {
		t.Errorf("%s: the fingerprint leads elsewhere: %v", change, schema.Changes(before, want))
	}
	return true
}

// traced returns a trace of what is to come; nil where there is none.
func traced(t *testing.T, d *database, stamp string, statements []*migration.Statement) engine.Trace {
	t.Helper()
	trace, err := Engine{}.Trace(t.Context(), d, stamp, statements)
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// stamped returns the stamp of now.
func stamped(t *testing.T, d *database) string {
	t.Helper()
	stamp, err := d.Stamp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stamp
}

// A trace begins with what a stamp is of. Where somebody has changed the schema since, or
// this transaction has, it would lead from something else.
func TestNoTraceOfWhatHasChangedMeanwhile(t *testing.T) {
	for name, statements := range map[string][]*migration.Statement{
		"a table is read ahead": {{Class: migration.Schema, Text: "ALTER TABLE t ADD COLUMN x integer"}},
		"none is":               nil,
	} {
		t.Run(name, func(t *testing.T) {
			d, pool := live(t, "CREATE TABLE t (id integer)")
			other := take(t, pool)
			stamp := stamped(t, d)
			start(t, d)
			if traced(t, d, "", statements) != nil {
				t.Error("there is a trace without a stamp of what was")
			}
			if traced(t, d, stamp, statements) == nil {
				t.Error("there is no trace of what nobody has touched")
			}
			execute(t, other, "CREATE INDEX t_id ON t (id)")
			if traced(t, d, stamp, statements) != nil {
				t.Error("there is a trace of what somebody has changed")
			}
			execute(t, d, "CREATE TABLE early (id integer)")
			if traced(t, d, stamped(t, d), statements) != nil {
				t.Error("there is a trace of half a transaction")
			}
		})
	}
}

// What another session commits while a transaction is traced is told as it is, or nothing is.
func TestATraceMeetsOthers(t *testing.T) {
	given := []*migration.Statement{{Class: migration.Schema, Text: "ALTER TABLE t ADD COLUMN x integer"}}
	for _, meanwhile := range []string{
		"CREATE TABLE theirs (id integer)",
		"CREATE INDEX other_id ON other (id)",
		"ALTER TABLE other ADD COLUMN x integer",
		"DROP TABLE other",
		"COMMENT ON TABLE other IS NULL",
		"CREATE TYPE mood AS ENUM ('ok')",
		"CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
	} {
		for _, first := range []bool{true, false} { // which of the two has the lower number
			d, pool := live(t, "CREATE TABLE t (id integer)", "CREATE TABLE other (id integer)", "COMMENT ON TABLE other IS 'there'")
			other := take(t, pool)
			stamp, before := stamped(t, d), inspected(t, d)
			start(t, d)
			trace := traced(t, d, stamp, given)
			if first {
				execute(t, other, "BEGIN", meanwhile)
			}
			execute(t, d, given[0].Text)
			if first {
				execute(t, other, "COMMIT")
			} else {
				execute(t, other, meanwhile)
			}
			leadsTo(t, d, meanwhile, before, trace)
		}
	}
}
