package migration_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dbmend/dbmend/migration"
)

var squash = migration.Squash{
	Path: "sqlite.squash", Conditions: "SQLite", With: "with", LeadsTo: "0123",
	Replaces: []migration.Replaced{{Checksum: strings.Repeat("a", 64), ID: "001_a b"}, {Checksum: strings.Repeat("b", 64), ID: "002"}},
	Script:   "CREATE TABLE a (id);\n-- no more\n",
}

// A squash file is read as it was written.
func TestSquashIsReadAsItIsWritten(t *testing.T) {
	for _, digest := range []string{"", strings.Repeat("c", 64)} {
		want := squash
		want.Digest = digest
		got, err := migration.ReadSquash(fstest.MapFS{"sqlite.squash": {Data: []byte(want.Text())}}, "sqlite")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got, cmpopts.IgnoreUnexported(migration.Squash{}), cmpopts.IgnoreFields(migration.Squash{}, "Checksum")); diff != "" {
			t.Errorf("-written +read:\n%s", diff)
		}
		if got.Through().ID != "002" {
			t.Errorf("it stands for migrations up to %s; wanted 002", got.Through().ID)
		}
	}
	if _, err := migration.ReadSquash(fstest.MapFS{}, "sqlite"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("where there is none: %v", err)
	}
}

// A file that is not as it was written is told with the line, whichever it is; the notes for
// people are not looked at, and neither is what only the set can tell.
func TestSquashIsNotReadOtherwise(t *testing.T) {
	text := squash.Text()
	lines := strings.SplitAfter(text, "\n")
	for i := range lines {
		switch {
		case strings.HasPrefix(lines[i], "-- On an"), strings.HasPrefix(lines[i], "-- to equal"), lines[i] == "":
			continue
		}
		without := strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")
		_, err := migration.ParseSquash("sqlite.squash", []byte(without))
		var syntax *migration.SyntaxError
		if !errors.As(err, &syntax) || syntax.Line == 0 || syntax.Hint == "" {
			t.Errorf("without %q: %v", lines[i], err)
		}
	}
	for name, odd := range map[string]string{
		"a line more":       text + "DROP TABLE a;\n",
		"many":              strings.Replace(text, "replaces: 2", "replaces: 999999999999", 1),
		"none":              strings.Replace(text, "replaces: 2", "replaces: 0", 1),
		"another format":    strings.Replace(text, "squash 1", "squash 2", 1),
		"bytes":             text + "\xff",
		"nothing":           "",
		"ends in the head":  text[:strings.Index(text, "-- leads to")],
		"other line breaks": strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		if s, err := migration.ParseSquash("sqlite.squash", []byte(odd)); err == nil {
			t.Errorf("%s: read as %v", name, s)
		}
	}
}

// FuzzParseSquash reads whatever there is without a panic, and reads nothing that it would
// not write in the same way.
func FuzzParseSquash(f *testing.F) {
	f.Add([]byte(squash.Text()))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := migration.ParseSquash("sqlite.squash", content)
		if err != nil {
			return
		}
		if again, err := migration.ParseSquash("sqlite.squash", []byte(s.Text())); err != nil || again.Checksum != s.Checksum {
			t.Errorf("written again it is not read: %v", err)
		}
	})
}
