package migration

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestIgnoreList(t *testing.T) {
	list, err := ParseIgnore("list", "\uFEFF# why\r\n\r\n  index a on t \t# too big\n\ncolumn t.*\nview a#b\nforeign key (a) -> b(id) on t")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range list {
		got = append(got, line.Place()+" "+line.Text)
	}
	want := []string{"list:3 index a on t", "list:5 column t.*", "list:6 view a#b", "list:7 foreign key (a) -> b(id) on t"}
	if !slices.Equal(got, want) || err != nil {
		t.Errorf("read %q; wanted %q", got, want)
	}
}

// What is wrong with a list is said all at once, with file and line.
func TestIgnoreListMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"table":                             "l:1: names no object: a line is a kind and a name",
		"\n\nnotes, tags":                   "l:3: names no object: a line is a kind and a name",
		"table #1":                          "l:1: names no object: a line is a kind and a name",
		"* on notes":                        "l:1: names no object: a line is a kind and a name",
		"column slug":                       "l:1: does not say which table the column is of",
		"index a\ntrigger b":                "l:1: does not say which table the index is on\nl:2: does not say which table the trigger is on",
		"table a\x07":                       "l:1: holds characters that cannot be printed",
		"table a\x00":                       "l:1: a NUL character",
		"table \xff":                        "l:1: byte 0xFF is not valid UTF-8",
		"view " + strings.Repeat("v", 1000): "l:1: is longer than 1000 bytes",
		strings.Repeat("table a\n", 10_001): "l:10001: is one object more than the 10000 that a list may name",
	} {
		if list, err := ParseIgnore("l", text); err == nil || err.Error() != want {
			t.Errorf("%.30q: error %v, %d lines; wanted %s", text, err, len(list), want)
		}
	}
}

// The list lies beside files of any format, and no format takes it for one of them.
func TestIgnoreListBesideMigrations(t *testing.T) {
	for _, format := range Formats() {
		alone, err := Load(files(), whole{}, LoadOptions{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Load(files(IgnoreFile, "table old"), whole{}, LoadOptions{Format: format})
		if err != nil || len(s.Migrations) > 0 || s.Sum != alone.Sum || len(s.Ignore) != 1 {
			t.Errorf("%s: %+v, %v", format, s, err)
		}
	}
	with, err := Load(files("1.sql", "SELECT 1;", IgnoreFile, "table old"), whole{}, LoadOptions{})
	if err != nil || len(with.Ignore) != 1 || with.Ignore[0] != (Ignore{".dbmendignore", 1, "table old"}) {
		t.Fatalf("read %+v, %v", with.Ignore, err)
	}
	without, err := Load(files("1.sql", "SELECT 1;"), whole{}, LoadOptions{})
	if err != nil || without.Sum != with.Sum {
		t.Errorf("the list changes the set's checksum (%v)", err)
	}
	for content, want := range map[string]string{
		"old":                                ".dbmendignore:1: names no object: a line is a kind and a name",
		strings.Repeat("#", maxIgnoreFile+1): ".dbmendignore: is larger than 1 MiB",
	} {
		_, err := Load(files("1.sql", "SELECT 1;", IgnoreFile, content, "2.sql", "SELECT '\x00'"), whole{}, LoadOptions{})
		if want += "\n2.sql:1: a NUL character"; fmt.Sprint(err) != want {
			t.Errorf("error %v; wanted %s", err, want)
		}
	}
}

// FuzzIgnoreList reads a list of any content. Nothing panics; what is taken from it is
// bounded, printable, and on a line of the list.
func FuzzIgnoreList(f *testing.F) {
	for _, seed := range []string{"index a on t # why\n", "\uFEFFtable *", "column a", "table a\x00b", "view \xff", "foreign key (a) -> b(id) on t\r\n#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseIgnore("list", text)
		if err != nil && !strings.Contains(err.Error(), "list") {
			t.Errorf("the error names no list: %v", err)
		}
		for _, line := range list {
			if line.Line < 1 || line.Line > strings.Count(text, "\n")+1 || len(line.Text) > maxIgnoreWidth || strings.ContainsAny(line.Text, "\n\x00") {
				t.Errorf("line %d: %q", line.Line, line.Text)
			}
		}
	})
}
