package migration_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dbmend/dbmend/migration"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestLoad reads every folder in testdata. Each file there is one situation: what
// it is about, options ("format = goose", "env NAME = value", "placeholder NAME =
// value", "contexts = a, b", "labels = a", "database = mysql"), the files of the
// folder, and last, under the name "=>", what Load makes of it.
func TestLoad(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no situations in testdata: %v", err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			situation, folder := parseArchive(string(text)), fstest.MapFS{}
			for name, content := range situation.files {
				if name != result {
					folder[name] = &fstest.MapFile{Data: []byte(content)}
				}
			}
			got := describe(migration.Load(folder, lineCutter{}, options(situation.comment)))
			if diff := cmp.Diff(situation.files[result], got); diff != "" && !*update {
				t.Errorf("not as expected (-want +got):\n%s", diff)
			}
			if *update {
				if _, there := situation.files[result]; !there {
					situation.names = append(situation.names, result)
				}
				situation.files[result] = got
				if err := os.WriteFile(path, []byte(situation.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// result is the name under which a situation says what comes out.
const result = "=>"

// options reads the options out of a situation's description.
func options(text string) migration.LoadOptions {
	var o migration.LoadOptions
	env := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		variable, isEnv := strings.CutPrefix(name, "env ")
		switch {
		case ok && name == "format":
			o.Format = value
		case ok && isEnv:
			env[variable] = value
		case ok && name == "database":
			o.Database = value
		case ok && (name == "contexts" || name == "labels"):
			if o.Filter == nil {
				o.Filter = &migration.Filter{}
			}
			if name == "labels" {
				o.Filter.Labels = value
			} else if value != "all" {
				o.Filter.Contexts = strings.Split(value, ", ")
			}
		case ok && strings.HasPrefix(name, "placeholder "):
			if o.Placeholders == nil {
				o.Placeholders = map[string]string{}
			}
			o.Placeholders[strings.TrimPrefix(name, "placeholder ")] = value
		}
	}
	if len(env) > 0 {
		o.Env = func(name string) (string, bool) {
			value, ok := env[name]
			return value, ok
		}
	}
	return o
}

// describe writes down all that a test may want to see of a set.
func describe(s *migration.Set, err error) string {
	var b strings.Builder
	if err != nil {
		for _, err := range split(err) {
			fmt.Fprintf(&b, "error: %v\n", err)
			var syntax *migration.SyntaxError
			if errors.As(err, &syntax) {
				note(&b, "  excerpt: %s\n", syntax.Excerpt)
				note(&b, "  hint: %s\n", syntax.Hint)
			}
		}
		return b.String()
	}
	fmt.Fprintf(&b, "format: %s\n", s.Format)
	for _, hint := range s.Hints {
		fmt.Fprintf(&b, "hint: %s\n", hint)
	}
	for _, m := range s.Migrations {
		one(&b, m)
	}
	for _, m := range s.Baselines {
		b.WriteString("\naside:")
		one(&b, m)
	}
	return b.String()
}

// one writes down a migration: what is unusual about it behind its name.
func one(b *strings.Builder, m *migration.Migration) {
	fmt.Fprintf(b, "\n%s (%s)", m.ID(), m.Path)
	if m.Key != string(m.Version) {
		note(b, " known as %q", m.Key)
	}
	note(b, " described as %q", m.Description)
	if m.Rerun != migration.Never {
		fmt.Fprintf(b, ", run again: %s", m.Rerun)
	}
	if m.Baseline {
		b.WriteString(", a baseline")
	}
	if m.Made != 0 {
		fmt.Fprintf(b, ", made at %d", m.Made)
	}
	if m.NoTransaction {
		b.WriteString(" up without a transaction")
	}
	if m.NoTransactionDown {
		b.WriteString(" down without a transaction")
	}
	b.WriteString("\n")
	if c := m.Changeset; c != nil {
		fmt.Fprintf(b, "  changeset %q of %q in %s\n", c.ID, c.Author, c.File)
		note(b, "  comment %s\n", c.Comment)
		note(b, "  contexts %s\n", c.Contexts)
		note(b, "  labels %s\n", c.Labels)
		note(b, "  valid %s\n", strings.Join(c.Valid, ", "))
	}
	section(b, "up", m.Statements)
	section(b, "down", m.Down)
}

func section(b *strings.Builder, name string, statements []migration.Statement) {
	switch {
	case statements == nil:
		return
	case len(statements) == 0:
		fmt.Fprintf(b, "%4s: nothing\n", name)
	}
	for _, s := range statements {
		text := strings.ReplaceAll(s.Text, "\n", " / ")
		if s.Rerunnable {
			text += " (rerunnable)"
		}
		fmt.Fprintf(b, "%4s %d, line %d: %s\n", name, s.Number, s.Line, text)
	}
}

// note writes a line that has something to say.
func note(b *strings.Builder, format, text string) {
	if text != "" {
		fmt.Fprintf(b, format, text)
	}
}

// split returns the errors that were joined.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
