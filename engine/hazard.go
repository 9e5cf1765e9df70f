package engine

import "github.com/dbmend/dbmend/schema"

// The names of hazards, which are the same for all engines.
const (
	BuildsIndex   = "builds index"   // every row is read, and an index made of them
	ChecksRows    = "checks rows"    // every row is read, and must satisfy a constraint
	RewritesTable = "rewrites table" // every row is written anew
	DropsTable    = "drops table"    // every row goes
	DropsColumn   = "drops column"   // a value of every row goes
	DeletesRows   = "deletes rows"   // rows go
)

// A Hazard is what a statement costs a table that has rows, while it runs or behind
// it, as the manual of the server's version has it.
type Hazard struct {
	Name  string     // one of the names above
	Table schema.Key // the table whose rows it is about, as keys spell it
	Waits string     // who waits meanwhile, and until when, as a clause; empty for nobody
}
