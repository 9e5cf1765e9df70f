package peers

import (
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// A Folder is a file system with one folder, whose files lie in memory in the order
// of their names: what embed.FS is to a program, made at run time.
type Folder struct{ files []file }

// NewFolder returns a folder with these files, by name.
func NewFolder(contents map[string]string) *Folder {
	f := &Folder{}
	for name, content := range contents {
		f.files = append(f.files, file{name, content})
	}
	slices.SortFunc(f.files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return f
}

// Open opens the folder itself, by the name ".", or a file.
func (f *Folder) Open(name string) (fs.File, error) {
	if name == "." {
		return &listing{folder: f}, nil
	}
	found, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	return &open{found, strings.NewReader(found.content)}, nil
}

// ReadFile returns the content of a file.
func (f *Folder) ReadFile(name string) ([]byte, error) {
	found, err := f.find("read", name)
	return []byte(found.content), err
}

// ReadDir lists the folder, whose name is ".".
func (f *Folder) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	entries := make([]fs.DirEntry, len(f.files))
	for i := range f.files {
		entries[i] = f.files[i]
	}
	return entries, nil
}

func (f *Folder) find(op, name string) (file, error) {
	i, ok := slices.BinarySearchFunc(f.files, name, func(f file, name string) int { return strings.Compare(f.name, name) })
	if !ok {
		return file{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return f.files[i], nil
}

// A file is one of the folder's, and says of itself what a listing shows.
type file struct{ name, content string }

func (f file) Name() string               { return f.name }
func (f file) Size() int64                { return int64(len(f.content)) }
func (f file) Mode() fs.FileMode          { return 0o444 }
func (f file) Type() fs.FileMode          { return 0 }
func (f file) ModTime() time.Time         { return time.Time{} }
func (f file) IsDir() bool                { return false }
func (f file) Sys() any                   { return nil }
func (f file) Info() (fs.FileInfo, error) { return f, nil }

// An open file is being read.
type open struct {
	file
	*strings.Reader
}

func (o *open) Size() int64                { return o.file.Size() }
func (o *open) Stat() (fs.FileInfo, error) { return o.file, nil }
func (o *open) Close() error               { return nil }

// A listing is the open folder.
type listing struct {
	folder *Folder
	next   int
}

func (l *listing) Stat() (fs.FileInfo, error) { return root{}, nil }
func (l *listing) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: ".", Err: fs.ErrInvalid}
}
func (l *listing) Close() error { return nil }

// ReadDir returns the next n files, or all that are left.
func (l *listing) ReadDir(n int) ([]fs.DirEntry, error) {
	all, err := l.folder.ReadDir(".")
	if err != nil {
		return nil, err
	}
	rest := all[l.next:]
	if n > 0 && len(rest) == 0 {
		return nil, io.EOF
	}
	if n > 0 && len(rest) > n {
		rest = rest[:n]
	}
	l.next += len(rest)
	return rest, nil
}

// A root is what the folder says of itself.
type root struct{ file }

func (root) Name() string      { return "." }
func (root) Mode() fs.FileMode { return fs.ModeDir | 0o555 }
func (root) IsDir() bool       { return true }
