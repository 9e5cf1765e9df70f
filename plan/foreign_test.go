package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// rebuilt is a plan that drops the table and gives another its name.
func rebuilt(t *testing.T, name string) diagnosis.MigrationFinding {
	t.Helper()
	return one("1",
		finding(t, "DROP TABLE "+name, diagnosis.NotDone, dropped(table(name))...),
		finding(t, "ALTER TABLE "+name+"_new RENAME TO "+name, diagnosis.NotDone,
			append(dropped(table(name+"_new")), made(table(name))...)...),
	)
}

// An index that nobody knows goes with its table without a word, so it is made
// again; what lives on another table, or is to go with its own, is not.
func TestForeignIndexesStay(t *testing.T) {
	byHand, elsewhere, doomed := index("notes", "by_hand", "id"), index("tags", "elsewhere", "id"), index("notes", "doomed", "id")
	check := part(schema.Check, "notes", "id > 0") // made with its table, or not at all
	d := diagnosed(schema.NewSnapshot(table("notes"), table("tags"), byHand, elsewhere, check), rebuilt(t, "notes"))
	d.Foreign = []*schema.Object{byHand, elsewhere, doomed, check}
	want := `run DROP TABLE notes
run ALTER TABLE notes_new RENAME TO notes
synthesised CREATE INDEX by_hand ON notes (id)`
	if diff := cmp.Diff(want, steps(mustMake(t, d))); diff != "" {
		t.Error(diff)
	}
}

func TestForeignIndexesAreLeftAloneElsewhere(t *testing.T) {
	byHand := index("notes", "by_hand", "id")
	d := diagnosed(schema.NewSnapshot(table("notes"), byHand), one("1", finding(t, "CREATE TABLE tags (id)", diagnosis.NotDone, made(table("tags"))...)))
	d.Foreign = []*schema.Object{byHand}
	if diff := cmp.Diff("run CREATE TABLE tags (id)", steps(mustMake(t, d))); diff != "" {
		t.Error(diff)
	}
}

// Foreign keys rest while a table is dropped that others refer to, whether they do
// so before the run or behind it.
func TestRebuilds(t *testing.T) {
	refers := func(from, to string) *schema.Object {
		return part(schema.ForeignKey, from, "(x) -> "+to+"(id)", schema.Fact{Name: schema.Parent, Value: to})
	}
	for name, test := range map[string]struct {
		before, behind *schema.Object
		want           bool
	}{
		"nobody refers to it": {},
		"another table does":  {before: refers("tags", "notes"), want: true},
		"another table will":  {behind: refers("tags", "notes"), want: true},
		// Rows of the new table refer to the old one until the rename, and would go with it.
		"it refers to itself":             {before: refers("notes", "notes"), want: true},
		"it refers to another":            {before: refers("notes", "tags")},
		"another refers to yet another":   {before: refers("tags", "users")},
		"its new table refers to another": {behind: refers("notes", "tags")},
	} {
		t.Run(name, func(t *testing.T) {
			d := diagnosed(schema.NewSnapshot(table("notes")), rebuilt(t, "notes"))
			for s, o := range map[*schema.Snapshot]*schema.Object{d.Have: test.before, d.Target: test.behind} {
				if o != nil {
					s.Put(o)
				}
			}
			p := mustMake(t, d)
			if got := p.Steps[0].Rebuild; got != test.want {
				t.Errorf("foreign keys rest: %t, want %t", got, test.want)
			}
		})
	}
}

// Where nothing was replayed a DROP is not known to be half of a rebuild, so it is
// taken for one.
func TestDropsWithoutAReplay(t *testing.T) {
	p := mustMake(t, diagnosed(schema.NewSnapshot(), one("1",
		finding(t, "DROP TABLE notes", diagnosis.NotDone), finding(t, "CREATE TABLE notes (id)", diagnosis.NotDone))))
	if !p.Steps[0].Rebuild || p.Steps[1].Rebuild {
		t.Errorf("planned\n%s", steps(p))
	}
}

func TestHazards(t *testing.T) {
	body := part(schema.Column, "notes", "body")
	for sql, test := range map[string]struct {
		changes []schema.Change
		want    string
	}{
		"CREATE TABLE notes (id)":                      {made(table("notes")), ""},
		"DROP TABLE notes":                             {dropped(table("notes"), body), "drops table"},
		"ALTER TABLE notes DROP COLUMN body":           {dropped(body), "drops column"},
		"ALTER TABLE notes RENAME TO memos":            {append(dropped(table("notes")), made(table("memos"))...), "renames"},
		"ALTER TABLE notes RENAME COLUMN body TO text": {dropped(body), "renames"},
		"DELETE FROM notes":                            {nil, "deletes rows"},
		"CREATE INDEX i ON notes (id)":                 {made(index("notes", "i", "id")), "builds index"},
		"UPDATE notes SET body = ''":                   {nil, ""},
	} {
		p := mustMake(t, diagnosed(schema.NewSnapshot(), one("1", finding(t, sql, diagnosis.NotDone, test.changes...))))
		got := ""
		for _, h := range p.Steps[0].Hazards {
			got += h.Name
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", sql, got, test.want)
		}
	}
}

func TestMakes(t *testing.T) {
	notes := table("notes")
	p := mustMake(t, diagnosed(schema.NewSnapshot(), one("1",
		finding(t, "ALTER TABLE memos RENAME TO notes", diagnosis.NotDone, append(dropped(table("memos")), made(notes)...)...))))
	if diff := cmp.Diff([]*schema.Object{notes}, p.Steps[0].Makes()); diff != "" {
		t.Error(diff)
	}
	if got := (&plan.Step{}).Makes(); got != nil {
		t.Errorf("a step that was never replayed makes %v", got)
	}
}
