package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/check"
)

// A migration that makes a role with the very password of the URL does not carry it into
// a report that is published.
func TestCheck_tellsNoSecrets(t *testing.T) {
	target, err := parseURL("postgres://app:hunter2@localhost/app", "")
	if err != nil {
		t.Fatal(err)
	}
	const sql = `CREATE ROLE app PASSWORD 'hunter2'`
	r := &check.Report{
		Findings: []check.Finding{{Text: "near " + sql, Details: []string{sql}, Hint: sql}},
		States:   []check.State{{Error: sql, Stopped: sql, Conflict: sql}},
	}
	discreetly(target, r)
	text, err := json.Marshal(newCheckView(r))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hunter2") {
		t.Errorf("the password is in %s", text)
	}
	if strings.Count(string(text), concealed) != 6 {
		t.Errorf("there are not six marks in %s", text)
	}
}
