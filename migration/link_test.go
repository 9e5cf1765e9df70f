package migration

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestLinks reads a folder on disk with a link in it, as a plain folder and as
// one that the operating system confines.
func TestLinks(t *testing.T) {
	for _, c := range []struct {
		name  string
		links map[string]string // from a name in the folder to a target
		want  string            // the error; empty if the file is read
	}{
		{"within the folder", map[string]string{"1.sql": "kept/real.txt"}, ""},
		{"as mounted volumes look", map[string]string{"1.sql": "..data/real.txt", "..data": "kept"}, ""},
		{"out and back", map[string]string{"1.sql": "../folder/kept/real.txt"}, "a link out of the folder is not followed"},
		{"out of the folder", map[string]string{"1.sql": "../secret.txt"}, "a link out of the folder is not followed"},
		{"out, by way of a folder", map[string]string{"1.sql": "up/secret.txt", "up": ".."}, "a link out of the folder is not followed"},
		{"absolute", map[string]string{"1.sql": "/etc/hosts"}, "a link out of the folder is not followed"},
		{"to nothing", map[string]string{"1.sql": "nothing"}, "no such file or directory"},
		{"to itself", map[string]string{"1.sql": "1.sql"}, "too many links, one after the other"},
		{"to a folder", map[string]string{"1.sql": "kept"}, "1.sql: is not a regular file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "folder")
			write(t, filepath.Join(dir, "kept", "real.txt"), "SELECT 1;")
			write(t, filepath.Join(dir, "..", "secret.txt"), "SECRET;")
			for name, target := range c.links {
				if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			for _, fsys := range []fs.FS{os.DirFS(dir), root.FS()} {
				s, err := Load(fsys, whole{}, LoadOptions{})
				switch {
				case c.want == "" && err != nil:
					t.Errorf("%T: %v", fsys, err)
				case c.want == "" && s.Migrations[0].Statements[0].Text != "SELECT 1;":
					t.Errorf("%T: read %q", fsys, s.Migrations[0].Statements[0].Text)
				case c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), c.want) || !strings.Contains(err.Error(), "1.sql")):
					t.Errorf("%T: error %v, want %s", fsys, err, c.want)
				}
			}
		})
	}
}

// mute is a file system that does not tell where links lead.
type mute struct{ fs.FS }

func TestLinkWhereNobodyTellsItsTarget(t *testing.T) {
	folder := fstest.MapFS{"1.sql": {Data: []byte("real.txt"), Mode: fs.ModeSymlink}, "real.txt": {}}
	_, err := Load(mute{folder}, whole{}, LoadOptions{})
	if want := "read 1.sql: a link in a file system that does not tell where it leads is not followed"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
