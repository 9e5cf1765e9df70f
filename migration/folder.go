package migration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
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
}

var defaultBounds = bounds{file: 64 << 20, total: 1 << 30, files: 100_000}

// A folder is what lies in the root of a file system: the files that are
// migrations by their names, read and checked, and hints about the others.
type folder struct {
	files []*file
	hints hints
}

// readFolder reads the migrations of a folder, in the order of their names. What
// is wrong with a single file goes to problems; an error is about the folder.
func readFolder(fsys fs.FS, limit bounds, problems *problems) (*folder, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read the folder of migrations: %w", err)
	}
	dir := &folder{}
	var (
		buf   bytes.Buffer
		count int
		total int64
	)
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !isMigration(name) {
			dir.hints.add(hintAt(name, entry.IsDir()))
			continue
		}
		if count++; count > limit.files {
			return nil, fmt.Errorf("read the folder of migrations: more than %d files, %s is the first too many", limit.files, show(name))
		}
		if err := readFile(&buf, fsys, entry, limit.file); err != nil {
			problems.add(name, err)
			continue
		}
		if total += int64(buf.Len()); total > limit.total {
			return nil, fmt.Errorf("read the folder of migrations: more than %s in all, reached with %s", size(limit.total), name)
		}
		f := newFile(name, buf.Bytes())
		if err := f.check(); err != nil {
			problems.add(name, err)
			continue
		}
		dir.files = append(dir.files, f)
	}
	if count == 0 {
		dir.hints.add("no migrations here: no file has a name that begins with digits and ends in .sql")
	}
	return dir, nil
}

// isMigration reports whether a file is a migration by its name.
func isMigration(name string) bool {
	return startsWithDigit(name) && strings.HasSuffix(name, ".sql")
}

func startsWithDigit(name string) bool { return name != "" && name[0] >= '0' && name[0] <= '9' }

// hintAt says what a person may wonder about a file or folder that is left out,
// and "" where nobody would.
func hintAt(name string, isDir bool) string {
	ext := path.Ext(name)
	sql, digit := strings.EqualFold(ext, ".sql"), startsWithDigit(name)
	name = show(name)
	switch {
	case isDir && (digit || sql):
		return name + " is a folder: only files directly in the folder of migrations are read"
	case isDir:
		return ""
	case digit && ext == ".go" && !strings.HasSuffix(name, "_test.go"):
		return name + " is left out: migrations written in Go are not run"
	case !sql:
		return ""
	case ext != ".sql":
		return name + " is left out: its name does not end in .sql in lower case"
	case strings.IndexByte("VUBR", name[0]) >= 0 && strings.Contains(name, "__"):
		return name + " is left out: it is named as Flyway names its files, a format that is not read"
	default:
		return name + " is not a migration (no version); name it with --schema if it makes the whole schema"
	}
}

// readFile reads one file into buf, and at most limit bytes. Only regular files
// are read, and links only to files within the folder.
func readFile(buf *bytes.Buffer, fsys fs.FS, entry fs.DirEntry, limit int64) error {
	name := entry.Name()
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return &SyntaxError{Path: show(name), Reason: "the name holds bytes that are not printable text", Hint: "rename the file"}
	}
	target, kind := name, entry.Type()
	if kind&fs.ModeSymlink != 0 {
		var err error
		if target, kind, err = resolve(fsys, name); err != nil {
			return unreadable(name, err)
		}
	}
	if !kind.IsRegular() {
		return &SyntaxError{Path: name, Reason: "is not a regular file"}
	}
	f, err := fsys.Open(target)
	if err != nil {
		return unreadable(name, err)
	}
	defer f.Close()
	buf.Reset()
	n, err := io.Copy(buf, io.LimitReader(f, limit+1))
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

// hints are remarks, bounded: nobody reads the hundredth.
type hints struct {
	said []string
	more int
}

const maxHints = 20

func (h *hints) add(hint string) {
	switch {
	case hint == "":
	case len(h.said) < maxHints:
		h.said = append(h.said, hint)
	default:
		h.more++
	}
}

// all returns the hints, the last of which counts those not said.
func (h *hints) all() []string {
	if h.more == 0 {
		return h.said
	}
	return append(h.said, fmt.Sprintf("and %d more hints like these", h.more))
}
