package lint

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// A Tree is the files of the project.
type Tree struct {
	Module string  // the module's path, as go.mod has it
	Files  []*File // every text file, in the order of their paths

	present map[string]bool // every path, folders and binary files included
	fset    *token.FileSet
}

// A File is one text file.
type File struct {
	Path string // with slashes, from the top of the tree
	Text []byte
	// Go is the syntax of a source file of the module. It is nil for everything
	// else, test data and files that do not parse included.
	Go *ast.File
}

// Load reads the project whose top folder is fsys. Version control's own files and
// what the build leaves in bin are no part of it.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{present: map[string]bool{}, fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == ".git" || name == "bin" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil // a work tree's .git is a file
		}
		t.present[name] = true
		if !d.Type().IsRegular() {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if isText(text) {
			t.Files = append(t.Files, &File{Path: name, Text: text})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	for _, f := range t.Files {
		if f.Path == "go.mod" {
			t.Module = modulePath(f.Text)
		}
		if f.isSource() && !t.inOtherModule(f) {
			// What does not parse is what the rule on format reports.
			f.Go, _ = parser.ParseFile(t.fset, f.Path, f.Text, parser.ParseComments|parser.SkipObjectResolution)
		}
	}
	if t.Module == "" {
		return nil, fmt.Errorf("load: no go.mod that names a module at the top of the tree")
	}
	return t, nil
}

// source yields the files of the module's packages, those of tests included.
func (t *Tree) source(yield func(*File) bool) {
	for _, f := range t.Files {
		if f.Go != nil && !yield(f) {
			return
		}
	}
}

// shipped yields the files that become part of the library or of the command:
// no tests, and none of the packages that exist to support tests.
func (t *Tree) shipped(yield func(*File) bool) {
	for f := range t.source {
		if !f.isTest() && !f.in(testSupport...) && !yield(f) {
			return
		}
	}
}

// line returns the line of a position, counted from 1.
func (t *Tree) line(pos token.Pos) int { return t.fset.Position(pos).Line }

// inOtherModule reports whether a folder above the file, but below the top, has a
// go.mod: another module keeps rules of its own.
func (t *Tree) inOtherModule(f *File) bool {
	for dir := f.dir(); dir != "."; dir = path.Dir(dir) {
		if t.present[path.Join(dir, "go.mod")] {
			return true
		}
	}
	return false
}

// dir returns the folder of the file, "." at the top.
func (f *File) dir() string { return path.Dir(f.Path) }

// isSource reports whether the go command would take the file for source code.
func (f *File) isSource() bool {
	if path.Ext(f.Path) != ".go" {
		return false
	}
	for part := range strings.SplitSeq(f.Path, "/") {
		if part == "testdata" || part == "vendor" || part[0] == '.' || part[0] == '_' {
			return false
		}
	}
	return true
}

func (f *File) isTest() bool { return strings.HasSuffix(f.Path, "_test.go") }

// in reports whether the file's folder matches one of the patterns, which are
// those of the go command: "engine" is one folder, "engine/..." it and all below.
func (f *File) in(patterns ...string) bool { return matches(f.dir(), patterns) }

func matches(name string, patterns []string) bool {
	for _, p := range patterns {
		above, deep := strings.CutSuffix(p, "/...")
		if name == above || deep && (above == "." || strings.HasPrefix(name, above+"/")) {
			return true
		}
	}
	return false
}

// modulePath returns what follows the word module in a go.mod.
func modulePath(text []byte) string {
	for line := range strings.Lines(string(text)) {
		if word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); word == "module" {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// isText looks for a zero byte near the beginning, as version control does.
func isText(b []byte) bool { return bytes.IndexByte(b[:min(len(b), 8000)], 0) < 0 }
