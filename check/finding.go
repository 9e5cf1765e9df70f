package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
)

// A Severity says how much a finding matters.
type Severity int

// The severities.
const (
	Note    Severity = iota // worth knowing
	Warning                 // may be meant, and hurts where it is not
	Error                   // somebody's upgrade goes wrong
)

var severityNames = [...]string{"note", "warning", "error"}

// String returns "note", "warning" or "error", the words of SARIF.
func (s Severity) String() string { return severityNames[s] }

// MarshalJSON writes the severity's name.
func (s Severity) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// ParseSeverity reads what String writes; ok is false for anything else.
func ParseSeverity(name string) (s Severity, ok bool) {
	i := slices.Index(severityNames[:], name)
	return Severity(i), i >= 0
}

// A Place is where in the files something is. The zero value is nowhere.
type Place struct {
	Path string // with forward slashes; empty for no file
	Line int    // counted from 1; zero for the file as a whole
}

// String returns "path:line", "path" or "".
func (p Place) String() string {
	if p.Line == 0 {
		return p.Path
	}
	return fmt.Sprintf("%s:%d", p.Path, p.Line)
}

// A Finding is one thing that a check has found.
type Finding struct {
	Rule     Rule
	Severity Severity
	Place    Place
	Text     string              // one sentence, in lower case, without a full stop
	Details  []string            // what it rests on, a line each
	Hint     string              // what to do about it; may be empty
	Related  Place               // the other place that it is about; zero where there is none
	Releases []string            // the releases that it is about; none for what concerns all
	Question *diagnosis.Question // what a database of the release would be asked; nil for most
}

// merge puts findings that say the same together, and the releases that they are
// about; it sorts by file, line, the graver ones first.
func merge(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Place.Path, b.Place.Path), cmp.Compare(a.Place.Line, b.Place.Line),
			cmp.Compare(b.Severity, a.Severity), strings.Compare(string(a.Rule), string(b.Rule)), strings.Compare(a.Text, b.Text))
	})
	var merged []Finding
	for _, f := range findings {
		if n := len(merged); n > 0 && merged[n-1].says(f) {
			for _, release := range f.Releases {
				if !slices.Contains(merged[n-1].Releases, release) {
					merged[n-1].Releases = append(slices.Clip(merged[n-1].Releases), release)
				}
			}
			continue
		}
		merged = append(merged, f)
	}
	return merged
}

func (f Finding) says(other Finding) bool {
	return f.Rule == other.Rule && f.Severity == other.Severity && f.Place == other.Place && f.Text == other.Text
}
