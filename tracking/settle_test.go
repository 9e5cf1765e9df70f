package tracking

import (
	"strings"
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// Runners with the same columns are told apart by companion tables, then by the
// table's name, then by the format of the files; else each is a candidate.
func TestTies(t *testing.T) {
	runners := []*Runner{
		{Name: "first", Columns: []string{"v"}, Tables: []string{"log"}, Companions: []string{"lock"}, Formats: []string{"plain"}},
		{Name: "second", Columns: []string{"v"}, Tables: []string{"history"}, Formats: []string{"plain", "own"}},
		{Name: "third", Columns: []string{"v"}, Tables: []string{"history"}},
	}
	for name, test := range map[string]struct {
		table, other, format string
		want                 string
	}{
		"companion ahead of name": {"history", "lock", "own", "first"},
		"name ahead of format":    {"log", "", "own", "first"},
		"format among the named":  {"history", "", "own", "second"},
		"format alone":            {"steps", "", "own", "second"},
		"format of two":           {"steps", "", "plain", "first second"},
		"nothing":                 {"steps", "", "", "first second third"},
	} {
		s := schema.NewSnapshot()
		s.Put(&schema.Object{Key: schema.Key{Kind: schema.Table, Name: test.table}})
		s.Put(&schema.Object{Key: schema.Key{Kind: schema.Column, Table: test.table, Name: "v"}})
		if test.other != "" {
			s.Put(&schema.Object{Key: schema.Key{Kind: schema.Table, Name: test.other}})
		}
		var got []string
		for _, c := range detect(runners, s, Hint{Format: test.format}) {
			got = append(got, c.Runner.Name)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
