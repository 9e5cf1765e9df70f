package lint_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend/internal/lint"
)

// A rule that finds nothing may be kept or may be broken. So each is shown files
// that break it, and must find all of them, and files that come close, and must
// leave them alone.
var cases = []struct {
	rule  string
	files map[string]string
	want  []string // the findings, up to the second colon; none where nothing is wrong
}{
	{
		rule: "schema stands alone",
		files: map[string]string{
			"schema/key.go":       "package schema\n\nimport \"example.org/m/migration\"\n",
			"schema/key_test.go":  "package schema\n\nimport \"example.org/m/internal/testdb\"\n",
			"migration/set.go":    "package migration\n\nimport \"example.org/m/schema\"\n",
			"schemas/elsewise.go": "package schemas\n\nimport \"example.org/m/schema\"\n",
		},
		want: []string{"schema/key.go:3"},
	},
	{
		rule: "reading and reasoning open no database",
		files: map[string]string{
			"schema/a.go":      "package schema\n\nimport \"database/sql\"\n",
			"migration/a.go":   "package migration\n\nimport _ \"database/sql/driver\"\n",
			"diagnosis/a.go":   "package diagnosis\n\nimport (\n\t\"fmt\"\n\tdb \"database/sql\"\n)\n",
			"plan/a_test.go":   "package plan\n\nimport \"database/sql\"\n",
			"engine/engine.go": "package engine\n\nimport \"database/sql\"\n",
		},
		want: []string{"diagnosis/a.go:5", "migration/a.go:3", "schema/a.go:3"},
	},
	{
		rule: "engines do not know who uses them",
		files: map[string]string{
			"engine/sqlite/a.go":      "package sqlite\n\nimport \"example.org/m\"\n",
			"engine/sqlite/b.go":      "package sqlite\n\nimport \"example.org/m/engine\"\n",
			"engine/sqlite/a_test.go": "package sqlite_test\n\nimport \"example.org/m\"\n",
		},
		want: []string{"engine/sqlite/a.go:3"},
	},
	{
		rule: "the core needs nothing but Go",
		files: map[string]string{
			"up.go":              "package m\n\nimport \"modernc.org/sqlite\"\n",
			"up_test.go":         "package m\n\nimport \"modernc.org/sqlite\"\n",
			"journal/a.go":       "package journal\n\nimport (\n\t\"encoding/json\"\n\n\t\"example.org/m/schema\"\n\t\"example.org/mm\"\n)\n",
			"engine/sqlite/a.go": "package sqlite\n\nimport \"modernc.org/sqlite\"\n",
		},
		want: []string{"journal/a.go:7", "up.go:3"},
	},
	{
		rule: "only a program has a command line",
		files: map[string]string{
			"a.go":               "package m\n\nimport \"log\"\n",
			"event.go":           "package m\n\nimport \"log/slog\"\n",
			"engine/sqlite/a.go": "package sqlite\n\nimport \"github.com/spf13/cobra\"\n",
			"internal/x/a.go":    "package x\n\nimport \"charm.land/lipgloss/v2\"\n",
			"cmd/m/main.go":      "package main\n\nimport \"github.com/spf13/cobra\"\n",
			"cmd/m/tui.go":       "package main\n\nimport \"flag\"\n",
		},
		want: []string{"a.go:3", "engine/sqlite/a.go:3", "internal/x/a.go:3"},
	},
	{
		rule: "testing stays in tests",
		files: map[string]string{
			"a.go":                   "package m\n\nimport \"testing\"\n",
			"cmd/m/a.go":             "package main\n\nimport \"testing/fstest\"\n",
			"a_test.go":              "package m\n\nimport \"testing\"\n",
			"engine/enginetest/a.go": "package enginetest\n\nimport \"testing\"\n",
			"internal/testdb/a.go":   "package testdb\n\nimport \"testing\"\n",
		},
		want: []string{"a.go:3", "cmd/m/a.go:3"},
	},
	{
		rule: "no package knows an engine by name",
		files: map[string]string{
			"a.go":                   "package m\n\nimport \"example.org/m/engine/sqlite\"\n",
			"tracking/a.go":          "package tracking\n\nimport \"example.org/m/engine\"\n",
			"tracking/a_test.go":     "package tracking\n\nimport \"example.org/m/engine/sqlite\"\n",
			"engine/postgres/a.go":   "package postgres\n\nimport \"example.org/m/engine/sqlite\"\n",
			"engine/sqlite/a.go":     "package sqlite\n\nimport \"example.org/m/engine/sqlite/lexer\"\n",
			"engine/enginetest/a.go": "package enginetest\n\nimport \"example.org/m/engine/sqlite\"\n",
			"cmd/m/main.go":          "package main\n\nimport \"example.org/m/engine/sqlite\"\n",
		},
		want: []string{"a.go:3", "engine/enginetest/a.go:3", "engine/postgres/a.go:3"},
	},
	{
		rule: "the library never prints, exits or reads the environment",
		files: map[string]string{
			"a.go": "package m\n\nimport (\n\t\"fmt\"\n\tsys \"os\"\n)\n\n" +
				"func a() {\n\tfmt.Println(sys.Getenv(\"HOME\"))\n\tsys.Exit(1)\n\tprintln(fmt.Sprint(1))\n}\n",
			"b.go":          "package m\n\ntype out struct{}\n\nfunc (out) Println() {}\n\nfunc b(fmt out) { fmt.Println() }\n",
			"cmd/m/main.go": "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(1) }\n",
			"a_test.go":     "package m\n\nimport \"os\"\n\nvar home = os.Getenv(\"HOME\")\n",
		},
		want: []string{"a.go:9", "a.go:9", "a.go:10", "a.go:11"},
	},
	{
		rule: "nothing happens at import",
		files: map[string]string{
			"a.go":      "package m\n\nfunc init() {}\n",
			"a_test.go": "package m\n\nfunc init() {}\n",
			"b.go":      "package m\n\ntype t int\n\nfunc (t) init() {}\n",
		},
		want: []string{"a.go:3", "a_test.go:3"},
	},
	{
		rule: "packages are named for what they do",
		files: map[string]string{
			"internal/util/a.go":   "package util\n",
			"internal/common/a.go": "package x\n",
			"internal/y/a_test.go": "package types_test\n",
			"schema/util.go":       "package schema\n",
		},
		want: []string{"internal/common/a.go:1", "internal/util/a.go:1", "internal/y/a_test.go:1"},
	},
	{
		rule: "every package says what it is",
		files: map[string]string{
			"doc.go":          "// Package m mends.\npackage m\n",
			"silent/a.go":     "package silent\n",
			"silent/b.go":     "package silent\n",
			"wrong/a.go":      "// Wrong is a package.\npackage wrong\n",
			"twice/a.go":      "// Package twice is one.\npackage twice\n",
			"twice/b.go":      "// Package twice is two.\npackage twice\n",
			"cmd/m/main.go":   "// Command m mends.\npackage main\n",
			"cmd/n/main.go":   "// Package main mends.\npackage main\n",
			"tests/a_test.go": "package tests\n",
		},
		want: []string{"cmd/n/main.go:1", "silent/a.go", "twice/b.go:1", "wrong/a.go:1"},
	},
	{
		rule: "every exported name is explained",
		files: map[string]string{
			"a.go": `package m

func Bare() {}

// Something else.
func Other() {}

// Nameless is not the name.
func Name() {}

// Detached from what it explains.

type Detached int

// An Explained type.
type Explained int

// String explains itself.
func (Explained) String() string { return "" }

func (e *Explained) Silent() {}

func (hidden) Method() {}

type hidden int

const Alone = 1

// The group is explained.
const (
	InGroup = 1
	second  = 2
)

var (
	// ErrExplained: so it is.
	ErrExplained = 1
	ErrBare      = 2 // a remark is no comment
	// This is about something else.
	ErrOther = 3
)

type List[T any] []T

func (List[T]) Len() int { return 0 }
`,
			"a_test.go":     "package m\n\nfunc TestBare() {}\n",
			"cmd/m/main.go": "package main\n\nfunc Bare() {}\n",
		},
		want: []string{"a.go:3", "a.go:6", "a.go:9", "a.go:13", "a.go:21", "a.go:27", "a.go:38", "a.go:40", "a.go:43", "a.go:45"},
	},
	{
		rule: "gofmt",
		files: map[string]string{
			"a.go":           "package m\n\nvar  a int\n",
			"b.go":           "package m\n\nfunc {\n",
			"c.go":           "package m\n",
			"testdata/d.go":  "package  m\n",
			"tools/go.mod":   "module example.org/m/tools\n",
			"tools/tools.go": "package  tools\n",
		},
		want: []string{"a.go:3", "b.go", "tools/tools.go:1"},
	},
	{
		rule: "no long files",
		files: map[string]string{
			"a.go":          "package m\n" + strings.Repeat("\n", 600),
			"b.go":          "package m\n" + strings.Repeat("\n", 599),
			"docs/long.md":  strings.Repeat("\n", 1000),
			"testdata/c.go": "package m\n" + strings.Repeat("\n", 600),
		},
		want: []string{"a.go"},
	},
	{
		rule: "the tree speaks of itself alone",
		files: map[string]string{
			"a.go":         "package m\n\n// see /" + "work/main\n",
			"docs/a.md":    "`sqlite:/" + "root/app.db`, but https://example.org/" + "work/a and docs/" + "root/b are fine\n",
			".ci/run":      "cd /" + "work/main\n",
			"image.png":    "\x00/" + "work/",
			"docs/fair.md": "/workshop/ and /rooted/ are nobody's\n",
		},
		want: []string{".ci/run:1", "a.go:3", "docs/a.md:1"},
	},
	{
		rule: "links lead somewhere",
		files: map[string]string{
			"docs/a.md": "# A page, with `code`\n\n" +
				"[ok](b/c.md) [top](../LICENSE) [folder](b) [here](#a-page-with-code) [web](https://example.org/x) [twice](b/c.md#words-1)\n" +
				"[gone](b/d.md)\n" +
				"`[not a link](x.md)`\n" +
				"```\n[nor this](x.md)\n```\n" +
				"[outside](../../other/x.md) [no heading](b/c.md#deeds)\n\n" +
				"[ref]: gone.md\n",
			"docs/b/c.md":         "## Words\n\n## Words\n",
			"LICENSE":             "free\n",
			"CONTRIBUTING.md":     "![picture](docs/a.png \"a picture\")\n",
			"cases/a/testdata.md": "[somebody else's](x.md)\n",
		},
		want: []string{"CONTRIBUTING.md:1", "docs/a.md:4", "docs/a.md:9", "docs/a.md:9", "docs/a.md:11"},
	},
	{
		rule: "every decision is in the index",
		files: map[string]string{
			"docs/decisions/README.md":      "| [0001](0001-first.md) | 0002-second.md |\n",
			"docs/decisions/0001-first.md":  "# 1\n",
			"docs/decisions/0002-second.md": "# 2\n",
		},
		want: []string{"docs/decisions/0002-second.md"},
	},
}

