package diagnosis

import (
	"slices"

	"github.com/dbmend/dbmend/migration"
)

// This file contains transactions that authors write into their migrations.

var (
	begins = []string{"begin", "start transaction"}
	ends   = []string{"commit", "end"}
)

// bracket rules out that the set has stopped inside a transaction of the author's: the
// database has kept all of its statements, or none.
func (c *course) bracket() {
	if !c.replay.Whole {
		return
	}
	first := -1 // the first statement within, once there is one
	for e := range c.replay.Effects {
		effect := &c.replay.Effects[e]
		if e > 0 && c.replay.Effects[e-1].Migration != effect.Migration {
			first = -1
		}
		if effect.Statement.Class != migration.Transaction {
			continue
		}
		switch verb := effect.Statement.Verb; {
		case slices.Contains(begins, verb):
			first = e + 1
		case slices.Contains(ends, verb) && first >= 0:
			for position := first + 1; position < e; position++ {
				c.fleeting[position] = true
			}
			first = -1
		}
	}
}
