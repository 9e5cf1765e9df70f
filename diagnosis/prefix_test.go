package diagnosis_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// Histories drawn at random, held against a twin that knows one thing: run the set
// from its base, stop after any number of statements, and look whether that is the
// schema. It needs no trajectories, and is right about every database at which a
// set has simply stopped.

// TestPrefixes: without a history the statements ahead of some such position are
// done, those behind it are not, and what touches rows runs only behind every one.
func TestPrefixes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		stopped := rapid.IntRange(0, len(s.replay.Effects)).Draw(t, "stopped")
		d := s.diagnose(t, s.stages[stopped], &diagnosis.Recorded{})
		if len(s.replay.Effects) == 0 {
			return
		}
		fits := s.fitting(s.stages[stopped])
		for _, at := range fits {
			if s.agrees(d, at) {
				s.checkData(t, d, fits, at)
				return
			}
		}
		t.Errorf("stopped at one of %v, and found\n%s", fits, report(d, s.replay.Want, nil, nil))
	})
}

// TestRecordedPrefixes: with a history that is right everything recorded is done,
// everything else is pending and runs as it is written, without a question.
func TestRecordedPrefixes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		claimed := rapid.IntRange(0, len(s.replay.Set.Migrations)).Draw(t, "recorded")
		recorded := &diagnosis.Recorded{Exists: true, Claims: map[migration.Version]diagnosis.Claim{}}
		stopped := 0
		for _, m := range s.replay.Set.Migrations[:claimed] {
			recorded.Claims[migration.Version(m.Version.Normal())] = diagnosis.Claim{Recorded: true}
			stopped += len(m.Statements)
		}
		d := s.diagnose(t, s.stages[stopped], recorded)
		if !d.Agrees || len(d.Questions) > 0 || len(d.Drift) > 0 {
			t.Fatalf("found\n%s", report(d, s.replay.Want, nil, nil))
		}
		p, err := plan.Make(d, sqlite.Engine{})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Steps) != len(s.replay.Effects)-stopped || len(p.Records) != len(s.replay.Set.Migrations)-claimed {
			t.Fatalf("planned\n%s", report(d, s.replay.Want, p, nil))
		}
		for i := range p.Steps {
			if want := s.replay.Effects[stopped+i].Ref(); p.Steps[i].Ref != want {
				t.Errorf("step %d is %s, want %s", i, p.Steps[i].Ref, want)
			}
		}
		if p.To != s.replay.Want.Fingerprint() {
			t.Error("the plan does not lead to what the set wants")
		}
	})
}

// A story is a set with the schema after each of its statements.
type story struct {
	replay *diagnosis.Replay
	stages []*schema.Snapshot // stages[n] is what is there after n statements
}

func drawStory(t *rapid.T) *story {
	files := map[string]string{}
	now := schema.NewSnapshot()
	for m := range rapid.IntRange(1, 4).Draw(t, "migrations") {
		var b strings.Builder
		for range rapid.IntRange(1, 3).Draw(t, "statements") {
			b.WriteString(drawStatement(t, now))
		}
		files[fmt.Sprintf("%03d.sql", m+1)] = b.String()
	}
	t.Log(files)
	replay, _, err := readSet(files)
	if err != nil {
		t.Fatal(err)
	}
	s := &story{replay: replay, stages: []*schema.Snapshot{schema.NewSnapshot()}}
	for i := range replay.Effects {
		next := s.stages[i].Clone()
		next.Apply(replay.Effects[i].Changes)
		s.stages = append(s.stages, next)
	}
	return s
}

// drawStatement draws what can happen to the schema, as the files of testdata tell
// it. There are few names, so that things come back in the same form or another.
func drawStatement(t *rapid.T, now *schema.Snapshot) string {
	table := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "table")
	kind := rapid.SampledFrom([]string{"INTEGER", "TEXT"}).Draw(t, "type")
	id := fmt.Sprintf("+ column %s.id type=%s", table, kind)
	if now.Get(schema.Key{Kind: schema.Table, Name: table}) == nil {
		return play(t, now, "CREATE TABLE "+table+" (id)", "+ table "+table, id)
	}
	column, index := toggle{"column " + table + ".x", "ALTER TABLE " + table + " ADD COLUMN x", "ALTER TABLE " + table + " DROP COLUMN x", "type=" + kind},
		toggle{"index i on " + table, "CREATE INDEX i ON " + table + " (id)", "DROP INDEX i", "columns=id"}
	switch rapid.SampledFrom([]string{"drop", "column", "column", "index", "index", "update", "update"}).Draw(t, "what") {
	case "drop":
		return play(t, now, "DROP TABLE "+table, "- table "+table)
	case "column":
		return column.play(t, now)
	case "index":
		return index.play(t, now)
	default:
		return play(t, now, "UPDATE "+table+" SET id = id + 1")
	}
}

