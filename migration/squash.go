package migration

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// SquashExt is how the names of squash files end. They lie beside the migrations, one
// for each engine: "sqlite.squash". No runner takes a file for a migration whose name
// ends so.
const SquashExt = ".squash"

// A Squash is a script that makes on an empty database what the migrations up to a
// version make, rows included. docs/formats/squash.md describes the file.
type Squash struct {
	Path       string
	Conditions string     // the server that it was made and proven on
	With       string     // checksum of what goes with the files: placeholders, the base
	LeadsTo    string     // fingerprint of the schema that it makes
	Digest     string     // checksum of the catalogue then, "" where the engine has none
	Replaces   []Replaced // the migrations that it stands for, in their order
	Script     string     // the statements
	Checksum   string     // SHA-256 of the script, in hexadecimal
	line       int        // on which the script begins
}

// A Replaced is a migration that a squash stands for.
type Replaced struct {
	Checksum string // of the migration's file
	ID       string // what people call it
}

// Through returns the last of the migrations that the squash stands for.
func (s *Squash) Through() Replaced { return s.Replaces[len(s.Replaces)-1] }

const (
	squashTitle = "-- dbmend squash 1"
	squashNote  = "-- On an empty database up runs this in place of the migrations that are named here, which it was proven\n" +
		"-- to equal. It is made by dbmend squash, and is not used once it, or one of them, has been changed.\n"
	squashScript = "-- script "
)

// The lines of the head, in their order.
var squashLines = [...]string{"server", "with", "leads to", "catalogue", "replaces"}

// IsSquash reports whether the bytes of a file begin as those of a squash file do, of
// whatever format.
func IsSquash(content []byte) bool { return bytes.HasPrefix(content, []byte("-- dbmend squash ")) }

// Text returns the file.
func (s *Squash) Text() string {
	var b strings.Builder
	b.WriteString(squashTitle + "\n" + squashNote)
	for i, value := range [...]string{s.Conditions, s.With, s.LeadsTo, cmp.Or(s.Digest, "-"), strconv.Itoa(len(s.Replaces))} {
		b.WriteString("-- " + squashLines[i] + ": " + value + "\n")
	}
	for _, r := range s.Replaces {
		b.WriteString("-- " + r.Checksum + " " + r.ID + "\n")
	}
	b.WriteString(squashScript + checksumOf([]byte(s.Script)) + "\n" + s.Script)
	return b.String()
}

// ReadSquash reads the squash file of an engine that lies beside the migrations. Links
// are followed as [Load] follows them.
//
// Errors: [fs.ErrNotExist]; *[SyntaxError] for a file that is not as dbmend has written
// it.
func ReadSquash(fsys fs.FS, engine string) (*Squash, error) {
	name := engine + SquashExt
	info, err := fs.Lstat(fsys, name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	d := &folder{fsys: fsys}
	if err := d.content(entry{name, fs.FileInfoToDirEntry(info)}, defaultBounds.file); err != nil {
		return nil, err
	}
	return ParseSquash(name, d.buf.Bytes())
}

// ParseSquash reads the bytes of a squash file.
//
// Errors: *[SyntaxError] for a file that is not as dbmend has written it.
func ParseSquash(name string, content []byte) (*Squash, error) {
	const again = "run dbmend squash again"
	f := newFile(name, content)
	if err := f.check(); err != nil {
		return nil, err
	}
	s := &Squash{Path: name}
	rest, line := f.source, 1
	next := func() string {
		text, after, _ := strings.Cut(rest, "\n")
		rest, line = after, line+1
		return text
	}
	odd := func(reason string) (*Squash, error) {
		return nil, &SyntaxError{Path: name, Line: line - 1, Reason: reason, Hint: again}
	}
	if title := next(); title != squashTitle {
		return odd("is no squash file of a format that this version reads")
	}
	for range strings.Count(squashNote, "\n") {
		next()
	}
	values := map[string]string{}
	for _, key := range squashLines {
		value, ok := strings.CutPrefix(next(), "-- "+key+": ")
		if !ok {
			return odd("is not the line that begins with -- " + key)
		}
		values[key] = value
	}
	s.Conditions, s.With, s.LeadsTo = values["server"], values["with"], values["leads to"]
	s.Digest = strings.TrimPrefix(values["catalogue"], "-")
	n, err := strconv.Atoi(values["replaces"])
	if err != nil || n < 1 || n > defaultBounds.files {
		return odd(fmt.Sprintf("%.20q is no number of migrations", values["replaces"]))
	}
	for range n {
		sum, id, ok := strings.Cut(strings.TrimPrefix(next(), "-- "), " ")
		if !ok || len(sum) != len(checksumOf(nil)) {
			return odd("names no migration and its checksum")
		}
		s.Replaces = append(s.Replaces, Replaced{sum, id})
	}
	sum, ok := strings.CutPrefix(next(), squashScript)
	if !ok {
		return odd("does not say of what checksum the script is")
	}
	s.Script, s.Checksum, s.line = rest, checksumOf([]byte(rest)), line
	if sum != s.Checksum {
		return odd("the script below is not the one that was made and proven: the file was changed by hand, or by a merge")
	}
	return s, nil
}

// Migration returns the script as one migration, of the version up to which it goes.
//
// Errors: *[SyntaxError] where the script cannot be cut.
func (s *Squash) Migration(through *Migration, cutter Cutter) (*Migration, error) {
	statements, err := cutter.Cut(s.Script)
	if err != nil {
		return nil, (&file{path: s.Path}).located(err, chunk{line: s.line}.at)
	}
	for i := range statements {
		statements[i].Number = i + 1
		statements[i].Line += s.line - 1
	}
	return &Migration{
		Version: through.Version, Name: path.Base(s.Path), Path: s.Path, Checksum: s.Checksum,
		Statements: statements, Sum: sumOf(statements),
	}, nil
}

// Behind returns the set with one migration in the place of its first ones, whatever it
// is. Sum stays that of the files.
func (s *Set) Behind(m *Migration, replaced int) *Set {
	behind := *s
	behind.Migrations = slices.Concat([]*Migration{m}, s.Migrations[replaced:])
	return &behind
}
