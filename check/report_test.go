package check_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/schema"
)

// hostile is text that means something to every form: to workflows, to XML, to URLs, to
// a terminal.
const hostile = "a,b:c%\r\n::error::]]></failure>&\"<\x1b[31m\u202e\xff"

// report is one with findings of all severities, and states of all outcomes.
func report() *check.Report {
	question := diagnosis.Question{Code: diagnosis.Q6, Place: "002/1", Text: "has it run?", Choices: []diagnosis.Choice{{Answer: "done", Means: "it has"}}}
	r := &check.Report{
		Files:  []check.File{{Path: "db/001_a.sql", Version: "001", Statements: 1}, {Path: "db/002 b#?.sql", Version: "002", Statements: 2, Pending: true}},
		Schema: "schema.sql",
		States: []check.State{
			{Release: "v1", Way: check.BySchema, Outcome: check.Healed, Conflict: "stops at " + hostile},
			{Release: "v1", Way: check.ByMigrations, Outcome: check.Unbuilt, Error: hostile},
			{Release: "v2", Way: check.ByUpgrade, From: "v1", Outcome: check.Asked, Questions: []diagnosis.Question{question}},
			{Release: "v2", Way: check.ByMigrations, Outcome: check.Mistaken, Differences: []schema.Difference{{Key: schema.Key{Kind: schema.Table, Name: hostile}}}},
			{Release: "v2", Way: check.ByStart, Outcome: check.Upgraded, Lost: []check.Loss{{Table: schema.Key{Kind: schema.Table, Name: "t"}, Had: 2, Has: 1}}},
		},
	}
	r.Add(
		check.Finding{Rule: check.Hazard, Severity: check.Note, Place: check.Place{Path: "db/002 b#?.sql", Line: 3}, Text: hostile},
		check.Finding{Rule: check.Asks, Severity: check.Error, Place: check.Place{Path: "db/002 b#?.sql", Line: 1}, Text: "asked", Question: &question, Releases: []string{"v1", hostile}},
		check.Finding{Rule: check.Extra, Severity: check.Warning, Place: check.Place{Path: "schema.sql", Line: 9}, Text: "extra", Related: check.Place{Path: hostile, Line: 2}, Details: []string{hostile}},
		check.Finding{Rule: check.Removed, Severity: check.Error, Place: check.Place{Path: "db/000_gone.sql"}, Text: "gone", Hint: "put it back"},
		check.Finding{Rule: check.BadRelease, Severity: check.Warning, Text: "of no file"},
	)
	r.Settle()
	return r
}

