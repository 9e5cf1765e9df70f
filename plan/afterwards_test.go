package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// TestAfterwards: where in a plan the statements stand that no transaction bears, and where
// its transactions end. Each of the migrations is pending; nothing but its text is known.
func TestAfterwards(t *testing.T) {
	const index = "CREATE INDEX CONCURRENTLY i ON t (a)"
	for name, test := range map[string]struct {
		migrations []string
		want       []string // transactions; what runs behind one is in it
	}{
		"behind what has nothing to do with it": {
			[]string{index + ";CREATE TABLE u ()", "CREATE TABLE v ()"},
			[]string{"CREATE TABLE u ();" + index, "CREATE TABLE v ()"},
		},
		"rows of its table": {
			[]string{index + ";UPDATE t SET a = 1;DELETE FROM u"},
			[]string{"UPDATE t SET a = 1;DELETE FROM u;" + index},
		},
		"rows of its table, where it is unique": {
			[]string{"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING"},
			[]string{"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING"},
		},
		"its table goes": {
			[]string{"CREATE TABLE u ();" + index + ";DROP TABLE t"},
			[]string{"CREATE TABLE u ();" + index, "DROP TABLE t"},
		},
		"its table goes, with another": {
			[]string{index + ";DROP TABLE u, t"},
			[]string{index, "DROP TABLE u, t"},
		},
		"its table goes in a later migration": {
			[]string{index + ";CREATE TABLE u ()", "DROP TABLE t"},
			[]string{"CREATE TABLE u ();" + index, "DROP TABLE t"},
		},
		"a swap": {
			[]string{index + ";DROP INDEX CONCURRENTLY j;ALTER INDEX i RENAME TO j;CREATE TABLE u ()"},
			[]string{index + ";DROP INDEX CONCURRENTLY j", "ALTER INDEX i RENAME TO j;CREATE TABLE u ()"},
		},
		"a constraint on each of two": {
			[]string{index + ";ALTER TABLE t ADD UNIQUE USING INDEX i;CREATE INDEX CONCURRENTLY k ON t (b);ALTER TABLE t ADD UNIQUE USING INDEX k"},
			[]string{index, "ALTER TABLE t ADD UNIQUE USING INDEX i;CREATE INDEX CONCURRENTLY k ON t (b)", "ALTER TABLE t ADD UNIQUE USING INDEX k"},
		},
		"a table that the plan makes": {
			[]string{"CREATE TABLE w ();CREATE INDEX CONCURRENTLY x ON w (a);DO $$BEGIN ALTER TABLE w RENAME TO z; END$$"},
			[]string{"CREATE TABLE w ();CREATE INDEX CONCURRENTLY x ON w (a)", "DO $$BEGIN ALTER TABLE w RENAME TO z; END$$"},
		},
		"a table is tidied up, and dropped later": {
			[]string{"VACUUM t", "CREATE TABLE u ()", "DROP TABLE t"},
			[]string{"VACUUM t", "CREATE TABLE u ();DROP TABLE t"},
		},
		"a table is tidied up, and stays": {
			[]string{"VACUUM t", "CREATE TABLE u ()"},
			[]string{"CREATE TABLE u ();VACUUM t"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := diagnosed(schema.NewSnapshot(table("t"), part(schema.Index, "t", "j")))
			for i, sql := range test.migrations {
				d.Migrations = append(d.Migrations, pending(t, string(rune('1'+i)), sql))
			}
			p, err := plan.Make(d, postgres.Engine{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range p.Segments(false, true) {
				var texts []string
				for _, step := range s.Steps {
					texts = append(texts, step.SQL)
				}
				got = append(got, strings.Join(texts, ";"))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestAfterwardsAndSeeds: rows that are put in at last are of earlier migrations. They share the
// last transaction, and what no transaction bears comes behind them.
func TestAfterwardsAndSeeds(t *testing.T) {
	u := table("u")
	d := diagnosed(schema.NewSnapshot(table("t"), u), one("1"), pending(t, "2", "CREATE INDEX CONCURRENTLY i ON t (a)"))
	d.Seeded = []diagnosis.Seeding{{Table: u, TableRows: diagnosis.TableRows{Columns: []string{"id"}, Rows: [][]string{{"1"}}}, Ref: diagnosis.Ref{Version: "1", Number: 1}}}
	p, err := plan.Make(d, postgres.Engine{})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []plan.Kind
	for _, s := range p.Steps {
		kinds = append(kinds, s.Kind)
	}
	if want := []plan.Kind{plan.Synthesised, plan.Afterwards}; !slices.Equal(kinds, want) {
		t.Errorf("steps are %v; want %v", kinds, want)
	}
}

// pending is a migration of which nothing has run.
func pending(t *testing.T, version, sql string) diagnosis.MigrationFinding {
	t.Helper()
	cut, err := postgres.Engine{}.Cut(sql + ";")
	if err != nil {
		t.Fatal(err)
	}
	var findings []diagnosis.Finding
	for i := range cut {
		findings = append(findings, diagnosis.Finding{Statement: &cut[i], Verdict: diagnosis.NotDone, Evidence: []string{"pending"}})
	}
	mf := one(version, findings...)
	mf.Plain, mf.Standing = true, diagnosis.Pending
	mf.Migration.Statements = append([]migration.Statement(nil), cut...)
	return mf
}

// TestPartsOfAMigration: which transactions begin and go on with one that takes several.
func TestPartsOfAMigration(t *testing.T) {
	d := diagnosed(schema.NewSnapshot(table("t")),
		pending(t, "1", "CREATE TABLE a ()"),
		pending(t, "2", "CREATE TABLE b ();CREATE INDEX CONCURRENTLY i ON t (a);ALTER INDEX i RENAME TO j;CREATE INDEX CONCURRENTLY k ON t (b);ALTER INDEX k RENAME TO l"),
		pending(t, "3", "CREATE TABLE c ()"),
	)
	p, err := plan.Make(d, postgres.Engine{})
	if err != nil {
		t.Fatal(err)
	}
	name := func(m *migration.Migration) string {
		if m == nil {
			return "-"
		}
		return string(m.Version)
	}
	var got []string
	for _, s := range p.Segments(false, true) {
		text := name(s.GoesOn) + " " + name(s.Open) + ":"
		for _, r := range s.Records {
			text += " " + name(r.Migration)
		}
		got = append(got, text)
	}
	if want := []string{"- 2: 1", "2 2:", "2 -: 2 3"}; !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
