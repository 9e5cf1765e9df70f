package lint

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"path"
	"slices"
	"strconv"
	"strings"
)

// speech is what only a program may use of a package of the standard library.
var speech = map[string][]string{
	"fmt": {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
	"os":  {"Exit", "Stdin", "Stdout", "Stderr", "Args", "Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Unsetenv", "Chdir"},
}

// speechRule keeps the library from speaking to anybody but its caller.
func speechRule() Rule {
	return Rule{
		Name: "the library never prints, exits or reads the environment",
		Why:  "the program around us owns its output, its exit and its settings: return a value or an error, or tell the observer",
		check: func(t *Tree) []Finding {
			var found []Finding
			for f := range t.shipped {
				if f.in(programs...) {
					continue
				}
				imported := importNames(f.Go)
				ast.Inspect(f.Go, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.SelectorExpr:
						pkg, ok := n.X.(*ast.Ident)
						if ok && slices.Contains(speech[imported[pkg.Name]], n.Sel.Name) {
							found = append(found, Finding{f.Path, t.line(n.Pos()), "uses " + pkg.Name + "." + n.Sel.Name})
						}
					case *ast.CallExpr:
						if fn, ok := n.Fun.(*ast.Ident); ok && (fn.Name == "print" || fn.Name == "println") {
							found = append(found, Finding{f.Path, t.line(n.Pos()), "calls " + fn.Name})
						}
					}
					return true
				})
			}
			return found
		},
	}
}

// importNames maps the name by which a file calls a package to its import path.
func importNames(f *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if spec.Name != nil {
			names[spec.Name.Name] = imported
		} else {
			names[path.Base(imported)] = imported
		}
	}
	return names
}

// initRule forbids functions that run before main.
func initRule() Rule {
	return Rule{
		Name: "nothing happens at import",
		Why:  "an init function runs whether it is wanted or not, in an order that nobody reads, and cannot fail politely: pass a value instead",
		check: func(t *Tree) []Finding {
			var found []Finding
			for f := range t.source {
				for _, d := range f.Go.Decls {
					if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
						found = append(found, Finding{f.Path, t.line(fn.Pos()), "declares an init function"})
					}
				}
			}
			return found
		},
	}
}

// packageNameRule forbids packages that are drawers.
func packageNameRule() Rule {
	drawers := []string{"util", "utils", "common", "types", "helpers", "misc", "pkg"}
	return Rule{
		Name: "packages are named for what they do",
		Why:  "a drawer takes anything and imports everything: keep a helper where it is used, and where two use it, name the package for what it does",
		check: func(t *Tree) []Finding {
			var found []Finding
			for f := range t.source {
				name := strings.TrimSuffix(f.Go.Name.Name, "_test")
				if slices.Contains(drawers, name) || slices.Contains(drawers, path.Base(f.dir())) {
					found = append(found, Finding{f.Path, t.line(f.Go.Package), "is in a package named " + name})
				}
			}
			return found
		},
	}
}

// formatRule wants every source file as gofmt would write it.
func formatRule() Rule {
	return Rule{
		Name: "gofmt",
		Why:  "one form for all code keeps changes readable: run make fmt",
		check: func(t *Tree) []Finding {
			var found []Finding
			for _, f := range t.Files {
				if !f.isSource() {
					continue
				}
				formatted, err := format.Source(f.Text)
				switch {
				case err != nil:
					found = append(found, Finding{Path: f.Path, What: "does not parse: " + err.Error()})
				case !bytes.Equal(formatted, f.Text):
					found = append(found, Finding{f.Path, firstDifference(formatted, f.Text), "is not formatted"})
				}
			}
			return found
		},
	}
}

// firstDifference returns the line at which two texts part, counted from 1.
func firstDifference(a, b []byte) int {
	line := 1
	for i := 0; i < min(len(a), len(b)) && a[i] == b[i]; i++ {
		if a[i] == '\n' {
			line++
		}
	}
	return line
}

// maxLines is where a file has become two.
const maxLines = 600

// lengthRule keeps source files short enough to be read in one go.
func lengthRule() Rule {
	return Rule{
		Name: "no long files",
		Why:  "one noun, one file; one verb, one file: what is longer holds two things, and is split between them",
		check: func(t *Tree) []Finding {
			var found []Finding
			for f := range t.source {
				if n := bytes.Count(f.Text, []byte("\n")); n > maxLines {
					found = append(found, Finding{Path: f.Path, What: fmt.Sprintf("has %d lines; at most %d are read with pleasure", n, maxLines)})
				}
			}
			return found
		},
	}
}
