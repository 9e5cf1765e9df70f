package main

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
)

// putFile puts a text into a file whole or not at all, in the place of what is there. It
// is still there, or what was before, when the power goes the moment after.
func putFile(path string, text []byte) error {
	folder := filepath.Dir(path)
	draft := filepath.Join(folder, ".dbmend-"+rand.Text())
	if err := writeDraft(draft, text); err != nil {
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		return errors.Join(err, os.Remove(draft))
	}
	settleFolder(folder)
	return nil
}

// writeDraft makes a new file that lasts, and leaves none if that fails.
func writeDraft(path string, text []byte) error {
	draft, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = draft.Write(text)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// settleFile makes what was written to a file last, and its name.
func settleFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = errors.Join(f.Sync(), f.Close())
	settleFolder(filepath.Dir(path))
	return err
}

// settleFolder makes the names in a folder last, where there is a way to ask for it:
// not on Windows, and not on all file systems, which do it by themselves.
func settleFolder(path string) {
	if f, err := os.Open(path); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}
