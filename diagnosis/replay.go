package diagnosis

import (
	"fmt"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A Ref names one statement: "002/3" is the third statement of migration 002.
type Ref struct {
	Version migration.Version
	Number  int
}

// String returns "version/number".
func (r Ref) String() string {
	if r.Version == "" {
		return ""
	}
	return fmt.Sprintf("%s/%d", r.Version, r.Number)
}

// A Replay is what running the set on a scratch database has taught.
type Replay struct {
	Set     *migration.Set
	Base    *schema.Snapshot // what was there before the first statement
	Effects []Effect         // one for each statement of the set, in order
	Want    *schema.Snapshot // what is there after the last

	// Rows are those that the set leaves behind where it begins without any: what it
	// seeds, in its last form, none of them for most tables.
	Rows map[schema.Key]TableRows
	// Crowded are the tables that are left out of Rows because they would take too much
	// memory.
	Crowded map[schema.Key]bool

	// Presumed holds the objects of the base that nobody vouches for: they were
	// taken from the live database because a statement needs them.
	Presumed map[schema.Key]bool
	// Allowed holds the objects that a schema file names and the migrations do not
	// make: they are known, neither wanted nor foreign.
	Allowed *schema.Snapshot
}

// TableRows are rows of one table.
type TableRows struct {
	Columns []string
	Rows    [][]string // the values as SQL literals
}

// An Effect is what one statement did on scratch.
type Effect struct {
	Migration *migration.Migration
	Statement *migration.Statement
	Changes   []schema.Change // none for a statement that only touches rows, or nothing
	Wrote     int64           // the rows that it wrote, as far as the engine tells
	Rewrote   *Rewrite        // of an UPDATE: what it made of the set's own rows; nil where that is not known
	Skipped   string          // why it was not run on scratch; empty where it was
	History   bool            // it works on the tracking table itself, which no schema here shows
	Rowwise   bool            // it is code that works on rows too: what it does to them leaves no trace here
}

// A Rewrite is what an UPDATE made of rows on scratch: those that it changed, as they
// were and as they are then.
type Rewrite struct {
	Before, After TableRows
}

// After returns the schema that the base and the effects of those statements lead
// to that ran says yes to.
func (r *Replay) After(ran func(*Effect) bool) *schema.Snapshot {
	after := r.Base.Clone()
	for i := range r.Effects {
		if ran(&r.Effects[i]) {
			after.Apply(r.Effects[i].Changes)
		}
	}
	return after
}

// Known returns the keys of all that the base has or a statement works on.
func (r *Replay) Known() map[schema.Key]bool {
	known := map[schema.Key]bool{}
	for o := range r.Base.All() {
		known[o.Key] = true
	}
	for i := range r.Effects {
		for _, c := range r.Effects[i].Changes {
			known[c.Key] = true
		}
	}
	return known
}

// Ref returns the statement's name.
func (e *Effect) Ref() Ref { return Ref{e.Migration.Version, e.Statement.Number} }
