package testserver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// memory is a file system in memory that every Linux has; room is what it must
// offer, since containers often give it a few megabytes.
const (
	memory = "/dev/shm"
	room   = 1 << 30
)

// A folder is where one server lives: its files, its socket and its log. It belongs
// to the account that the server runs as, and nobody else can look into it.
type folder struct {
	path    string
	account *syscall.Credential // nil for our own
}

// newFolder makes a folder for a server that runs as the first of the users that
// exists; as ourselves, unless we are root.
func newFolder(users []string) (*folder, error) {
	run, err := processRun()
	if err != nil {
		return nil, err
	}
	f := &folder{}
	if os.Geteuid() == 0 {
		if f.account, err = firstAccount(users); err != nil {
			return nil, err
		}
	}
	if f.path, err = os.MkdirTemp(run.path, ""); err != nil {
		return nil, err
	}
	return f, f.give(f.path)
}

// firstAccount returns the first of the users that exists.
func firstAccount(users []string) (*syscall.Credential, error) {
	for _, name := range users {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("a server does not run as root, and there is no user %s", strings.Join(users, " or "))
}

// give hands a file over to the server's account.
func (f *folder) give(path string) error {
	if f.account == nil {
		return nil
	}
	return os.Chown(path, int(f.account.Uid), int(f.account.Gid))
}

func (f *folder) data() string  { return filepath.Join(f.path, "data") }
func (f *folder) log() string   { return filepath.Join(f.path, "log") }
func (f *folder) remove() error { return os.RemoveAll(f.path) }

// said returns the end of the log, for messages.
func (f *folder) said() string {
	log, err := os.Open(f.log())
	if err != nil {
		return ""
	}
	defer log.Close()
	const enough = 2000
	if info, err := log.Stat(); err == nil && info.Size() > enough {
		_, _ = log.Seek(-enough, io.SeekEnd) // all of it will do, too
	}
	text, _ := io.ReadAll(io.LimitReader(log, enough)) // what can be read helps
	return "; its log ends:\n" + string(text)
}

// A run is the folder of this process, in which its servers have theirs. It goes
// when the process does.
type run struct {
	path string
	// lock tells others that the folder is in use. It ends with the process, whose
	// number may come again.
	lock *os.File
	// end is closed by the end of the process, which the program that tidies up
	// waits for.
	end io.Closer
}

var processRun = sync.OnceValues(func() (*run, error) {
	base, err := userFolder()
	if err != nil {
		return nil, err
	}
	sweep(base)
	for range 100 {
		path, err := os.MkdirTemp(base, "run")
		if err != nil {
			return nil, err
		}
		held, err := lock(path, syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue // another process has taken it for a leftover
		}
		// The servers' accounts pass through it; nobody reads it.
		if err := os.Chmod(path, 0o711); err != nil {
			held.Close()
			continue // the other process was quicker still
		}
		end, err := removeAfterwards(path)
		return &run{path, held, end}, err
	}
	return nil, fmt.Errorf("no folder in %s can be locked", base)
})

// userFolder returns the folder in which all processes of this user have theirs.
func userFolder() (string, error) {
	parent := os.TempDir()
	var fs syscall.Statfs_t
	if syscall.Statfs(memory, &fs) == nil && fs.Bavail*uint64(fs.Bsize) >= room && syscall.Access(memory, 2) == nil {
		parent = memory
	}
	return ourFolder(parent)
}

// ourFolder returns the folder of this user in a place where all may write. The
// servers' accounts pass through it.
func ourFolder(place string) (string, error) {
	path := filepath.Join(place, fmt.Sprintf("dbmend-test-%d", os.Geteuid()))
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	// Anybody may have made it first.
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(owner.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return "", fmt.Errorf("%s is not a folder of ours", path)
	}
	return path, os.Chmod(path, 0o711) // whatever the umask has made of it
}

// sweep removes the folders of processes that are no more. They remove them
// themselves unless the whole machine, or container, went down.
func sweep(base string) {
	runs, _ := filepath.Glob(filepath.Join(base, "run*")) // the pattern is sound
	for _, run := range runs {
		if held, err := lock(run, syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			os.RemoveAll(run) // what stays is tried again by the next process
			held.Close()
		}
	}
}

// lock locks a file or a folder until the returned file is closed.
func lock(path string, how int) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, err
		}
	}
}

// removeAfterwards starts a program that waits for the end of this process, by
// whatever means, and then removes the folder. The servers die by themselves: see
// [folder.start]; one that is still writing makes rm fail, which is tried again.
func removeAfterwards(path string) (io.Closer, error) {
	const script = `read -r end; for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1" 2>&1 && exit; sleep 0.3; done`
	cmd := exec.Command("/bin/sh", "-c", script, "sh", path)
	// A session of its own, so that a signal from the terminal does not end it first.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = "/"
	end, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return end, cmd.Start()
}
