package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A backup is a copy of the database that is made before a healing.
type backup struct{ path string }

// newBackup refuses a file that is there already, before anything is begun.
func newBackup(path string) (*backup, error) {
	_, err := os.Lstat(path)
	if err == nil {
		return nil, backupExists(path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make the backup: %w", err)
	}
	absolute, err := filepath.Abs(path) // a name that begins with "file:" is a URI to SQLite
	if err != nil {
		return nil, fmt.Errorf("make the backup: %w", err)
	}
	return &backup{absolute}, nil
}

func backupExists(path string) error {
	return &failure{message: "the backup " + clean(path) + " is there already, and is not overwritten", hint: "name another file, or move it away"}
}

// take copies the database as it is now. The file is made first, by us and for us
// alone: SQLite fills a file that is empty, and refuses any other.
func (b *backup) take(ctx context.Context, c *call) error {
	f, err := os.OpenFile(b.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return backupExists(b.path)
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := b.copy(ctx, c); err != nil {
		return fmt.Errorf("backup: %w", errors.Join(err, os.Remove(b.path)))
	}
	return nil
}

func (b *backup) copy(ctx context.Context, c *call) (err error) {
	t, err := parseURL(c.db, c.dbIn)
	if err != nil {
		return err
	}
	db, err := t.open(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", b.path)
	return err
}
