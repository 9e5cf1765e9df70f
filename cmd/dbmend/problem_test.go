package main

import (
	"errors"
	"testing"

	"github.com/dbmend/dbmend"
)

// Where nothing can be undone, nobody is told that nothing is kept.
func TestMismatchSaysWhatIsKept(t *testing.T) {
	for kept, want := range map[bool]string{
		false: "run did not lead to the schema that is wanted; nothing of it is kept",
		true:  "run did not lead to the schema that is wanted; what has run stays, since the server cannot undo it",
	} {
		found := problems(&dbmend.MismatchError{During: "run", Kept: kept}, "migrations", false)
		if len(found) != 1 || found[0].message != want {
			t.Errorf("kept %v: %+v", kept, found)
		}
	}
}

// A server repeats values in its errors. What the statement has in a string is not told,
// unless everything is.
func TestProblem_tellsNoStrings(t *testing.T) {
	err := &dbmend.StatementError{
		Path: "1_keys.sql", Line: 1, SQL: "INSERT INTO token VALUES ('sk_live_1')", During: "run",
		Err: errors.New("Error 1062 (23000): Duplicate entry 'sk_live_1' for key 'token'"),
	}
	if got, want := problems(err, "migrations", false)[0].message, "Error 1062 (23000): Duplicate entry 'xxxxx' for key 'token'"; got != want {
		t.Errorf("it says %q; wanted %q", got, want)
	}
	if got := problems(err, "migrations", true)[0].message; got != err.Err.Error() {
		t.Errorf("asked for everything, it says %q", got)
	}
}
