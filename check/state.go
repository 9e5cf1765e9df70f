package check

import (
	"fmt"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// A Way is how a database can have come to be with a release.
type Way string

// The ways.
const (
	BySchema     Way = "schema file" // a fresh install ran the schema file
	ByMigrations Way = "migrations"  // a fresh install ran the migrations
	ByStart      Way = "start"       // a fresh install ran the schema file, then the migrations
	ByUpgrade    Way = "upgrade"     // an older install, by its schema file, and the starts of the releases since
)

// An Outcome is what became of a database that was brought to the present.
type Outcome string

// The outcomes.
const (
	Upgraded Outcome = "upgrades"   // what was pending was run as it is written
	Healed   Outcome = "healed"     // something was done that a plain runner would not do
	Asked    Outcome = "asked"      // a question is open
	Failed   Outcome = "fails"      // a statement failed
	Mistaken Outcome = "wrong"      // the end is not the schema that the migrations make
	Unbuilt  Outcome = "impossible" // the release cannot build a database in this way
)

// A State is a database as a release can have left it, and what became of it when it
// was brought to the present.
type State struct {
	Release string // the name of the release that it was last started with
	Way     Way
	From    string // the release that it was installed with, where that is another
	Same    string // the state that it is equal to, row by row; nothing was run for it. Empty for most
	Stopped string // where the release's own start stopped; empty where it did not
	Filled  int    // tables that had rows

	Outcome     Outcome
	Run         int                  // statements that were run
	Skipped     int                  // statements that needed no run
	Questions   []diagnosis.Question // what was asked
	Differences []schema.Difference  // what is not as the migrations make it
	Lost        []Loss               // tables that have fewer rows than before
	Error       string               // what failed
	Place       Place                // where; zero where it is in no file
	Conflict    string               // where an ordinary runner stops or what it destroys; empty where it does not
}

// A Loss is a table that has fewer rows than before the upgrade.
type Loss struct {
	Table    schema.Key
	Had, Has int64
	Place    Place // the statement that took them; zero where it cannot be told
}

// String says the loss in a sentence.
func (l Loss) String() string {
	return fmt.Sprintf("%s had %s and has %d", l.Table, wording.Count(l.Had, "row"), l.Has)
}

// String returns how the database came to be: "v1.0.0, made by its migrations".
func (s *State) String() string { return s.Release + ", " + s.How() }

// How says how the database came to be, without the release.
func (s *State) How() string {
	switch s.Way {
	case BySchema:
		return "made by its schema file"
	case ByMigrations:
		return "made by its migrations"
	case ByStart:
		return "made by its schema file and its migrations"
	default:
		return fmt.Sprintf("made by the schema file of %s and upgraded", s.From)
	}
}

// Bad reports that a database in this state cannot be brought to the present as it
// should be.
func (s *State) Bad() bool {
	return s.Outcome == Asked || s.Outcome == Failed || s.Outcome == Mistaken
}
