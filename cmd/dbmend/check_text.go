package main

import (
	"strings"

	"github.com/dbmend/dbmend/check"
)

// check prints a report for people: findings as compilers print theirs, then what
// became of each database, then a sum.
func (s *screen) check(r *check.Report) {
	for i := range r.Findings {
		s.checkFinding(&r.Findings[i])
	}
	if len(r.States) > 0 {
		if len(r.Findings) > 0 {
			s.blank()
		}
		t := &table{}
		for i := range r.States {
			st := &r.States[i]
			t.row(clean(st.Release), clean(st.How()), s.outcome(st.Outcome), s.dim(account(st)))
		}
		t.print(s)
	}
	if len(r.Findings)+len(r.States) > 0 {
		s.blank()
	}
	s.line(s.strong(tally(r)))
}

func (s *screen) checkFinding(f *check.Finding) {
	place := ""
	if f.Place.Path != "" {
		place = oneLine(f.Place.String(), 0) + ": "
	}
	style := map[check.Severity]func(string) string{check.Note: s.fresh, check.Warning: s.warn, check.Error: s.bad}[f.Severity]
	s.line(place, style(f.Severity.String()+":"), " ", oneLine(f.Text, 0), s.dim(" ["+string(f.Rule)+"]"))
	for _, release := range f.Releases {
		s.line("    ", s.dim("of "+oneLine(release, 0)))
	}
	for _, detail := range f.Details {
		s.line("    ", oneLine(detail, 0))
	}
	if f.Related != (check.Place{}) {
		s.line("    see ", oneLine(f.Related.String(), 0))
	}
	if f.Question != nil {
		for _, c := range f.Question.Choices {
			s.line("    answer ", s.fresh(oneLine(f.Question.Name()+"="+c.Answer, 0)), ": ", oneLine(c.Means, 0))
		}
	}
	if f.Hint != "" {
		s.line("    hint: ", oneLine(f.Hint, 0))
	}
}

func (s *screen) outcome(o check.Outcome) string {
	switch o {
	case check.Upgraded:
		return s.good(string(o))
	case check.Healed:
		return s.fresh(string(o))
	case check.Unbuilt:
		return s.dim(string(o))
	}
	return s.bad(string(o))
}

// account says in short what became of a state.
func account(s *check.State) string {
	var parts []string
	switch s.Outcome {
	case check.Upgraded, check.Healed:
		parts = append(parts, plural(s.Run, "statement")+" run")
		if s.Skipped > 0 {
			parts = append(parts, plural(s.Skipped, "statement")+" skipped")
		}
	case check.Asked:
		var names []string
		for i := range s.Questions {
			names = append(names, clean(s.Questions[i].Name()))
		}
		parts = append(parts, strings.Join(names, ", "))
	case check.Mistaken:
		parts = append(parts, plural(len(s.Differences), "difference"))
	}
	if s.Error != "" {
		text := s.Error
		if s.Place != (check.Place{}) {
			text = s.Place.String() + ": " + text
		}
		parts = append(parts, oneLine(text, 100))
	}
	if s.Stopped != "" {
		parts = append(parts, "its own start stops: "+oneLine(s.Stopped, 80))
	}
	if s.Same != "" {
		parts = append(parts, "the same as "+oneLine(s.Same, 0))
	}
	return strings.Join(parts, "; ")
}

// tally says in one sentence what was found.
func tally(r *check.Report) string {
	var parts []string
	for _, severity := range []check.Severity{check.Error, check.Warning, check.Note} {
		if n := r.Count(severity); n > 0 {
			parts = append(parts, plural(n, severity.String()))
		}
	}
	what := plural(len(r.Files), "migration")
	if len(r.States) > 0 {
		what += " and " + plural(len(r.States), "state") + " of databases"
	}
	if len(parts) == 0 {
		return "checked " + what + ": nothing found"
	}
	return "checked " + what + ": " + join(parts)
}
