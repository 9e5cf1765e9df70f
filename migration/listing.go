package migration

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Bounds on what is listed below the folder. Somebody may point at the top of a
// whole project.
const (
	maxBelow = 50_000 // files and folders
	maxDeep  = 8      // folders within each other
)

// A Listing is a folder of migrations of which the names are known, and no file is read.
type Listing struct{ folder *folder }

// List lists a folder and what lies below it. Folders whose names begin with a dot and
// links to folders are passed over.
//
// Errors: [fs.ErrNotExist] if there is no such folder, and others about it. What is wrong
// with a folder below counts only for formats that have files there.
func List(fsys fs.FS) (*Listing, error) {
	folder, err := listFolder(fsys)
	if err != nil {
		return nil, err
	}
	return &Listing{folder}, nil
}

// Len returns how many names there are, those below the folder included: no set of it in
// which each migration has a file has more.
func (l *Listing) Len() int { return len(l.folder.entries) }

// Beyond reports whether the first number in a name comes behind a version. It is a guess
// at what the set will have, which knows no format: it may be wrong either way.
func (l *Listing) Beyond(v Version) bool {
	return slices.ContainsFunc(l.folder.entries, func(e entry) bool {
		number := firstNumber(e.path)
		return number != "" && number.Compare(v) > 0
	})
}

// firstNumber returns the first digits in a name, with dots between them.
func firstNumber(name string) Version {
	from := 0
	for from < len(name) && !startsWithDigit(name[from:]) {
		from++
	}
	to := from
	for to < len(name) && (name[to] == '.' || startsWithDigit(name[to:])) {
		to++
	}
	return Version(strings.TrimRight(name[from:to], "."))
}

func listFolder(fsys fs.FS) (*folder, error) {
	root, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read the folder of migrations: %w", err)
	}
	d := &folder{
		fsys:    fsys,
		entries: make([]entry, 0, len(root)), at: make(map[string]entry, len(root)), read: make(map[string]*file, len(root)),
	}
	d.list("", root)
	for i := 0; i < len(d.entries); i++ { // which grows on the way
		e := d.entries[i]
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if strings.Count(e.path, "/") >= maxDeep || len(d.entries)-len(root) > maxBelow {
			d.cut = true
			continue
		}
		inside, err := fs.ReadDir(fsys, e.path)
		if err != nil {
			d.gaps.add(e.path, unreadable(e.path, err))
			continue
		}
		d.list(e.path, inside)
	}
	return d, nil
}

func (d *folder) list(parent string, inside []fs.DirEntry) {
	for _, e := range inside {
		one := entry{path.Join(parent, e.Name()), e}
		d.entries = append(d.entries, one)
		d.at[one.path] = one
	}
}
