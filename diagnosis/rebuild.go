package diagnosis

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains rebuilds that leave a table in the form that it had: they
// change its rows alone, and the schema tells nothing of them.

// A unit is such a rebuild.
type unit struct {
	table      schema.Key // the table that is made anew
	statements []int      // the effects that make, fill, drop and rename
}

// sameForm returns the unit that an INSERT of a query belongs to, if it fills a
// table that takes the place of another of the same form.
func (r *reasoner) sameForm(e int) (unit, bool) {
	fill := r.Replay.Effects[e].Statement
	mine := r.Replay.Effects[e].Migration
	if fill.Verb != "insert" {
		return unit{}, false
	}
	var u unit
	for i := range r.Replay.Effects {
		s := r.Replay.Effects[i].Statement
		if r.Replay.Effects[i].Migration != mine {
			continue
		}
		if s.Verb == "alter table rename" && s.Table() == fill.Table() && i > e {
			u.table = s.Renamed()
		}
	}
	if u.table.Name == "" || !wording.Speaks(fill.Text, u.table.Name) || r.absent(u.table) {
		return unit{}, false
	}
	for i := range r.Replay.Effects {
		s := r.Replay.Effects[i].Statement
		if r.Replay.Effects[i].Migration != mine {
			continue
		}
		if s.Table() == fill.Table() || s.Table() == u.table && s.Verb == "drop table" {
			u.statements = append(u.statements, i)
		}
	}
	for _, i := range u.statements {
		for _, t := range r.touches[i] {
			if t.key.Owner() != u.table || t.loose() {
				continue
			}
			made := t.values[t.step+1]
			if t.step > 0 && made != nil && !made.Equal(t.values[t.step-1]) {
				return unit{}, false // the schema tells
			}
		}
	}
	return u, true
}

// judgeSameForm judges the filling of such a unit: if it would change a row, only
// an answer tells whether it has.
func (r *reasoner) judgeSameForm(ctx context.Context, e int, f *Finding, u unit) (bool, error) {
	rows, ok, err := r.Witness.Transforms(ctx, f.Statement, u.table)
	if err != nil || !ok || rows == 0 {
		return false, err
	}
	if err := r.askWhetherRun(ctx, e, f); err != nil {
		return true, err
	}
	if f.Verdict != NotDone {
		return true, nil
	}
	for _, i := range u.statements {
		r.again[i] = true
		if i < e {
			r.findings[i].Verdict = NotDone
			r.findings[i].Evidence = []string{"part of a rebuild that has not run, by answer"}
		}
	}
	f.Evidence = append(f.Evidence, fmt.Sprintf("%s would be different", wording.Count(rows, "row")))
	return true, nil
}