func written(t *testing.T, write func(w io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A line of GitHub's commands is "::level key=value,…::message", in which nothing foreign
// ends a value, a command or a line.
func TestWriteGitHub_isOneCommandForEachFinding(t *testing.T) {
	r := report()
	lines := strings.Split(strings.TrimSuffix(written(t, func(w io.Writer) error { return check.WriteGitHub(w, r) }), "\n"), "\n")
	if len(lines) != len(r.Findings) {
		t.Fatalf("%d lines of %d findings: %q", len(lines), len(r.Findings), lines)
	}
	for i, line := range lines {
		rest, ok := strings.CutPrefix(line, "::")
		head, message, closed := strings.Cut(rest, "::")
		level, properties, _ := strings.Cut(head, " ")
		if !ok || !closed || message == "" || !slices.Contains([]string{"notice", "warning", "error"}, level) {
			t.Errorf("%q is no command", line)
		}
		if strings.ContainsAny(line, "\r\x1b\u202e") {
			t.Errorf("%q holds what a log must not be told", line)
		}
		for p := range strings.SplitSeq(properties, ",") {
			name, value, ok := strings.Cut(p, "=")
			if !ok || value == "" || strings.Contains(value, ":") || !slices.Contains([]string{"file", "line", "title"}, name) {
				t.Errorf("%q is no property of a command", p)
			}
		}
		if want := r.Findings[i].Place.Line; want > 0 && !strings.Contains(properties, fmt.Sprintf("line=%d", want)) {
			t.Errorf("%q does not name line %d", properties, want)
		}
	}
}

// What the schema of SARIF 2.1.0 requires of the objects that we write, and what
// services that show logs require beside it: a location with a relative URI.
func TestWriteSARIF_hasWhatTheStandardRequires(t *testing.T) {
	r := report()
	text := written(t, func(w io.Writer) error { return check.WriteSARIF(w, r, "1.2.3") })
	if strings.Contains(text, `\u001b`) {
		t.Error("a control character is in the log")
	}
	var log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name, Version, InformationURI string
					Rules                         []struct {
						ID                   string
						ShortDescription     struct{ Text string }
						DefaultConfiguration struct{ Level string }
					}
				}
			}
			Invocations []struct{ ExecutionSuccessful *bool }
			Results     []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI, URIBaseID string }
						Region           *struct{ StartLine int }
					}
				}
				PartialFingerprints map[string]string
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || !strings.Contains(log.Schema, "sarif-2.1.0") || len(log.Runs) != 1 {
		t.Fatalf("version %q, schema %q, %d runs", log.Version, log.Schema, len(log.Runs))
	}
	run := log.Runs[0]
	if d := run.Tool.Driver; d.Name != "dbmend" || d.Version != "1.2.3" || len(d.Rules) != len(check.Rules()) {
		t.Errorf("the tool is %+v", d)
	}
	levels := []string{"note", "warning", "error"}
	for _, rule := range run.Tool.Driver.Rules {
		if rule.ID == "" || rule.ShortDescription.Text == "" || !slices.Contains(levels, rule.DefaultConfiguration.Level) {
			t.Errorf("the rule %+v lacks something", rule)
		}
	}
	if len(run.Invocations) != 1 || run.Invocations[0].ExecutionSuccessful == nil {
		t.Error("the invocation does not say whether it succeeded")
	}
	if len(run.Results) != len(r.Findings) {
		t.Fatalf("%d results of %d findings", len(run.Results), len(r.Findings))
	}
	fingerprints := map[string]bool{}
	for i, result := range run.Results {
		if run.Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID || !slices.Contains(levels, result.Level) || result.Message.Text == "" {
			t.Errorf("the result %+v lacks something", result)
		}
		for _, print := range result.PartialFingerprints {
			if fingerprints[print] {
				t.Errorf("two results have the fingerprint %s", print)
			}
			fingerprints[print] = true
		}
		place := r.Findings[i].Place
		if (place.Path == "") != (len(result.Locations) == 0) {
			t.Errorf("%q has %d locations", place, len(result.Locations))
		}
		for _, l := range result.Locations {
			u, err := url.Parse(l.PhysicalLocation.ArtifactLocation.URI)
			if err != nil || u.IsAbs() || u.Path != place.Path || u.RawQuery != "" || u.Fragment != "" {
				t.Errorf("the URI of %q is %q", place.Path, l.PhysicalLocation.ArtifactLocation.URI)
			}
			if region := l.PhysicalLocation.Region; (region == nil) != (place.Line == 0) || region != nil && region.StartLine != place.Line {
				t.Errorf("the region of %q is %+v", place, region)
			}
		}
	}
}

// A fingerprint is what tells a finding from others over time: lines above it may come
// and go.
func TestWriteSARIF_knowsAFindingOnAnotherLine(t *testing.T) {
	fingerprint := func(line int) string {
		r := &check.Report{Findings: []check.Finding{{Rule: check.Gap, Place: check.Place{Path: "a.sql", Line: line}, Text: "same"}}}
		text := written(t, func(w io.Writer) error { return check.WriteSARIF(w, r, "1") })
		_, rest, _ := strings.Cut(text, "partialFingerprints")
		return rest
	}
	if a, b := fingerprint(1), fingerprint(7); a != b {
		t.Errorf("%s became %s", a, b)
	}
}

