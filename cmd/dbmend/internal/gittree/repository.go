package gittree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Bounds on what git may say.
const (
	mostListed = 64 << 20 // bytes of a listing
	mostNames  = 100_000  // files of one folder
	mostBytes  = 64 << 20 // bytes of one file
)

var (
	// ErrNoRepository: the folder lies in no git repository, or git refuses it.
	ErrNoRepository = errors.New("no git repository")
	// ErrNoRevision: the repository does not have the revision.
	ErrNoRevision = errors.New("no such revision")
)

// A Repository is a git repository that a folder lies in. It is not safe for
// concurrent use.
type Repository struct {
	folder string
	prefix string
	blobs  *blobs
}

// Open finds the repository that a folder lies in. The caller closes it.
//
// Errors: [ErrNoRepository]; [exec.ErrNotFound] where git is not installed.
func Open(ctx context.Context, folder string) (*Repository, error) {
	r := &Repository{folder: folder}
	said, err := r.git(ctx, 1<<20, "rev-parse", "--show-prefix")
	if errors.Is(err, exec.ErrNotFound) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoRepository, err)
	}
	r.prefix = strings.TrimSuffix(strings.TrimSuffix(string(said), "\n"), "/")
	return r, nil
}

// Prefix returns the folder's path from the top of the repository, without a slash at
// the end: "" for the top itself.
func (r *Repository) Prefix() string { return r.prefix }

// Resolve returns the commit that a revision means: a tag, a branch, a hash.
//
// Errors: [ErrNoRevision].
func (r *Repository) Resolve(ctx context.Context, revision string) (commit string, err error) {
	id, err := r.object(ctx, revision+"^{commit}")
	if err != nil && ctx.Err() == nil {
		return "", fmt.Errorf("%q: %w", revision, ErrNoRevision)
	}
	return id, err
}

// object returns the hash of what an expression means.
func (r *Repository) object(ctx context.Context, expression string) (string, error) {
	if strings.ContainsAny(expression, "\x00\n") {
		return "", errors.New("a revision holds a line end or a NUL character")
	}
	said, err := r.git(ctx, 4096, "rev-parse", "--verify", "--quiet", "--end-of-options", expression)
	id := strings.TrimSpace(string(said))
	if err == nil && strings.Trim(id, "0123456789abcdef") != "" {
		err = fmt.Errorf("git answers %.80q to rev-parse", id)
	}
	return id, err
}

// File returns the content of a file at a commit; its path begins at the top of the
// repository.
//
// Errors: [fs.ErrNotExist].
func (r *Repository) File(ctx context.Context, commit, path string) ([]byte, error) {
	id, err := r.object(ctx, commit+":"+path)
	if err != nil {
		return nil, absent(ctx, path, err)
	}
	return r.blob(id)
}

// Folder returns a folder at a commit; its path begins at the top of the repository,
// and "" is the top. Files are read when they are opened, and until the repository is
// closed.
//
// Errors: [fs.ErrNotExist].
func (r *Repository) Folder(ctx context.Context, commit, path string) (fs.FS, error) {
	id, err := r.object(ctx, commit+":"+path)
	if err != nil {
		return nil, absent(ctx, path, err)
	}
	said, err := r.git(ctx, mostListed, "ls-tree", "-r", "-z", "-l", "--full-tree", id)
	if err != nil {
		return nil, absent(ctx, path, err) // a file is no folder
	}
	return newTree(said, r.blob)
}

func absent(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

// Close ends what git is still doing for us.
func (r *Repository) Close() error {
	if r.blobs == nil {
		return nil
	}
	b := r.blobs
	r.blobs = nil
	return b.close()
}

// git runs git in the folder and returns what it says, at most so many bytes.
func (r *Repository) git(ctx context.Context, most int64, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	var complaint bytes.Buffer
	cmd.Stderr = &limited{&complaint, 4096}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	said, readErr := io.ReadAll(io.LimitReader(out, most+1))
	if int64(len(said)) > most {
		readErr = fmt.Errorf("git %s says more than %d bytes", args[0], most)
		_ = cmd.Process.Kill() // nobody reads the rest
	}
	err = cmd.Wait()
	if readErr != nil {
		return nil, readErr
	}
	if err != nil {
		if text := strings.TrimSpace(complaint.String()); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return said, nil
}

// command prepares a call of git. What a hook that called us was told about its own
// repository is not about this folder.
func (r *Repository) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.folder
	cmd.Env = slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name, _, _ := strings.Cut(setting, "=")
		return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"}, name)
	})
	cmd.Env = append(cmd.Env, "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	return cmd
}

// limited keeps the first bytes of what is written to it.
type limited struct {
	to   *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.to.Write(p[:n])
	return len(p), nil
}
