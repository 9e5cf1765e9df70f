package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

func table(name string) *schema.Object {
	return &schema.Object{Key: schema.Key{Kind: schema.Table, Name: name}, Source: "CREATE TABLE " + name + " (id)"}
}

func part(kind schema.Kind, table, name string, facts ...schema.Fact) *schema.Object {
	return &schema.Object{Key: schema.Key{Kind: kind, Table: table, Name: name}, Facts: facts}
}

func index(table, name, columns string) *schema.Object {
	o := part(schema.Index, table, name, schema.Fact{Name: schema.Columns, Value: columns})
	o.Source = "CREATE INDEX " + name + " ON " + table + " (" + columns + ")"
	return o
}

func made(objects ...*schema.Object) (changes []schema.Change) {
	for _, o := range objects {
		changes = append(changes, schema.Change{Key: o.Key, After: o})
	}
	return changes
}

func dropped(objects ...*schema.Object) (changes []schema.Change) {
	for _, o := range objects {
		changes = append(changes, schema.Change{Key: o.Key, Before: o})
	}
	return changes
}

// finding is what is held of a statement that the engine cuts.
func finding(t *testing.T, sql string, v diagnosis.Verdict, changes ...schema.Change) diagnosis.Finding {
	t.Helper()
	cut, err := sqlite.Engine{}.Cut(sql + ";")
	if err != nil || len(cut) != 1 {
		t.Fatalf("%s: %d statements, %v", sql, len(cut), err)
	}
	return diagnosis.Finding{Statement: &cut[0], Verdict: v, Changes: changes, Evidence: []string{"seen", "twice"}}
}

// one is a migration with findings, numbered.
func one(version string, findings ...diagnosis.Finding) diagnosis.MigrationFinding {
	m := &migration.Migration{Version: migration.Version(version), Path: version + "_x.sql"}
	for i := range findings {
		findings[i].Ref = diagnosis.Ref{Version: m.Version, Number: i + 1}
	}
	return diagnosis.MigrationFinding{Migration: m, Findings: findings}
}

// diagnosed is a diagnosis of a database that stays as it is.
func diagnosed(have *schema.Snapshot, migrations ...diagnosis.MigrationFinding) *diagnosis.Diagnosis {
	return &diagnosis.Diagnosis{Migrations: migrations, Have: have, Target: have.Clone(), Recorded: &diagnosis.Recorded{}}
}

