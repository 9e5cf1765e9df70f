package testserver

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// prepare fills the data folder of a server that has never run. To initialise one
// takes seconds, to copy one does not: so the first process to come leaves a copy
// in the user's cache for all others.
func prepare(p product, f *folder) error {
	template, err := templateOf(p)
	if err != nil {
		return err
	}
	if _, err := os.Stat(template); errors.Is(err, fs.ErrNotExist) {
		err = makeTemplate(p, f, template)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", p, err)
		}
	}
	if err := copyTree(f.data(), template, f.give); err != nil {
		return fmt.Errorf("prepare %s: %w", p, err)
	}
	return nil
}

// templateOf returns the path of the template of a product. Another version or
// another setting has another path.
func templateOf(p product) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	recipe := sha256.Sum256([]byte(strings.Join(p.recipe(), "\x00")))
	name := strings.ToLower(strings.ReplaceAll(p.String(), " ", "-"))
	return filepath.Join(cache, fmt.Sprintf("%s-%x", name, recipe[:6])), nil
}

// makeTemplate initialises a data folder in f, and leaves a copy in the cache; of
// the processes that want one at the same time, one makes it.
func makeTemplate(p product, f *folder, template string) error {
	guard, err := guard(template + ".lock")
	if err != nil {
		return err
	}
	defer guard.Close()
	if _, err := os.Stat(template); err == nil {
		return nil // made while we waited
	}
	if err := os.Mkdir(f.data(), 0o700); err != nil {
		return err
	}
	if err := f.give(f.data()); err != nil {
		return err
	}
	if err := p.prepare(f.run, f.data()); err != nil {
		return err
	}
	// A template is there whole or not at all.
	unfinished, err := os.MkdirTemp(filepath.Dir(template), "unfinished")
	if err != nil {
		return err
	}
	defer os.RemoveAll(unfinished)
	whole := filepath.Join(unfinished, "data")
	if err := copyTree(whole, f.data(), func(string) error { return nil }); err != nil {
		return err
	}
	if err := os.RemoveAll(f.data()); err != nil {
		return err
	}
	return os.Rename(whole, template)
}

// cacheFolder returns the folder for what is worth keeping from run to run.
func cacheFolder() (string, error) {
	parent, err := os.UserCacheDir()
	if err != nil { // there is no home
		if parent, err = userFolder(); err != nil {
			return "", err
		}
	}
	path := filepath.Join(parent, "dbmend-test")
	return path, os.MkdirAll(path, 0o700)
}

// copyTree copies a folder of folders and plain files, which is all that databases
// consist of before they are used, and hands over every one of the copies.
func copyTree(to, from string, give func(path string) error) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case entry.IsDir():
			err = os.Mkdir(target, 0o700)
		case entry.Type().IsRegular():
			err = copyFile(target, path)
		default:
			err = fmt.Errorf("%s is neither a file nor a folder", path)
		}
		if err != nil {
			return err
		}
		return give(target)
	})
}

func copyFile(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		target.Close()
		return err
	}
	return target.Close()
}
