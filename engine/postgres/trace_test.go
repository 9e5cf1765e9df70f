package postgres

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// Whatever a transaction does to a schema, what a trace tells of it leads from the
// fingerprint that was to the one that is, or it does not tell: where the database was
// inspected first, and where it was not.
func TestTraceEqualsInspect(t *testing.T) {
	for name, inspects := range map[string]bool{"inspected": true, "not inspected": false} {
		t.Run(name, func(t *testing.T) {
			d, pool := live(t, `CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`)
			execute(t, d, workshop...)
			told := 0
			for _, change := range append(changes, "CREATE TABLE alone (id integer PRIMARY KEY, x text); CREATE INDEX alone_x ON alone (x)") {
				c := take(t, pool)
				if _, err := c.Stamp(t.Context()); err != nil {
					t.Fatal(err)
				}
				before := inspected(t, c)
				if !inspects {
					c.inspected = nil
				}
				start(t, c)
				trace := traced(t, c)
				list, err := Engine{}.Cut(change)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range list {
					execute(t, c, s.Text)
				}
				was, is, tells, err := trace.Changed(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if tells {
					told++
					want := inspected(t, c)
					if got := before.Fingerprint().Apply(schema.Changes(schema.NewSnapshot(was...), schema.NewSnapshot(is...))); got != want.Fingerprint() {
						t.Errorf("%s: the fingerprint leads elsewhere: %v", change, schema.Changes(before, want))
					}
				}
				if err := c.Rollback(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("told of %d of %d changes", told, len(changes)+1)
			if told == 0 {
				t.Error("a trace has told nothing at all")
			}
		})
	}
}

// traced returns a trace of what is to come.
func traced(t *testing.T, d *database) engine.Trace {
	t.Helper()
	trace, err := Engine{}.Trace(t.Context(), d, "", nil)
	if err != nil || trace == nil {
		t.Fatalf("no trace: %v", err)
	}
	return trace
}

// A trace begins with what was inspected. Where somebody has changed the schema since, it
// would lead from something else.
func TestNoTraceOfWhatHasChangedMeanwhile(t *testing.T) {
	for name, inspects := range map[string]bool{"inspected": true, "not inspected": false} {
		d, pool := live(t, "CREATE TABLE t (id integer)")
		other := take(t, pool)
		begin := func() engine.Trace {
			trace, err := Engine{}.Trace(t.Context(), d, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			return trace
		}
		if begin() != nil {
			t.Errorf("%s: there is a trace without a stamp of what was", name)
		}
		if _, err := d.Stamp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if inspects {
			inspected(t, d)
		}
		start(t, d)
		if begin() == nil {
			t.Errorf("%s: there is no trace of what nobody has touched", name)
		}
		execute(t, other, "CREATE INDEX t_id ON t (id)")
		if begin() != nil {
			t.Errorf("%s: there is a trace of what somebody has changed", name)
		}
	}
}
