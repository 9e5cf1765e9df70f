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
type backup struct {
	path string
	from copier
}

// A copier is a target that can be copied into a file.
type copier interface {
	// copyTo copies the database into a file that is there and empty.
	copyTo(ctx context.Context, path string) error
}

// newBackup refuses a file that is there already, and a database that lies in none,
// before anything is begun.
func newBackup(t target, path string) (*backup, error) {
	from, ok := t.(copier)
	if !ok {
		return nil, &usageError{
			message: "--backup copies files of SQLite, and " + t.String() + " is on a server",
			hint:    "copy it with its own tools before: pg_dump, mariadb-dump, mysqldump",
		}
	}
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
	return &backup{absolute, from}, nil
}

func backupExists(path string) error {
	return &failure{message: "the backup " + clean(path) + " is there already, and is not overwritten", hint: "name another file, or move it away"}
}

// take copies the database as it is now. The file is made first, by us and for us
// alone: SQLite fills a file that is empty, and refuses any other. It has to last before
// anything else is done: a power cut may take what follows, and not what was before.
func (b *backup) take(ctx context.Context) error {
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
	err = b.from.copyTo(ctx, b.path)
	if err == nil {
		err = settleFile(b.path)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", errors.Join(err, os.Remove(b.path)))
	}
	return nil
}
