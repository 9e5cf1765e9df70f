package migration

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// IgnoreFile is the name of the file beside the migrations that names objects which
// dbmend leaves alone. It begins with a dot, so that no other runner takes it for a
// migration.
const IgnoreFile = ".dbmendignore"

// An Ignore is a line of an ignore list: an object that is to be left alone, in the
// words that reports use ("index idx_notes_slug on notes"). A star stands for any
// characters. docs/formats/files.md describes the list.
type Ignore struct {
	Path string // the list, as errors and notes call it
	Line int    // counted from 1
	Text string // the object, without comment and blanks around it
}

// Place returns "path:line".
func (i Ignore) Place() string { return fmt.Sprintf("%s:%d", i.Path, i.Line) }

// Bounds on an ignore list. Every object of a schema is held against every line.
const (
	maxIgnoreFile  = 1 << 20 // bytes
	maxIgnores     = 10_000  // lines that name something
	maxIgnoreWidth = 1_000   // bytes of one of them
)

// ParseIgnore reads the text of an ignore list: an object a line; what follows a #
// at the beginning or behind a blank is a comment. It does not know what there is:
// a line that names nothing is noted by who looks at a database.
//
// Errors: *[SyntaxError] values, joined.
func ParseIgnore(path, text string) ([]Ignore, error) {
	f := newFile(path, []byte(text))
	if err := f.check(); err != nil {
		return nil, err
	}
	var list []Ignore
	var found problems
	for l := range lines(f.source) {
		name := strings.TrimSpace(uncommented(l.text))
		if name == "" {
			continue
		}
		if len(list) == maxIgnores {
			found.add(path, f.errorAt(l.number, fmt.Sprintf("is one object more than the %d that a list may name", maxIgnores), "name several at once with a star"))
			break
		}
		if reason, hint := unnamed(name); reason != "" {
			found.add(path, f.errorAt(l.number, reason, hint))
			continue
		}
		list = append(list, Ignore{path, l.number, name})
	}
	return list, found.err()
}

// uncommented returns a line up to its comment.
func uncommented(text string) string {
	for i := range len(text) {
		if text[i] == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			return text[:i]
		}
	}
	return text
}

// unnamed says why a line cannot name an object; "" where it can.
func unnamed(name string) (reason, hint string) {
	const form = `write it as reports do: "table notes", "column notes.slug", "index idx_notes_slug on notes"`
	kind, rest, _ := strings.Cut(name, " ")
	isLetter := func(r rune) bool { return r >= 'a' && r <= 'z' }
	switch {
	case len(name) > maxIgnoreWidth:
		return fmt.Sprintf("is longer than %d bytes", maxIgnoreWidth), form
	case strings.ContainsFunc(name, unicode.IsControl):
		return "holds characters that cannot be printed", form
	case strings.TrimFunc(kind, isLetter) != "" || strings.TrimSpace(rest) == "":
		return "names no object: a line is a kind and a name", form
	case kind == "column" && !strings.Contains(rest, "."):
		return "does not say which table the column is of", `write "column TABLE.` + rest + `"`
	case (kind == "index" || kind == "trigger") && !strings.Contains(rest, " on "):
		return "does not say which table the " + kind + " is on", `write "` + name + ` on TABLE", or "` + name + ` on *" for any`
	}
	return "", ""
}

// ignored reads the ignore list that lies beside the migrations, if there is one.
// What is wrong with it goes to problems.
func (d *folder) ignored() []Ignore {
	if !d.has(IgnoreFile) {
		return nil
	}
	err := d.content(d.at[IgnoreFile], maxIgnoreFile)
	if large, ok := errors.AsType[*SyntaxError](err); ok {
		large.Hint = "" // which is about migrations
	}
	var list []Ignore
	if err == nil {
		list, err = ParseIgnore(IgnoreFile, d.buf.String())
	}
	d.problems.add(IgnoreFile, err)
	return list
}
