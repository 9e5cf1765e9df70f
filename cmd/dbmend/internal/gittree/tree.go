package gittree

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A tree is a folder of a repository at some commit. It is an [fs.ReadLinkFS].
type tree struct {
	nodes map[string]*node // by path; "." is the folder itself
	blob  func(id string) ([]byte, error)
}

// A node is a file, a link or a folder.
type node struct {
	name   string
	mode   fs.FileMode
	id     string
	size   int64
	inside map[string]*node // of a folder
}

// newTree reads the listing of git ls-tree -r -z -l: "mode type hash size\tpath" and a
// NUL.
func newTree(listing []byte, blob func(id string) ([]byte, error)) (*tree, error) {
	t := &tree{nodes: map[string]*node{".": newFolder(".")}, blob: blob}
	count := 0
	for entry := range bytes.SplitSeq(listing, []byte{0}) {
		if len(entry) == 0 {
			continue
		}
		if count++; count > mostNames {
			return nil, fmt.Errorf("there are more than %d files", mostNames)
		}
		head, name, ok := strings.Cut(string(entry), "\t")
		facts := strings.Fields(head)
		if !ok || len(facts) != 4 {
			return nil, fmt.Errorf("git ls-tree says %.80q", entry)
		}
		if !fs.ValidPath(name) || name == "." {
			continue // nobody can ask for it, and it must lead nowhere
		}
		size, _ := strconv.ParseInt(facts[3], 10, 64) // "-" for what is no file
		switch facts[0] {
		case "100644", "100755":
			t.add(name, &node{mode: 0o444, id: facts[2], size: size})
		case "120000":
			t.add(name, &node{mode: fs.ModeSymlink | 0o777, id: facts[2], size: size})
		}
	}
	return t, nil
}

func newFolder(name string) *node {
	return &node{name: name, mode: fs.ModeDir | 0o555, inside: map[string]*node{}}
}

// add puts a node in its place, with the folders that it lies in. What is in the way
// stays: in a repository that is whole, nothing is.
func (t *tree) add(name string, n *node) {
	at := t.nodes["."]
	where := ""
	for folder := range strings.SplitSeq(path.Dir(name), "/") {
		if folder == "." {
			break
		}
		where = path.Join(where, folder)
		next := at.inside[folder]
		if next == nil {
			next = newFolder(folder)
			at.inside[folder], t.nodes[where] = next, next
		}
		if at = next; !at.mode.IsDir() {
			return
		}
	}
	n.name = path.Base(name)
	if at.inside[n.name] == nil {
		at.inside[n.name], t.nodes[name] = n, n
	}
}

func (t *tree) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n := t.nodes[name]
	if n == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

// Open opens a file or a folder. Links are not followed.
func (t *tree) Open(name string) (fs.File, error) {
	n, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.mode.IsDir() {
		return &folder{node: n, rest: n.list()}, nil
	}
	if n.mode&fs.ModeSymlink != 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	content, err := t.blob(n.id)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &file{bytes.NewReader(content), n}, nil
}

// ReadDir lists a folder, by name.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	return n.list(), nil
}

// ReadLink returns where a link leads.
func (t *tree) ReadLink(name string) (string, error) {
	n, err := t.find("readlink", name)
	if err != nil {
		return "", err
	}
	if n.mode&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	target, err := t.blob(n.id)
	return string(target), err
}

// Lstat describes a file, a folder or a link.
func (t *tree) Lstat(name string) (fs.FileInfo, error) {
	n, err := t.find("lstat", name)
	if err != nil {
		return nil, err
	}
	return info{n}, nil
}

func (n *node) list() []fs.DirEntry {
	var entries []fs.DirEntry
	for _, name := range slices.Sorted(maps.Keys(n.inside)) {
		entries = append(entries, fs.FileInfoToDirEntry(info{n.inside[name]}))
	}
	return entries
}

// A file is one that is open.
type file struct {
	*bytes.Reader
	node *node
}

// Stat describes the file.
func (f *file) Stat() (fs.FileInfo, error) { return info{f.node}, nil }

// Close has nothing to give back.
func (f *file) Close() error { return nil }

// A folder is one that is open, with what has not been listed yet.
type folder struct {
	node *node
	rest []fs.DirEntry
}

// Stat describes the folder.
func (f *folder) Stat() (fs.FileInfo, error) { return info{f.node}, nil }

// Read refuses: a folder holds no bytes.
func (f *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.node.name, Err: fs.ErrInvalid}
}

// ReadDir lists on, at most n entries, or all that are left for n below 1.
func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(f.rest) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(f.rest) {
		n = len(f.rest)
	}
	listed := f.rest[:n:n]
	f.rest = f.rest[n:]
	return listed, nil
}

// Close has nothing to give back.
func (f *folder) Close() error { return nil }

// info describes a node. Git keeps no times.
type info struct{ *node }

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

var (
	_ fs.ReadLinkFS  = (*tree)(nil)
	_ fs.ReadDirFS   = (*tree)(nil)
	_ fs.ReadDirFile = (*folder)(nil)
)
