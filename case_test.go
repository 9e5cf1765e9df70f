package dbmend_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/diagnosis"
)

// TestCases runs every situation of testdata/cases, on every engine that it names:
// a set, a history, a live database, and what Up must make of it.
// testdata/cases/README.md has the format. DBMEND_CASES names another folder to run.
func TestCases(t *testing.T) {
	folder := "testdata/cases"
	if other := os.Getenv("DBMEND_CASES"); other != "" {
		folder = other
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s (%v)", folder, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel() // servers let one wait
			c := readCase(t, file)
			for _, name := range c.engines {
				g, ok := grounds[name]
				if !ok {
					t.Fatalf("no engine is called %q", name)
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					c.run(t, g)
				})
			}
		})
	}
}

// A situation is one case, read from its file.
type situation struct {
	engines  []string
	files    fstest.MapFS
	recorded *string // nil: no tracking table
	live     string
	base     string
	schema   string
	expect   string
	asserts  map[string][]string // by the engine that they are about, "" for every one
	question string
	answers  diagnosis.Answers
}

func readCase(t *testing.T, file string) *situation {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &situation{files: fstest.MapFS{}, asserts: map[string][]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		if rest, ok := strings.CutPrefix(line, "# engines:"); ok {
			c.engines = strings.Fields(rest)
		}
	}
	if len(c.engines) == 0 {
		t.Fatal("the case does not say on which engines it can happen")
	}
	for _, f := range archive.Files {
		text := string(f.Data)
		switch {
		case strings.HasPrefix(f.Name, "migrations/"):
			c.files[strings.TrimPrefix(f.Name, "migrations/")] = &fstest.MapFile{Data: f.Data}
		case f.Name == "recorded":
			c.recorded = &text
		case f.Name == "live.sql":
			c.live = text
		case f.Name == "base.sql":
			c.base = text
		case f.Name == "schema.sql":
			c.schema = text
		case f.Name == "expect":
			c.expect = strings.TrimSpace(text)
		case f.Name == "question":
			c.question = strings.TrimSpace(text)
		case f.Name == "answers":
			c.answers = diagnosis.Answers{}
			for _, line := range strings.Fields(text) {
				name, answer, _ := strings.Cut(line, "=")
				c.answers[name] = answer
			}
		case f.Name == "asserts" || strings.HasPrefix(f.Name, "asserts."):
			about := strings.TrimPrefix(strings.TrimPrefix(f.Name, "asserts"), ".")
			c.asserts[about] = strings.Split(strings.TrimSpace(text), "\n")
		}
	}
	return c
}

// options are what a user would give for the case.
func (c *situation) options() []dbmend.Option {
	options := []dbmend.Option{dbmend.Answer(c.answers)}
	if c.base != "" {
		options = append(options, dbmend.Base("base.sql", c.base))
	}
	if c.schema != "" {
		options = append(options, dbmend.Schema("schema.sql", c.schema))
	}
	return options
}

// run builds the live database, heals it and checks what came of it.
func (c *situation) run(t *testing.T, g ground) {
	s := g.open(t)
	s.client(t, g.engine, c.live)
	if c.recorded != nil {
		c.record(t, g, s.app)
	}
	before := g.dump(t, s.witness)

	m, err := dbmend.New(s.app, g.engine, c.files, c.options()...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Status(t.Context()); err != nil {
		t.Fatalf("status: %v", err)
	}
	predicted, planErr := m.Plan(t.Context())
	if diff := cmp.Diff(before, g.dump(t, s.witness)); diff != "" {
		t.Fatalf("status and plan have changed the database (-before +after):\n%s", diff)
	}
	report, err := m.Up(t.Context())
	switch c.expect {
	case "refuse":
		refusal, ok := errors.AsType[*dbmend.Refusal](err)
		if !ok {
			t.Fatalf("up: %v (ran %q); wanted a refusal", err, steps(report))
		}
		logQuestions(t, refusal)
		if diff := cmp.Diff(before, g.dump(t, s.witness)); diff != "" {
			t.Fatalf("the refusal changed the database (-before +after):\n%s", diff)
		}
		// Other projects' cases have the question in words.
		if c.question != "" && len(c.question) < 8 && string(refusal.Questions[0].Code) != c.question {
			t.Fatalf("asked %s; wanted %s", refusal.Questions[0].Code, c.question)
		}
	case "heal", "record":
		if err != nil {
			if refusal, ok := errors.AsType[*dbmend.Refusal](err); ok {
				logQuestions(t, refusal)
			}
			t.Fatalf("up: %v", err)
		}
		if c.expect == "record" && len(report.Steps) > 0 {
			t.Fatalf("up ran %q; wanted nothing run", steps(report))
		}
		if planErr != nil {
			t.Fatalf("plan: %v, although up succeeded", planErr)
		}
		var foretold []string
		for _, s := range predicted.Steps {
			foretold = append(foretold, s.SQL)
		}
		if !slices.Equal(foretold, steps(report)) {
			t.Fatalf("plan foretold %q; up ran %q", foretold, steps(report))
		}
		c.again(t, g, s, m)
	default:
		t.Fatalf("unknown expectation %q", c.expect)
	}
	for _, assert := range append(c.asserts[""], c.asserts[g.engine.Name()]...) {
		query, want, _ := strings.Cut(assert, "=>")
		if got := queryJSON(t, s.witness, query); got != compact(t, want) {
			t.Errorf("%s => %s; wanted %s", query, got, want)
		}
	}
}

// again runs Up on what is healed: with the same migrator, and with one of a later
// start of the application, to which nobody gives the answers any more.
func (c *situation) again(t *testing.T, g ground, s *stage, m *dbmend.Migrator) {
	t.Helper()
	healed := g.dump(t, s.witness)
	later, err := dbmend.New(s.app, g.engine, c.files, append(c.options(), dbmend.Answer(nil))...)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*dbmend.Migrator{"the second up": m, "a later up": later} {
		report, err := m.Up(t.Context())
		if err != nil || !report.Nothing() {
			t.Fatalf("%s: %v, ran %q, recorded %v", name, err, steps(report), report.Records)
		}
		if diff := cmp.Diff(healed, g.dump(t, s.witness)); diff != "" {
			t.Fatalf("%s changed the database (-before +after):\n%s", name, diff)
		}
	}
}

func logQuestions(t *testing.T, refusal *dbmend.Refusal) {
	t.Helper()
	for _, q := range refusal.Questions {
		t.Logf("%s: %s\n  %s", q.Name(), q.Text, strings.Join(q.Facts, "\n  "))
	}
}

func steps(r *dbmend.Report) []string {
	var texts []string
	for _, s := range r.Steps {
		texts = append(texts, s.Step.SQL)
	}
	return texts
}
