package peers

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
	"github.com/dbmend/dbmend/tracking"
)

// connect takes a connection as dbmend does.
func connect(t *testing.T, db database) engine.Database {
	t.Helper()
	conn, err := db.engine.Connect(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// facts returns what there is of a table, part by part. Names of constraints and
// indexes that the engine invents are no part of it.
func facts(t *testing.T, db database, table schema.Key) []string {
	t.Helper()
	conn := connect(t, db)
	all, err := conn.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if all.Get(table) == nil {
		t.Fatalf("there is no %s", table)
	}
	var facts []string
	for _, part := range all.Parts(table) {
		if part.Unsupported != "" {
			t.Errorf("%s cannot be described: %s", part.Key, part.Unsupported)
		}
		facts = append(facts, part.Key.String()+": "+part.Describe())
	}
	return facts
}

// The table that dbmend makes for a tool is the one that the tool makes.
func TestTheTableIsTheToolsOwn(t *testing.T) {
	for _, u := range tools {
		for _, name := range u.engines {
			if u.borrowed {
				continue
			}
			t.Run(u.name+"/"+name, func(t *testing.T) {
				theirs, ours := open(t, name), open(t, name)
				if err := u.open(t, theirs, u.folder(1)).up(t); err != nil {
					t.Fatal(err)
				}
				r := tracking.OfFormat(u.format)
				conn := connect(t, ours)
				table := r.Home(conn.Traits())
				for _, s := range r.Create(conn.Traits(), table) {
					if _, err := conn.Exec(t.Context(), s); err != nil {
						t.Fatalf("%s: %v", s, err)
					}
				}
				if diff := cmp.Diff(facts(t, theirs, table), facts(t, ours, table)); diff != "" {
					t.Errorf("not the tool's table (-theirs +ours):\n%s", diff)
				}
			})
		}
	}
}

// A database that the tool has never seen is handed over to it: it finds all that is
// applied, and goes on.
func TestTheToolTakesOver(t *testing.T) {
	for _, u := range tools {
		for _, name := range u.engines {
			t.Run(u.name+"/"+name, func(t *testing.T) {
				db := open(t, name)
				m, err := dbmend.New(db.DB, db.engine, u.folder(4), dbmend.Format(u.format))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := m.Up(t.Context()); err != nil {
					t.Fatal(err)
				}
				r := tracking.OfFormat(u.format)
				conn := connect(t, db)
				for _, s := range r.Create(conn.Traits(), r.Home(conn.Traits())) {
					if _, err := conn.Exec(t.Context(), s); err != nil {
						t.Fatalf("%s: %v", s, err)
					}
				}
				all := m.Set().Migrations
				write(t, u, conn, func(ctx context.Context, h *tracking.History) error {
					return r.Record(ctx, conn, h, all, all)
				})
				goesOn(t, u, db)
			})
		}
	}
}

// What dbmend writes where it takes a migration back is what the tool leaves when it
// has reverted it; and the tool runs it again.
func TestTakenBackAsTheToolDoes(t *testing.T) {
	for _, u := range tools {
		for _, name := range u.engines {
			if u.borrowed {
				continue // this part of Atlas is not to be had
			}
			t.Run(u.name+"/"+name, func(t *testing.T) {
				theirs, ours := open(t, name), open(t, name)
				for _, db := range []database{theirs, ours} {
					for count := 1; count <= 4; count++ {
						if err := u.open(t, db, u.folder(count)).up(t); err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := u.open(t, theirs, u.folder(4)).(reverter).down(t); err != nil {
					t.Fatal(err)
				}
				ours.must(t, steps[3].down...)
				set, err := migration.Load(u.folder(4), ours.engine, migration.LoadOptions{Format: u.format})
				if err != nil {
					t.Fatal(err)
				}
				conn := connect(t, ours)
				write(t, u, conn, func(ctx context.Context, h *tracking.History) error {
					return h.Runner.Forget(ctx, conn, h, set.Migrations, set.Migrations[3:])
				})
				if diff := cmp.Diff(rows(t, theirs, u), rows(t, ours, u)); diff != "" {
					t.Errorf("not what the tool leaves (-theirs +ours):\n%s", diff)
				}
				r := u.open(t, ours, u.folder(4))
				if applied := r.applied(t); !slices.Equal(applied, []bool{true, true, true, false}) {
					t.Errorf("%s says: applied %v", u.name, applied)
				}
				if err := r.up(t); err != nil {
					t.Errorf("%s does not run it again: %v", u.name, err)
				}
				ours.must(t, "INSERT INTO audit VALUES (1, 'again')")
			})
		}
	}
}

// write reads the tool's table and writes to it in one transaction.
func write(t *testing.T, u tool, conn engine.Database, do func(ctx context.Context, h *tracking.History) error) {
	t.Helper()
	r := tracking.OfFormat(u.format)
	if err := conn.Begin(t.Context(), engine.Normal); err != nil {
		t.Fatal(err)
	}
	h, err := r.Read(t.Context(), conn, r.Home(conn.Traits()))
	if err == nil {
		err = do(t.Context(), h)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// rows returns the rows of the tool's table, without times.
func rows(t *testing.T, db database, u tool) []string {
	t.Helper()
	found, err := db.QueryContext(t.Context(), "SELECT * FROM "+u.table+" ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for found.Next() {
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var values []string
		for i, name := range columns {
			if !strings.HasSuffix(name, "_at") && name != "tstamp" {
				values = append(values, name+" "+cells[i].String)
			}
		}
		lines = append(lines, strings.Join(values, ", "))
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
