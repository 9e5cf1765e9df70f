package check

import (
	"slices"
	"time"
)

// A Report is what a check has found.
type Report struct {
	Files    []File // the migrations, in their order; none where they cannot be read
	Format   string // the format of the files
	Schema   string // the path of the schema file; empty where there is none
	Since    string // the release since which migrations are pending; empty where none is known
	Findings []Finding
	States   []State
	Took     time.Duration
}

// A File is one migration that was checked.
type File struct {
	Path       string
	Version    string
	Statements int
	Pending    bool // it is newer than the newest release
}

// Add adds findings.
func (r *Report) Add(findings ...Finding) { r.Findings = append(r.Findings, findings...) }

// Settle sorts the findings by file and line, and puts those together that say the
// same of several releases.
func (r *Report) Settle() { r.Findings = merge(r.Findings) }

// Count returns how many findings have this severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].Severity == s {
			n++
		}
	}
	return n
}

// AtLeast reports whether a finding is as grave as s.
func (r *Report) AtLeast(s Severity) bool {
	for i := range r.Findings {
		if r.Findings[i].Severity >= s {
			return true
		}
	}
	return false
}

// Relocate returns the report with every path as rename gives it, for readers that
// start from another folder.
func (r *Report) Relocate(rename func(path string) string) *Report {
	named := func(p Place) Place {
		if p.Path != "" {
			p.Path = rename(p.Path)
		}
		return p
	}
	moved := *r
	if r.Schema != "" {
		moved.Schema = rename(r.Schema)
	}
	moved.Files = slices.Clone(r.Files)
	for i := range moved.Files {
		moved.Files[i].Path = rename(moved.Files[i].Path)
	}
	moved.Findings = slices.Clone(r.Findings)
	for i := range moved.Findings {
		f := &moved.Findings[i]
		f.Place, f.Related = named(f.Place), named(f.Related)
	}
	moved.States = slices.Clone(r.States)
	for i := range moved.States {
		s := &moved.States[i]
		s.Place = named(s.Place)
		s.Lost = slices.Clone(s.Lost)
		for j := range s.Lost {
			s.Lost[j].Place = named(s.Lost[j].Place)
		}
	}
	return &moved
}
