package diagnosis

import (
	"maps"

	"github.com/dbmend/dbmend/migration"
)

// A Claim is what the history says of one migration of the set.
type Claim struct {
	Recorded bool // it was applied
	Ran      bool // our own journal says that it was run, statement by statement, with this schema
	Covered  bool // a baseline stands for it: nobody says that its own statements were run
	Begun    bool // it was begun, and nobody has written that it was finished
	// Reverting says that what was begun is to take it back, and OpenDown which
	// statements of its down part were to run after the transaction that did so, and
	// are not known to have run.
	Reverting bool
	OpenDown  []int
	// Open are the numbers of statements that were to run after its transaction, and
	// that are not known to have run.
	Open []int
	// Kept says that our own journal notes each statement of a begun migration as it
	// runs, and Finished which of them, by number, are through.
	Kept     bool
	Finished map[int]bool
	// Edited says that it was recorded with another content than the file has now.
	Edited bool
	// Changed says the same of a migration that is run again when it has changed: it
	// is due, and nobody has tampered with it.
	Changed bool
	// Baseline is the file that makes what it makes and is run in its place, on a
	// database that is empty yet; "" for none.
	Baseline string
	// Done is how many statements of a begun migration the history says to be through,
	// counted from the first; zero also where it does not count them. The one behind
	// them may have run.
	Done int
	// Statements are the checksums of the statements as they were recorded, by
	// number; nil where the history keeps none.
	Statements map[int]string
	How        string // how it was recorded, for people: "applied 2026-01-02 by goose"
}

// counts says what the history's count tells of a statement of a begun migration: 1
// that it is through, -1 that it is not, 0 that it does not tell. The one behind the
// last that was counted may have run.
func (c Claim) counts(number int) int {
	switch {
	case !c.Begun || c.Done == 0 || number == c.Done+1:
		return 0
	case number <= c.Done:
		return 1
	default:
		return -1
	}
}

// Recorded is what all tracking tables together claim.
type Recorded struct {
	Source  string                      // which tables, for people; empty where there is none
	Exists  bool                        // there is a tracking table, be it empty
	Claims  map[migration.Version]Claim // by the normal form of the version
	Unknown []string                    // rows that name no migration of the set
	// Collisions are rows that name another file under a version of the set.
	Collisions []string
	// FirstError is the first error of a failed try that nothing has mended since.
	FirstError string
}

// Of returns the claim about a migration; the zero Claim where there is none.
func (r *Recorded) Of(m *migration.Migration) Claim {
	return r.Claims[migration.Version(m.Version.Normal())]
}

// Any reports whether anything is recorded as applied.
func (r *Recorded) Any() bool {
	for _, c := range r.Claims {
		if c.Recorded {
			return true
		}
	}
	return false
}

// Same reports whether another history claims the same migrations.
func (r *Recorded) Same(other *Recorded) bool {
	if r == nil || other == nil {
		return r == other
	}
	return maps.EqualFunc(r.Claims, other.Claims, func(a, b Claim) bool { return a.Recorded == b.Recorded })
}
