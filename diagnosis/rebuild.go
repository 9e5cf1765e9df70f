package diagnosis

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains rebuilds: above all those that leave a table in the form that it
// had. They change its rows alone, and the schema tells nothing of them.

// notRun is why the statements of a rebuild are run of which nothing tells.
const notRun = "part of a rebuild that has not run, by answer"

// A unit is a rebuild.
type unit struct {
	table      schema.Key // the table that is made anew
	statements []int      // the effects that make, fill, drop and rename
}

// sameForm returns the unit that an INSERT of a query belongs to, if it fills a
// table that takes the place of another of the same form.
func (r *reasoner) sameForm(e int) (unit, bool) {
	u, ok := r.rebuildOf(e)
	return u, ok && !r.reforms(u)
}

// rebuildOf returns the unit that an INSERT of a query belongs to, if it fills a table
// that takes the place of the one that it reads, which is there.
func (r *reasoner) rebuildOf(e int) (unit, bool) {
	fill := r.Replay.Effects[e].Statement
	if fill.Verb != "insert" {
		return unit{}, false
	}
	u := r.unitOf(e)
	if u.table.Name == "" || !wording.Speaks(fill.Text, u.table.Name) || r.absent(u.table) {
		return unit{}, false
	}
	return u, true
}

// texts returns the statements of a unit.
func (r *reasoner) texts(u unit) (statements []*migration.Statement) {
	for _, e := range u.statements {
		statements = append(statements, r.Replay.Effects[e].Statement)
	}
	return statements
}

// unitOf returns the statements on the table that an INSERT fills, from the one that
// makes it to the one that gives it another name, which is the unit's table, with what
// drops the table that had that name. A migration may make, fill and rename several of
// one name, one after the other.
func (r *reasoner) unitOf(e int) (u unit) {
	fill := r.Replay.Effects[e].Statement.Table()
	mine := r.Replay.Effects[e].Migration
	first, last := e, e
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == mine; i-- {
		if s := r.Replay.Effects[i].Statement; s.Verb == "create table" && s.Table() == fill {
			first = i
			break
		}
	}
	for i := e + 1; i < len(r.Replay.Effects) && r.Replay.Effects[i].Migration == mine; i++ {
		if s := r.Replay.Effects[i].Statement; s.Verb == "alter table rename" && s.Table() == fill {
			last, u.table = i, s.Renamed()
			break
		}
	}
	for i := first; i <= last; i++ {
		s := r.Replay.Effects[i].Statement
		if s.Table() == fill || s.Table() == u.table && s.Verb == "drop table" {
			u.statements = append(u.statements, i)
		}
	}
	return u
}

// carriedOver reports that a table is dropped of which nothing goes: what is to run up to
// the end of the migration, run on a copy, leaves all of its rows and values in a table of
// its name. That is so of a rebuild, whichever of the two tables is renamed.
func (r *reasoner) carriedOver(ctx context.Context, drop int) (bool, error) {
	mine := r.Replay.Effects[drop].Migration
	table := r.cameFrom(drop, r.Replay.Effects[drop].Statement.Table())
	if r.absent(table) || len(r.unknownColumns(table)) > 0 {
		return false, nil
	}
	var statements []*migration.Statement
	for i := range r.Replay.Effects {
		effect := &r.Replay.Effects[i]
		done, _, _ := r.votes(i)
		switch {
		case effect.Statement.Class != migration.Schema && effect.Statement.Class != migration.Data && !makesTemporary(effect.Statement):
		case effect.Migration == mine && done > 0, i < drop && r.findings[i].Verdict == Partly:
			return false, nil
		case effect.Migration == mine && i >= drop, i < drop && r.findings[i].Verdict == NotDone:
			statements = append(statements, effect.Statement)
		}
	}
	return r.Witness.Keeps(ctx, table, statements...)
}

// reforms reports that a unit leaves its table in another form: then the schema tells.
func (r *reasoner) reforms(u unit) bool {
	before, after := map[schema.Key]*schema.Object{}, map[schema.Key]*schema.Object{}
	for _, i := range u.statements {
		for _, t := range r.touches[i] {
			if t.key.Owner() != u.table || t.loose() {
				continue
			}
			if _, seen := before[t.key]; !seen {
				before[t.key] = t.values[t.step]
			}
			after[t.key] = t.values[t.step+1]
		}
	}
	return !maps.EqualFunc(before, after, (*schema.Object).Equal)
}

