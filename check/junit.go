package check

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The elements of JUnit's XML, as far as those who read it agree on them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		File    string       `xml:"file,attr,omitempty"`
		Line    int          `xml:"line,attr,omitempty"`
		Time    string       `xml:"time,attr"`
		Failure *junitText   `xml:"failure"`
		Skipped *junitReason `xml:"skipped"`
		Out     string       `xml:"system-out,omitempty"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
	}
)

// WriteJUnit writes the report as XML in JUnit's form: a suite of the files, a test
// for each, and a suite for each release, a test for each state in which it can have
// left a database. A test fails for findings of severity fail and graver ones; what
// is less is in its output.
func WriteJUnit(w io.Writer, r *Report, fail Severity) error {
	all := &junitSuites{Name: "dbmend check", Time: fmt.Sprintf("%.3f", r.Took.Seconds())}
	files := junitSuite{Name: "files"}
	for _, file := range r.Files {
		files.Cases = append(files.Cases, r.fileCase(file.Path, fail))
	}
	// Findings about other places: the schema file, files that are gone, no file at all.
	for i := range r.Findings {
		path := r.Findings[i].Place.Path
		if r.Findings[i].upgrade() || slices.ContainsFunc(files.Cases, func(c junitCase) bool { return c.File == path }) {
			continue
		}
		files.Cases = append(files.Cases, r.fileCase(path, fail))
	}
	if r.Schema != "" && !slices.ContainsFunc(files.Cases, func(c junitCase) bool { return c.File == r.Schema }) {
		files.Cases = append(files.Cases, r.fileCase(r.Schema, fail))
	}
	all.add(files)
	for _, release := range r.releases() {
		suite := junitSuite{Name: "upgrade from " + release}
		for i := range r.States {
			if s := &r.States[i]; s.Release == release {
				suite.Cases = append(suite.Cases, s.testCase())
			}
		}
		all.add(suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (all *junitSuites) add(s junitSuite) {
	s.Tests, s.Time = len(s.Cases), "0"
	for i := range s.Cases {
		c := &s.Cases[i]
		c.Class, c.Time = "dbmend."+readable(strings.ReplaceAll(s.Name, " ", "_")), "0"
		if c.Failure != nil {
			s.Failures++
		}
		if c.Skipped != nil {
			s.Skipped++
		}
	}
	s.Name = readable(s.Name)
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Suites = append(all.Suites, s)
}

// upgrade reports whether a finding is told by the state that it is about.
func (f *Finding) upgrade() bool { return strings.HasPrefix(string(f.Rule), "upgrade-") }

// fileCase returns the test of one file.
func (r *Report) fileCase(path string, fail Severity) junitCase {
	c := junitCase{Name: path, File: path}
	if path == "" {
		c.Name = "the set as a whole"
	}
	c.Name, c.File = readable(c.Name), readable(c.File)
	var failures, rest []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Place.Path != path || f.upgrade() {
			continue
		}
		text := readable(fmt.Sprintf("%s: %s: %s (%s)", f.Place, f.Severity, f.message(), f.Rule))
		if f.Severity < fail {
			rest = append(rest, text)
			continue
		}
		if failures = append(failures, text); c.Failure == nil {
			c.Line = f.Place.Line
			c.Failure = &junitText{Message: readable(f.headline()), Type: string(f.Rule)}
		}
	}
	if c.Failure != nil {
		c.Failure.Text = strings.Join(failures, "\n\n")
	}
	c.Out = strings.Join(rest, "\n\n")
	return c
}

// testCase returns the test of one state.
func (s *State) testCase() junitCase {
	c := junitCase{Name: readable(s.How())}
	text := readable(s.account())
	switch {
	case s.Outcome == Unbuilt:
		c.Skipped = &junitReason{Message: text}
	case s.Bad():
		first, _, _ := strings.Cut(text, "\n")
		c.Failure = &junitText{Message: first, Type: string(s.Outcome), Text: text}
	default:
		c.Out = text
	}
	return c
}

// account tells what became of a state, in lines.
func (s *State) account() string {
	lines := []string{string(s.Outcome)}
	if s.Place != (Place{}) {
		lines[0] += " at " + s.Place.String()
	}
	if s.Error != "" {
		lines[0] += ": " + s.Error
	}
	for i := range s.Questions {
		q := &s.Questions[i]
		lines = append(lines, q.Name()+": "+q.Text)
	}
	for _, d := range s.Differences {
		lines = append(lines, d.String())
	}
	for _, loss := range s.Lost {
		lines = append(lines, loss.String())
	}
	if s.Conflict != "" {
		lines = append(lines, "an ordinary runner: "+s.Conflict)
	}
	if s.Same != "" {
		lines = append(lines, "the same database as "+s.Same)
	}
	return strings.Join(lines, "\n")
}

// releases returns the names of the releases that there are states of, in their
// order.
func (r *Report) releases() []string {
	var names []string
	for i := range r.States {
		if !slices.Contains(names, r.States[i].Release) {
			names = append(names, r.States[i].Release)
		}
	}
	return names
}
