package lint

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// Folders, as patterns of the go command. A folder that is not there yet keeps
// every rule.
var (
	// core is the library without the engines.
	core = []string{".", "schema/...", "migration/...", "engine", "diagnosis/...", "plan/...", "journal/...", "tracking/...", "check/..."}
	// programs are what has a main function: they print, exit and read the environment.
	programs = []string{"bench/...", "cmd/...", "examples/..."}
	// testSupport are ordinary packages that only tests import.
	testSupport = []string{"engine/enginetest/...", "internal/fault/...", "internal/testdb/...", "internal/testserver/...", "internal/wire/..."}
)

// besideEngines are folders beside the engines that are none: what engines share,
// and what tests them.
var besideEngines = []string{"cutting", "enginetest"}

// A layer keeps what is shipped in some folders from importing something. Tests
// may import what they like.
type layer struct {
	name    string
	why     string
	folders []string
	except  []string
	forbids []string // import paths, as patterns; "~" stands for our own module
}

// layers returns the rules about who may import what.
func layers() []Rule {
	var rules []Rule
	for _, l := range []layer{
		{
			name:    "schema stands alone",
			why:     "schema is the vocabulary that everything shares: if it imported one of our packages, that package could not use it",
			folders: []string{"schema/..."},
			forbids: []string{"~/..."},
		},
		{
			name: "reading and reasoning open no database",
			why: "schema, migration, diagnosis, plan and check are pure: that is why they can be tested from text alone and " +
				"why a diagnosis changes nothing; leave databases to the engine and to the root package",
			folders: []string{"schema/...", "migration/...", "diagnosis/...", "plan/...", "check/..."},
			forbids: []string{"database/sql/..."},
		},
		{
			name:    "engines do not know who uses them",
			why:     "an engine knows the contract in package engine and nothing above it, so that it can be written, tested and read by itself",
			folders: []string{"engine/..."},
			forbids: []string{"~", "~/diagnosis/...", "~/plan/...", "~/check/...", "~/cmd/..."},
		},
		{
			name: "the core needs nothing but Go",
			why: "whoever embeds the library gets what it imports: a driver, a terminal or a parser in the core would be linked " +
				"into every program that uses it (docs/decisions/0006-libraries.md)",
			folders: core,
			forbids: []string{thirdParty},
		},
		{
			name:    "only a program has a command line",
			why:     "a library says everything by values, errors and events; what is read from a command line or shown to people belongs in cmd",
			folders: []string{"./..."},
			except:  programs,
			forbids: []string{
				"flag", "log", "golang.org/x/term/...",
				"github.com/spf13/...", "charm.land/...", "github.com/charmbracelet/...", "github.com/BurntSushi/toml/...",
			},
		},
		{
			name:    "testing stays in tests",
			why:     "a package that imports testing brings its flags into every program and tempts code to ask whether it is under test",
			folders: []string{"./..."},
			forbids: []string{"testing/..."},
		},
	} {
		rules = append(rules, Rule{Name: l.name, Why: l.why, check: l.check})
	}
	return rules
}

// thirdParty stands for all that is neither ours nor Go's own.
const thirdParty = "third party"

func (l layer) check(t *Tree) []Finding {
	forbids := make([]string, len(l.forbids))
	for i, p := range l.forbids {
		if rest, ours := strings.CutPrefix(p, "~"); ours {
			p = t.Module + rest
		}
		forbids[i] = p
	}
	var found []Finding
	for f := range t.shipped {
		if !f.in(l.folders...) || f.in(l.except...) {
			continue
		}
		for imported, line := range t.imports(f) {
			if matches(imported, forbids) || slices.Contains(forbids, thirdParty) && t.isThirdParty(imported) {
				found = append(found, Finding{f.Path, line, "imports " + imported})
			}
		}
	}
	return found
}

// engineRule keeps the implementations of engines apart from all but programs.
func engineRule() Rule {
	return Rule{
		Name: "no package knows an engine by name",
		Why: "the core works with any engine it is given, and engines stand beside each other: what is special about one is said " +
			"in engine.Traits or behind an interface; only a program, or a test, chooses",
		check: func(t *Tree) []Finding {
			var found []Finding
			for f := range t.source {
				if f.isTest() || f.in(programs...) {
					continue
				}
				for imported, line := range t.imports(f) {
					name, ours := strings.CutPrefix(imported, t.Module+"/engine/")
					if !ours {
						continue
					}
					name, _, _ = strings.Cut(name, "/")
					if !slices.Contains(besideEngines, name) && !f.in(path.Join("engine", name)+"/...") {
						found = append(found, Finding{f.Path, line, "imports " + imported})
					}
				}
			}
			return found
		},
	}
}

// imports yields the import paths of a file, each with its line.
func (t *Tree) imports(f *File) func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		for _, spec := range f.Go.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err == nil && !yield(imported, t.line(spec.Pos())) {
				return
			}
		}
	}
}

// isThirdParty goes by the dot of a host name, as the go command does.
func (t *Tree) isThirdParty(imported string) bool {
	host, _, _ := strings.Cut(imported, "/")
	return strings.Contains(host, ".") && !matches(imported, []string{t.Module + "/..."})
}
