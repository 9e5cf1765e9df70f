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

	// What speaks for the format when nobody names it. Each is nil where there is
	// no such thing.

	// marks reports whether a comment, given without its dashes and in any case,
	// is one that only this tool gives a meaning to.
	marks func(comment string) bool
	// opens reports whether only this tool gives a meaning to how a file begins.
	opens func(source string) bool
	// keeps reports whether a file, given by its path, is one that only this tool
	// keeps beside migrations.
	keeps func(path string) bool
	// faint says that what marks and keeps tell may be true of another tool's files
	// as well: it says no more than a name.
	faint bool
	// named reports whether a path is one that only this tool gives a meaning to. It
	// says less than the others do.
	named func(path string) bool
	// over are the formats whose names this one uses as well: where something else
	// speaks for it, their names say nothing.
	over []string

	// What the files are.

	// takes reports whether a path is that of a migration; nil for the numbered
	// files directly in the folder.
	takes func(path string) bool
	// inGo reports whether a path is that of a migration which is written in Go, and in
	// order with the others; nil for a tool that has none.
	inGo func(path string) bool
	// prepare looks at all files at once, before they are parsed, and at what lies
	// beside them. It returns those that are to be parsed. What is wrong goes to the
	// folder's problems.
	prepare func(d *folder, files []*file, options LoadOptions) []*file
	// parse fills the sections of a file; nil for a tool that is known, so that its
	// files are not taken for another's, and not read.
	parse func(f *file, options LoadOptions) error
	// order is that in which the tool itself runs migrations; nil where it is the
	// order of versions.
	order func(a, b *file) int

	deep    bool // files lie in folders as well
	divides bool // a mark tells what upgrades from what reverts
	must    bool // a file without a mark is none of the tool's
	pairs   bool // up and down are files of their own

	// What a new file is.

	timestamp bool   // the tool numbers by time and not by one
	first     string // the version of a first file that is not numbered by time; "" for 001
	template  string // what it begins with; it must parse to no statement
	// file returns its path, and that of the part that reverts where it has a file
	// of its own; nil for the version, an underscore and the name.
	file func(version, name string) (up, down string)
}

// formats are all formats, in the order in which they are shown.
var formats = slices.Concat([]*format{
	plain, golangMigrate, goose, dbmate,
	sqlMigrate, tern, atlas, flyway, liquibase,
	sqlx, diesel, prisma, drizzle, bun, morph,
}, foreign)

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

// has reports whether a path is that of a migration of this format.
func (f *format) has(path string) bool {
	if f.takes == nil {
		return isNumbered(path)
	}
	return f.takes(path)
}

// sections parses the file in this format. A file that bears the mark of
// another is refused, since what that tool would take for its down section would be
// run as part of an upgrade.
func (f *file) sections(format *format, options LoadOptions) error {
	for _, m := range f.marks {
		switch {
		case m.format == format:
		case m.line == 0 && (format.marks != nil || format.pairs): // a name says nothing where comments say all
		case m.line > 0 && m.format.parse != nil && !m.format.divides:
		default:
			return f.errorAt(m.line,
				fmt.Sprintf("is of the format %s, but the set is read as %s", m.format.name, format.name),
				"name the set's format with --format, or move the file out of the folder")
		}
	}
	if format.must && f.marked(format) == nil {
		return f.errorAt(0, "bears no marker of "+format.name+", the format of the set", "add its markers, or move the file out of the folder")
	}
	f.format, f.key = format, string(f.version)
	if err := format.parse(f, options); err != nil {
		return err
	}
	comments := HeadComments(f.source)
	if len(comments) > 0 {
		f.head = comments[len(comments)-1].Line
	}
	directives, err := ParseDirectives(comments)
	if err != nil {
		return f.located(err, chunk{line: 1}.at)
	}
	for _, part := range f.parts() {
		part.head = f.head
		if directives.NoTransaction {
			part.noTransaction, part.noTransactionDown = true, true
		}
	}
	return nil
}

// parts returns the migrations that the file holds: itself, as a rule.
func (f *file) parts() []*file {
	if f.pieces != nil {
		return f.pieces
	}
	return []*file{f}
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

// byName is the order of tools that sort by the names of files or folders.
func byName(a, b *file) int { return strings.Compare(a.path, b.path) }
