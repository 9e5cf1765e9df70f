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

// With puts more migrations among those of the files, in the order of their versions.
//
// Errors: all that is wrong with them, joined, as *[SyntaxError] values: a version that
// is none, or that another migration has.
func (d *Draft) With(more ...*Migration) error {
	set := d.set
	problems := &problems{}
	for _, m := range more {
		if m.Version.rank() != ofNumbers || strings.HasPrefix(string(m.Version), ".") {
			problems.add(m.Path, &SyntaxError{Path: m.Path, Reason: fmt.Sprintf("the version %.80q is none", string(m.Version)), Hint: "write digits: what the name of a file would begin with"})
			continue
		}
		i, taken := set.search(m.Version)
		if taken {
			problems.add(m.Path, &SyntaxError{Path: m.Path, Reason: fmt.Sprintf("has the version %s, and so has %s", m.Version.Normal(), set.Migrations[i].Path)})
			continue
		}
		set.Migrations = slices.Insert(set.Migrations, i, m)
	}
	return problems.err()
}
