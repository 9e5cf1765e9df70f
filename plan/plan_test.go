package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
)

// sketch makes a plan of words: "2" is a statement of migration 2, "2r" one for
// which foreign keys must rest, "2d" a DELETE, "2e" one for which its migration turns them
// on, "2i" an index built outside of any
// transaction, and "restore" one of no migration.
// The migrations are recorded in the order of the words of records.
func sketch(steps, records string) *plan.Plan {
	p := &plan.Plan{}
	for _, word := range strings.Fields(steps) {
		version := strings.TrimRight(word, "rdeiv")
		s := plan.Step{
			Kind: plan.Authored, SQL: word, Rebuild: strings.HasSuffix(word, "r"), Source: &migration.Statement{Verb: "create table"},
			Ref: diagnosis.Ref{Version: migration.Version(version), Number: 1},
		}
		if strings.HasSuffix(word, "d") || strings.HasSuffix(word, "e") {
			s.Source.Verb, s.Enforce = "delete", strings.HasSuffix(word, "e")
		}
		if strings.HasSuffix(word, "i") {
			s.Kind, s.Source.Verb, s.Source.Class = plan.Afterwards, "create index", migration.Outside
		}
		if strings.HasSuffix(word, "v") {
			s.Source.Verb = "alter type add value"
		}
		if word == "restore" {
			s.Kind, s.Ref, s.Source, s.Rebuild = plan.Synthesised, diagnosis.Ref{}, nil, false
		}
		p.Steps = append(p.Steps, s)
	}
	for _, version := range strings.Fields(records) {
		p.Records = append(p.Records, plan.Record{Migration: &migration.Migration{Version: migration.Version(version)}})
	}
	return p
}

// words writes segments: "2 2r -> 2 rebuild".
func words(segments []plan.Segment) []string {
	var texts []string
	for _, s := range segments {
		var steps, records []string
		for _, step := range s.Steps {
			steps = append(steps, step.SQL)
		}
		for _, r := range s.Records {
			records = append(records, string(r.Migration.Version))
		}
		text := strings.Join(steps, " ") + " -> " + strings.Join(records, " ")
		text += map[engine.TxMode]string{engine.Rebuild: " rebuild", engine.Enforced: " enforced"}[s.Mode]
		texts = append(texts, strings.TrimSpace(text))
	}
	return texts
}

func TestSegments(t *testing.T) {
	for name, test := range map[string]struct {
		steps, records string
		each           bool
		loose          bool // foreign keys are not enforced
		want           []string
	}{
		"nothing":                                      {},
		"one transaction for all":                      {steps: "1 2 3", records: "1 2 3", want: []string{"1 2 3 -> 1 2 3"}},
		"one for each":                                 {steps: "1 2 3", records: "1 2 3", each: true, want: []string{"1 -> 1", "2 -> 2", "3 -> 3"}},
		"only to be recorded":                          {records: "1 2", want: []string{"-> 1 2"}},
		"only to be recorded, each":                    {records: "1 2", each: true, want: []string{"-> 1", "-> 2"}},
		"steps and nothing to record":                  {steps: "restore", want: []string{"restore ->"}},
		"a rebuild":                                    {steps: "1 2r", records: "1 2", want: []string{"1 2r -> 1 2 rebuild"}},
		"a rebuild, each":                              {steps: "1 2r", records: "1 2", each: true, want: []string{"1 -> 1", "2r -> 2 rebuild"}},
		"a rebuild and a delete that may cascade":      {steps: "1d 2r 3d", records: "1 2 3", want: []string{"1d -> 1", "2r -> 2 rebuild", "3d -> 3"}},
		"the same, and nobody enforces them":           {steps: "1d 2r 3d", records: "1 2 3", loose: true, want: []string{"1d 2r 3d -> 1 2 3 rebuild"}},
		"a migration turns them on":                    {steps: "1d 2e 3d", records: "1 2 3", loose: true, want: []string{"1d -> 1", "2e -> 2 enforced", "3d -> 3"}},
		"the same, and they are on":                    {steps: "1d 2e 3d", records: "1 2 3", want: []string{"1d 2e 3d -> 1 2 3"}},
		"the same, beside a rebuild":                   {steps: "1r 2e 3r", records: "1 2 3", want: []string{"1r -> 1 rebuild", "2e -> 2", "3r -> 3 rebuild"}},
		"one turns them on, and rebuilds":              {steps: "1 2e 2r", records: "1 2", loose: true, want: []string{"1 2e 2r -> 1 2 rebuild"}},
		"neighbours share":                             {steps: "1d 2 3r 4r 5d 6", records: "1 2 3 4 5 6", want: []string{"1d 2 -> 1 2", "3r 4r -> 3 4 rebuild", "5d 6 -> 5 6"}},
		"a rebuild and a delete in one migration":      {steps: "1 2d 2r", records: "1 2", want: []string{"1 -> 1", "2d 2r -> 2 rebuild"}},
		"a migration of which nothing is run":          {steps: "1d 3r", records: "1 2 3", want: []string{"1d -> 1 2", "3r -> 3 rebuild"}},
		"what is restored goes with the first":         {steps: "restore 1 2", records: "1 2", each: true, want: []string{"restore 1 -> 1", "2 -> 2"}},
		"an index outside, and more behind it":         {steps: "1 2 2i 3 4", records: "1 2 3 4", want: []string{"1 2 2i -> 1 2", "3 4 -> 3 4"}},
		"an index outside as the last":                 {steps: "1 2 2i", records: "1 2", want: []string{"1 2 2i -> 1 2"}},
		"an enum's value for later migrations":         {steps: "1 2v 3", records: "1 2 3", want: []string{"1 -> 1", "2v -> 2", "3 -> 3"}},
		"versions are numbers":                         {steps: "2 10", records: "2 10", each: true, want: []string{"2 -> 2", "10 -> 10"}},
		"foreign parts are made again behind the last": {steps: "1r restore", records: "1", want: []string{"1r restore -> 1 rebuild"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := words(sketch(test.steps, test.records).Segments(test.each, !test.loose))
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q\nwant %q", got, test.want)
			}
		})
	}
}
