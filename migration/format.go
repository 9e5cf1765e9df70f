package migration

import (
	"fmt"
	"slices"
	"strings"
)

// A format is one tool's way of writing migrations: what its files are called,
// which comments mark it and where the sections are. Each is a value in a file
// of its own, listed in formats; nothing else knows them apart.
type format struct {
	name string

	// marks reports whether a comment, given without its dashes and in any case,
	// is one that only this tool gives a meaning to; nil where there is none.
	marks func(comment string) bool
	// named reports whether a file name is one that only this tool gives a meaning
	// to; nil where there is none.
	named func(name string) bool
	// parse fills the sections of a file; nil for a tool that is known, so that its
	// files are not taken for another's, and not read.
	parse func(f *file, options LoadOptions) error

	pairs     bool   // up and down are files of their own
	timestamp bool   // the tool numbers by time and not by one
	template  string // what a new file begins with; it must parse to no statement
}

// formats are all formats, in the order in which they are shown.
var formats = slices.Concat([]*format{plain, golangMigrate, goose, dbmate}, foreign)

// Formats returns the names of the formats that [Load] reads: "plain" and those
// of other tools.
func Formats() []string {
	var names []string
	for _, f := range formats {
		if f.parse != nil {
			names = append(names, f.name)
		}
	}
	return names
}

// formatNamed returns the format of this name; nil and no error for "".
func formatNamed(name string) (*format, error) {
	if name == "" {
		return nil, nil
	}
	for _, f := range formats {
		if f.name == name && f.parse != nil {
			return f, nil
		}
	}
	return nil, fmt.Errorf("the format %.40q is not known; there are %s", name, strings.Join(Formats(), ", "))
}

// A mark is a place in a file that speaks for a format.
type mark struct {
	format *format
	line   int // zero for the file's name
}

// mark notes, once for each format, what in the file speaks for it.
func (f *file) mark() {
	for _, format := range formats {
		if format.named != nil && format.named(f.path) {
			f.marks = append(f.marks, mark{format, 0})
		}
	}
	for at, comment := range comments(f.source) {
		for _, format := range formats {
			if format.marks != nil && format.marks(comment) && f.marked(format) == nil {
				f.marks = append(f.marks, mark{format, f.lineOf(at)})
			}
		}
	}
}

// marked returns what speaks for the format, or nil.
func (f *file) marked(format *format) *mark {
	for i := range f.marks {
		if f.marks[i].format == format {
			return &f.marks[i]
		}
	}
	return nil
}

// recognise returns the one format that something in the files speaks for, and
// plain where nothing speaks for any.
func recognise(files []*file) (*format, error) {
	var (
		found *format
		first *file
	)
	for _, f := range files {
		for _, m := range f.marks {
			switch {
			case found == nil:
				found, first = m.format, f
			case found != m.format:
				return nil, f.errorAt(m.line,
					fmt.Sprintf("is of the format %s, but %s is of the format %s", m.format.name, first.path, found.name),
					"a set has one format: keep the others in a folder of their own, or name the format with --format")
			}
		}
	}
	if found == nil {
		return plain, nil
	}
	if found.parse == nil {
		return nil, first.errorAt(first.marked(found).line, "is of the format "+found.name+", which is not read", "")
	}
	return found, nil
}

// sections parses the file in this format. A file that bears the mark of
// another is refused, since what that tool would take for its down section would be
// run as part of an upgrade.
func (f *file) sections(format *format, options LoadOptions) error {
	for _, m := range f.marks {
		// A name says nothing where comments say all.
		if m.format != format && (m.line > 0 || format.marks == nil) {
			return f.errorAt(m.line,
				fmt.Sprintf("is of the format %s, but the set is read as %s", m.format.name, format.name),
				"name the set's format with --format, or move the file out of the folder")
		}
	}
	if format.marks != nil && f.marked(format) == nil {
		return f.errorAt(0, "bears no marker of "+format.name+", the format of the set", "add its markers, or move the file out of the folder")
	}
	f.format = format
	if err := format.parse(f, options); err != nil {
		return err
	}
	comments := HeadComments(f.source)
	if len(comments) > 0 {
		f.head = comments[len(comments)-1].Line
	}
	directives, err := ParseDirectives(comments)
	if err != nil {
		return f.located(err, 1)
	}
	if directives.NoTransaction {
		f.noTransaction, f.noTransactionDown = true, true
	}
	return nil
}

// stray returns an error if a line, which is not a marker by the rules of the
// file's format, looks like one: the tool would run both sections as one.
func (f *file) stray(l line) error {
	for _, comment := range comments(l.text) {
		if f.format.marks(comment) {
			return f.errorAt(l.number, f.format.name+" does not read this as one of its markers",
				"a marker has a line to itself and begins it; if it is none, word the comment differently")
		}
	}
	return nil
}
