package outages

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3/vfs"
)

// A Recorder is the file system of an SQLite whose power will have gone: it does what
// it is asked and notes it, as far as it is about the database, its journal or its log.
type Recorder struct {
	mu   sync.Mutex
	done []operation
	seen map[string]bool
}

// An operation is what was done to a file.
type operation struct {
	kind   kind
	file   string // its name, without the folder
	offset int64  // of what was written; the length to which it was cut
	data   []byte // what was written; of an opened file what was in it
}

type kind int

const (
	found     kind = iota // it was there when it was first opened
	made                  // it was made
	written               //
	shortened             // or made longer
	synced                // all of the above lasts; of a journal that was made, its name too
	removed               // and its name may come back
	gone                  // for good
)

// NewRecorder returns one that has seen nothing yet.
func NewRecorder() *Recorder { return &Recorder{seen: map[string]bool{}} }

// Operations returns how many have been noted.
func (r *Recorder) Operations() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.done)
}

func (r *Recorder) note(o operation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done = append(r.done, o)
}

// Open opens what has no name.
func (r *Recorder) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return vfs.Find("os").Open(name, flags)
}

// kept are the files that outlive a process.
const kept = vfs.OPEN_MAIN_DB | vfs.OPEN_MAIN_JOURNAL | vfs.OPEN_SUPER_JOURNAL | vfs.OPEN_WAL

// OpenFilename opens a file, and notes it if it was not open before.
func (r *Recorder) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	system := vfs.Find("os").(vfs.VFSFilename)
	if flags&kept == 0 {
		return system.OpenFilename(name, flags)
	}
	path := name.String()
	before, missing := os.ReadFile(path)
	f, out, err := system.OpenFilename(name, flags)
	if err != nil {
		return f, out, err
	}
	base := filepath.Base(path)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case missing != nil:
		r.done = append(r.done, operation{kind: made, file: base})
	case !r.seen[base]:
		r.done = append(r.done, operation{kind: found, file: base, data: before})
	}
	r.seen[base] = true
	return &recorded{File: f, recorder: r, name: base}, out, nil
}

// Delete removes a file. Without a look at its folder, its name may come back.
func (r *Recorder) Delete(name string, syncDir bool) error {
	err := vfs.Find("os").Delete(name, syncDir)
	if err == nil && !strings.HasSuffix(name, "-shm") {
		k := removed
		if syncDir {
			k = gone
		}
		r.note(operation{kind: k, file: filepath.Base(name)})
	}
	return err
}

// Access tells whether a file is there.
func (r *Recorder) Access(name string, flags vfs.AccessFlag) (bool, error) {
	return vfs.Find("os").Access(name, flags)
}

// FullPathname returns where a file is.
func (r *Recorder) FullPathname(name string) (string, error) {
	return vfs.Find("os").FullPathname(name)
}

// A recorded file notes what is done to it.
type recorded struct {
	vfs.File
	recorder *Recorder
	name     string
}

var (
	_ vfs.FileLockState    = (*recorded)(nil)
	_ vfs.FileSharedMemory = (*recorded)(nil)
)

// WriteAt writes.
func (f *recorded) WriteAt(p []byte, offset int64) (int, error) {
	n, err := f.File.WriteAt(p, offset)
	f.recorder.note(operation{written, f.name, offset, slices.Clone(p[:n])})
	return n, err
}

// Truncate cuts the file off.
func (f *recorded) Truncate(size int64) error {
	err := f.File.Truncate(size)
	if err == nil {
		f.recorder.note(operation{kind: shortened, file: f.name, offset: size})
	}
	return err
}

// Sync makes what was written last.
func (f *recorded) Sync(flags vfs.SyncFlag) error {
	err := f.File.Sync(flags)
	if err == nil {
		f.recorder.note(operation{kind: synced, file: f.name})
	}
	return err
}

// LockState returns which lock is held.
func (f *recorded) LockState() vfs.LockLevel { return f.File.(vfs.FileLockState).LockState() }

// SharedMemory returns the index of the log, which no power cut leaves.
func (f *recorded) SharedMemory() vfs.SharedMemory {
	return f.File.(vfs.FileSharedMemory).SharedMemory()
}
