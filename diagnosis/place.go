package diagnosis

import (
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains where a statement on data stands among proven ones, and how
// far the history is believed about it.

// place is where a statement on data stands among proven statements.
type place int

const (
	doubtful place = iota // nothing around it tells
	behind                // what follows it on its own table, or in its migration, is done
	ahead                 // what it needs is not there yet
	disputed              // a later migration is there, which the history claims as little as this one
)

// edited reports whether the statement itself is another one than was recorded.
func (r *reasoner) edited(e int) bool {
	c := r.claim(e)
	if !c.Edited || !c.Recorded {
		return false
	}
	s := r.Replay.Effects[e].Statement
	if c.Statements == nil {
		return true // what it was is not known
	}
	recorded, known := c.Statements[s.Number]
	return known && recorded != s.Sum
}

// passed reports whether a recorded migration of a later version works on the
// table that the statement writes.
func (r *reasoner) passed(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.touches); i++ {
		if !r.recorded(i) {
			continue
		}
		if r.Replay.Effects[i].Statement.Class == migration.Data && r.Replay.Effects[i].Statement.Table() == table ||
			slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key.Owner() == table }) {
			return true
		}
	}
	return false
}

// believed reports whether a recorded statement on data can be taken for done on
// the history's word: not where the same history is wrong about tables and columns
// around it. An index, a view or a trigger that is missing is no such sign: those
// get dropped by hand.
func (r *reasoner) believed(e int) bool {
	if r.claim(e).Ran {
		return true // written in the transaction that ran it
	}
	if lacking := r.explained.lacking; len(lacking) > 0 {
		// Right, but about what it filled and somebody has dropped since.
		return !slices.ContainsFunc(lacking, func(t *trajectory) bool {
			return !t.loose() && wording.Speaks(r.Replay.Effects[e].Statement.Text, t.key.Name)
		})
	}
	if at := r.explained.at; at != nil && e >= at.from {
		return len(r.claimedBehind(at.to)) == 0
	}
	mine := r.Replay.Effects[e].Migration
	for i := range r.touches {
		if r.Replay.Effects[i].Migration != mine {
			continue
		}
		done, not, _ := r.votes(i)
		switch {
		case not > 0 && r.deep(i):
			return false
		case done > 0 && i > e:
			return true
		}
	}
	return true
}

// deep reports whether a statement makes or changes more than what can be dropped
// and made again at will.
func (r *reasoner) deep(e int) bool {
	return slices.ContainsFunc(r.touches[e], func(t touch) bool { return !t.loose() })
}

// claimedBehind returns the statements on the schema from a position on that the
// history claims.
func (r *reasoner) claimedBehind(position int) []int {
	var claimed []int
	for e := position; e < len(r.touches); e++ {
		if r.recorded(e) && len(r.touches[e]) > 0 {
			claimed = append(claimed, e)
		}
	}
	return claimed
}

// untouched reports that nothing of what the history does not claim is there, no
// row of it either, while it claims something: then all of that is pending, whatever
// else is amiss.
func (r *reasoner) untouched() bool {
	if !r.Recorded.Any() {
		return false
	}
	for e, told := range r.traces {
		if told == left && !r.recorded(e) {
			return false
		}
	}
	for e := range r.touches {
		if r.claim(e).Begun {
			return false
		}
		if r.recorded(e) || r.explained.guessed[e] {
			continue
		}
		if done, not, _ := r.votes(e); done > 0 && not == 0 {
			return false
		}
	}
	return true
}

// stamped reports that the history was written without anything being run: one
// position explains the whole schema, and of what is recorded behind it nothing is
// there, in several statements. One that is missing may have been undone by hand, and a
// rebuild is one, whatever it takes: who drops a column that it brought undoes all of it.
func (r *reasoner) stamped() bool {
	if r.explained.at == nil {
		return false
	}
	rebuilt := map[int]bool{}
	for e := r.explained.at.to; e < len(r.touches); e++ {
		if u, ok := r.rebuildOf(e); ok {
			for _, i := range u.statements[1:] {
				rebuilt[i] = true
			}
		}
	}
	deep := 0
	for _, e := range r.claimedBehind(r.explained.at.to) {
		if r.deep(e) && r.denied[e] && !rebuilt[e] {
			deep++
		}
	}
	return deep >= 2
}

