package diagnosis

import "encoding/json"

// A Verdict is what is held of one statement.
type Verdict int

// The verdicts.
const (
	// Ambiguous: it may have run or not, and nothing proves either.
	Ambiguous Verdict = iota
	// Done: its effect is there.
	Done
	// NotDone: its effect is not there.
	NotDone
	// Partly: some of its effect is there, so it must never be run as it stands.
	Partly
	// Superseded: what it was for has been overtaken; running it would do harm.
	Superseded
	// NoOp: running it now would change nothing.
	NoOp
	// Conflict: something else is where its effect should be.
	Conflict
)

var verdictNames = [...]string{"ambiguous", "done", "not done", "partly done", "superseded", "no-op", "conflict"}

// String returns the verdict in lower case, as reports show it.
func (v Verdict) String() string { return verdictNames[v] }

// MarshalJSON writes the verdict's name.
func (v Verdict) MarshalJSON() ([]byte, error) { return json.Marshal(v.String()) }

// A Standing is where a migration is.
type Standing int

// The standings.
const (
	Pending     Standing = iota // not recorded, and nothing of it is there
	Applied                     // recorded, and all of it is there
	Present                     // not recorded, and all of it is there
	Partial                     // not recorded, and some of it is there
	Interrupted                 // recorded as begun and not as finished
	Drifted                     // recorded, and some of it is missing or different
	Edited                      // recorded with another content than the file has now
	OutOfOrder                  // not recorded, though a later one is
	Unclear                     // cannot be told without an answer
)

var standingNames = [...]string{"pending", "applied", "present", "partial", "interrupted", "drifted", "edited", "out of order", "unclear"}

// String returns the standing in lower case, as reports show it.
func (s Standing) String() string { return standingNames[s] }

// MarshalJSON writes the standing's name.
func (s Standing) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }
