package hybrid

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/internal/testserver"
)

// onServers runs a test on each server that this run is about.
func onServers(t *testing.T, test func(t *testing.T, e Engine)) {
	t.Run("postgres", func(t *testing.T) {
		e, err := NewPostgres(testserver.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}()
		test(t, e)
	})
	t.Run("mariadb", func(t *testing.T) {
		e, err := NewMariaDB(testserver.MariaDB(t))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}()
		test(t, e)
	})
}

// serverHistories yields a few histories of an engine.
func serverHistories(t *testing.T, e Engine, yield func(*History)) {
	t.Helper()
	for seed := range uint64(2) {
		h, err := Make(e, Genes(rand.New(rand.NewPCG(seed, 7))), true)
		if errors.Is(err, ErrEmpty) {
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		yield(h)
	}
}

// TestServerHistoriesReplay: the migrations alone lead from nothing to the final
// schema and rows, the script of the whole schema makes that schema, and what a
// database lived through leads to the schema of its position.
func TestServerHistoriesReplay(t *testing.T) {
	onServers(t, func(t *testing.T, e Engine) {
		serverHistories(t, e, func(h *History) {
			look := func(scripts ...[]string) *Picture {
				t.Helper()
				db, err := run(e, scripts...)
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				p, err := Look(e, db)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			if lines, _ := Difference(h.Final, look(h.Rest(func(int) bool { return false }))); len(lines) > 0 {
				t.Errorf("after a replay: %q", lines)
			}
			installed := look([]string{e.ForeignKeys(false)}, h.Install, rowsOf(h.Final), e.Counters(h.Final))
			if lines, _ := Difference(h.Final, installed); len(lines) > 0 {
				t.Errorf("as a script makes it: %q", lines)
			}
			for n := range len(h.Migrations) + 1 {
				if diff := cmp.Diff(h.Schemas[h.End(n)].Objects, look(h.Script(h.End(n)), h.late[n]).Objects); diff != "" {
					t.Errorf("lived to %d (-want +got):\n%s", n, diff)
				}
			}
		})
	})
}

// TestServerGenesRepeat: the same genes make the same history and the same damage;
// else a failure could not be seen twice.
func TestServerGenesRepeat(t *testing.T) {
	onServers(t, func(t *testing.T, e Engine) {
		serverHistories(t, e, func(h *History) {
			again, err := Make(e, h.Genes, true)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(h.life, again.life, cmp.AllowUnexported(event{})); diff != "" {
				t.Fatalf("another life:\n%s", diff)
			}
			for _, kind := range []Kind{Lost, Overlaid} {
				a, err := h.Damage(kind, 3)
				if err != nil {
					t.Fatal(err)
				}
				b, err := again.Damage(kind, 3)
				if err != nil {
					t.Fatal(err)
				}
				if (a == nil) != (b == nil) || a != nil && a.Case("") != b.Case("") {
					t.Errorf("%s is another state the second time", kind)
				}
			}
		})
	})
}

// TestServerPicturesSeeMeaning: a picture is the same for two spellings of one
// schema, and another for every difference in meaning.
func TestServerPicturesSeeMeaning(t *testing.T) {
	scripts := map[string]struct {
		first, same []string
		others      [][]string // that are run behind the first
	}{
		"postgres": {
			first: []string{
				"CREATE TYPE mood AS ENUM ('good', 'bad')", "CREATE SEQUENCE s",
				"CREATE TABLE p (id serial PRIMARY KEY)",
				`CREATE TABLE t (id serial PRIMARY KEY, a int4 UNIQUE REFERENCES p, b text COLLATE "C" DEFAULT 'x' CHECK (length(b) < 9), m mood)`,
				"CREATE INDEX i ON t (lower(b)) WHERE a > 1", "CREATE VIEW v AS SELECT id FROM t",
				"INSERT INTO t (id, b) VALUES (7, 'it''s'), (8, NULL)",
			},
			same: []string{
				"CREATE TABLE parent (id serial)", `CREATE TABLE "t" (a integer, b pg_catalog.text COLLATE "C", id serial, CONSTRAINT one PRIMARY KEY (id))`,
				"ALTER TABLE parent RENAME TO p", "ALTER TABLE p ADD CONSTRAINT two PRIMARY KEY (id)",
				"ALTER TABLE t ADD CONSTRAINT three UNIQUE (a), ADD FOREIGN KEY (a) REFERENCES p (id), ALTER COLUMN b SET DEFAULT 'x', ADD CONSTRAINT four CHECK (length(b) < 9)",
				"CREATE TYPE mood AS ENUM ('good')", "ALTER TYPE mood ADD VALUE 'bad'", "ALTER TABLE t ADD COLUMN m mood", "CREATE SEQUENCE s INCREMENT 1",
				"INSERT INTO t (b) VALUES (NULL), ('it''s')", "CREATE VIEW v AS (SELECT t.id FROM public.t)", "CREATE INDEX i ON t USING btree (lower(b)) WHERE (a > 1)",
			},
			others: [][]string{
				{"ALTER TYPE mood ADD VALUE 'so so'"}, {"ALTER SEQUENCE s INCREMENT 2"}, {"DROP VIEW v"}, {"ALTER TABLE t ALTER COLUMN m SET DEFAULT 'bad'"},
				{"ALTER TABLE t ALTER COLUMN b SET DEFAULT 'y'"}, {"ALTER TABLE t DROP CONSTRAINT t_b_check"}, {"ALTER TABLE t DROP CONSTRAINT t_a_fkey"},
				{"ALTER TABLE t ALTER COLUMN a TYPE bigint"}, {"DROP INDEX i", "CREATE INDEX i ON t (lower(b))"}, {"UPDATE t SET b = 'its' WHERE b IS NOT NULL"},
				{"ALTER TABLE t ADD CONSTRAINT chk_1 CHECK (a > 0)"}, {"DELETE FROM t WHERE id = 7"},
				{"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"},
			},
		},
		"mysql": {
			first: []string{
				"CREATE TABLE p (id int PRIMARY KEY)",
				"CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a int, b varchar(50) COLLATE utf8mb4_bin DEFAULT 'x' CHECK (length(b) < 9), m enum('good', 'bad'), FOREIGN KEY (a) REFERENCES p (id))",
				"CREATE INDEX idx_i ON t (b(10))", "CREATE VIEW v AS SELECT id FROM t",
				"INSERT INTO t (id, b) VALUES (7, 'it''s'), (8, NULL)",
			},
			same: []string{
				"CREATE TABLE parent (id integer NOT NULL, PRIMARY KEY (id)) ENGINE=InnoDB",
				"CREATE TABLE `t` (b varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT 'x' CHECK (octet_length(`b`) < 9), a integer(11), id integer NOT NULL AUTO_INCREMENT, PRIMARY KEY (id), KEY idx_i (b(10)))",
				"ALTER TABLE t ADD COLUMN m enum('good','bad') AFTER b", "ALTER TABLE parent RENAME TO p",
				"ALTER TABLE t ADD CONSTRAINT other FOREIGN KEY (a) REFERENCES p (id)", "CREATE OR REPLACE VIEW v AS SELECT t.id FROM t",
				"INSERT INTO t (b) VALUES (NULL), ('it''s')",
			},
			others: [][]string{
				{"DROP VIEW v"}, {"ALTER TABLE t MODIFY COLUMN m enum('good', 'bad', 'so so')"}, {"ALTER TABLE t ALTER COLUMN b SET DEFAULT 'y'"},
				{"ALTER TABLE t MODIFY COLUMN b varchar(50) COLLATE utf8mb4_bin DEFAULT 'x'"}, {"ALTER TABLE t DROP FOREIGN KEY t_ibfk_1"},
				{"ALTER TABLE t MODIFY COLUMN id bigint AUTO_INCREMENT"}, {"DROP INDEX idx_i ON t", "CREATE INDEX idx_i ON t (b)"},
				{"ALTER TABLE t ADD UNIQUE (a)"}, {"ALTER TABLE t ADD CONSTRAINT chk_1 CHECK (a > 0)"}, {"UPDATE t SET b = 'its' WHERE b IS NOT NULL"},
				{"DELETE FROM t WHERE id = 7"}, {"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 'z'"}, {"ALTER TABLE t CONVERT TO CHARACTER SET latin1"},
			},
		},
	}
	onServers(t, func(t *testing.T, e Engine) {
		look := func(scripts ...[]string) *Picture {
			t.Helper()
			db, err := run(e, scripts...)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			p, err := Look(e, db)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		s := scripts[e.dialect().name]
		first := look(s.first)
		if lines, _ := Difference(first, look(s.same)); len(lines) > 0 {
			t.Errorf("two spellings differ:\n%s", strings.Join(lines, "\n"))
		}
		for _, other := range s.others {
			if lines, _ := Difference(first, look(s.first, other)); len(lines) == 0 {
				t.Errorf("no difference after %q", other)
			}
		}
	})
}