func TestRules_findWhatTheyForbidAndNothingElse(t *testing.T) {
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			tree := load(t, c.files)
			var got []string
			for _, f := range rule(t, c.rule).Check(tree) {
				place, _, _ := strings.Cut(f.String(), ": ")
				got = append(got, place)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("found %q\nwant  %q", got, c.want)
			}
		})
	}
}

func TestRules_areAllShownToWork(t *testing.T) {
	for _, r := range lint.Rules() {
		shown := false
		for _, c := range cases {
			shown = shown || c.rule == r.Name && len(c.want) > 0
		}
		if !shown {
			t.Errorf("no case breaks the rule %q", r.Name)
		}
		if r.Why == "" {
			t.Errorf("the rule %q gives no reason", r.Name)
		}
	}
}

func TestLoad_needsAModule(t *testing.T) {
	if _, err := lint.Load(fstest.MapFS{"a.go": {Data: []byte("package a\n")}}); err == nil {
		t.Error("a tree without go.mod was loaded")
	}
}

func rule(t *testing.T, name string) lint.Rule {
	t.Helper()
	for _, r := range lint.Rules() {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("there is no rule %q", name)
	return lint.Rule{}
}

func load(t *testing.T, files map[string]string) *lint.Tree {
	t.Helper()
	fsys := fstest.MapFS{"go.mod": {Data: []byte("module example.org/m\n\ngo 1.26\n")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := lint.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
