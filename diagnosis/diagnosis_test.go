package diagnosis_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/plan"
)

// What -update writes is what the code says, not what is right: it may be
// committed once somebody has read every changed line and would defend it before
// the owner of the database that it is about.
var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestSituations tells, file by file, what is held of a database and what would
// be done about it. Where a plan is made it is also carried out on the schema
// alone, which must lead to the target, and diagnosed again, which must find
// nothing left to do.
func TestSituations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no situations (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { testFile(t, file) })
	}
}

func testFile(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Comment) == 0 {
		t.Error("the head does not say why this situation is told")
	}
	all, variants := readSections(archive)
	for _, variant := range variants {
		t.Run(variant, func(t *testing.T) {
			s := all.situation(t, variant)
			d, p, got := s.resolve(t)
			if *update {
				store(archive, variant, got)
			} else if diff := cmp.Diff(s.expect, got); diff != "" {
				t.Errorf("expected (-), found (+):\n%s", diff)
			}
			if p != nil {
				s.carryOut(t, d, p)
			}
		})
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// resolve diagnoses and, where nothing is left to ask, plans.
func (s *situation) resolve(t *testing.T) (*diagnosis.Diagnosis, *plan.Plan, string) {
	t.Helper()
	d, err := diagnosis.Diagnose(t.Context(), s.input)
	if err != nil {
		t.Fatal(err)
	}
	var p *plan.Plan
	if len(d.Questions) == 0 {
		p, err = plan.Make(d, sqlite.Engine{})
	}
	return d, p, report(d, s.input.Replay.Want, p, err)
}