// A toggle is an object that is made where it is not and dropped where it is.
type toggle struct{ key, make, drop, facts string }

func (g toggle) play(t *rapid.T, now *schema.Snapshot) string {
	key, err := readKey(g.key)
	if err != nil {
		t.Fatal(err)
	}
	if now.Get(key) != nil {
		return play(t, now, g.drop, "- "+g.key)
	}
	return play(t, now, g.make, "+ "+g.key+" "+g.facts)
}

func play(t *rapid.T, now *schema.Snapshot, sql string, events ...string) string {
	text := sql + ";\n"
	for _, event := range events {
		if err := happen(now, event); err != nil {
			t.Fatal(err)
		}
		text += event + "\n"
	}
	return text
}

func (s *story) diagnose(t *rapid.T, have *schema.Snapshot, recorded *diagnosis.Recorded) *diagnosis.Diagnosis {
	d, err := diagnosis.Diagnose(context.Background(), diagnosis.Input{
		Replay: s.replay, Have: have.Clone(), Recorded: recorded, Witness: stubborn{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// fitting returns every number of statements after which the set gives this schema.
func (s *story) fitting(have *schema.Snapshot) (positions []int) {
	for n, stage := range s.stages {
		if len(schema.Compare(stage, have)) == 0 {
			positions = append(positions, n)
		}
	}
	return positions
}

// agrees reports whether the verdicts on the schema are those of a set that has
// stopped after so many statements.
func (s *story) agrees(d *diagnosis.Diagnosis, position int) bool {
	e := 0
	for _, mf := range d.Migrations {
		for _, f := range mf.Findings {
			over := f.Verdict == diagnosis.Done || f.Verdict == diagnosis.Superseded
			if len(f.Changes) > 0 && (over != (e < position) || !over && f.Verdict != diagnosis.NotDone) {
				return false
			}
			e++
		}
	}
	return true
}

// checkData requires that no statement on data runs which may have run, and that
// none is left out or asked about that can be told not to have.
func (s *story) checkData(t *rapid.T, d *diagnosis.Diagnosis, fits []int, at int) {
	first, last := fits[0], fits[len(fits)-1]
	e := 0
	for _, mf := range d.Migrations {
		for _, f := range mf.Findings {
			if len(f.Changes) == 0 {
				runs := f.Verdict == diagnosis.NotDone
				switch {
				case e < first && runs, e < last && runs && e < at:
					t.Errorf("%s has run, and would run again: %v", f.Ref, f.Evidence)
				case e >= last && !runs:
					t.Errorf("%s has not run, and is %s: %v", f.Ref, f.Verdict, f.Evidence)
				}
			}
			e++
		}
	}
}

// A stubborn witness has rows everywhere, and none that proves anything.
type stubborn struct{ diagnosis.Witness }

func (stubborn) Rows(context.Context, schema.Key, int64) (int64, error)            { return 3, nil }
func (stubborn) Filled(context.Context, *schema.Object) (int64, error)             { return 3, nil }
func (stubborn) Sample(context.Context, schema.Key) ([]string, error)              { return nil, nil }
func (stubborn) Astray(context.Context, schema.Key) (n int64, s string, err error) { return 0, "", nil }

func (stubborn) Try(context.Context, *migration.Statement) (diagnosis.Trial, error) {
	return diagnosis.Trial{First: 3, Second: 3, Again: 3}, nil
}

func (stubborn) Seeds(context.Context, *migration.Statement, *schema.Snapshot) (s diagnosis.Seeds, ok bool, err error) {
	return s, false, nil
}

func (stubborn) Copied(context.Context, *migration.Statement) (c diagnosis.Copied, ok bool, err error) {
	return c, false, nil
}
