package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// A sketch is a table drawn at random, in the words that the rules of a rebuild
// need.
type sketch struct {
	columns []sketchColumn
	key     []string
	words   string // behind the body
}

type sketchColumn struct {
	name, kind, clause string
}

// stores says in short how values of a type are stored; ANY is one thing in a STRICT
// table and another elsewhere.
var stores = map[string]string{
	"": "as they are", "BLOB": "as they are", "TEXT": "texts", "VARCHAR(9)": "texts", "REAL": "reals",
	"INT": "numbers", "INTEGER": "numbers", "DECIMAL": "numbers", "ANY": "numbers", "STRICT ANY": "as they are",
}

const computed = " AS (a || 'x')"

func drawTable(t *rapid.T) sketch {
	pick := func(from ...string) string { return rapid.SampledFrom(from).Draw(t, "") }
	s := sketch{words: pick("", "", "", "STRICT", "WITHOUT ROWID")}
	kinds := []string{"", "BLOB", "TEXT", "TEXT", "VARCHAR(9)", "REAL", "INT", "INTEGER", "DECIMAL", "ANY"}
	if s.words == "STRICT" {
		kinds = []string{"BLOB", "TEXT", "REAL", "INT", "INTEGER", "ANY"}
	}
	names := []string{"a", "b", "c d"}
	if pick("usually", "usually", "usually", "not") == "not" {
		names = []string{"a", "b", "c d", "e"}
	}
	for _, name := range rapid.Permutation(names).Draw(t, "") {
		c := sketchColumn{name: name, kind: pick(kinds...)}
		c.clause = pick("", "", "", "", " NOT NULL", " UNIQUE", " DEFAULT 7", " NOT NULL DEFAULT 'x'", " CHECK (a IS NOT 9)", " COLLATE nocase",
			" NOT NULL ON CONFLICT IGNORE", " UNIQUE ON CONFLICT REPLACE", " REFERENCES notes (a)")
		if name == "e" && pick("stored", "computed") == "computed" {
			c.clause = computed
		}
		s.columns = append(s.columns, c)
	}
	if s.words == "WITHOUT ROWID" || pick("no", "no", "key") == "key" {
		s.key = [][]string{{"a"}, {"b"}, {"c d", "a"}}[rapid.IntRange(0, 2).Draw(t, "")]
	}
	return s
}

// text writes the table.
func (s sketch) text() string {
	var parts []string
	for _, c := range s.columns {
		parts = append(parts, quote(c.name)+" "+c.kind+c.clause)
	}
	if s.key != nil {
		parts = append(parts, "PRIMARY KEY ("+identifiers(s.key)+")")
	}
	return "CREATE TABLE notes (" + strings.Join(parts, ", ") + ") " + s.words
}

func (s sketch) column(name string) (sketchColumn, bool) {
	i := slices.IndexFunc(s.columns, func(c sketchColumn) bool { return c.name == name })
	if i < 0 {
		return sketchColumn{}, false
	}
	c := s.columns[i]
	if c.kind == "ANY" && s.words == "STRICT" {
		c.kind = "STRICT ANY"
	}
	return c, true
}

// hidesRowid reports whether the table has a rowid that no column shows.
func (s sketch) hidesRowid() bool {
	if s.words == "WITHOUT ROWID" {
		return false
	}
	if len(s.key) != 1 {
		return true
	}
	key, _ := s.column(s.key[0])
	return key.kind != "INTEGER"
}

// mayBecome reports whether no value of the one is lost, made up or stored otherwise
// in the other.
func (s sketch) mayBecome(other sketch) bool {
	for _, old := range s.columns {
		was, _ := s.column(old.name)
		is, ok := other.column(old.name)
		switch {
		case !ok, is.clause == computed && was.clause != computed:
			return false
		case is.clause != computed && stores[was.kind] != stores[is.kind] && stores[is.kind] != "as they are":
			return false
		}
	}
	for _, c := range other.columns {
		if _, ok := s.column(c.name); !ok && strings.HasPrefix(c.clause, " NOT NULL") && !strings.Contains(c.clause, "DEFAULT") {
			return false
		}
	}
	return true
}

