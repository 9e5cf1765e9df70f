package migration

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// whole takes a script for one statement.
type whole struct{}

func (whole) Cut(source string) ([]Statement, error) {
	if strings.TrimSpace(source) == "" {
		return nil, nil
	}
	return []Statement{{Number: 1, Text: source, Line: 1}}, nil
}

// files makes a folder of names and contents.
func files(pairs ...string) fstest.MapFS {
	folder := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		folder[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return folder
}

func TestEncodings(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"byte order mark", "\uFEFFSELECT 1;", ""},
		{"line ends of Windows", "SELECT\r\n1;\r\n", ""},
		{"beyond ASCII", "SELECT 'größer ☂';", ""},
		{"UTF-16, little end first", "\xFF\xFES\x00E\x00", "1.sql: is UTF-16, not UTF-8"},
		{"UTF-16, big end first", "\xFE\xFF\x00S\x00E", "1.sql: is UTF-16, not UTF-8"},
		{"Latin-1", "SELECT 1;\n\nSELECT 'gr\xF6\xDFer';", "1.sql:3: byte 0xF6 is not valid UTF-8"},
		{"NUL", "SELECT 1;\nSELECT '\x00';", "1.sql:2: a NUL character"},
		{"UTF-8 that encodes the replacement character", "SELECT '\uFFFD';", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Load(files("1.sql", c.content), whole{}, LoadOptions{})
			if c.want != "" {
				if err == nil || err.Error() != c.want {
					t.Fatalf("error %v, want %s", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, want := s.Migrations[0].Statements[0].Text, strings.TrimPrefix(c.content, "\uFEFF"); got != want {
				t.Errorf("text %q, want %q", got, want)
			}
		})
	}
}

func TestWindowsLineEnds(t *testing.T) {
	for format, content := range map[string]string{
		"goose":  "-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\nSELECT 2;\r\n",
		"dbmate": "-- migrate:up\r\nSELECT 1;\r\n-- migrate:down\r\nSELECT 2;\r\n",
	} {
		t.Run(format, func(t *testing.T) {
			s, err := Load(files("1_a.sql", content), whole{}, LoadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			m := s.Migrations[0]
			if s.Format != format || m.Statements[0].Text != "SELECT 1;\r\n" || m.Down[0].Text != "SELECT 2;\r\n" || m.Down[0].Line != 4 {
				t.Errorf("read as %s: %+v", s.Format, m)
			}
		})
	}
}

// A lone carriage return ends a comment for some servers and not for others, so
// a marker behind one is seen.
func TestMarkerBehindCarriageReturn(t *testing.T) {
	const content = "-- +goose Up\nSELECT 1;\r-- +goose Down\rSELECT 2;"
	for _, format := range []string{"", "plain", "goose"} {
		if s, err := Load(files("1_a.sql", content), whole{}, LoadOptions{Format: format}); err == nil {
			t.Errorf("format %q: read as %+v", format, s.Migrations[0])
		}
	}
}

func TestBounds(t *testing.T) {
	limit := bounds{file: 10, total: 25, files: 3, statements: 3}
	for _, c := range []struct {
		name   string
		folder fs.FS
		want   string
	}{
		{"just within", files("1.sql", "0123456789", "2.sql", "0123456789", "3.sql", "01234", "a.txt", "0123456789x"), ""},
		{"a large file", files("1.sql", "0123456789", "2.sql", "0123456789x"), "2.sql: is larger than 10 bytes"},
		{"large files", files("1.sql", "0123456789", "2.sql", "0123456789", "3.sql", "012345"),
			"read the folder of migrations: more than 25 bytes in all, reached with 3.sql"},
		{"many files", files("1.sql", "", "2.sql", "", "3.sql", "", "4.sql", ""),
			"read the folder of migrations: more than 3 files, 4.sql is the first too many"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(c.folder, whole{}, LoadOptions{}, limit)
			if got := fmt.Sprint(err); got != c.want && !(err == nil && c.want == "") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// What is known of statements is bounded too, however few files they are in.
func TestBoundOnStatements(t *testing.T) {
	folder := files("1.up.sql", "SELECT 1", "1.down.sql", "SELECT 2", "2.up.sql", "SELECT 3")
	for most, want := range map[int64]string{3: "<nil>", 2: "cut the migrations: more than 2 statements in all"} {
		_, err := load(folder, whole{}, LoadOptions{}, bounds{file: 10, total: 100, files: 3, statements: most})
		if got := fmt.Sprint(err); got != want {
			t.Errorf("%d statements: error %v, want %s", most, err, want)
		}
	}
}

func TestManyHintsAndErrorsAreCounted(t *testing.T) {
	folder := fstest.MapFS{}
	for i := range 150 {
		folder[fmt.Sprintf("%d.sql", i+1)] = &fstest.MapFile{Data: []byte{0}}
		folder[fmt.Sprintf("seed%d.sql", i)] = &fstest.MapFile{}
	}
	_, err := Load(folder, whole{}, LoadOptions{})
	if err == nil || !strings.HasSuffix(err.Error(), "\nand 50 more errors") {
		t.Errorf("the error ends %q", err)
	}
	for i := range 150 {
		delete(folder, fmt.Sprintf("%d.sql", i+1))
	}
	s, err := Load(folder, whole{}, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if last := s.Hints[len(s.Hints)-1]; last != "and 131 more hints like these" {
		t.Errorf("the last hint is %q", last)
	}
}

func TestNamesThatAreNotText(t *testing.T) {
	_, err := Load(files("1_\x1b[2J.sql", "SELECT 1;"), whole{}, LoadOptions{})
	if want := `"1_\x1b[2J.sql": the name holds bytes that are not printable text`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	s, err := Load(files("x\n.sql", ""), whole{}, LoadOptions{})
	if err != nil || !strings.HasPrefix(s.Hints[0], `"x\n.sql" is not a migration`) {
		t.Errorf("hints %q, error %v", s.Hints, err)
	}
}

func TestMissingFolder(t *testing.T) {
	_, err := Load(os.DirFS(filepath.Join(t.TempDir(), "nowhere")), whole{}, LoadOptions{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}

// unreadableFS gives no file to anybody.
type unreadableFS struct{ fstest.MapFS }

func (u unreadableFS) Open(name string) (fs.File, error) {
	if name == "." {
		return u.MapFS.Open(name)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func TestUnreadableFiles(t *testing.T) {
	_, err := Load(unreadableFS{files("1.sql", "", "2.sql", "")}, whole{}, LoadOptions{})
	if want := "read 1.sql: permission denied\nread 2.sql: permission denied"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if !errors.Is(err, fs.ErrPermission) {
		t.Error("the error is not fs.ErrPermission")
	}
}

func TestOnlyRegularFiles(t *testing.T) {
	folder := fstest.MapFS{"1.sql": {Mode: fs.ModeNamedPipe}}
	_, err := Load(folder, whole{}, LoadOptions{})
	if want := "1.sql: is not a regular file"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
