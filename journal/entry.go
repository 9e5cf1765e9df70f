package journal

import (
	"time"

	"github.com/dbmend/dbmend/migration"
)

// Table is the name of the journal's table.
const Table = "dbmend_journal"

// A Kind says what an entry is about.
type Kind string

// The kinds of entries, in the order in which a run writes them.
const (
	Intent    Kind = "intent"    // a statement is about to run outside a transaction
	Ran       Kind = "statement" // a statement was run, or found to need no run
	Migrated  Kind = "migration" // a migration is recorded; Outcome says how it got there
	Answered  Kind = "answer"    // a question was answered
	Moved     Kind = "history"   // another history rules from now on: Outcome is Adopted or Reverted
	Noticed   Kind = "notice"    // drift or something foreign was seen and left alone
	Failed    Kind = "error"     // a run failed: the first error and its statement
	Completed Kind = "run"       // a run ended well; always its last entry
)

// An Outcome says how a statement or a migration came to be as it is.
type Outcome string

// The outcomes. A migration's is Applied where all of its statements were run,
// Present where none was, Healed where some were.
const (
	Applied     Outcome = "applied"
	Present     Outcome = "present"
	Healed      Outcome = "healed"
	Baselined   Outcome = "baseline"
	Adopted     Outcome = "adopted"  // taken over from the history of another runner
	Left        Outcome = "left"     // a run that left drift alone, as it was told to
	Ignored     Outcome = "ignored"  // a run that left alone what the ignore list names
	Reverted    Outcome = "reverted" // no longer recorded
	Skipped     Outcome = "skipped"  // a statement that did not need to run
	Synthesised Outcome = "synthesised"
)

// Sole is the last line of a [Completed] entry's evidence where a plain run has left a
// database in which its set is all that is recorded, and no table that looks like a
// history: a run of a set that goes on from that one can begin there.
const Sole = "nothing else is recorded here"

// An Entry is one row of the journal.
type Entry struct {
	Number    int64     // the row's number, counted from 1 without gaps
	Run       string    // what the entries of one run share
	At        time.Time // in UTC, to the millisecond
	Kind      Kind
	Outcome   Outcome           // empty for kinds that have none
	Version   migration.Version // the migration; empty where none is meant
	Name      string            // the migration's name
	Statement int               // the statement's number in the migration; zero for none
	SQL       string            // what was run, where it is not the author's statement, or what failed
	Checksum  string            // of the statement's tokens, the migration's file or the set
	Evidence  string            // why, in sentences
	Duration  time.Duration     // how long it took, to the microsecond
	Before    string            // fingerprint before the run (run entries)
	After     string            // fingerprint after the run (run entries)
	Stamp     string            // the engine's stamp after the run (run entries)
	Tool      string            // "dbmend 0.1.0"
}
