package main

import (
	"testing"

	"github.com/dbmend/dbmend"
)

// Where nothing can be undone, nobody is told that nothing is kept.
func TestMismatchSaysWhatIsKept(t *testing.T) {
	for kept, want := range map[bool]string{
		false: "run did not lead to the schema that is wanted; nothing of it is kept",
		true:  "run did not lead to the schema that is wanted; what has run stays, since the server cannot undo it",
	} {
		found := problems(&dbmend.MismatchError{During: "run", Kept: kept}, "migrations")
		if len(found) != 1 || found[0].message != want {
			t.Errorf("kept %v: %+v", kept, found)
		}
	}
}
