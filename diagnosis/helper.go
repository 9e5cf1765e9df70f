package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains helpers: tables, procedures and the like that a migration makes, uses and drops.
// They look the same before and after it, so their being gone proves nothing.

// helper reports that a table comes and goes within what the history does not
// claim.
func (r *reasoner) helper(table schema.Key) bool {
	t := r.trajectories[table]
	return t != nil && r.transient(t)
}

// needsHelper reports whether a statement speaks of a helper table.
func (r *reasoner) needsHelper(e int) bool {
	for key, t := range r.trajectories {
		if key.Kind == schema.Table && r.transient(t) && wording.Speaks(r.Replay.Effects[e].Statement.Text, key.Name) {
			return true
		}
	}
	return false
}

// passing reports that an object was not there before the set, is not there after
// it, and is not there now nor by what the history says.
func (r *reasoner) passing(t *trajectory) bool {
	return t.live == nil && t.values[0] == nil && t.want() == nil && r.said(t) == nil
}

// transient reports that an object comes and goes, and that it is not another one under a
// name for a while.
func (r *reasoner) transient(t *trajectory) bool {
	return r.passing(t) && (t.loose() || !slices.ContainsFunc(t.effects, r.renames))
}

// proves reports that a statement which is done touches something that would look
// otherwise if it were not.
func (r *reasoner) proves(e int) bool {
	for _, t := range r.touches[e] {
		if !r.transient(t.trajectory) {
			return true
		}
	}
	return false
}

// withHelpers lets the statements on helper tables run again that a statement speaks
// of which is to run.
func (r *reasoner) withHelpers(e int) {
	mine := &r.Replay.Effects[e]
	var helpers []int
	for i := range r.Replay.Effects {
		if table, ok := r.helps(i); ok && r.Replay.Effects[i].Migration == mine.Migration && wording.Speaks(mine.Statement.Text, table.Name) {
			helpers = append(helpers, i)
		}
	}
	r.runAgain(helpers, r.asHelper(e))
}

// asHelper is why what a statement needs is run that is to run.
func (r *reasoner) asHelper(e int) string {
	return fmt.Sprintf("a helper of %s, which is to run", r.Replay.Effects[e].Ref())
}

// withPrograms lets what a migration makes for a while, a procedure above all, be made and
// dropped again with a statement that speaks of it and is to run, and with it what its own
// body speaks of.
func (r *reasoner) withPrograms(e int) {
	mine := &r.Replay.Effects[e]
	for _, t := range r.brief {
		name, _, _ := strings.Cut(t.key.Name, "(") // what follows it tells functions apart that are called the same
		if r.Replay.Effects[t.effects[0]].Migration != mine.Migration || !r.transient(t) || !wording.Speaks(mine.Statement.Text, name) {
			continue
		}
		for _, i := range t.effects {
			if i == e || r.again[i] != "" {
				continue
			}
			r.runAgain([]int{i}, r.asHelper(e))
			if i < e {
				r.withPrograms(i)
			}
		}
	}
}