func mustMake(t *testing.T, d *diagnosis.Diagnosis) *plan.Plan {
	t.Helper()
	p, err := plan.Make(d, sqlite.Engine{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// steps writes the steps, a line each.
func steps(p *plan.Plan) string {
	var lines []string
	for i := range p.Steps {
		s := &p.Steps[i]
		line := fmt.Sprintf("%s %s", s.Kind, s.SQL)
		if s.Rebuild {
			line += " (foreign keys rest)"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestOutcomes(t *testing.T) {
	recorded, begun := diagnosis.Claim{Recorded: true}, diagnosis.Claim{Begun: true}
	edited := diagnosis.Claim{Recorded: true, Edited: true}
	const done, not, over = diagnosis.Done, diagnosis.NotDone, diagnosis.Superseded
	for name, test := range map[string]struct {
		claim    diagnosis.Claim
		verdicts []diagnosis.Verdict
		plain    bool
		want     journal.Outcome // "" where nothing is recorded
		heals    bool
	}{
		"pending":                        {verdicts: []diagnosis.Verdict{not, not}, plain: true, want: journal.Applied},
		"pending, without a statement":   {plain: true, want: journal.Applied},
		"all of it there":                {verdicts: []diagnosis.Verdict{done, over}, want: journal.Present, heals: true},
		"some of it there":               {verdicts: []diagnosis.Verdict{done, not}, want: journal.Healed, heals: true},
		"recorded":                       {claim: recorded, verdicts: []diagnosis.Verdict{done, done}},
		"recorded, and some missing":     {claim: recorded, verdicts: []diagnosis.Verdict{done, not}, want: journal.Healed, heals: true},
		"begun, and nothing ran":         {claim: begun, verdicts: []diagnosis.Verdict{not, not}, plain: true, want: journal.Applied},
		"begun, and all ran":             {claim: begun, verdicts: []diagnosis.Verdict{done, done}, want: journal.Present, heals: true},
		"edited, and all there":          {claim: edited, verdicts: []diagnosis.Verdict{done, done}, want: journal.Present},
		"edited, and something appended": {claim: edited, verdicts: []diagnosis.Verdict{done, not}, want: journal.Healed, heals: true},
	} {
		t.Run(name, func(t *testing.T) {
			var findings []diagnosis.Finding
			for i, v := range test.verdicts {
				findings = append(findings, finding(t, fmt.Sprintf("CREATE VIEW v%d AS SELECT 1", i), v))
			}
			mf := one("1", findings...)
			mf.Claim, mf.Plain = test.claim, test.plain
			p := mustMake(t, diagnosed(schema.NewSnapshot(), mf))
			var got journal.Outcome
			if len(p.Records) > 0 {
				got = p.Records[0].Outcome
			}
			if got != test.want || p.Healing != test.heals {
				t.Errorf("recorded as %q, healing %t; want %q, %t", got, p.Healing, test.want, test.heals)
			}
			if p.Empty() != (test.want == "") {
				t.Errorf("empty: %t", p.Empty())
			}
		})
	}
}

// A plan is good for one schema, and says which and where it leads.
func TestFromAndTo(t *testing.T) {
	d := diagnosed(schema.NewSnapshot(table("notes")))
	d.Target.Put(table("tags"))
	p := mustMake(t, d)
	if p.From != d.Have.Fingerprint() || p.To != d.Target.Fingerprint() || p.From == p.To {
		t.Errorf("from %s to %s", p.From, p.To)
	}
}

// What stands in the way goes right ahead of the statement that it is in the way of.
func TestWhatGoesFirst(t *testing.T) {
	replaced := finding(t, "CREATE INDEX search ON notes (title)", diagnosis.NotDone)
	replaced.Instead = []*schema.Object{index("notes", "search", "body")}
	renamed := finding(t, "ALTER TABLE notes RENAME COLUMN body TO text", diagnosis.NotDone)
	renamed.Twin = part(schema.Column, "notes", "text")
	refilled := finding(t, "INSERT INTO notes_new SELECT * FROM notes", diagnosis.NotDone)
	refilled.Clear = table("notes_new")
	seeded := finding(t, "INSERT INTO tags VALUES (1), (2), (3)", diagnosis.NotDone)
	seeded.Seeds = []int{0, 2}
	p := mustMake(t, diagnosed(schema.NewSnapshot(), one("1", replaced, renamed, refilled, seeded)))
	want := `synthesised DROP INDEX "search"
run CREATE INDEX search ON notes (title)
synthesised ALTER TABLE "notes" DROP COLUMN "text"
run ALTER TABLE notes RENAME COLUMN body TO text
synthesised DELETE FROM "notes_new"
run INSERT INTO notes_new SELECT * FROM notes
synthesised INSERT INTO tags VALUES (1), (3)`
	if diff := cmp.Diff(want, steps(p)); diff != "" {
		t.Error(diff)
	}
	// Only a table that is emptied on purpose may lose rows.
	for i, name := range map[int]string{0: "notes", 2: "notes", 4: ""} {
		if got := p.Steps[i].Table.Name; got != name {
			t.Errorf("step %d watches over the rows of %q, want %q", i, got, name)
		}
	}
}

// A statement of which some is there is completed, never run.
func TestCompleting(t *testing.T) {
	partly := finding(t, "CREATE TABLE notes (id, slug TEXT)", diagnosis.Partly)
	partly.Missing = made(part(schema.Column, "notes", "slug", schema.Fact{Name: schema.Type, Value: "TEXT"}))
	moved := finding(t, "ALTER TABLE notes RENAME COLUMN body TO text", diagnosis.Partly)
	moved.Twin = part(schema.Column, "notes", "body")
	p := mustMake(t, diagnosed(schema.NewSnapshot(), one("1", partly, moved)))
	want := `synthesised ALTER TABLE "notes" ADD COLUMN "slug" TEXT
synthesised ALTER TABLE "notes" DROP COLUMN "body"`
	if diff := cmp.Diff(want, steps(p)); diff != "" {
		t.Error(diff)
	}
}

func TestSynthesisErrors(t *testing.T) {
	refuses := part(schema.Column, "notes", "slug", schema.Fact{Name: schema.Nullable, Value: "no"})
	key := part(schema.PrimaryKey, "notes", "")
	partly := finding(t, "CREATE TABLE notes (id, slug TEXT NOT NULL)", diagnosis.Partly)
	partly.Missing = made(refuses)
	instead := finding(t, "CREATE TABLE notes (id PRIMARY KEY)", diagnosis.NotDone)
	instead.Instead = []*schema.Object{key}
	restore := diagnosed(schema.NewSnapshot())
	restore.Restore = []*schema.Object{key}
	for name, test := range map[string]struct {
		d    *diagnosis.Diagnosis
		want plan.SynthesisError
	}{
		"a column that no row has a value for": {diagnosed(schema.NewSnapshot(), one("1", partly)),
			plan.SynthesisError{Ref: diagnosis.Ref{Version: "1", Number: 1}, Object: refuses, Action: "add"}},
		"a key in the way": {diagnosed(schema.NewSnapshot(), one("1", instead)),
			plan.SynthesisError{Ref: diagnosis.Ref{Version: "1", Number: 1}, Object: key, Action: "drop"}},
		"a key of the base": {restore, plan.SynthesisError{Object: key, Action: "add"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := plan.Make(test.d, sqlite.Engine{})
			unwritten, ok := errors.AsType[*plan.SynthesisError](err)
			if !ok || *unwritten != test.want || p != nil {
				t.Errorf("plan %v, error %v", p, err)
			}
		})
	}
}

func TestForbiddenStatements(t *testing.T) {
	mf := one("7", finding(t, "ATTACH 'other.db' AS other", diagnosis.NotDone))
	_, err := plan.Make(diagnosed(schema.NewSnapshot(), mf), sqlite.Engine{})
	refused, ok := errors.AsType[*migration.SyntaxError](err)
	if !ok || refused.Path != "7_x.sql" || refused.Line != 1 || refused.Reason == "" || refused.Hint == "" {
		t.Errorf("error %v", err)
	}
	// One that has run stays where it is.
	mf.Findings[0].Verdict, mf.Claim.Recorded = diagnosis.Done, true
	if p := mustMake(t, diagnosed(schema.NewSnapshot(), mf)); !p.Empty() {
		t.Errorf("planned %s", steps(p))
	}
}

// The run has its own transaction and its own way with foreign keys; what no
// transaction bears comes behind it. A setting is made wherever anything else runs.
func TestClasses(t *testing.T) {
	mf := one("1",
		finding(t, "PRAGMA foreign_keys = OFF", diagnosis.NotDone),
		finding(t, "BEGIN", diagnosis.NotDone),
		finding(t, "PRAGMA cache_size = 100", diagnosis.NoOp),
		finding(t, "COMMIT", diagnosis.NoOp),
		finding(t, "VACUUM", diagnosis.NotDone),
	)
	mf.Plain = true
	want := "run PRAGMA cache_size = 100\nafterwards VACUUM"
	if diff := cmp.Diff(want, steps(mustMake(t, diagnosed(schema.NewSnapshot(), mf)))); diff != "" {
		t.Error(diff)
	}
	mf.Plain = false
	if diff := cmp.Diff(want, steps(mustMake(t, diagnosed(schema.NewSnapshot(), mf)))); diff != "" {
		t.Errorf("healed: %s", diff)
	}
	// Where nothing else runs, nothing has to be set for it.
	mf.Findings[4].Verdict = diagnosis.Done
	if diff := cmp.Diff("", steps(mustMake(t, diagnosed(schema.NewSnapshot(), mf)))); diff != "" {
		t.Errorf("all of it is there: %s", diff)
	}
}
