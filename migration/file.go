package migration

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// A file is a migration file on its way to a [Migration]: first its bytes, then,
// once its format has parsed it, the sections that it has.
type file struct {
	path     string
	version  Version
	name     string
	checksum string
	raw      string // the bytes
	source   string // the text, without a byte order mark
	marks    []mark // what speaks for a format, each format once

	format            *format // whose rules it is parsed by
	head              int     // the line of the last comment at the file's head
	up                []chunk // nil where there is no such section
	down              []chunk // nil where there is no such section
	noTransaction     bool
	noTransactionDown bool
	word              string // what stands ahead of the version in its name
	revert            bool   // the file is the down script of another

	pieces      []*file // the migrations that the file holds, where it can hold several
	key         string
	description string
	rerun       Rerun
	baseline    bool
	verbatim    bool   // placeholders stay as they are
	left        bool   // it is not meant for this database
	hint        string // what a person may wonder about
	parameters  *parameters
	changeset   *Changeset
	made        int64
	shared      map[string]string // what templates may put in, by its name
	place       int               // in the list that orders the files; zero where there is none
	text        string            // see source
	hash        string            // see source
}

// newFile makes a file of its path and content. The version is that of the name
// of the file; formats with other names see to theirs.
func newFile(name string, content []byte) *file {
	base := path.Base(name)
	digits := len(base) - len(strings.TrimLeft(base, "0123456789"))
	rest := strings.TrimSuffix(base[digits:], ".sql")
	f := &file{
		path:     name,
		version:  Version(base[:digits]),
		name:     strings.TrimLeft(rest, "_-. "),
		checksum: checksumOf(content),
		raw:      string(content),
	}
	f.source = strings.TrimPrefix(f.raw, "\uFEFF")
	return f
}

// base returns the name of the file, without the folders that it lies in.
func (f *file) base() string { return path.Base(f.path) }

// whole returns the file as one section.
func (f *file) whole() []chunk { return []chunk{{text: f.source, line: 1}} }

// check refuses what is not text in UTF-8.
func (f *file) check() error {
	const hint = "save the file as UTF-8"
	if strings.HasPrefix(f.source, "\xFF\xFE") || strings.HasPrefix(f.source, "\xFE\xFF") {
		return f.errorAt(0, "is UTF-16, not UTF-8", hint)
	}
	if i := strings.IndexByte(f.source, 0); i >= 0 {
		return f.errorAt(f.lineOf(i), "a NUL character", hint)
	}
	if !utf8.ValidString(f.source) {
		valid := 0
		for valid < len(f.source) {
			r, n := utf8.DecodeRuneInString(f.source[valid:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			valid += n
		}
		return f.errorAt(f.lineOf(valid), fmt.Sprintf("byte 0x%02X is not valid UTF-8", f.source[valid]), hint)
	}
	return nil
}

// lineOf returns the line on which a byte of the source lies.
func (f *file) lineOf(offset int) int { return strings.Count(f.source[:offset], "\n") + 1 }

// errorAt returns an error about a line of the file, or about the file as a
// whole for line zero.
func (f *file) errorAt(line int, reason, hint string) *SyntaxError {
	return &SyntaxError{Path: f.path, Line: line, Excerpt: f.excerpt(line), Reason: reason, Hint: hint}
}

// excerpt returns a line of the file, shortened and fit to be printed.
func (f *file) excerpt(line int) string {
	if line < 1 {
		return ""
	}
	const most = 120
	for l := range lines(f.source) {
		if l.number == line {
			s := strings.TrimSpace(l.text)
			if len(s) > most {
				s = s[:most] + "…"
			}
			return strings.Map(printable, strings.ToValidUTF8(s, ""))
		}
	}
	return ""
}

// printable keeps what a terminal can be trusted with.
func printable(r rune) rune {
	if r < ' ' || r >= 0x7F && r < 0xA0 {
		return ' '
	}
	return r
}
