package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
)

// keepNumbers lets a rebuild be that leaves its table in the form that it has, and would leave
// every row as it is, where the table has given numbers to rows that are gone. Nothing tells
// whether it has run. If it has, to run it again would give those numbers a second time; if
// not, nothing is missing without it.
func (r *reasoner) keepNumbers(ctx context.Context) error {
	for e := range r.findings {
		u, ok := r.sameForm(e)
		if !ok || r.recorded(e) || r.again[e] != "" || !r.allRun(u) || r.writtenAhead(u) {
			continue
		}
		idle, err := r.Witness.Numbered(ctx, u.table)
		if idle && err == nil {
			idle, err = r.Witness.Keeps(ctx, u.table, r.texts(u)...)
		}
		if err != nil {
			return err
		} else if !idle {
			continue
		}
		for _, i := range u.statements {
			f := &r.findings[i]
			f.Verdict, f.Evidence = Superseded, []string{fmt.Sprintf("%s has this form, its rows would stay as they are, and numbers of rows that are gone would be given again", u.table)}
		}
	}
	return nil
}

// allRun reports whether all of a unit is to run.
func (r *reasoner) allRun(u unit) bool {
	return !slices.ContainsFunc(u.statements, func(e int) bool { return r.findings[e].Verdict != NotDone })
}

// writtenAhead reports whether something else that is to run speaks of the table of a unit: by
// then it may hold other rows.
func (r *reasoner) writtenAhead(u unit) bool {
	for e := range r.findings[:u.statements[0]] {
		if r.willRun(e) && wording.Speaks(r.findings[e].Statement.Text, u.table.Name) {
			return true
		}
	}
	return false
}
