package migration

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

var (
	errOutside  = errors.New("a link out of the folder is not followed")
	errNoLinks  = errors.New("a link in a file system that does not tell where it leads is not followed")
	errLinkLoop = errors.New("too many links, one after the other")
)

// maxLinks is how many links may lead to one file; kernels allow as many.
const maxLinks = 40

// resolve returns the name, free of links, of what name leads to, and its type.
// Links within the file system are followed, since that is how mounted volumes
// of configuration look (001.sql -> ..data/001.sql); one that leaves it, even to
// come back, is an error. [os.DirFS] would follow it anywhere, so that a folder
// of migrations could read the rest of the machine into error messages.
func resolve(fsys fs.FS, name string) (string, fs.FileMode, error) {
	links, ok := fsys.(fs.ReadLinkFS)
	if !ok {
		return "", 0, errNoLinks
	}
	var (
		at     = "."
		kind   = fs.ModeDir
		rest   = strings.Split(name, "/")
		passed int
	)
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		switch {
		case part == "" || part == ".":
			continue
		case part == ".." && at == ".":
			return "", 0, errOutside
		case part == "..":
			at, kind = path.Dir(at), fs.ModeDir
			continue
		}
		next := path.Join(at, part)
		info, err := links.Lstat(next)
		if err != nil {
			return "", 0, err
		}
		if kind = info.Mode().Type(); kind&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if passed++; passed > maxLinks {
			return "", 0, errLinkLoop
		}
		target, err := links.ReadLink(next)
		if err != nil {
			return "", 0, err
		}
		target = filepath.ToSlash(target)
		if path.IsAbs(target) || filepath.VolumeName(target) != "" {
			return "", 0, errOutside
		}
		rest = slices.Concat(strings.Split(target, "/"), rest)
	}
	return at, kind, nil
}