// belies reports that something which a statement touches is not there, and would be
// by all that the history claims.
func (r *reasoner) belies(e int) bool {
	return slices.ContainsFunc(r.touches[e], func(t touch) bool {
		if t.live != nil || t.values[t.step+1] == nil {
			return false
		}
		if t.loose() { // a rename that has not run would have found it
			return t.step+1 < len(t.effects) && r.renames(t.effects[t.step+1]) && r.denied[t.effects[t.step+1]]
		}
		return r.said(t.trajectory) != nil
	})
}

// absent reports whether the live database lacks the table.
func (r *reasoner) absent(table schema.Key) bool {
	return r.Have.Get(table) == nil
}

// place looks at what is proven around a statement on data.
func (r *reasoner) place(e int) (place, string) {
	switch x := &r.explained; {
	case x.past(e) && (!r.Recorded.Any() || r.recorded(e) || r.overrun(e)):
		return behind, "what comes after it is done"
	case x.past(e):
		return disputed, ""
	case x.ahead(e):
		return ahead, "the database is as it is before this statement"
	case x.amid(e):
		return doubtful, ""
	}
	effect := &r.Replay.Effects[e]
	table := effect.Statement.Table()
	var past, later, lagging, gap, behindTable bool
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
			gap = true
		case i > e && gap && r.additive(i):
			// Something ahead of what has not run was made by something else.
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

// feedsOn reports that a statement writes a table that is empty, and that another
// one will have filled by then; it returns that one.
func (r *reasoner) feedsOn(f *Finding) (Ref, bool) {
	first, ok := r.filling[f.Statement.Table()]
	return first, ok
}

// overrun reports that what comes after a statement was done by migrations that were
// run in their order, and not by a script of the whole schema or by a hand that was
// ahead of them in one place.
func (r *reasoner) overrun(e int) bool {
	mine := r.Replay.Effects[e].Migration
	var here, behind, later evidence
	rows := false // its migration has put rows in that are there
	if r.leftIn(mine) {
		return true
	}
	for i := range r.touches {
		if i > e && r.traces[i] == left {
			return true // its rows are there
		}
		done, not, _ := r.votes(i)
		same := r.Replay.Effects[i].Migration == mine
		rows = rows || same && r.traces[i] == left && !r.recorded(i)
		if same && not > 0 {
			here.lacking = true
		}
		if done == 0 || not > 0 || !r.proves(i) {
			continue
		}
		switch {
		case same && i > e:
			if r.claim(e).Begun || r.recorded(e) || !r.additive(i) && len(r.telltale(i)) > 0 {
				return true // no script stands for it
			}
			behind.add(r, i)
		case same:
			here.add(r, i)
		case i > e:
			later.add(r, i)
		}
	}
	switch {
	case len(behind.telling)+len(here.telling) > 0 && len(later.telling) > 0, len(behind.telling) > 1, behind.rebuilt:
		return true
	case rows && len(later.telling) > 0:
		return true
	case (here.rebuilt || len(here.telling) > 1) && r.amidHelper(e):
		return true
	case !here.lacking && len(behind.seen) > 0 && len(here.seen)+len(behind.seen) > 1 && len(here.telling)+len(behind.telling) > 0:
		return true // all of its own migration is there, and more than one stroke would have made
	}
	return later.rebuilt || len(later.migrations) > 1
}

// bornLate reports, and says in words, that an UPDATE or a DELETE is for rows which were
// never there: its table is one that the history does not know yet, and a later form of
// it is there, or it is gone again. Whoever made that, the set or a script, the
// statement has run on what the set itself had put in, if on anything.
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
	if own := r.trajectories[s.Table()]; r.Replay.Base.Get(s.Table()) != nil || t == nil || own == nil || r.said(own) != nil || r.said(t) != nil {
		return "", false
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

// amidHelper reports that a statement stands between the two by which its migration makes
// a helper table and drops it, neither of which is left of: a migration that was run, and
// stopped ahead of the statement, would have left the helper.
func (r *reasoner) amidHelper(e int) bool {
	mine := r.Replay.Effects[e].Migration
	for key, t := range r.trajectories {
		if key.Kind != schema.Table || !r.transient(t) {
			continue
		}
		for i := 0; i+1 < len(t.effects); i++ {
			if t.effects[i] < e && e < t.effects[i+1] && t.values[i+1] != nil && t.values[i+2] == nil &&
				r.Replay.Effects[t.effects[i]].Migration == mine && r.Replay.Effects[t.effects[i+1]].Migration == mine {
				return true
			}
		}
	}
	return false
}

// evidence is what statements that are done say for migrations having been run.
type evidence struct {
	seen       map[schema.Key]bool        // what they have made, changed or dropped
	telling    map[schema.Key]bool        // of that, what no script makes
	migrations map[migration.Version]bool // of which something telling is there
	rebuilt    bool                       // a table was made anew, its rows with it
	lacking    bool                       // something of them is missing
}

// add takes a statement that is done into account.
func (v *evidence) add(r *reasoner, e int) {
	if v.seen == nil {
		v.seen, v.telling, v.migrations = map[schema.Key]bool{}, map[schema.Key]bool{}, map[migration.Version]bool{}
	}
	for _, t := range r.touches[e] {
		if !r.transient(t.trajectory) && !t.live.Equal(r.said(t.trajectory)) {
			v.seen[t.key.Owner()] = true
			if t.key.Kind == schema.Column || t.loose() {
				delete(v.seen, t.key.Owner())
				v.seen[t.key] = true
			}
		}
	}
	for _, key := range r.telltale(e) {
		v.telling[key] = true
		v.migrations[r.Replay.Effects[e].Migration.Version] = true
		s := r.Replay.Effects[e].Statement
		v.rebuilt = v.rebuilt || s.Verb == "alter table rename" && key.Owner().Name == s.NewName
	}
}

// telltale returns what a statement which is done has changed about tables that the
// history says were there before: a script that makes what does not exist passes
// those by.
func (r *reasoner) telltale(e int) []schema.Key {
	var told []schema.Key
	if r.recorded(e) {
		return nil
	}
	for _, t := range r.touches[e] {
		if t.loose() || t.live.Equal(r.said(t.trajectory)) {
			continue
		}
		owner := t.key.Owner()
		before := r.Replay.Base.Get(owner)
		if table := r.trajectories[owner]; table != nil {
			before = r.said(table)
		}
		if before != nil {
			told = append(told, t.key)
		}
	}
	return told
}

// said returns the value that an object has by what the history claims.
func (r *reasoner) said(t *trajectory) *schema.Object {
	value := t.values[0]
	for i, e := range t.effects {
		if r.recorded(e) {
			value = t.values[i+1]
		}
	}
	return value
}

// sourceGoes reports that a statement which is not done, further on in the same
// migration, drops a live table or column that this one speaks of: what is not
// taken over by then is lost.
func (r *reasoner) sourceGoes(e int) bool {
	text, mine := r.Replay.Effects[e].Statement.Text, r.Replay.Effects[e].Migration
	for i := e + 1; i < len(r.touches) && r.Replay.Effects[i].Migration == mine; i++ {
		if _, not, _ := r.votes(i); not == 0 || r.renames(i) {
			continue
		}
		for _, t := range r.touches[i] {
			goes := t.live != nil && t.values[t.step+1] == nil && wording.Speaks(text, t.key.Name)
			if goes && (t.key.Kind == schema.Table || t.key.Kind == schema.Column && wording.Speaks(text, t.key.Table)) {
				return true
			}
		}
	}
	return false
}

// nextInLine reports whether the statement's migration is the first that a history
// which claims something does not claim, or nothing is there of it and of those between.
func (r *reasoner) nextInLine(ref Ref) bool {
	if !r.Recorded.Any() {
		return false
	}
	for e := range r.touches {
		effect := &r.Replay.Effects[e]
		if c := r.Recorded.Of(effect.Migration); c.Recorded && !c.Begun {
			continue
		}
		if effect.Migration.Version == ref.Version {
			return true
		}
		if done, not, _ := r.votes(e); done > 0 && r.proves(e) || not == 0 && effect.Statement.Class == migration.Data {
			return false
		}
	}
	return false
}
