package diagnosis

import (
	"context"

	"github.com/dbmend/dbmend/internal/wording"
)

// This file contains what the rows of INSERTs of literals say of the position at
// which the set has stopped.

// A trace is what the live rows say of one INSERT of literals.
type trace int

const (
	untold trace = iota // nothing
	left                // all of its rows are there
	blank               // its table holds no row at all
)

// traceOf looks for the rows of a statement. Those that it did not put in on scratch
// either were there before it, and one that passes by what is there proves nothing.
func (r *reasoner) traceOf(ctx context.Context, e int) (trace, error) {
	effect := &r.Replay.Effects[e]
	s := effect.Statement
	if s.Verb != "insert" || effect.Wrote == 0 || wording.Speaks(s.Text, "select") ||
		wording.Speaks(s.Text, "ignore") || wording.Speaks(s.Text, "conflict") {
		return untold, nil
	}
	if known, ok := r.traces[e]; ok {
		return known, nil
	}
	if r.absent(s.Table()) { // by another name it may still be empty
		table := r.liveName(e, s.Table())
		if r.Have.Get(table) == nil {
			return untold, nil
		}
		rows, err := r.Witness.Rows(ctx, table, 1)
		if err != nil || rows > 0 {
			return untold, err
		}
		r.traces[e] = blank
		return blank, nil
	}
	seeds, literal, err := r.Witness.Seeds(ctx, s, r.Have)
	if err != nil {
		return untold, err
	}
	told := untold
	switch {
	case !literal:
	case seeds.Present == seeds.Wanted:
		told = left
	case seeds.Present == 0 && seeds.Others == 0:
		told = blank
	}
	r.traces[e] = told
	return told, nil
}

// seededAhead reports whether the rows of a statement are there that the history
// does not claim: then more has run than it says.
func (r *reasoner) seededAhead(ctx context.Context) (bool, error) {
	for e := range r.Replay.Effects {
		if r.recorded(e) {
			continue
		}
		if told, err := r.traceOf(ctx, e); err != nil || told == left {
			return told == left, err
		}
	}
	return false, nil
}

// seedsAllow takes out of the spans the positions that rows speak against: those
// ahead of a statement whose rows are there, and those behind one whose table is
// empty, if nothing in between takes rows from it.
func (r *reasoner) seedsAllow(ctx context.Context, spans []span) ([]span, error) {
	if len(spans) == 0 {
		return nil, nil
	}
	last := spans[len(spans)-1].to
	low, high := 0, last
	for e := 0; e < last; e++ {
		if r.recorded(e) && e < spans[0].from {
			continue // what the history claims may have been taken away since
		}
		told, err := r.traceOf(ctx, e)
		if err != nil {
			return nil, err
		}
		switch {
		case told == left:
			low = max(low, e+1)
		case told == blank && !r.takenFrom(e, last) && !r.recorded(e):
			high = min(high, e)
		}
	}
	var allowed []span
	for _, s := range spans {
		if s.from, s.to = max(s.from, low), min(s.to, high); s.from <= s.to {
			allowed = append(allowed, s)
		}
	}
	return allowed, nil
}

// takenFrom reports whether a statement behind e, up to a position, takes rows from
// the table that e writes, or makes it anew.
func (r *reasoner) takenFrom(e, position int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < position; i++ {
		s := r.Replay.Effects[i].Statement
		switch s.Verb {
		case "alter table rename":
			if s.Table() == table {
				table = s.Renamed()
			}
		case "delete", "drop table", "truncate":
			if s.Verb != "drop table" || wording.Speaks(s.Text, table.Name) {
				return true // a deletion may cascade
			}
		}
	}
	return false
}

// begunAt narrows spans to the migration that was begun and not finished: nothing
// behind it has run, and everything before it has.
func (r *reasoner) begunAt(spans []span) []span {
	from, to := -1, -1
	for e := range r.Replay.Effects {
		if r.claim(e).Begun {
			if from < 0 || r.claim(e).Finished[r.Replay.Effects[e].Statement.Number] {
				from = e
				if r.claim(e).Finished[r.Replay.Effects[e].Statement.Number] {
					from++
				}
			}
			to = e + 1
		}
	}
	if from < 0 {
		return spans
	}
	var within []span
	for _, s := range spans {
		if s.from, s.to = max(s.from, from), min(s.to, to); s.from <= s.to {
			within = append(within, s)
		}
	}
	if len(within) == 0 {
		return spans
	}
	return within
}
