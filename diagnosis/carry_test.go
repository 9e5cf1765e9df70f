package diagnosis_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// carryOut does to the schema what the plan would do to the database, requires
// that this gives the target, and that a second look finds nothing left to do.
func (s *situation) carryOut(t *testing.T, d *diagnosis.Diagnosis, p *plan.Plan) {
	t.Helper()
	after := run(t, d, p)
	for _, diff := range schema.Compare(d.Target, after) {
		t.Errorf("carried out, the plan does not lead to its target: %s", diff)
	}
	if t.Failed() || len(s.input.Replay.Presumed) > 0 {
		return // what is presumed is taken from the live schema anew
	}
	again := s.input
	again.Have = after
	again.Witness = s.input.Witness.(*witness).afterwards(after)
	again.Recorded = &diagnosis.Recorded{
		Exists: true, Claims: maps.Clone(s.input.Recorded.Claims), Unknown: s.input.Recorded.Unknown,
	}
	for _, r := range p.Records {
		again.Recorded.Claims[migration.Version(r.Migration.Version.Normal())] = diagnosis.Claim{Recorded: true}
	}
	second, err := diagnosis.Diagnose(t.Context(), again)
	if err != nil {
		t.Fatalf("diagnosed again: %v", err)
	}
	for _, q := range second.Questions {
		t.Errorf("a second run asks %s: %s", q.Name(), q.Text)
	}
	rest, err := plan.Make(second, sqlite.Engine{})
	if err != nil {
		t.Fatalf("planned again: %v", err)
	}
	for _, step := range rest.Steps {
		t.Errorf("a second run does %s %s: %s", step.Kind, step.Ref, step.SQL)
	}
	for _, r := range rest.Records {
		t.Errorf("a second run records %s %s: %s", r.Migration.Version, r.Outcome, r.Reason)
	}
}

// run returns the schema behind the plan.
func run(t *testing.T, d *diagnosis.Diagnosis, p *plan.Plan) *schema.Snapshot {
	t.Helper()
	changes := map[diagnosis.Ref][]schema.Change{}
	for _, mf := range d.Migrations {
		for _, f := range mf.Findings {
			changes[f.Ref] = f.Changes
		}
	}
	n := &notebook{target: d.Target, did: map[string]schema.Change{}}
	if _, err := plan.Make(d, n); err != nil {
		t.Fatal(err)
	}
	now := d.Have.Clone()
	for _, step := range p.Steps {
		if step.Source == nil {
			n.replay(now, step.SQL)
			continue
		}
		moved, was := carried(now, step.Source), now.Clone()
		now.Apply(changes[step.Ref])
		for _, c := range changes[step.Ref] {
			if step.Source.Verb == "alter table rename" && c.Key.Table == step.Source.Target && !c.Before.Equal(was.Get(c.Key)) {
				c.Key.Table = step.Source.NewName
				now.Delete(c.Key) // it comes along as it is, if it does
			}
		}
		for _, c := range changes[step.Ref] {
			if c.Key.Kind == schema.Table && c.After == nil {
				for _, part := range now.Parts(c.Key) {
					now.Delete(part.Key)
				}
			}
		}
		for _, o := range moved {
			if now.Get(o.Key) == nil {
				now.Put(o)
			}
		}
	}
	return now
}

// carried returns what goes with a table that is renamed, whoever made it.
func carried(now *schema.Snapshot, s *migration.Statement) []*schema.Object {
	if s.Verb != "alter table rename" {
		return nil
	}
	var moved []*schema.Object
	for _, part := range now.Parts(schema.Key{Kind: schema.Table, Name: s.Target}) {
		after := *part
		after.Key.Table = s.NewName
		moved = append(moved, &after)
	}
	return moved
}

// A notebook notes what the statements that the engine writes are for.
type notebook struct {
	sqlite.Engine
	target *schema.Snapshot
	did    map[string]schema.Change
}

func (n *notebook) Add(o *schema.Object) []string {
	return n.note(n.Engine.Add(o), schema.Change{Key: o.Key, After: o})
}

func (n *notebook) Drop(o *schema.Object) []string {
	return n.note(n.Engine.Drop(o), schema.Change{Key: o.Key, Before: o})
}

func (n *notebook) note(statements []string, c schema.Change) []string {
	for _, sql := range statements {
		n.did[sql] = c
	}
	return statements
}

// replay does what a statement of the engine's own is for; what empties a table
// leaves the schema as it is.
func (n *notebook) replay(now *schema.Snapshot, sql string) {
	c, known := n.did[sql]
	if !known {
		return
	}
	now.Apply([]schema.Change{c})
	for _, part := range parts(now, c.Key) {
		now.Delete(part.Key)
	}
	if c.After == nil {
		return
	}
	for _, part := range parts(n.target, c.Key) {
		if part.Source == "" && strings.HasPrefix(sql, "CREATE TABLE") {
			now.Put(part)
		}
	}
}
