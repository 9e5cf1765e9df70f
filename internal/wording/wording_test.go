package wording_test

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/internal/wording"
)

func TestSpeaks(t *testing.T) {
	for text, want := range map[string]bool{
		"UPDATE t SET slug = 1":      true,
		"UPDATE t SET Slug = 1":      true,
		`SELECT "slug" FROM t`:       true,
		"slug":                       true,
		"UPDATE t SET slug_2 = 1":    false,
		"UPDATE t SET my_slug = 1":   false,
		"UPDATE t SET slugs = slug;": true,
		"":                           false,
	} {
		if got := wording.Speaks(text, "slug"); got != want {
			t.Errorf("%q: %v; wanted %v", text, got, want)
		}
	}
	if wording.Speaks("anything", "") {
		t.Error("no name stands everywhere")
	}
}

func TestWords(t *testing.T) {
	if got := wording.Count(1, "row") + ", " + wording.Count(0, "row") + ", " + wording.Count(2, "row"); got != "1 row, 0 rows, 2 rows" {
		t.Error(got)
	}
	if got := wording.List([]string{"a", "b", "c"}, 2); got != "a, b and 1 more" {
		t.Error(got)
	}
	if got := wording.Quote("SELECT\n  1"); got != `"SELECT 1"` {
		t.Error(got)
	}
	if got := wording.Quote(strings.Repeat("é", 200)); len(got) > 102 || !strings.HasSuffix(got, `..."`) {
		t.Error(got)
	}
}

func TestRename(t *testing.T) {
	for _, c := range [][4]string{
		{"a, B desc", "b", "c", "a, c desc"},
		{"lower(a), a.a, aa, a_a", "a", "b", "lower(b), b.b, aa, a_a"},
		{"a", "a", "a", "a"},
		{"", "a", "b", ""},
		{"a", "", "b", "a"},
		{"İ, a", "a", "b", "İ, a"},
	} {
		if got := wording.Rename(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%q: %q", c, got)
		}
	}
}
