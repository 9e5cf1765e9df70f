package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"pgregory.net/rapid"
)

func TestClean_leavesNothingThatInstructsATerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := string(rapid.SliceOf(rapid.Byte()).Draw(t, "raw"))
		for _, shown := range []string{clean(raw), oneLine(raw, 0), exact(raw)} {
			if !utf8.ValidString(shown) {
				t.Fatalf("%q is not valid", shown)
			}
			for _, r := range shown {
				if unicode.IsControl(r) && r != '\n' && r != '\t' {
					t.Fatalf("%q holds %q", shown, r)
				}
			}
		}
		if strings.ContainsAny(exact(raw)+oneLine(raw, 0), "\n\t") {
			t.Fatal("more than one line")
		}
	})
}

func TestTruncate_keepsToTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := oneLine(rapid.String().Draw(t, "text"), 0)
		width := rapid.IntRange(1, 40).Draw(t, "width")
		got := truncate(text, width)
		if lipgloss.Width(got) > width {
			t.Fatalf("%q is wider than %d", got, width)
		}
		if lipgloss.Width(text) <= width && got != text {
			t.Fatalf("%q was shortened to %q without need", text, got)
		}
	})
}

func TestShellWord_isReadBackAsItWas(t *testing.T) {
	for word, want := range map[string]string{
		"Q6@002/3=done":       "Q6@002/3=done",
		"Q3@table a b=keep":   "'Q3@table a b=keep'",
		"Q3@table it's=keep":  `'Q3@table it'\''s=keep'`,
		"Q3@table $(rm)=keep": "'Q3@table $(rm)=keep'",
		"":                    "''",
	} {
		if got := shellWord(word); got != want {
			t.Errorf("shellWord(%q) = %s; want %s", word, got, want)
		}
	}
}

func TestExcerpt_marksTheWordThatTheDatabaseNames(t *testing.T) {
	sql := "CREATE TABLE a (\n  id INTEGER,\n\tname TEXTT NUL\n)"
	for _, c := range []struct{ name, said, want string }{
		{"a word that is there once", `near "NUL": syntax error`, "" +
			"   7 | CREATE TABLE a (\n   8 |   id INTEGER,\n   9 |     name TEXTT NUL\n     |                ^^^\n  10 | )\n"},
		{"a word that is not there", `near "DROP": syntax error`, "" +
			"   7 | CREATE TABLE a (\n   8 |   id INTEGER,\n   9 |     name TEXTT NUL\n  10 | )\n"},
		{"a part of a word only", `near "TEXT": syntax error`, "" +
			"   7 | CREATE TABLE a (\n   8 |   id INTEGER,\n   9 |     name TEXTT NUL\n  10 | )\n"},
	} {
		var shown bytes.Buffer
		newExcerpt(sql, 7, errors.New(c.said)).print(&screen{w: &shown, palette: newPalette(false)})
		if shown.String() != c.want {
			t.Errorf("%s: shown\n%swant\n%s", c.name, shown.String(), c.want)
		}
	}
}

func TestWrap_losesNoWordAndKeepsToTheWidth(t *testing.T) {
	text := "where it cannot be sure it changes nothing and asks one exact question"
	lines := wrap(text, 20)
	if got := strings.Join(lines, " "); got != text {
		t.Errorf("wrapped to %q", got)
	}
	for _, line := range lines {
		if len(line) > 20 {
			t.Errorf("%q is wider than 20", line)
		}
	}
}
