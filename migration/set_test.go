package migration_test

import (
	"cmp"
	"errors"
	"math/big"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/migration"
)

// folder makes a file system of names and contents.
func folder(pairs ...string) fstest.MapFS {
	f := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return f
}

func load(t *testing.T, f fstest.MapFS) *migration.Set {
	t.Helper()
	s, err := migration.Load(f, lineCutter{}, migration.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFind(t *testing.T) {
	s := load(t, folder("1_a.sql", "", "002_b.sql", "", "10_c.sql", "", "20240101120000_d.sql", ""))
	for version, want := range map[migration.Version]string{
		"1": "1_a.sql", "01": "1_a.sql", "2": "002_b.sql", "0010": "10_c.sql", "20240101120000": "20240101120000_d.sql",
		"0": "", "3": "", "11": "", "99999999999999999999999": "", "": "",
	} {
		got := ""
		if m := s.Find(version); m != nil {
			got = m.Path
		}
		if got != want {
			t.Errorf("Find(%q) = %q, want %q", version, got, want)
		}
	}
}

func TestTo(t *testing.T) {
	s := load(t, folder("1_a.sql", "SELECT 1;", "002_b.sql", "", "10_c.sql", ""))
	to, err := s.To("2")
	if err != nil {
		t.Fatal(err)
	}
	if len(to.Migrations) != 2 || to.Migrations[1].Path != "002_b.sql" {
		t.Errorf("To(2) = %v", to.Migrations)
	}
	if alone := load(t, folder("1_a.sql", "SELECT 1;", "002_b.sql", "")); to.Sum != alone.Sum || to.Sum == s.Sum {
		t.Error("the sum is not that of a folder with just these files")
	}
	for version, want := range map[migration.Version]string{
		"0":  `version "0": no migration has this version; the first is 1_a`,
		"5":  `version "5": no migration has this version; the nearest are 002_b and 10_c`,
		"11": `version "11": no migration has this version; the last is 10_c`,
	} {
		_, err := s.To(version)
		if !errors.Is(err, migration.ErrNoVersion) || err.Error() != want {
			t.Errorf("To(%q): %v, want %s", version, err, want)
		}
	}
	if _, err := load(t, folder()).To("1"); !errors.Is(err, migration.ErrNoVersion) {
		t.Errorf("To(1) of an empty set: %v", err)
	}
}

// A checksum is of bytes; a sum is of meaning.
func TestSums(t *testing.T) {
	one := load(t, folder("1_a.sql", "SELECT 1;\nSELECT 2;"))
	same := load(t, folder("1_a.sql", "-- Why.\nSELECT  1;\r\n\r\nSELECT 2;"))
	other := load(t, folder("1_a.sql", "SELECT 2;\nSELECT 1;"))
	renamed := load(t, folder("1_b.sql", "SELECT 1;\nSELECT 2;"))

	const want = "f64316e71b25e7e950d2440c39420b51dfcc2931e172a923d5b7f89fdc67342d" // sha256sum 1_a.sql
	a, b, c := one.Migrations[0], same.Migrations[0], other.Migrations[0]
	if a.Checksum != want {
		t.Errorf("checksum %s, want %s", a.Checksum, want)
	}
	if a.Checksum == b.Checksum || a.Sum != b.Sum {
		t.Error("comments and blanks must change the checksum and leave the sum")
	}
	if a.Sum == c.Sum {
		t.Error("another order of statements has the same sum")
	}
	if one.Sum == same.Sum || one.Sum == renamed.Sum {
		t.Error("the set's sum must tell bytes and names")
	}
}

// The order of versions is that of numbers, whatever their width.
func TestOrderIsThatOfNumbers(t *testing.T) {
	digits := rapid.StringMatching(`[0-9]{1,30}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := digits.Draw(t, "a"), digits.Draw(t, "b")
		x, _ := new(big.Int).SetString(a, 10)
		y, _ := new(big.Int).SetString(b, 10)
		if got, want := migration.Version(a).Compare(migration.Version(b)), x.Cmp(y); got != want {
			t.Errorf("Compare(%s, %s) = %d, want %d", a, b, got, want)
		}
	})
}

// Numbers with dots are compared one after the other, and names come after them.
func TestOrderOfVersions(t *testing.T) {
	ordered := []migration.Version{"", "0", "1", "1.0.1", "1.2", "1.9", "1.10", "2", "10.1", "20240101120000", "20240101120000.2", "99999999999999999999", "R__a b", "R__a1", "init"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := a.Compare(b); got != cmp.Compare(i, j) {
				t.Errorf("Compare(%q, %q) = %d", a, b, got)
			}
		}
	}
	for _, same := range [][2]migration.Version{{"1", "1.0"}, {"01.002", "1.2"}, {"0", "00.0.0"}, {"1.0.0", "1"}} {
		if same[0].Compare(same[1]) != 0 || same[0].Normal() != same[1].Normal() {
			t.Errorf("%q and %q are not the same", same[0], same[1])
		}
	}
}

// The order is total, and versions are the same if their normal forms are.
func TestOrderIsTotal(t *testing.T) {
	version := rapid.StringMatching(`[0-9]{0,3}(\.[0-9]{0,3}){0,3}|[a-z0-9._]{0,3}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := migration.Version(version.Draw(t, "a")), migration.Version(version.Draw(t, "b")), migration.Version(version.Draw(t, "c"))
		if a.Compare(b) != -b.Compare(a) {
			t.Errorf("%q and %q both come first", a, b)
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Errorf("%q, %q, %q have no order", a, b, c)
		}
		if (a.Compare(b) == 0) != (a.Normal() == b.Normal()) {
			t.Errorf("%q and %q: Compare %d, normal forms %q and %q", a, b, a.Compare(b), a.Normal(), b.Normal())
		}
	})
}

// FuzzLoad reads two files of any content and name in any format: it never
// panics, an error names a file, and statements lie on lines of theirs.
func FuzzLoad(f *testing.F) {
	f.Add("", "1_a.sql", "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n-- +goose Down\n", "SELECT 1;")
	f.Add("goose", "1.sql", "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${A:-$B}';\n", "-- +goose Up\r\nSELECT 2;\r\n")
	f.Add("dbmate", "1_x.sql", "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2", "-- migrate:up\n")
	f.Add("golang-migrate", "2_b.up.sql", "SELECT 1;", "\uFEFF-- dbmend:no-transaction\n")
	f.Add("plain", "1.down.sql", "-- down\nDROP TABLE a;", "\xFF\xFE\x00")
	env := func(name string) (string, bool) { return strings.ToLower(name), name != "UNSET" }
	f.Fuzz(func(t *testing.T, format, name, one, two string) {
		dir := folder("2_b.sql", two)
		if name != "" && !strings.ContainsAny(name, "/\\") && name != "." && name != ".." {
			dir[name] = &fstest.MapFile{Data: []byte(one)}
		}
		s, err := migration.Load(dir, lineCutter{}, migration.LoadOptions{Format: format, Env: env})
		if err != nil {
			for _, err := range split(err) {
				if !strings.Contains(err.Error(), ".sql") && !strings.HasPrefix(err.Error(), "the format ") && !strings.Contains(err.Error(), name+":") {
					t.Errorf("the error names no file: %v", err)
				}
			}
			return
		}
		for _, m := range s.Migrations {
			content := string(dir[m.Path].Data)
			for i, statement := range m.Statements {
				if statement.Number != i+1 || statement.Line < 1 || statement.Line > strings.Count(content, "\n")+1 {
					t.Errorf("%s: statement %d of %d on line %d", m.Path, statement.Number, len(m.Statements), statement.Line)
				}
			}
			if s.Find(m.Version) != m {
				t.Errorf("%s is not found by its version", m.Path)
			}
		}
	})
}
