package migration

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Bounds on what is listed below the folder. Somebody may point at the top of a
// whole project.
const (
	maxBelow = 50_000 // files and folders
	maxDeep  = 8      // folders within each other
)

// listFolder lists a folder and what lies below it, and reads no file. Folders
// whose names begin with a dot and links to folders are passed over. An error is
// about the folder itself; one of a folder below counts only for formats that
// have files there.
func listFolder(fsys fs.FS, limit bounds, found *problems) (*folder, error) {
	root, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read the folder of migrations: %w", err)
	}
	d := &folder{
		fsys: fsys, limit: limit, problems: found,
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
