package migration

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDirectives(t *testing.T) {
	for source, want := range map[string]Directives{
		"":                   {},
		"-- dbmend\n-- mend": {},
		"-- -- dbmend:rerunnable\n-- see dbmend:probe":                      {}, // commented out, mentioned
		"--dbmend:rerunnable\n-- \tDBMEND:no-transaction \r\n":              {Rerunnable: true, NoTransaction: true},
		"-- dbmend:probe SELECT 1":                                          {Probe: "SELECT 1", ProbeLine: 1},
		"-- a\n--dbmend:probe\tSELECT a \n-- dbmend:probe   FROM b\r\n-- c": {Probe: "SELECT a\nFROM b", ProbeLine: 2},
	} {
		got, err := ParseDirectives(HeadComments(source))
		if err != nil {
			t.Errorf("%q: %v", source, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", source, diff)
		}
	}
}

func TestParseDirectivesRefuses(t *testing.T) {
	for source, want := range map[string]string{
		"-- dbmend:":                                           "line 1: unknown directive dbmend:",
		"-- dbmend: see the manual":                            "line 1: unknown directive dbmend:",
		"-- a\n-- dbmend:Probe SELECT 1":                       "line 2: unknown directive dbmend:Probe",
		"-- dbmend:probe":                                      "line 1: dbmend:probe is followed by no query",
		"-- dbmend:rerunnable surely":                          "line 1: dbmend:rerunnable is followed by more words",
		"/* a\n*/ /* dbmend:no-transaction */":                 "line 2: dbmend:no-transaction in a comment of another kind",
		"-- dbmend:probe SELECT 1\n\n-- dbmend:probe SELECT 2": "line 3: a second probe for one statement",
		"-- dbmend:" + strings.Repeat("x", 99):                 "line 1: unknown directive dbmend:" + strings.Repeat("x", 40),
	} {
		d, err := ParseDirectives(HeadComments(source))
		if err == nil || err.Error() != want || d != (Directives{}) {
			t.Errorf("%q: %+v, %v, want %s", source, d, err, want)
		}
	}
}

func TestDirectivesKnowTheirPlace(t *testing.T) {
	for _, tc := range []struct {
		text  string
		place Place
		want  string
	}{
		{"-- dbmend:rerunnable", Before, ""},
		{"-- dbmend:no-transaction", Head, ""},
		{"-- an ordinary comment", Stray, ""},
		{"-- dbmend:no-transaction", Before, "line 7: dbmend:no-transaction is not at the head of the file"},
		{"-- dbmend:rerunnable", Stray, "line 7: dbmend:rerunnable is not directly above a statement"},
	} {
		got := ""
		if _, err := ParseDirectives([]Comment{{Text: tc.text, Line: 7, Place: tc.place}}); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s in place %d: %q, want %q", tc.text, tc.place, got, tc.want)
		}
	}
}

func TestHeadComments(t *testing.T) {
	source := "\uFEFF\r\n-- one\r\n  /* two\n-- in two */ -- three\n\nSELECT 1; -- four"
	want := []Comment{
		{Text: "-- one", Line: 2},
		{Text: "/* two\n-- in two */", Line: 3},
		{Text: "-- three", Line: 4},
	}
	if diff := cmp.Diff(want, HeadComments(source)); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
	if got := HeadComments("/* not closed"); len(got) != 1 || got[0].Text != "/* not closed" {
		t.Errorf("comments of an unclosed one: %+v", got)
	}
}

// FuzzDirectives reads the head of a file of any content. Nothing panics, and an error
// is about a line of the file, in one line.
func FuzzDirectives(f *testing.F) {
	for _, seed := range []string{
		"-- dbmend:rerunnable\n", "--dbmend:probe SELECT 1\n-- dbmend:probe FROM b\r\n", "/* a\n*/ /* dbmend:no-transaction */",
		"-- dbmend:", "/*", "-- -- dbmend:probe", "\uFEFF-- dbmend:no-transaction", "/* /* dbmend:probe x */ */",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		_, err := ParseDirectives(HeadComments(source))
		if err == nil {
			return
		}
		syntax, ok := err.(*SyntaxError)
		if !ok || syntax.Line < 1 || syntax.Line > strings.Count(source, "\n")+1 {
			t.Errorf("%T: %v", err, err)
		}
	})
}