// A suite says how many tests it has and how many failed, and that is what is in it; a
// test has at most one verdict.
func TestWriteJUnit_countsWhatItHolds(t *testing.T) {
	text := written(t, func(w io.Writer) error { return check.WriteJUnit(w, report(), check.Error) })
	var all struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Skipped  int    `xml:"skipped,attr"`
			Cases    []struct {
				Name    string      `xml:"name,attr"`
				Class   string      `xml:"classname,attr"`
				Time    *float64    `xml:"time,attr"`
				Failure []*struct{} `xml:"failure"`
				Skipped []*struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var got []string
	tests, failures := 0, 0
	for _, s := range all.Suites {
		failed, skipped := 0, 0
		for _, c := range s.Cases {
			if c.Name == "" || c.Class == "" || c.Time == nil || len(c.Failure)+len(c.Skipped) > 1 {
				t.Errorf("the test %+v lacks something", c)
			}
			failed += len(c.Failure)
			skipped += len(c.Skipped)
		}
		if s.Tests != len(s.Cases) || s.Failures != failed || s.Skipped != skipped {
			t.Errorf("%s says %d tests, %d failures, %d skipped; it holds %d, %d, %d", s.Name, s.Tests, s.Failures, s.Skipped, len(s.Cases), failed, skipped)
		}
		tests, failures = tests+s.Tests, failures+s.Failures
		got = append(got, fmt.Sprintf("%s: %d of %d", s.Name, s.Failures, s.Tests))
	}
	if all.Tests != tests || all.Failures != failures {
		t.Errorf("it says %d tests and %d failures; it holds %d and %d", all.Tests, all.Failures, tests, failures)
	}
	// Five places have findings or are checked; the one that only fails an upgrade is told there.
	want := []string{"files: 1 of 5", "upgrade from v1: 0 of 2", "upgrade from v2: 2 of 3"}
	if !slices.Equal(got, want) {
		t.Errorf("suites %q; want %q", got, want)
	}
	strict := written(t, func(w io.Writer) error { return check.WriteJUnit(w, report(), check.Note) })
	if !strings.Contains(strict, `<testsuite name="files" tests="5" failures="4"`) {
		t.Errorf("with notes failing:\n%s", strict)
	}
}

// Releases that have the same trouble share a finding.
func TestSettle_putsTogetherWhatSaysTheSame(t *testing.T) {
	r := &check.Report{}
	for _, release := range []string{"v1", "v2", "v1"} {
		r.Add(check.Finding{Rule: check.Edited, Place: check.Place{Path: "b.sql", Line: 1}, Text: "edited", Releases: []string{release}})
	}
	r.Add(check.Finding{Rule: check.Gap, Place: check.Place{Path: "a.sql", Line: 1}, Text: "gap"})
	r.Settle()
	if len(r.Findings) != 2 || r.Findings[0].Rule != check.Gap || !slices.Equal(r.Findings[1].Releases, []string{"v1", "v2"}) {
		t.Errorf("settled to %+v", r.Findings)
	}
}

// Relocate leaves the report that it was asked of alone.
func TestRelocate_movesACopy(t *testing.T) {
	r := report()
	moved := r.Relocate(func(path string) string { return "app/" + path })
	for i := range moved.Findings {
		was, is := r.Findings[i].Place.Path, moved.Findings[i].Place.Path
		if was != "" && is != "app/"+was || was == "" && is != "" || strings.HasPrefix(was, "app/") {
			t.Errorf("%q has become %q", was, is)
		}
	}
	if moved.Files[0].Path != "app/db/001_a.sql" || r.Files[0].Path != "db/001_a.sql" || moved.Schema != "app/schema.sql" {
		t.Errorf("files %+v, schema %q", moved.Files, moved.Schema)
	}
}
