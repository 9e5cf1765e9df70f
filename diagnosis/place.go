package diagnosis

import (
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains where a statement on data stands among proven ones.

// place is where a statement on data stands among proven statements.
type place int

const (
	doubtful place = iota // nothing around it tells
	behind                // what follows it on its own table, or in its migration, is done
	ahead                 // what it needs is not there yet
	disputed              // a later migration is there, which the history claims as little as this one
)

// place looks at what is proven around a statement on data.
func (r *reasoner) place(e int) (place, string) {
	switch x := &r.explained; {
	case x.past(e) && (!r.Recorded.Any() || r.recorded(e) || r.overrun(e) && !r.passedByHand(e)):
		return behind, "what comes after it is done"
	case x.past(e):
		return disputed, ""
	case x.ahead(e):
		return ahead, "the database is as it is before this statement"
	case x.at == nil && r.perhapsEarly(e):
		return ahead, "the database is what its history says, but for what somebody has dropped"
	case x.amid(e):
		return doubtful, ""
	}
	effect := &r.Replay.Effects[e]
	table := effect.Statement.Table()
	var past, later, lagging, gap, stopped, behindTable bool
	for i := range r.touches {
		done, not, _ := r.votes(i)
		if done == 0 && not == 0 {
			continue
		}
		about := slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner() == table })
		same := r.Replay.Effects[i].Migration == effect.Migration
		behindTable = behindTable || i > e && about && not > 0
		switch {
		case i < e && !same && r.ranEarly(effect.Migration):
			// What lies ahead of it had not been waited for.
		case i < e && not > 0 && r.deep(i) && (about || same):
			return ahead, r.Replay.Effects[i].Ref().String() + ", which it follows, is not done"
		case i < e && not > 0 && r.deep(i):
			lagging = true
		case i > e && not > 0 && r.deep(i):
			gap, stopped = true, stopped || same
		case i > e && (gap && r.additive(i) || stopped && same):
			// Something ahead of what has not run was made by something else; and what its own
			// migration takes away behind that, somebody has taken away by hand.
		case i > e && done > 0 && not == 0 && !r.explained.guessed[i] && r.proves(i):
			past = past || same && (!r.additive(i) && !r.perhapsByHand(e) || r.claim(e).Begun || r.recorded(e)) || about && !r.Recorded.Any()
			later = true
		}
	}
	switch {
	case later && (lagging || behindTable || r.Recorded.Any()) && !past:
		return disputed, "" // a script may have made what comes after it
	case past || later:
		return behind, "what comes after it is done"
	}
	return doubtful, ""
}

// perhapsByHand reports that everything is as the history says but for what somebody may
// have dropped by hand as well as a pending statement: that what a statement on rows does
// not speak of is gone says nothing of the statement then.
func (r *reasoner) perhapsByHand(e int) bool {
	return len(r.explained.taken) > 0 && !slices.ContainsFunc(r.explained.taken, func(t *trajectory) bool {
		return wording.Speaks(r.Replay.Effects[e].Statement.Text, t.key.Name)
	})
}

// bornLate reports, and says in words, that an UPDATE or a DELETE is for rows which were
// never there: its table is one that the history does not know yet, and its turn has passed,
// or a later form of the table is there, or it is gone again. Whoever made that, the set, a
// script or a hand, the statement has run on what the set itself had put in, if on anything.
func (r *reasoner) bornLate(e int) (why string, ok bool) {
	s := r.Replay.Effects[e].Statement
	if s.Verb != "update" && s.Verb != "delete" {
		return "", false
	}
	if r.onNothing(e) {
		return fmt.Sprintf("its migration has made %s anew ahead of it, and put nothing in", s.Table()), true
	}
	last := r.liveName(e, s.Table())
	t := r.trajectories[last]
	if r.claimsTable(e) || t == nil || r.said(t) != nil {
		return "", false
	}
	if _, fed := r.fedAhead(e); r.explained.past(e) && t.live != nil && !fed {
		return fmt.Sprintf("the history does not know %s, and what comes after it is done: the rows that are in there now came later", last), true
	}
	for i := range r.touches {
		if !slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner() == last && !t.loose() }) {
			continue
		}
		done, not, _ := r.votes(i)
		switch {
		case i < e && not > 0:
			return "", false
		case i > e && done > 0 && not == 0 && r.additive(i) && t.live != nil:
			return fmt.Sprintf("%s is there in a form that comes after it: the rows that are in there now came later", last), true
		}
	}
	return "", false
}

// claimsTable reports whether the history knows the table that a statement writes, by the
// name that it has there or by one that it had before.
func (r *reasoner) claimsTable(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	names := []schema.Key{table}
	for i := e - 1; i >= 0; i-- {
		if s := r.Replay.Effects[i].Statement; s.Verb == "alter table rename" && s.Renamed() == table {
			table = s.Table()
			names = append(names, table)
		}
	}
	return slices.ContainsFunc(names, func(name schema.Key) bool {
		t := r.trajectories[name]
		return t == nil || r.said(t) != nil || r.Replay.Base.Get(name) != nil
	})
}

// onNothing reports that a statement's own migration has made its table ahead of it, as
// the live form proves, and put no row in: there was nothing for it to work on.
func (r *reasoner) onNothing(e int) bool {
	mine := &r.Replay.Effects[e]
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == mine.Migration; i-- {
		s := r.Replay.Effects[i].Statement
		if s.Table() != mine.Statement.Table() && s.Renamed() != mine.Statement.Table() {
			continue
		}
		if s.Verb == "create table" {
			done, not, _ := r.votes(i)
			return done > 0 && not == 0 && len(r.telltale(i)) > 0 && len(r.Replay.Effects[i].Changes) > 0
		}
		if s.Class == migration.Data && s.Verb != "update" && s.Verb != "delete" || s.Verb == "alter table rename" {
			return false
		}
	}
	return false
}
