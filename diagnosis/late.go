package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains rows of the set that are put in when their turn has passed: what
// has changed the others since, and does not run again, has not changed these.

// putInAsLeft has the rows of INSERTs whose turn has passed, and that run all the same, put
// in as the whole set leaves them, where statements on rows behind them do not run. Where it
// cannot be told how the set leaves them, people have to put them in.
func (r *reasoner) putInAsLeft() {
	for e := range r.findings {
		f := &r.findings[e]
		if f.Verdict != NotDone || f.Statement.Verb != "insert" || r.claim(e).Kept || r.hasItsTurn(e) {
			continue
		}
		given, literal := r.Witness.Given(f.Statement)
		made := r.Replay.Want.Get(r.lastName(e, f.Statement.Table()))
		if where, _ := r.place(e); !literal || made == nil || where != behind && where != disputed {
			continue
		}
		later := r.passedOver(e)
		if later == nil {
			continue
		}
		rows, ok := r.asLeft(e, f, given)
		minds, carries := r.runsOver(e)
		if !ok || carries && len(rows.Rows) > 0 {
			f.Seeds = nil
			r.askWhetherPutIn(f, fmt.Sprintf("%s puts rows in that %s, which does not run again, would have changed. Put them in by hand first, as that leaves them.",
				wording.Quote(f.Statement.Text), later.Ref()))
			continue
		}
		f.Seeds = nil
		f.is(Superseded, fmt.Sprintf("its rows are put in as the set leaves them, since %s does not run again", later.Ref()))
		if len(rows.Rows) == 0 {
			continue
		}
		late := Seeding{Table: made, TableRows: rows, Ref: f.Ref}
		if !minds && r.ready(e, made.Key) {
			late.Ahead = f.Ref // others may refer to them
		}
		r.d.Seeded = append(r.d.Seeded, late)
	}
}

// hasItsTurn reports whether nothing of a statement's migration has run, by a history that does
// not claim it and by the schema: then it is pending as a whole, whatever somebody has run by hand
// ahead of it, and runs as it is written.
func (r *reasoner) hasItsTurn(e int) bool {
	if !r.Recorded.Any() || r.recorded(e) || r.isOverlaid(e) {
		return false
	}
	pending := false
	for i := range r.findings {
		if r.Replay.Effects[i].Migration != r.Replay.Effects[e].Migration || len(r.findings[i].Changes) == 0 {
			continue
		}
		if r.findings[i].Verdict != NotDone {
			return false
		}
		pending = true
	}
	return pending
}

// passedOver returns a statement behind an INSERT that changes, copies or takes away rows of
// its table, and does not run; nil where there is none.
func (r *reasoner) passedOver(e int) *Effect {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.findings); i++ {
		s := r.Replay.Effects[i].Statement
		_, literal := r.Witness.Given(s)
		if s.Class == migration.Data && !literal && r.findings[i].Verdict != NotDone && wording.Speaks(s.Text, table.Name) {
			return &r.Replay.Effects[i]
		}
		if s.Verb == "alter table rename" && s.Table() == table && !r.setsAside(i, len(r.findings)) {
			table = s.Renamed()
		}
	}
	return nil
}

// runsOver reports whether a statement behind an INSERT is to run that would change rows of its
// table once more if they were there as the set leaves them, so that they can only come at the
// end; and whether one is that carries them elsewhere, which would find them so or not at all.
func (r *reasoner) runsOver(e int) (minds, carries bool) {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.findings); i++ {
		s := r.Replay.Effects[i].Statement
		_, literal := r.Witness.Given(s)
		if s.Class == migration.Data && !literal && r.findings[i].Verdict == NotDone && wording.Speaks(s.Text, table.Name) {
			minds = true
			carries = carries || s.Verb == "insert" && r.unitOf(i).table != table || s.Verb != "insert" && s.Table() != table
		}
		if s.Verb == "alter table rename" && s.Table() == table && !r.setsAside(i, len(r.findings)) {
			table = s.Renamed()
		}
	}
	return minds, carries
}

// asLeft returns the rows of an INSERT that are to be put in, as the set leaves them: without
// those that it takes away, and without a key that the table gives. It reports false where
// that cannot be told.
func (r *reasoner) asLeft(e int, f *Finding, given TableRows) (TableRows, bool) {
	table := r.lastName(e, f.Statement.Table())
	all := r.Replay.Rows[table]
	key := r.Replay.Want.Get(schema.Key{Kind: schema.PrimaryKey, Space: table.Space, Table: table.Name}).Fact(schema.Columns)
	if r.crowded(table) || key == "" {
		return TableRows{}, false
	}
	if given.Columns == nil {
		ahead := -1
		given.Columns = r.Replay.After(func(*Effect) bool { ahead++; return ahead < e }).Columns(f.Statement.Table())
	}
	left := TableRows{Columns: all.Columns}
	for n, row := range given.Rows {
		if f.Seeds != nil && !slices.Contains(f.Seeds, n) {
			continue
		}
		keyed := r.keyOnScratch(e, TableRows{given.Columns, [][]string{row}}, strings.Split(key, ", "))
		at := slices.IndexFunc(all.Rows, func(other []string) bool { return agree(keyed, TableRows{all.Columns, [][]string{other}}) })
		switch {
		case at >= 0:
			left.Rows = append(left.Rows, all.Rows[at])
		case !r.takenOnScratch(e, len(r.Replay.Effects)):
			return TableRows{}, false
		}
	}
	if n := slices.Index(left.Columns, key); n >= 0 && !slices.Contains(given.Columns, key) {
		left.Columns = slices.Delete(slices.Clone(left.Columns), n, n+1)
		for i, row := range left.Rows {
			left.Rows[i] = slices.Delete(slices.Clone(row), n, n+1)
		}
	}
	return left, true
}

// keyOnScratch returns by what a row of an INSERT is to be found among those that the set
// leaves: its key, if the INSERT gives it, or the one that it had on scratch when it was
// changed first; else all that the INSERT gives.
func (r *reasoner) keyOnScratch(e int, row TableRows, key []string) TableRows {
	if keyed, ok := row.only(key); ok {
		return keyed
	}
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		rewrote := r.Replay.Effects[i].Rewrote
		if rewrote == nil || r.lastName(i, r.Replay.Effects[i].Statement.Table()) != r.lastName(e, r.Replay.Effects[e].Statement.Table()) {
			continue
		}
		for _, before := range rewrote.Before.Rows {
			was := TableRows{rewrote.Before.Columns, [][]string{before}}
			if keyed, ok := was.only(key); ok && agree(row, was) {
				return keyed
			}
		}
	}
	return row
}

// only returns the rows with some of their columns, if they have all of these.
func (rows TableRows) only(columns []string) (TableRows, bool) {
	at := make([]int, len(columns))
	for i, column := range columns {
		if at[i] = slices.Index(rows.Columns, column); at[i] < 0 {
			return rows, false
		}
	}
	some := TableRows{Columns: columns}
	for _, row := range rows.Rows {
		values := make([]string, len(at))
		for i, n := range at {
			if n >= len(row) {
				return rows, false
			}
			values[i] = row[n]
		}
		some.Rows = append(some.Rows, values)
	}
	return some, true
}

// agree reports whether a row has all values of another one.
func agree(some, whole TableRows) bool {
	same, ok := whole.only(some.Columns)
	return ok && slices.EqualFunc(some.Rows[0], same.Rows[0], func(a, b string) bool { return bare(a) == bare(b) })
}
