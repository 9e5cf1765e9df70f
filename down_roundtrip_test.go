package dbmend_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
)

// TestThereAndBackAgain takes generated histories up one by one, back to some version,
// and up again. Back, the database is what it was at that version, rows included; up
// again it is what it was at the end. Of the histories none destroys rows on the way
// up: what those held cannot come back.
func TestThereAndBackAgain(t *testing.T) {
	for name, histories := range map[string]uint64{"sqlite": 40, "postgres": 4, "mysql": 4} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range histories {
				thereAndBack(t, grounds[name], seed)
			}
		})
	}
}

func thereAndBack(t *testing.T, g ground, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 21))
	story := &storyteller{Rand: random, mysql: g.engine.Name() == "mysql"}
	files, answers := fstest.MapFS{}, diagnosis.Answers{}
	const migrations = 6
	for v := 1; v <= migrations; v++ {
		up, down := story.migration()
		id := fmt.Sprintf("%d_step", v)
		files[id+".up.sql"], files[id+".down.sql"] = file(up), file(down)
		answers["Q12@down "+id] = "lose"
	}
	told := func() string {
		names := make([]string, 0, len(files))
		for name := range files {
			names = append(names, name)
		}
		slices.Sort(names)
		var b strings.Builder
		for _, name := range names {
			fmt.Fprintf(&b, "%s: %s\n", name, files[name].Data)
		}
		return b.String()
	}
	s := g.open(t)
	at := []string{""}
	all := migrate(t, s, g, files, dbmend.Answer(answers))
	for v := 1; v <= migrations; v++ {
		m := migrate(t, s, g, files, dbmend.To(migration.Version(fmt.Sprint(v))))
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatalf("seed %d: up to %d: %v\n%s", seed, v, err, told())
		}
		at = append(at, look(t, m, s.witness))
	}
	to := random.IntN(migrations)
	if _, err := all.Down(t.Context(), migration.Version(fmt.Sprint(to))); err != nil {
		t.Fatalf("seed %d: down to %d: %v%s\n%s", seed, to, err, factsOf(err), told())
	}
	if diff := cmp.Diff(at[to], look(t, all, s.witness)); diff != "" {
		t.Errorf("seed %d: down to %d is not what it was there (-was +is):\n%s\n%s", seed, to, diff, told())
	}
	report, err := all.Up(t.Context())
	if err != nil {
		t.Fatalf("seed %d: up from %d: %v\n%s", seed, to, err, told())
	}
	if report.Healed {
		t.Errorf("seed %d: up from %d had to heal", seed, to)
	}
	if diff := cmp.Diff(at[migrations], look(t, all, s.witness)); diff != "" {
		t.Errorf("seed %d: up from %d does not end where it did (-did +does):\n%s\n%s", seed, to, diff, told())
	}
}

// factsOf returns what a refusal rests on.
func factsOf(err error) string {
	if refusal, ok := err.(*dbmend.Refusal); ok {
		return ": " + strings.Join(refusal.Questions[0].Facts, "; ")
	}
	return ""
}

// A storyteller makes up migrations, each with a way back.
type storyteller struct {
	*rand.Rand
	mysql  bool
	next   int // what is named next
	tables []*toldTable
}

type toldTable struct {
	name    string
	columns []string // beside id
	indexes []string
	rows    []int // their ids
}

func (s *storyteller) named(kind string) string {
	s.next++
	return fmt.Sprintf("%s%d", kind, s.next)
}

// migration returns a migration's parts.
func (s *storyteller) migration() (up, down string) {
	for range 1 + s.IntN(4) {
		u, d := s.step()
		up, down = up+u+";\n", d+";\n"+down
	}
	return up, down
}

// step returns a statement and the one that takes it back.
func (s *storyteller) step() (up, down string) {
	if len(s.tables) == 0 || s.IntN(6) == 0 {
		t := &toldTable{name: s.named("t"), columns: []string{"a"}}
		s.tables = append(s.tables, t)
		if len(s.tables) > 1 && s.IntN(2) == 0 {
			parent := s.tables[s.IntN(len(s.tables)-1)].name
			t.columns = append(t.columns, "parent")
			return "CREATE TABLE " + t.name + " (id integer PRIMARY KEY, a varchar(20), parent integer, FOREIGN KEY (parent) REFERENCES " + parent + " (id))", "DROP TABLE " + t.name
		}
		return "CREATE TABLE " + t.name + " (id integer PRIMARY KEY, a varchar(20))", "DROP TABLE " + t.name
	}
	t := s.tables[s.IntN(len(s.tables))]
	column := s.IntN(len(t.columns))
	switch s.IntN(5) {
	case 0:
		name := s.named("c")
		t.columns = append(t.columns, name)
		return "ALTER TABLE " + t.name + " ADD COLUMN " + name + " varchar(20)", "ALTER TABLE " + t.name + " DROP COLUMN " + name
	case 1:
		name := s.named("i")
		t.indexes = append(t.indexes, name)
		return s.createIndex(name, t, column), s.dropIndex(name, t)
	case 2:
		if len(t.indexes) == 0 || t.columns[column] == "parent" {
			break
		}
		from, to := t.columns[column], s.named("c")
		t.columns[column] = to
		return "ALTER TABLE " + t.name + " RENAME COLUMN " + from + " TO " + to, "ALTER TABLE " + t.name + " RENAME COLUMN " + to + " TO " + from
	case 3:
		from, to := t.name, s.named("t")
		t.name = to
		return "ALTER TABLE " + from + " RENAME TO " + to, "ALTER TABLE " + to + " RENAME TO " + from
	}
	s.next++
	id := s.next
	t.rows = append(t.rows, id)
	return fmt.Sprintf("INSERT INTO %s (id, %s) VALUES (%d, %s)", t.name, t.columns[column], id, s.value(t.columns[column])),
		fmt.Sprintf("DELETE FROM %s WHERE id = %d", t.name, id)
}

func (s *storyteller) value(column string) string {
	if column == "parent" {
		return "NULL"
	}
	return fmt.Sprintf("'%d'", s.IntN(9))
}

func (s *storyteller) createIndex(name string, t *toldTable, column int) string {
	return "CREATE INDEX " + name + " ON " + t.name + " (" + t.columns[column] + ")"
}

func (s *storyteller) dropIndex(name string, t *toldTable) string {
	if s.mysql {
		return "DROP INDEX " + name + " ON " + t.name
	}
	return "DROP INDEX " + name
}
