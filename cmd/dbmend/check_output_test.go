package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/check"
	"github.com/dbmend/dbmend/diagnosis"
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
		Findings: []check.Finding{{Text: "near " + sql, Details: []string{sql}, Hint: sql, Question: &diagnosis.Question{Text: sql}}},
		States: []check.State{{Error: sql, Stopped: sql, Conflict: sql, Questions: []diagnosis.Question{
			{Text: sql, Facts: []string{sql}, Choices: []diagnosis.Choice{{Means: sql}}},
		}}},
	}
	discreetly(target, r)
	text, err := json.Marshal(newCheckView(r))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hunter2") {
		t.Errorf("the password is in %s", text)
	}
	if strings.Count(string(text), concealed) != 10 {
		t.Errorf("there are not ten marks in %s", text)
	}
}
