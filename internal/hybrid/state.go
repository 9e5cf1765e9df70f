package hybrid

import (
	"fmt"
	"slices"
)

// A Kind is a way in which a database comes to be what no version describes.
type Kind string

// The kinds of damage.
const (
	Pending       Kind = "pending"                    // none: a clean prefix, recorded
	Interrupted   Kind = "interrupted"                // stopped amid a migration, which is not recorded
	Dirty         Kind = "interrupted, dirty"         // stopped amid a migration, which is recorded as begun
	Rebuilding    Kind = "rebuild interrupted"        // stopped amid a rebuild
	Lost          Kind = "history lost"               // nothing is recorded
	Behind        Kind = "history behind"             // less is recorded than has run
	Ahead         Kind = "history ahead"              // more is recorded than has run
	Installed     Kind = "full schema, with seeds"    // made by a script, and nothing recorded
	Unseeded      Kind = "full schema, without seeds" // the same, without the rows that migrations put in
	Overlaid      Kind = "full schema over older"     // a newer script with IF NOT EXISTS ran over an older database
	ByHand        Kind = "later one run by hand"      // a later migration before those between
	Dropped       Kind = "index, view, trigger gone"  // dropped by hand
	DroppedColumn Kind = "column gone"                // dropped by hand
	ForeignTable  Kind = "foreign table"              // made by hand
	ForeignColumn Kind = "foreign column"             // added by hand
	ForeignIndex  Kind = "foreign index"              // made by hand
	OtherIndex    Kind = "index of other columns"     // under the name of one that is known
	Twin          Kind = "twin of a rename"           // an empty column where a rename will put its own
)

// Kinds are all kinds of damage.
var Kinds = []Kind{
	Pending, Interrupted, Dirty, Rebuilding, Lost, Behind, Ahead, Installed, Unseeded, Overlaid, ByHand,
	Dropped, DroppedColumn, ForeignTable, ForeignColumn, ForeignIndex, OtherIndex, Twin,
}

// A Class says what can be known of a state from schema, rows and history.
type Class string

// The classes.
const (
	// Derivable: everything that fits what can be seen leads to the same end.
	Derivable Class = "derivable"
	// Doubtful: two explanations fit and lead to different ends, or something would
	// be destroyed that nobody vouched for. To ask is right.
	Doubtful Class = "doubtful"
	// Blind: what can be seen is just what a healthy database looks like, and the
	// truth is another. Nobody can know; the state is held for what it looks like.
	Blind Class = "blind"
)

// A State is a damaged database and the truth about it.
type State struct {
	Kind    Kind
	History *History
	Live    []string // makes the database, without its history
	Shape   Shape    // of the tracking table
	Count   int      // how many migrations are recorded, as applied unless Begun
	Begun   bool     // the last of them is recorded as begun

	Class    Class
	Doubts   []string   // places of the statements that explanations disagree about
	Expected *Picture   // how a right repair ends
	Also     []*Picture // other ends that are as good
	Loose    string     // an object of which nobody minds whether it outlives the end
	Consent  bool       // a repair destroys what nobody vouched for: it must ask
	Note     string     // what was done, for people

	column string           // added by hand
	late   []string         // tables that a script has made ahead of their time
	ran    func(i int) bool // the truth: whether a statement needs no run
	end    func() []string  // what a right repair runs
}

// A Shape is the form of a tracking table.
type Shape string

// The shapes.
const (
	NoHistory Shape = "none"
	Rows      Shape = "dbmate"         // a row for each migration
	OneRow    Shape = "golang-migrate" // one row: the newest version, and whether it is dirty
)

// Tracking returns the statements that make the tracking table.
func (s *State) Tracking() []string {
	switch s.Shape {
	case Rows:
		script := []string{"CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)"}
		for _, m := range s.History.Migrations[:s.Count] {
			script = append(script, fmt.Sprintf("INSERT INTO schema_migrations VALUES ('%s')", m.Version))
		}
		return script
	case OneRow:
		script := slices.Clone(s.History.engine.dialect().tracking)
		if s.Count > 0 {
			begun := "false"
			if s.Begun {
				begun = "true"
			}
			script = append(script, fmt.Sprintf("INSERT INTO schema_migrations VALUES (%d, %s)", s.Count, begun))
		}
		return script
	}
	return nil
}

// Ran reports whether a statement, named as questions name it, needs no run: it
// has run, or the tables that it was for came into being behind it.
func (s *State) Ran(ref string) (ran, known bool) {
	for i, st := range s.History.Statements {
		if s.History.Ref(st) == ref {
			return s.ran(i) || s.readsLate(st), true
		}
	}
	return false, false
}

// readsLate reports whether a statement reads a table that a script has made ahead
// of its time: what is in there is not what the statement is for.
func (s *State) readsLate(st *Statement) bool {
	words := tokens(st.SQL)
	return s.Kind == Overlaid && st.Verb.Data() && slices.ContainsFunc(s.late, func(table string) bool {
		return (table != st.Table || st.Verb != Insert && st.Verb != Copy) && slices.Contains(words, table)
	})
}

// claimed returns the position that the history claims, without what is begun.
func (s *State) claimed() int {
	n := s.Count
	if s.Begun {
		n--
	}
	return s.History.End(n)
}
