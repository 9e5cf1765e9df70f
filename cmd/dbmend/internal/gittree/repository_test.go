package gittree_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend/cmd/dbmend/internal/gittree"
)

// repository makes a repository with files, a link for a text that begins with "->",
// commits and tags it v1, and returns its folder.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "--quiet")
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(text, "->"); ok {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "add", "--all")
	git(t, dir, "-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "v1")
	git(t, dir, "tag", "v1")
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func open(t *testing.T, dir string) *gittree.Repository {
	t.Helper()
	r, err := gittree.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func TestFolder_isAsItWas(t *testing.T) {
	odd := "db/-- $(touch x) \"';\tü.sql"
	dir := repository(t, map[string]string{
		"db/001_a.sql": "CREATE TABLE a;\n", "db/sub/b.sql": "", odd: "odd", "db/link.sql": "->001_a.sql", "other.sql": "other",
	})
	if err := os.RemoveAll(filepath.Join(dir, "db")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "db"), 0o777); err != nil {
		t.Fatal(err)
	}
	r := open(t, filepath.Join(dir, "db"))
	if r.Prefix() != "db" {
		t.Errorf("the folder is %q", r.Prefix())
	}
	commit, err := r.Resolve(t.Context(), "v1")
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := r.Folder(t.Context(), commit, r.Prefix())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	if err := fs.WalkDir(fsys, ".", func(path string, _ fs.DirEntry, err error) error { names = append(names, path); return err }); err != nil {
		t.Fatal(err)
	}
	if want := []string{".", strings.TrimPrefix(odd, "db/"), "001_a.sql", "link.sql", "sub", "sub/b.sql"}; !slices.Equal(names, want) {
		t.Errorf("it holds %q; want %q", names, want)
	}
	for name, want := range map[string]string{"001_a.sql": "CREATE TABLE a;\n", "sub/b.sql": "", strings.TrimPrefix(odd, "db/"): "odd"} {
		if got, err := fs.ReadFile(fsys, name); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v)", name, got, err)
		}
	}
	if target, err := fs.ReadLink(fsys, "link.sql"); err != nil || target != "001_a.sql" {
		t.Errorf("the link leads to %q (%v)", target, err)
	}
	if content, err := r.File(t.Context(), commit, "other.sql"); err != nil || string(content) != "other" {
		t.Errorf("other.sql holds %q (%v)", content, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "db", "x")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a name was run")
	}
	if status := git(t, dir, "status", "--porcelain", "other.sql"); status != "" {
		t.Errorf("the work tree has changed: %s", status)
	}
}

// What the standard library demands of a file system holds for a folder without links,
// which it follows and we do not.
func TestFolder_isAFileSystem(t *testing.T) {
	r := open(t, repository(t, map[string]string{"a.sql": "a", "b/c/d.sql": "d", "b/e.sql": ""}))
	fsys, err := r.Folder(t.Context(), "HEAD", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(fsys, "a.sql", "b/c/d.sql", "b/e.sql"); err != nil {
		t.Error(err)
	}
}

// Whatever a revision looks like, it is a revision: no option, and nothing else than a
// commit.
func TestResolve_takesNothingForAnOption(t *testing.T) {
	r := open(t, repository(t, map[string]string{"a.sql": "a"}))
	for _, revision := range []string{"", "v2", "--all", "--git-dir=/", "-h", "HEAD:a.sql", "HEAD^{tree}", "v1\nHEAD", "v1 HEAD", "a.sql", "\x00"} {
		if commit, err := r.Resolve(t.Context(), revision); err == nil {
			t.Errorf("%q is the commit %s", revision, commit)
		}
	}
	for _, revision := range []string{"v1", "HEAD", "HEAD~0"} {
		if _, err := r.Resolve(t.Context(), revision); err != nil {
			t.Errorf("%q: %v", revision, err)
		}
	}
}

func TestFolder_thatIsNotThere(t *testing.T) {
	r := open(t, repository(t, map[string]string{"a.sql": "a"}))
	for _, path := range []string{"db", "a.sql", "../..", "-z"} {
		if _, err := r.Folder(t.Context(), "HEAD", path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := r.File(t.Context(), "HEAD", "b.sql"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("b.sql: %v", err)
	}
	if _, err := gittree.Open(t.Context(), t.TempDir()); !errors.Is(err, gittree.ErrNoRepository) {
		t.Errorf("a folder in no repository: %v", err)
	}
}

// A hook tells git where its own repository is: that is not where we look.
func TestOpen_withinAHook(t *testing.T) {
	dir, other := repository(t, map[string]string{"a.sql": "a"}), repository(t, map[string]string{"b.sql": "b"})
	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other, ".git", "index"))
	r := open(t, dir)
	if _, err := r.File(t.Context(), "HEAD", "a.sql"); err != nil {
		t.Error(err)
	}
}
