package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A reportFile is the place that --report names. Nothing is put there but a report,
// and in the place of nothing but an older one.
type reportFile struct {
	path string
	kept []string // what this call reads or makes: never a report's place, even if it is not there yet
}

// newReportFile refuses a place that belongs to something else before anything is
// begun.
func (c *call) newReportFile(path string) (*reportFile, error) {
	f := &reportFile{path: path, kept: []string{defaultConfig}}
	for _, name := range []string{c.flags.config, c.flags.backup} {
		if name != "" {
			f.kept = append(f.kept, name)
		}
	}
	for _, url := range []string{c.db, c.flags.db} {
		if t, err := parseURL(url, c.dbIn); err == nil {
			f.kept = append(f.kept, t.files()...)
		}
	}
	return f, f.check()
}

// check reports what keeps a report from being written: only a place that is empty,
// or holds an older report, will do.
func (f *reportFile) check() error {
	for _, name := range f.kept {
		if samePlace(f.path, name) {
			return f.refused("it is where " + clean(name) + " belongs")
		}
	}
	info, err := os.Lstat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(f.path)); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		return nil
	case err != nil:
		return fmt.Errorf("write the report: %w", err)
	case !info.Mode().IsRegular():
		return f.refused("it is there, and is not an ordinary file")
	}
	old, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	defer old.Close()
	if !isReport(old) {
		return f.refused("it is there, and is not a report of dbmend")
	}
	return nil
}

func (f *reportFile) refused(why string) error {
	return &usageError{message: "the report is not written to " + clean(f.path) + ": " + why, hint: "name another file with --report"}
}

// samePlace reports whether two names mean the same file, be it there or not. Names
// that differ in case are taken for the same: on some file systems they are.
func samePlace(a, b string) bool {
	one, errA := os.Stat(a)
	other, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(one, other)
	}
	return strings.EqualFold(settled(a), settled(b))
}

// settled returns a name from the top, with no link in its folder.
func settled(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	return path
}

// isReport reports whether a file begins as every envelope does: with its format
// and its verb.
func isReport(r io.Reader) bool {
	const most = 4096
	decoder := json.NewDecoder(io.LimitReader(r, most))
	var begin []json.Token
	for range 5 {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		begin = append(begin, token)
	}
	_, number := begin[2].(float64)
	_, verb := begin[4].(string)
	return number && verb && slices.Equal([]json.Token{begin[0], begin[1], begin[3]}, []json.Token{json.Delim('{'), "format", "verb"})
}

// write puts a report in its place whole, or not at all.
func (f *reportFile) write(e *envelope) error {
	text, err := e.text()
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	// Something else may have come to lie there while the verb ran.
	if err := f.check(); err != nil {
		return err
	}
	if err := putFile(f.path, text); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
