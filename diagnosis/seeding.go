package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains rows of the set that are put into tables in the form that they have at
// the end of a replay, and what waits for them.

// isSeeded reports whether the rows that the set leaves in a table are put in already.
func (r *reasoner) isSeeded(table schema.Key) bool {
	return slices.ContainsFunc(r.d.Seeded, func(s Seeding) bool { return s.Table.Key == table })
}

// seedEmpty has rows put into a table that holds none.
func (r *reasoner) seedEmpty(table *schema.Object, rows TableRows, ref Ref) {
	for _, group := range r.intoEmpty(table.Key, rows) {
		r.d.Seeded = append(r.d.Seeded, Seeding{Table: table, TableRows: group, Ref: ref})
	}
}

// judgeFedBySeeds judges a statement that fills an empty table, or one that is yet to be
// made, from tables into which nothing but rows of the set is put, at the end, or that
// are gone: then so are the rows that the set leaves in this one, and what it moves on
// scratch is all that it would move here, or all that is known of it. It reports whether
// that settled it.
func (r *reasoner) judgeFedBySeeds(ctx context.Context, e int, f *Finding) (bool, error) {
	table := r.lastName(e, f.Statement.Table())
	rows, made := r.Replay.Rows[table], r.Replay.Want.Get(table)
	if !r.readsSeeded(e) && !r.readsWhatIsGone(e) || made == nil || len(rows.Rows) == 0 || f.Statement.Verb != "insert" {
		return false, nil
	}
	if holds, err := r.readsRows(ctx, e); err != nil || holds {
		return false, err
	}
	if !r.absent(table) {
		if rows, err := r.Witness.Rows(ctx, table, 1); err != nil || rows > 0 {
			return false, err
		}
	}
	r.seedEmpty(made, rows, f.Ref)
	f.is(Superseded, fmt.Sprintf("what %s is filled from is put in: so are the rows that the set leaves in it", table))
	return true, nil
}

// judgeFed judges a statement that has yet to run and takes rows from tables into which
// those of the set are put, and which hold no others. If they are by then as they were when
// its turn was, it runs behind them. It reports whether that settled it.
func (r *reasoner) judgeFed(ctx context.Context, m *matter) (bool, error) {
	if !r.readsOverlaid(m.e) && !r.readsSeeded(m.e) {
		return false, nil
	}
	if settled, err := r.judgeFedBySeeds(ctx, m.e, m.Finding); settled || err != nil {
		return settled, err
	}
	reads, waits := r.reading(m.e), false
	for i := range r.d.Seeded {
		table := r.d.Seeded[i].Table.Key
		if !reads(table) {
			continue
		}
		if rows, err := r.rowsOf(ctx, table); err != nil || rows > 0 {
			return false, err
		}
		if !r.ready(m.e, table) || r.changesRows(m.e, table) {
			r.askWhetherPutIn(m.Finding, fmt.Sprintf("%s takes rows from %s, into which those of the set are put as they are at the end, and not as they were in its turn. Did it already run? If it did not, put in by hand first what it would have.",
				wording.Quote(m.Statement.Text), table))
			return true, nil
		}
		waits = true
	}
	if waits {
		m.is(NotDone, "what it reads is rows of the set, which are put in ahead of it")
	}
	return waits, nil
}

// askWhetherCopied asks about an INSERT of a query that takes rows of people, into a table
// into which the rows of the set are put: what it gave on scratch is among those, and run
// beside them it would give that a second time.
func (r *reasoner) askWhetherCopied(f *Finding) {
	r.askWhetherPutIn(f, fmt.Sprintf("%s is empty, and the rows that the set leaves in it are put in. %s would take others from rows that are there. Did it already run? If it did not, put in by hand first what is to be had of those.",
		f.Statement.Table(), wording.Quote(f.Statement.Text)))
}

// rowsOf counts the rows of a table up to one; one that is not there has none.
func (r *reasoner) rowsOf(ctx context.Context, table schema.Key) (int64, error) {
	if r.absent(table) {
		return 0, nil
	}
	return r.Witness.Rows(ctx, table, 1)
}

// ready reports whether a table has its last form when the turn of a statement has come, but
// for what can be dropped and made again at will.
func (r *reasoner) ready(e int, table schema.Key) bool {
	for i := e; i < len(r.touches); i++ {
		if _, not, _ := r.votes(i); not == 0 {
			continue
		}
		if slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner() == table && !t.loose() }) {
			return false
		}
	}
	return true
}

// changesRows reports whether a statement behind another one writes to a table.
func (r *reasoner) changesRows(e int, table schema.Key) bool {
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		if s := r.Replay.Effects[i].Statement; s.Class == migration.Data && r.lastName(i, s.Table()) == table {
			return true
		}
	}
	return false
}

// placeSeedings finds the statements that are to run and mind whether the rows of the set
// are there: those that read them, and those that make a trigger which none of them has
// fired in its turn. The rows go in ahead of these, and so do those that they refer to.
func (r *reasoner) placeSeedings() {
	ahead := make([]int, len(r.d.Seeded))
	for i := range r.d.Seeded {
		ahead[i] = r.minded(&r.d.Seeded[i])
	}
	for i := range slices.Backward(ahead) {
		for j := range ahead[:i] {
			parent := map[schema.Key]bool{r.d.Seeded[j].Table.Key: true}
			if r.refersTo(r.d.Seeded[i].Table.Key, parent) && r.ready(ahead[i], r.d.Seeded[j].Table.Key) {
				ahead[j] = min(ahead[j], ahead[i])
			}
		}
	}
	for i, e := range ahead {
		if e < len(r.Replay.Effects) {
			r.d.Seeded[i].Ahead = r.Replay.Effects[e].Ref()
		}
	}
}

// minded returns the first statement that minds whether rows are put in; the end of the
// set where none does.
func (r *reasoner) minded(s *Seeding) int {
	if s.Ahead != (Ref{}) {
		return len(r.findings)
	}
	table, begun := s.Table.Key, false
	for e := range r.findings {
		begun = begun || r.findings[e].Ref == s.Ref
		if !begun || r.findings[e].Verdict != NotDone || !r.ready(e, table) {
			continue
		}
		fires := slices.ContainsFunc(r.touches[e], func(t touch) bool { return t.key.Kind == schema.Trigger && t.key.Owner() == table })
		if fires && !r.changesRows(e, table) || r.findings[e].Statement.Class == migration.Data && r.reading(e)(table) {
			return e
		}
	}
	return len(r.findings)
}
