package plan

import (
	"regexp"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
)

// This file contains which statements on the session run in a migration that is healed:
// they leave nothing in the schema to be judged by, and what runs may rest on them.

var (
	// variables finds the user's variables in a statement (MySQL).
	variables = regexp.MustCompile(`(?:^|[^@\w])(@(?:[A-Za-z0-9_.$]+|\x60[^\x60]+\x60))`)
	// assigned finds a variable of another kind that is set.
	assigned = regexp.MustCompile(`(?i)(?:^|[\s,])(?:@@)?[a-z_][a-z0-9_.]*\s*:?=`)
	// grouped is what stands in parentheses without others in them.
	grouped = regexp.MustCompile(`\([^()]*\)`)
)

// resting returns the statements on the session, by place in the migration, that run
// beside those which are chosen. A setting always does. What is only named, as a
// variable, a prepared statement or a temporary table is, does where something that runs
// names it.
func resting(findings []diagnosis.Finding, chosen func(i int) bool) map[int]bool {
	found := map[int]bool{}
	var texts []string
	for i := range findings {
		if chosen(i) {
			texts = append(texts, findings[i].Statement.Text)
		}
	}
	if len(texts) == 0 {
		return found
	}
	for again := true; again; {
		again = false
		for i := range findings {
			s := findings[i].Statement
			if s.Class != migration.Session || chosen(i) || found[i] || findings[i].Left || !needed(s, texts) {
				continue
			}
			found[i], again = true, true
			texts = append(texts, s.Text)
		}
	}
	return found
}

// needed reports whether a statement on the session may change what one of the texts
// means.
func needed(s *migration.Statement, texts []string) bool {
	names := named(s)
	if len(names) == 0 {
		return true
	}
	for _, name := range names {
		for _, text := range texts {
			if text != s.Text && wording.Speaks(text, name) {
				return true
			}
		}
	}
	return false
}

// named returns what a statement on the session gives a name to; nil for a setting.
func named(s *migration.Statement) []string {
	words := strings.Fields(s.Text)
	switch {
	case strings.HasSuffix(s.Verb, " table") || strings.HasSuffix(s.Verb, " table as") || strings.HasSuffix(s.Verb, " sequence"):
		return []string{s.Target} // a temporary one
	case len(words) > 1 && (s.Verb == "prepare" || s.Verb == "deallocate" || s.Verb == "drop prepare"):
		name := words[1]
		if strings.EqualFold(name, "prepare") && len(words) > 2 {
			name = words[2]
		}
		return []string{strings.TrimRight(name, ";")}
	}
	text := s.Text
	for grouped.MatchString(text) {
		text = grouped.ReplaceAllString(text, " ")
	}
	if assigned.MatchString(text) {
		return nil
	}
	var names []string
	for _, m := range variables.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}
