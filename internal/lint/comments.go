package lint

import (
	"fmt"
	"go/ast"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// packageCommentRule wants one package comment for each package.
func packageCommentRule() Rule {
	return Rule{
		Name: "every package says what it is",
		Why:  "the package comment is the first thing that a reader sees, and the only place that says what the package never does; two of them contradict each other",
		check: func(t *Tree) []Finding {
			var found []Finding
			said := map[string]string{} // folder to the file that has its comment
			first := map[string]*File{}
			var folders []string
			for f := range t.source {
				if f.isTest() {
					continue
				}
				dir := f.dir()
				if first[dir] == nil {
					first[dir] = f
					folders = append(folders, dir)
				}
				if f.Go.Doc == nil {
					continue
				}
				begin := "Package " + f.Go.Name.Name
				if f.Go.Name.Name == "main" {
					begin = "Command " + path.Base(dir)
				}
				switch {
				case !beginsWith(f.Go.Doc.Text(), begin):
					found = append(found, Finding{f.Path, t.line(f.Go.Doc.Pos()), fmt.Sprintf("the package comment does not begin with %q", begin)})
				case said[dir] != "":
					found = append(found, Finding{f.Path, t.line(f.Go.Doc.Pos()), "has a package comment, and so has " + said[dir]})
				}
				said[dir] = f.Path
			}
			for _, dir := range folders {
				if said[dir] == "" {
					found = append(found, Finding{Path: first[dir].Path, What: "its package has no package comment"})
				}
			}
			return found
		},
	}
}

// commentRule wants a comment on what the library exports. In a group of constants
// or variables, one comment may stand for all. Fields and the methods of
// interfaces are left to the comment of their type.
func commentRule() Rule {
	return Rule{
		Name: "every exported name is explained",
		Why:  "go doc is the library's manual: a comment begins with the name it explains, or with A, An or The and the name, and stands directly above it",
		check: func(t *Tree) []Finding {
			var found []Finding
			for f := range t.source {
				if f.isTest() || f.Go.Name.Name == "main" {
					continue
				}
				for _, d := range f.Go.Decls {
					for _, name := range unexplained(d) {
						found = append(found, Finding{f.Path, t.line(name.Pos()), name.Name + " has no comment that begins with its name"})
					}
				}
			}
			return found
		},
	}
}

// unexplained returns the exported names of a declaration that lack a comment.
func unexplained(d ast.Decl) []*ast.Ident {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && hasExportedReceiver(d) && !explains(d.Doc, d.Name) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var names []*ast.Ident
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && !explains(spec.Doc, spec.Name) && (d.Lparen.IsValid() || !explains(d.Doc, spec.Name)) {
					names = append(names, spec.Name)
				}
			case *ast.ValueSpec:
				names = append(names, unexplainedValues(d, spec)...)
			}
		}
		return names
	}
	return nil
}

// unexplainedValues is unexplained for one line of constants or variables.
func unexplainedValues(d *ast.GenDecl, spec *ast.ValueSpec) []*ast.Ident {
	grouped := d.Lparen.IsValid()
	var names []*ast.Ident
	for _, name := range spec.Names {
		switch {
		case !name.IsExported():
		case spec.Doc != nil && explains(spec.Doc, spec.Names[0]):
		case spec.Doc == nil && grouped && d.Doc != nil:
		case spec.Doc == nil && !grouped && explains(d.Doc, spec.Names[0]):
		default:
			names = append(names, name)
		}
	}
	return names
}

// hasExportedReceiver reports whether a function can be seen from outside: it has
// no receiver, or one whose type is exported.
func hasExportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.ParenExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

func explains(doc *ast.CommentGroup, name *ast.Ident) bool {
	text := doc.Text()
	for _, article := range []string{"", "A ", "An ", "The "} {
		if beginsWith(text, article+name.Name) {
			return true
		}
	}
	return false
}

// beginsWith reports whether text begins with these words, the last one whole.
func beginsWith(text, words string) bool {
	rest, ok := strings.CutPrefix(text, words)
	next, _ := utf8.DecodeRuneInString(rest)
	return ok && next != '_' && !unicode.IsLetter(next) && !unicode.IsDigit(next)
}
