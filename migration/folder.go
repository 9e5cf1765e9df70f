package migration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// bounds are how much is read at most. Whatever is more is a mistake: a dump, a
// backup, the wrong folder.
type bounds struct {
	file  int64 // bytes of one file
	total int64 // bytes of all files
	files int

	// statements of all files. What is known of one takes ten times the memory of a
	// short one's text.
	statements int64
}

var defaultBounds = bounds{file: 64 << 20, total: 1 << 30, files: 100_000, statements: 1_000_000}

// A folder is what lies in the root of a file system, and below it, by name; and
// the files of it that were read.
type folder struct {
	fsys     fs.FS
	limit    bounds
	problems *problems
	hints    hints
	entries  []entry // those of the root first, then those of each folder, by name
	at       map[string]entry
	gaps     problems // why some folders could not be listed
	cut      bool     // there is more below than is listed
	word     string   // what stands ahead of the numbers: see commonWord
	reason   string   // the file that made us recognise the format
	read     map[string]*file
	code     []string // paths of migrations written in Go
	count    int
	total    int64
	buf      bytes.Buffer
}

// An entry is a file or folder, with its path from the root.
type entry struct {
	path string
	fs.DirEntry
}

// nested reports whether the entry lies in a folder.
func (e entry) nested() bool { return strings.Contains(e.path, "/") }

// file reads a file in full, once, and counts it. It returns nil where something
// is wrong with that file, which goes to problems; an error is about the folder.
func (d *folder) file(e entry) (*file, error) {
	if f, ok := d.read[e.path]; ok {
		return f, nil
	}
	d.read[e.path] = nil
	if d.count++; d.count > d.limit.files {
		return nil, fmt.Errorf("read the folder of migrations: more than %d files, %s is the first too many", d.limit.files, show(e.path))
	}
	if err := d.content(e, d.limit.file); err != nil {
		d.problems.add(e.path, err)
		return nil, nil
	}
	if d.total += int64(d.buf.Len()); d.total > d.limit.total {
		return nil, fmt.Errorf("read the folder of migrations: more than %s in all, reached with %s", size(d.limit.total), e.path)
	}
	f := newFile(e.path, d.buf.Bytes())
	if err := f.check(); err != nil {
		d.problems.add(e.path, err)
		return nil, nil
	}
	f.mark()
	d.read[e.path] = f
	return f, nil
}

// maxHead is how much of a file is read that may be none of the set.
const maxHead = 64 << 10

// head returns the beginning of a file that may be none of the set, and "" where
// it is not to be had: if it turns out to be one, it is read again, in full.
func (d *folder) head(e entry) string {
	var tooLarge *SyntaxError
	if err := d.content(e, maxHead); err != nil && !errors.As(err, &tooLarge) {
		return ""
	}
	return strings.TrimPrefix(strings.ToValidUTF8(d.buf.String(), "?"), "\uFEFF")
}

// maxBeside bounds a file that lies beside the migrations and says something
// about them.
const maxBeside = 16 << 20

// beside reads such a file as text; ok is false where there is none, or where
// something is wrong with it, which goes to problems.
func (d *folder) beside(name string) (f *file, ok bool) {
	if !d.has(name) {
		return nil, false
	}
	err := d.content(d.at[name], maxBeside)
	if err == nil {
		f = newFile(name, d.buf.Bytes())
		err = f.check()
	}
	d.problems.add(name, err)
	return f, err == nil
}

// has reports whether there is a file of this path.
func (d *folder) has(name string) bool {
	e, ok := d.at[name]
	return ok && !e.IsDir()
}

// isNumbered reports whether a file is a migration by its name in most formats:
// one directly in the folder whose name begins with digits and ends in .sql.
func isNumbered(name string) bool {
	return startsWithDigit(name) && isFlatSQL(name)
}

// isFlatSQL reports whether a path is that of a file of SQL directly in the folder.
func isFlatSQL(name string) bool {
	return strings.HasSuffix(name, ".sql") && !strings.Contains(name, "/") && name[0] != '.'
}

func startsWithDigit(name string) bool { return name != "" && name[0] >= '0' && name[0] <= '9' }

// content reads one file into the buffer, and at most limit bytes and one. Only
// regular files are read, and links only to files within the folder.
func (d *folder) content(e entry, limit int64) error {
	name := e.path
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return &SyntaxError{Path: show(name), Reason: "the name holds bytes that are not printable text", Hint: "rename the file"}
	}
	target, kind := name, e.Type()
	if kind&fs.ModeSymlink != 0 {
		var err error
		if target, kind, err = resolve(d.fsys, name); err != nil {
			return unreadable(name, err)
		}
	}
	if !kind.IsRegular() {
		return &SyntaxError{Path: name, Reason: "is not a regular file"}
	}
	f, err := d.fsys.Open(target)
	if err != nil {
		return unreadable(name, err)
	}
	defer f.Close()
	d.buf.Reset()
	n, err := io.Copy(&d.buf, io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return unreadable(name, err)
	case n > limit:
		return &SyntaxError{
			Path: name, Reason: "is larger than " + size(limit),
			Hint: "a migration of this size is a load of data: load it with the database's own client",
		}
	}
	return nil
}

// unreadable names the file once, whether or not the file system named it too.
func unreadable(name string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("read %s: %w", name, err)
}

// show returns a name as it is if it can be printed, and quoted otherwise.
func show(name string) string {
	if q := strconv.Quote(name); q != `"`+name+`"` {
		return q
	}
	return name
}

// size returns a number of bytes as people write it.
func size(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
