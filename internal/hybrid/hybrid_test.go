package hybrid

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"
)

const engine = SQLite("sqlite")

// histories yields a few histories, with and without foreign keys enforced.
func histories(t *testing.T, yield func(*History)) {
	t.Helper()
	for seed := range uint64(6) {
		h, err := Make(engine, Genes(rand.New(rand.NewPCG(seed, 7))), seed%2 == 0)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		yield(h)
	}
}

// TestHistoriesReplay: the migrations alone lead from nothing to the final schema
// and rows, whole and one position at a time.
func TestHistoriesReplay(t *testing.T) {
	histories(t, func(h *History) {
		db, err := run(engine, h.Rest(func(int) bool { return false }))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		got, err := Look(engine, db)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(h.Final, got); diff != "" {
			t.Errorf("after a replay (-final +got):\n%s", diff)
		}
		for position, want := range h.Schemas {
			db, err := run(engine, h.Script(position))
			if err != nil {
				t.Fatal(err)
			}
			got, err := engine.Schema(db)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Objects, got.Objects); diff != "" {
				t.Errorf("lived to %d (-want +got):\n%s", position, diff)
			}
			db.Close()
		}
	})
}

// TestGenesRepeat: the same genes make the same history, and the same seed the same
// damage; else a failure could not be seen twice.
func TestGenesRepeat(t *testing.T) {
	histories(t, func(h *History) {
		again, err := Make(engine, h.Genes, h.ForeignKeys)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(h.life, again.life, cmp.AllowUnexported(event{})); diff != "" {
			t.Fatalf("another life:\n%s", diff)
		}
		for _, kind := range Kinds {
			a, err := h.Damage(kind, 3)
			if err != nil {
				t.Fatal(err)
			}
			b, err := again.Damage(kind, 3)
			if err != nil {
				t.Fatal(err)
			}
			if (a == nil) != (b == nil) || a != nil && a.Case("") != b.Case("") {
				t.Fatalf("%s is another state the second time", kind)
			}
		}
	})
}

// TestEveryKindOccurs: no kind of damage is one that the histories have no place for.
func TestEveryKindOccurs(t *testing.T) {
	seen := map[Kind]bool{}
	classes := map[Class]bool{}
	histories(t, func(h *History) {
		for _, kind := range Kinds {
			for seed := range uint64(2) {
				s, err := h.Damage(kind, seed)
				if err != nil {
					t.Fatal(err)
				}
				if s != nil {
					seen[kind], classes[s.Class] = true, true
				}
			}
		}
	})
	for _, kind := range Kinds {
		if !seen[kind] {
			t.Errorf("there was no %s", kind)
		}
	}
	if !classes[Derivable] || !classes[Doubtful] {
		t.Errorf("only states of the classes %v", classes)
	}
}

// TestPictureSeesMeaning: a picture is the same for two spellings of one schema,
// and another for every difference in meaning.
func TestPictureSeesMeaning(t *testing.T) {
	look := func(script string) *Picture {
		t.Helper()
		db, err := run(engine, []string{script})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		p, err := Look(engine, db)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := look("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE CHECK (length(b) < 9)); INSERT INTO t VALUES (1, 'x'), (2, NULL)")
	same := look(`CREATE TABLE "old" ("b" text  collate nocase check(length("b")<9), a integer primary key);
		ALTER TABLE old RENAME TO t; INSERT INTO t (a, b) VALUES (2, NULL), (1, 'x')`)
	if lines, _ := Difference(first, same); len(lines) > 0 {
		t.Errorf("two spellings differ: %s", strings.Join(lines, "\n"))
	}
	for _, other := range []string{
		"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT CHECK (length(b) < 9)); INSERT INTO t VALUES (1, 'x'), (2, NULL)",
		"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE CHECK (length(b) < 8)); INSERT INTO t VALUES (1, 'x'), (2, NULL)",
		"CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT COLLATE NOCASE CHECK (length(b) < 9)); INSERT INTO t VALUES (1, 'x'), (2, NULL)",
		"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE CHECK (length(b) < 9)); INSERT INTO t VALUES (1, 'x'), (2, '')",
		"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE CHECK (length(b) < 9)); CREATE INDEX i ON t(b) WHERE b > 'a'; INSERT INTO t VALUES (1, 'x'), (2, NULL)",
	} {
		if lines, _ := Difference(first, look(other)); len(lines) == 0 {
			t.Errorf("no difference to %s", other)
		}
	}
	if _, lost := Difference(first, look("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE CHECK (length(b) < 9)); INSERT INTO t VALUES (1, 'x')")); !lost {
		t.Error("a row that is gone is no loss")
	}
}

// TestRowsGoBack: a row of a picture can be put in again.
func TestRowsGoBack(t *testing.T) {
	columns, values := fields("a=1 b='it''s = so' c=NULL d='' e=-2.5")
	if !slices.Equal(columns, []string{"a", "b", "c", "d", "e"}) || !slices.Equal(values, []string{"1", "'it''s = so'", "NULL", "''", "-2.5"}) {
		t.Errorf("fields: %q, %q", columns, values)
	}
}

// TestShrink finds the one gene that matters.
func TestShrink(t *testing.T) {
	histories(t, func(h *History) {
		s, err := h.Damage(Pending, 1)
		if err != nil || s == nil {
			return
		}
		fails := func(s *State) bool {
			return slices.ContainsFunc(s.History.Statements, func(st *Statement) bool { return st.Verb == Table })
		}
		if !fails(s) {
			return
		}
		if small := Shrink(s, 40, fails); !fails(small) || small.size() > s.size() || len(small.History.Statements) > len(s.History.Statements) {
			t.Errorf("%d statements became %d", len(s.History.Statements), len(small.History.Statements))
		}
	})
}

// TestCountersAreCompared: a table that never gives a number twice must not fall back
// behind one that it has given, be its row gone or not.
func TestCountersAreCompared(t *testing.T) {
	look := func(script ...string) *Picture {
		t.Helper()
		db, err := run(engine, append([]string{"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT)"}, script...))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		p, err := Look(engine, db)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	full := look("INSERT INTO t (id, v) VALUES (1, 'a'), (5, 'b')", "DELETE FROM t WHERE id = 5")
	fallen := look("INSERT INTO t (id, v) VALUES (1, 'a')")
	if lines, _ := Difference(full, fallen); len(lines) != 1 {
		t.Errorf("a counter that has fallen back: %q; wanted one line", lines)
	}
	if lines, _ := Difference(fallen, full); len(lines) != 0 {
		t.Errorf("a counter that is further on: %q; wanted nothing", lines)
	}
}