// For any two tables and any rows: a rebuild is written if and only if no value would
// suffer and ALTER TABLE cannot do it. It leads to the wanted schema with the same
// rows, or fails and leaves everything as it was; and back again it loses nothing.
func TestRebuildOfAnyTable(t *testing.T) {
	remade := 0
	rapid.Check(t, func(t *rapid.T) {
		is, should := drawTable(t), drawTable(t)
		if rapid.Bool().Draw(t, "much in common") {
			should.columns = slices.Clone(is.columns)
			i := rapid.IntRange(0, len(should.columns)-1).Draw(t, "")
			should.columns[i].clause = rapid.SampledFrom([]string{"", " NOT NULL", " UNIQUE", " CHECK (a IS NOT 7)", " COLLATE nocase"}).Draw(t, "")
		}
		d, end := rapidDatabase(t)
		defer end()
		w, end := rapidDatabase(t)
		defer end()
		if exec(w, should.text()) != nil || exec(d, is.text()) != nil {
			t.SkipNow() // not a table
		}
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			var names, values []string
			for _, c := range is.columns {
				if c.clause != computed {
					names = append(names, quote(c.name))
					values = append(values, rapid.SampledFrom([]string{"NULL", "-1", "7", "8", "9", "1.5", "'007'", "'x'", "'X'", "x'61'", "1e300"}).Draw(t, c.name))
				}
			}
			_ = exec(d, "INSERT INTO notes ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(values, ", ")+")")
		}
		must(t, exec(d, "DELETE FROM notes WHERE b = 8", // rowids are not counted
			`CREATE INDEX "by b" ON notes (b, lower("c d")) WHERE b IS NOT NULL`,
			"CREATE TRIGGER never BEFORE INSERT ON notes BEGIN SELECT raise(ABORT, 'it fires'); END",
			"CREATE VIEW all_notes AS SELECT * FROM notes, gone"))
		have, err := d.Inspect(t.Context())
		must(t, err)
		wanted, err := w.Inspect(t.Context())
		must(t, err)
		want := with(have, wanted)
		rowid := ""
		if is.words != "WITHOUT ROWID" && should.hidesRowid() {
			rowid = "rowid"
		}
		rows := rowsOf(t, d, have, rowid)

		statements := Engine{}.Rebuild(have, want, notes)
		if !is.mayBecome(should) {
			if statements != nil {
				t.Fatalf("statements %q", statements)
			}
			return
		}
		if statements == nil {
			for _, diff := range schema.Compare(want, have) {
				must(t, exec(d, Engine{}.Add(diff.Want)...))
			}
		} else {
			must(t, d.Begin(t.Context(), engine.Rebuild))
			err = exec(d, statements...)
			if err == nil {
				must(t, d.Commit(t.Context()))
				remade++
			} else {
				must(t, d.Rollback(t.Context()))
				want = have
			}
		}
		arrived, problem := d.Inspect(t.Context())
		must(t, problem)
		for _, diff := range schema.Compare(want, arrived) {
			t.Fatalf("after %q (error %v): %s", statements, err, diff)
		}
		if diff := cmp.Diff(rows, rowsOf(t, d, have, rowid)); diff != "" {
			t.Fatalf("%q, error %v: rows (-before +after):\n%s", statements, err, diff)
		}
		if back := (Engine{}).Rebuild(arrived, have, notes); back != nil {
			must(t, d.Begin(t.Context(), engine.Rebuild))
			must(t, exec(d, back...))
			must(t, d.Commit(t.Context()))
			if diff := cmp.Diff(rows, rowsOf(t, d, have, rowid)); diff != "" {
				t.Fatalf("%q: rows (-before +after):\n%s", back, diff)
			}
		}
	})
	if remade == 0 {
		t.Error("no table was made anew")
	}
}

func rapidDatabase(t *rapid.T) (*database, func()) {
	pool, err := sql.Open("sqlite", ":memory:")
	must(t, err)
	d, err := connect(t.Context(), pool)
	must(t, err)
	return d, func() { d.Close(); pool.Close() }
}

func exec(d *database, statements ...string) error {
	for _, statement := range statements {
		if _, err := d.Exec(context.Background(), statement); err != nil {
			return err
		}
	}
	return nil
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
