package migration

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// NewCode returns a migration that is written in Go: its parts are one statement each,
// of the class [Code], whose text is for people. Revision stands for its content, of
// which nothing else is known: it is what the checksum is taken of. What is to be
// called is the caller's to know.
func NewCode(version Version, name, revision string, down bool) *Migration {
	sum := sha256.Sum256([]byte("go\n" + revision))
	m := &Migration{Version: version, Name: name, Checksum: hex.EncodeToString(sum[:])}
	m.Path = m.ID() + ".go"
	m.Statements = []Statement{codeStatement(m, "up")}
	if down {
		m.Down = []Statement{codeStatement(m, "down")}
	}
	m.Sum = sumOf(m.Statements)
	return m
}

func codeStatement(m *Migration, part string) Statement {
	return Statement{Number: 1, Text: "Go: " + m.ID() + " " + part, Class: Code, Verb: "go", Sum: m.Checksum}
}

// isGo reports whether a file directly in the folder is Go, and not a test.
func isGo(path string) bool {
	return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "/")
}

// codeOf returns the migration that a file of Go stands for, whose functions are to be
// given by [Draft.With]. What takes it back is in them, if anything does.
func codeOf(path string) *Migration {
	f := newFile(strings.TrimSuffix(path, ".go"), nil)
	m := NewCode(f.version, f.name, "", false)
	m.Path = path
	return m
}

// With puts more migrations among those of the files, in the order of their versions.
// One of the version of a file of Go is what that file stands for.
//
// Errors: all that is wrong with them, joined, as *[SyntaxError] values: a version that
// is none, or that another migration has.
func (d *Draft) With(more ...*Migration) error {
	problems := &problems{}
	given := map[*Migration]bool{}
	for _, m := range more {
		if i, taken := d.set.search(m.Version); taken && d.set.Migrations[i].isCode() && !given[d.set.Migrations[i]] {
			d.set.Migrations, d.set.Sum = slices.Delete(d.set.Migrations, i, i+1), ""
		}
		if err := d.put(m); err != nil {
			problems.add(m.Path, err)
		}
		given[m] = true
	}
	return problems.err()
}

// put puts a migration among the others.
func (d *Draft) put(m *Migration) error {
	if m.Version.rank() != ofNumbers || strings.HasPrefix(string(m.Version), ".") {
		return &SyntaxError{Path: m.Path, Reason: fmt.Sprintf("the version %.80q is none", string(m.Version)), Hint: "write digits: what the name of a file would begin with"}
	}
	i, taken := d.set.search(m.Version)
	if taken {
		return &SyntaxError{Path: m.Path, Reason: fmt.Sprintf("has the version %s, and so has %s", m.Version.Normal(), d.set.Migrations[i].Path)}
	}
	d.set.Migrations, d.set.Sum = slices.Insert(d.set.Migrations, i, m), ""
	return nil
}

// isCode reports whether the migration is written in Go.
func (m *Migration) isCode() bool { return len(m.Statements) > 0 && m.Statements[0].Class == Code }
