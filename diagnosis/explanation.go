package diagnosis

import "github.com/dbmend/dbmend/migration"

// An explanation is how the live schema has come about, as far as it can be known. One is
// chosen (see [reasoner.explain]), and all judgements ask that one what it says of a
// statement.
//
// At most one of agrees, lacking, early and at is set. Where none is, statements are taken
// for what their objects and their neighbours say, one by one.
type explanation struct {
	agrees  bool          // the database is what its history says
	lacking []*trajectory // it is, but for what somebody has dropped
	early   map[int]bool  // it is, but for statements that somebody has run ahead of their turn: see chooseEarly
	at      *span         // one position of the set, with what a script made ahead of it, is the whole schema

	fitting []span               // where the set may have stopped as well, for all that tells
	perhaps *migration.Migration // what somebody may have run ahead of its turn, where a position explains the schema as well
	taken   []*trajectory        // what is gone as a statement that the history does not claim would have it, or by hand
	waits   bool                 // an answer is to tell first whether somebody has dropped what is gone
	guessed map[int]bool         // statements that nothing says have run but their place among others
	refuted bool                 // an answer denies a statement that the history claims
}

// past reports that a position explains the schema, and the statement's turn was before it.
func (x *explanation) past(e int) bool { return x.at != nil && e < x.at.from }

// ahead reports that a position explains the schema, and the statement's turn comes
// behind it.
func (x *explanation) ahead(e int) bool { return x.at != nil && e >= x.at.to }

// amid reports that several positions explain the schema, and it is open whether the
// statement's turn was before them.
func (x *explanation) amid(e int) bool { return x.at != nil && e >= x.at.from && e < x.at.to }

// hasEarly reports that somebody has run statements ahead of their turn.
func (x *explanation) hasEarly() bool { return len(x.early) > 0 }
