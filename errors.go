package dbmend

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// ErrHeld: somebody holds the lock that the other runner, whose history rules, keeps
// in a table (Liquibase). Nothing was changed.
var ErrHeld = errors.New("the other runner seems to be at work, and nothing was changed")

// A Refusal says that nothing was changed, and what must be answered first. Up,
// Plan and Baseline return it.
type Refusal struct {
	Questions []diagnosis.Question
	Diagnosis *diagnosis.Diagnosis // what was found; nil if it did not come to that
}

// Error names the questions on one line.
func (r *Refusal) Error() string {
	names := make([]string, len(r.Questions))
	for i := range r.Questions {
		names[i] = r.Questions[i].Name()
	}
	return "refused, and nothing changed: open questions " + strings.Join(names, ", ")
}

// A StatementError is a statement that failed. Everything of its transaction is
// undone.
type StatementError struct {
	Migration *migration.Migration // nil for a statement that belongs to none
	Path      string               // the file; empty for a synthesised statement
	Line      int                  // where the statement begins in it; zero for code
	Number    int                  // its number in the migration; zero where it has none
	SQL       string               // the statement
	During    string               // "replay", "rehearsal", "run"
	Hint      string               // what to do about it; may be empty
	Err       error                // what the database said
}

// Error returns "during path:line: what the database said".
func (e *StatementError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%s: synthesised statement: %v", e.During, e.Err)
	}
	if e.Line == 0 {
		return fmt.Sprintf("%s %s: %v", e.During, e.Path, e.Err)
	}
	return fmt.Sprintf("%s %s:%d: %v", e.During, e.Path, e.Line, e.Err)
}

// Unwrap returns what the database said.
func (e *StatementError) Unwrap() error { return e.Err }

// A MismatchError says that a run did not lead to the schema that it should lead
// to, or lost rows, or broke references. Nothing of it was kept.
type MismatchError struct {
	Kept        bool                // the server could not undo what had run
	During      string              // "rehearsal", "run"
	Differences []schema.Difference // what is not as it should be
	Rows        []string            // which rows were lost or refer to nothing
}

// Error names the first differences.
func (e *MismatchError) Error() string {
	var what []string
	for _, d := range e.Differences {
		what = append(what, d.String())
	}
	what = append(what, e.Rows...)
	if len(what) > 3 {
		what = append(what[:3], fmt.Sprintf("and %d more", len(what)-3))
	}
	fate := ", and was undone: "
	if e.Kept {
		fate = "; what has run stays: "
	}
	return e.During + " did not lead to the schema that is wanted" + fate + strings.Join(what, "; ")
}

// A PartialError says that a run was refused after earlier transactions of it were
// committed: those stay, and the questions are about the rest.
type PartialError struct {
	Recorded []plan.Record
	Refusal  *Refusal
}

// Error says how far the run came, and what is open.
func (e *PartialError) Error() string {
	names := make([]string, len(e.Refusal.Questions))
	for i := range e.Refusal.Questions {
		names[i] = e.Refusal.Questions[i].Name() + ": " + e.Refusal.Questions[i].Text
	}
	return fmt.Sprintf("stopped after %s had been committed; open questions %s", wording.Count(int64(len(e.Recorded)), "migration"), strings.Join(names, "; "))
}

// An AheadError says that the history records migrations that come after the
// version that was asked for.
type AheadError struct {
	To       migration.Version
	Recorded []string
}

// Error names them.
func (e *AheadError) Error() string {
	return fmt.Sprintf("the database is past %s already: recorded are %s", e.To, strings.Join(e.Recorded, ", "))
}