// hasMoved reports that a rebuild which a statement fills the new table of is through
// by the form of the table: the new one has taken the old one's place, or the old one,
// which was moved away for it, is gone. Nothing can be filled any more.
func (r *reasoner) hasMoved(e int) bool {
	fill := &r.Replay.Effects[e]
	if fill.Statement.Verb != "insert" {
		return false
	}
	table, away := fill.Statement.Table(), -1
	for i := range r.Replay.Effects {
		s := r.Replay.Effects[i].Statement
		if r.Replay.Effects[i].Migration != fill.Migration || s.Table() != table {
			continue
		}
		done, not, _ := r.votes(i)
		switch {
		case i < e && s.Verb == "alter table rename" && r.absent(s.Renamed()) && wording.Speaks(fill.Statement.Text, s.Renamed().Name):
			away = i
		case i < e && s.Verb == "create table" && away >= 0:
			return done > 0 && not == 0 && (len(r.telltale(i)) > 0 || r.reshapes(away, i))
		case i > e && s.Verb == "alter table rename":
			return done > 0 && not == 0 && r.absent(table) && !r.absent(r.liveName(i, s.Renamed()))
		}
	}
	return false
}

// reshapes reports that a statement makes a table in another form than the one which an
// earlier one moves away for it has.
func (r *reasoner) reshapes(away, create int) bool {
	table := r.Replay.Effects[create].Statement.Table()
	before, after := map[schema.Key]*schema.Object{}, map[schema.Key]*schema.Object{}
	for _, t := range r.touches[away] {
		if t.key.Owner() == table && !t.loose() {
			before[t.key] = t.values[t.step]
		}
	}
	for _, t := range r.touches[create] {
		if !t.loose() {
			after[t.key] = t.values[t.step+1]
		}
	}
	return !maps.EqualFunc(before, after, (*schema.Object).Equal)
}

// followed reports that something behind such a unit has changed the same table: then
// its time has passed, be it that it has run or that the table was made in a later form.
func (r *reasoner) followed(u unit) bool {
	last := u.statements[len(u.statements)-1]
	for e := last + 1; e < len(r.touches); e++ {
		if done, not, _ := r.votes(e); done == 0 || not > 0 || !r.deep(e) || r.recorded(e) != r.recorded(last) {
			continue
		}
		if slices.ContainsFunc(r.touches[e], func(t touch) bool {
			return t.key.Owner() == u.table && !t.loose() && t.live != nil && t.values[t.step+1].Equal(t.live) && !t.live.Equal(t.values[t.step])
		}) {
			return true
		}
	}
	return false
}

// judgeSameForm judges the filling of such a unit: if it would change a row, only
// an answer tells whether it has.
func (r *reasoner) judgeSameForm(ctx context.Context, e int, f *Finding, u unit, where place) (bool, error) {
	rows, ok, err := r.Witness.Transforms(ctx, f.Statement, u.table)
	if err != nil || !ok || rows == 0 && where != disputed {
		return false, err
	}
	if held, err := r.Witness.Rows(ctx, u.table, 1); err != nil {
		return false, err
	} else if held == 0 && where == disputed {
		if earlier, fed := r.fedAhead(e); fed {
			r.runAgain(u.statements, fmt.Sprintf("a rebuild of %s, which %s fills", u.table, earlier.Ref))
			return true, nil
		}
		f.is(Superseded, fmt.Sprintf("%s is empty: there is nothing for it to change", u.table))
		return true, nil
	}
	if err := r.askWhetherRun(ctx, e, f); err != nil {
		return true, err
	}
	if f.Verdict != NotDone {
		return true, nil
	}
	r.runAgain(u.statements, notRun)
	f.Evidence = append(f.Evidence, fmt.Sprintf("%s would be different", wording.Count(rows, "row")))
	return true, nil
}

// runAgain has statements run that are only right together, whatever those of them that have
// been judged were judged to be.
func (r *reasoner) runAgain(statements []int, why string) {
	for _, e := range statements {
		r.again[e] = why
		if f := &r.findings[e]; f.Statement != nil {
			f.Verdict, f.Evidence = NotDone, []string{why}
		}
	}
}
