package diagnosis

import (
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A Finding is what is held of one statement, and why.
type Finding struct {
	Ref       Ref
	Statement *migration.Statement
	Verdict   Verdict
	Evidence  []string        // in sentences, the weightiest first
	Changes   []schema.Change // its effect on scratch
	// Missing are the changes whose effect is not there, where only some are.
	Missing []schema.Change
	// Instead are objects in the way that may be replaced: synthesised drops come
	// before the statement is run.
	Instead []*schema.Object
	// Twin is the empty column or table that stands where a rename would put its
	// object; it goes before the statement is run.
	Twin *schema.Object
	// Clear is the table that is emptied before the statement fills it anew: it holds
	// nothing but copies.
	Clear *schema.Object
	// completes says that the statement fills what is empty and leaves the rest: that
	// it finds something to do does not say that it has not run.
	completes bool
	// Left says that drift is left alone here, by answer or by mode.
	Left bool
	// Ignored says that the statement is about nothing but what an ignore list names.
	Ignored bool
	// Seeds are the rows of an INSERT of literals that are to be put in, where some
	// are there, counted from zero.
	Seeds []int
}

// A MigrationFinding is the findings of one migration.
type MigrationFinding struct {
	Migration *migration.Migration
	Standing  Standing
	Claim     Claim
	Findings  []Finding // one for each statement, in order
	Plain     bool      // plainly pending: it runs as it is written
	// Due says why a migration that is run again and again is to be run now; empty
	// for others.
	Due string
}

// A Seeding is rows that are put into a table in the form that the whole set gives
// them: their own statements were written for earlier forms of the table.
type Seeding struct {
	Table *schema.Object
	TableRows
	Ref   Ref // the statement that puts them in
	Ahead Ref // the statement that is to find them there; none where they go in at the end
}

// A Drift is a difference that no statement that is yet to run explains.
type Drift struct {
	Difference schema.Difference
	Ref        Ref    // the recorded statement whose effect is missing; zero where none is
	Why        string // for people
}

// A Diagnosis is the explanation of one live schema by one set.
type Diagnosis struct {
	Migrations []MigrationFinding
	Recorded   *Recorded
	Drift      []Drift
	Restore    []*schema.Object // what the base has, no statement makes and the database lacks: it is made again
	// Forms are the tables of what is made again, as the history says that they are, for
	// such as have another name at the end.
	Forms      map[schema.Key]*schema.Object
	Aside      []*schema.Object // empty tables and columns that stand where a rename puts another: they go first
	Seeded     []Seeding        // rows that the set puts in and the database lacks, in their last form
	Foreign    []*schema.Object // what no migration, base or schema file knows; never touched
	Unreported []*schema.Object // the same, and named by the ignore list: nobody wants to hear of it
	Ignored    []Drift          // what is not as it should be, is named by the ignore list, and is left so
	Questions  []Question       // none means that a plan can be made
	Answered   []Question       // the questions that were answered, for the journal
	Notes      []string         // what was noticed and needs no decision

	// Agrees says that the database is exactly what its history says.
	Agrees bool
	Have   *schema.Snapshot // what is there, without tracking tables; nil where nobody had to look (decision 0043)
	Target *schema.Snapshot // what will be there after a run: want, and what is foreign or accepted; nil where Have is
}
