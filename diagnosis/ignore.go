package diagnosis

import (
	"maps"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what becomes of objects that an ignore list names. Everything
// else is explained as if they were not there: they prove nothing and nothing has to
// be as they should be. A statement that is about nothing else is judged by its
// place, and where it is pending, it runs if it can.

// ignored is what a diagnosis knows of the objects that are to be left alone.
type ignored struct {
	list  *ignoreList
	whole *Replay // with what they go through
	// by holds the objects of the set and its base that are named, with the line that
	// does.
	by map[schema.Key]int
	// state is what each of them will be when the statements that have been judged to
	// run have run; nil is absence.
	state map[schema.Key]*schema.Object
}

// setIgnoredAside takes what the ignore list names out of the replay.
func (in *Input) setIgnoredAside() {
	g := &ignored{list: newIgnoreList(in.Ignore, in.Space), whole: in.Replay, by: map[schema.Key]int{}, state: map[schema.Key]*schema.Object{}}
	in.ignored = g
	if len(in.Ignore) == 0 {
		return
	}
	note := func(key schema.Key) {
		if line := g.list.find(key); line >= 0 {
			g.by[key] = line
		}
	}
	for o := range in.Replay.Base.All() {
		note(o.Key)
	}
	for i := range in.Replay.Effects {
		for _, c := range in.Replay.Effects[i].Changes {
			note(c.Key)
		}
	}
	// Of the rest it is enough to know that a line is about something.
	for _, s := range []*schema.Snapshot{in.Have, in.Replay.Allowed} {
		if s != nil {
			for o := range s.All() {
				g.list.find(o.Key)
			}
		}
	}
	g.follow()
	for key := range g.by {
		g.state[key] = in.Have.Get(key)
	}
	if len(g.by) > 0 {
		in.Replay = g.without()
	}
}

// follow finds what the objects are called after a rename that takes them along.
func (g *ignored) follow() {
	for i := range g.whole.Effects {
		e := &g.whole.Effects[i]
		for from, to := range e.renamed() {
			if line, ok := g.by[from]; ok {
				if _, known := g.by[to]; !known {
					g.by[to] = line
				}
			}
		}
	}
}

// renamed yields what the statement gives another name, with that name.
func (e *Effect) renamed() func(yield func(from, to schema.Key) bool) {
	return func(yield func(from, to schema.Key) bool) {
		s := e.Statement
		if !strings.Contains(s.Verb, "rename") || s.NewName == "" {
			return
		}
		made := map[schema.Key]bool{}
		for _, c := range e.Changes {
			made[c.Key] = c.Before == nil
		}
		for _, c := range e.Changes {
			if c.After != nil {
				continue
			}
			to := c.Key
			switch {
			case s.Verb == "alter table rename column" && to.Kind == schema.Column && to.Owner() == s.Table() && to.Name == s.OldName,
				s.Verb != "alter table rename column" && to.Space == s.Space && to.Table != s.Target && to.Name == s.Target:
				to.Name = s.NewName
			case s.Verb == "alter table rename" && to.Owner() == s.Table():
				to.Table = s.NewName
			}
			if made[to] && !yield(c.Key, to) {
				return
			}
		}
	}
}

// without returns the replay as if the objects were not there.
func (g *ignored) without() *Replay {
	r := *g.whole
	keep := func(o *schema.Object) bool { return !g.names(o.Key) }
	r.Base, r.Want = r.Base.Filter(keep), r.Want.Filter(keep)
	r.Effects = slices.Clone(r.Effects)
	for i := range r.Effects {
		e := &r.Effects[i]
		e.Changes = slices.DeleteFunc(slices.Clone(e.Changes), func(c schema.Change) bool { return g.names(c.Key) })
		if g.holds(e.Statement) {
			e.Wrote = 0 // its rows prove nothing
		}
	}
	r.Rows = maps.Clone(r.Rows)
	for table, rows := range r.Rows {
		if g.names(table) {
			delete(r.Rows, table)
		} else {
			r.Rows[table] = rows.without(func(column string) bool {
				return g.names(table.Column(column))
			})
		}
	}
	return &r
}

// without returns the rows less some of their columns.
func (t TableRows) without(gone func(column string) bool) TableRows {
	if !slices.ContainsFunc(t.Columns, gone) {
		return t
	}
	kept := TableRows{Rows: make([][]string, len(t.Rows))}
	for i, column := range t.Columns {
		if gone(column) {
			continue
		}
		kept.Columns = append(kept.Columns, column)
		for n, row := range t.Rows {
			kept.Rows[n] = append(kept.Rows[n], row[i])
		}
	}
	return kept
}

// names reports whether an object of the set is to be left alone.
func (g *ignored) names(key schema.Key) bool {
	_, ok := g.by[key]
	return ok
}

// holds reports whether a statement works on the rows of a table that is to be left
// alone.
func (g *ignored) holds(s *migration.Statement) bool {
	return s.Class == migration.Data && g.names(s.Table())
}

// why says, for people, which line names an object.
func (g *ignored) why(key schema.Key) string { return "named in " + g.list.lines[g.by[key]].Place() }

// isIgnored reports whether all that a statement is about is to be left alone.
func (r *reasoner) isIgnored(e int) bool {
	whole := &r.ignored.whole.Effects[e]
	if len(whole.Changes) > 0 {
		return len(r.Replay.Effects[e].Changes) == 0
	}
	return r.ignored.holds(whole.Statement)
}

// judgeIgnored judges a statement that is about nothing but what is to be left
// alone: one that has had its turn is not run again, whatever is there, and one that
// is pending runs where what it needs is there.
func (r *reasoner) judgeIgnored(e int, f *Finding) {
	f.Ignored = true
	whole := &r.ignored.whole.Effects[e]
	subject := r.ignoredSubject(whole)
	if r.ignoredPassed(e) {
		f.is(Done, "its turn has passed, and "+subject+" left as it is")
		return
	}
	switch {
	case r.ignoredFits(whole):
		f.is(NotDone, "pending")
	case r.ignoredAre(whole, func(c schema.Change) *schema.Object { return c.After }):
		f.is(Done, "pending, and "+subject+" as it leaves it already")
	case r.ignoredAre(whole, func(c schema.Change) *schema.Object { return r.ignored.whole.Want.Get(c.Key) }):
		f.is(Superseded, "pending, and "+subject+" as a later statement leaves it already")
	case r.ignoredGoes(whole):
		f.is(NotDone, "pending")
	default:
		f.is(Superseded, "pending, but "+subject+" not as it needs it, and left as it is")
	}
}

// ignoredSubject begins a sentence about what a statement is about: "index a on t,
// which is on the ignore list, is".
func (r *reasoner) ignoredSubject(whole *Effect) string {
	var keys []string
	for _, c := range whole.Changes {
		keys = append(keys, c.Key.String())
	}
	if len(keys) == 0 {
		keys = []string{whole.Statement.Table().String()}
	}
	if keys = headline(keys); len(keys) > 1 {
		return wording.List(keys, 3) + ", which are on the ignore list, are"
	}
	return keys[0] + ", which is on the ignore list, is"
}

// ignoredPassed reports whether a statement about what is to be left alone has had
// its turn, by the history or by its place.
func (r *reasoner) ignoredPassed(e int) bool {
	number := r.Replay.Effects[e].Statement.Number
	switch {
	case r.recorded(e):
		return !slices.Contains(r.claim(e).Open, number)
	case r.explained.agrees:
		return false
	case r.Replay.Effects[e].Statement.Class == migration.Data && !r.untouched() && !r.explained.ahead(e):
		return true // nothing tells, and its rows are nobody's to mend
	case (r.explained.past(e) || r.explained.amid(e)) && !r.Recorded.Any() && !r.begun():
		return true // nothing tells: what has been taken away on purpose is not brought back
	}
	done, _ := r.guess(e)
	return done
}

// ignoredFits reports whether a statement finds all as it was on scratch, and drops
// nothing that nobody vouches for.
func (r *reasoner) ignoredFits(e *Effect) bool {
	state := r.ignored.state
	if len(e.Changes) == 0 {
		return state[e.Statement.Table()] != nil
	}
	makes := map[schema.Key]bool{}
	for _, c := range e.Changes {
		makes[c.Key] = c.After != nil
	}
	return !slices.ContainsFunc(e.Changes, func(c schema.Change) bool {
		owner := c.Key.Owner()
		orphaned := c.Before == nil && r.ignored.names(owner) && state[owner] == nil && !makes[owner]
		presumed := r.Replay.Presumed[c.Key] && !(r.explained.agrees && r.Recorded.Any())
		doomed := c.After == nil && c.Key.Kind == schema.Table && !strings.Contains(e.Statement.Verb, "rename") && (presumed || len(r.unknownColumns(c.Key)) > 0)
		return orphaned || doomed || !c.Before.Equal(state[c.Key])
	})
}

// ignoredAre reports whether all that a statement changes is as should says.
func (r *reasoner) ignoredAre(e *Effect, should func(schema.Change) *schema.Object) bool {
	return len(e.Changes) > 0 && !slices.ContainsFunc(e.Changes, func(c schema.Change) bool {
		return !should(c).Equal(r.ignored.state[c.Key])
	})
}

// ignoredGoes reports whether a statement only drops what holds no rows and is
// there, in whatever form.
func (r *reasoner) ignoredGoes(e *Effect) bool {
	return len(e.Changes) > 0 && !slices.ContainsFunc(e.Changes, func(c schema.Change) bool {
		return c.After != nil || !isLoose(c.Key) || r.ignored.state[c.Key] == nil
	})
}

// moveIgnored follows what becomes of the objects when a statement is run.
func (r *reasoner) moveIgnored(e int) {
	if f := &r.findings[e]; f.Verdict != NotDone || f.Left {
		return
	}
	whole, state := &r.ignored.whole.Effects[e], r.ignored.state
	before := map[schema.Key]*schema.Object{}
	for _, c := range whole.Changes {
		before[c.Key] = c.Before
	}
	moved := map[schema.Key]*schema.Object{} // what takes another form along than the set gives it
	for from, to := range whole.renamed() {
		was := state[from]
		if !r.ignored.names(from) || before[from].Equal(was) {
			continue
		}
		moved[to] = nil
		if was != nil {
			now := *was
			now.Key = to
			moved[to] = &now
		}
	}
	for _, c := range whole.Changes {
		if !r.ignored.names(c.Key) {
			continue
		}
		carried, isCarried := moved[c.Key]
		switch {
		case isCarried:
			state[c.Key] = carried
		case c.Before != nil && c.After != nil && !c.Before.Equal(state[c.Key]):
			// It is not there as the statement would have it, and stays so.
		default:
			state[c.Key] = c.After
		}
	}
}

// knows is [course.knows], and true of what is to be left alone of the set too.
func (r *reasoner) knows(key schema.Key) bool {
	return r.ignored.names(key) || r.course.knows(key)
}

// ignores reports whether a live object is to be left alone, whoever made it.
func (g *ignored) ignores(key schema.Key) bool { return g.names(key) || g.list.find(key) >= 0 }

// reportIgnored names what is not as the history or the rows say that it should be
// and is left so.
func (r *reasoner) reportIgnored() {
	r.d.Notes = append(r.d.Notes, r.ignored.list.unused()...)
	if len(r.ignored.by) == 0 {
		return
	}
	type said struct {
		value *schema.Object
		ref   Ref
	}
	should := map[schema.Key]said{}
	for key := range r.ignored.by {
		should[key] = said{value: r.ignored.whole.Base.Get(key)}
	}
	for e := range r.findings {
		if f := &r.findings[e]; f.Verdict == NotDone && !f.Left {
			continue
		}
		for _, c := range r.ignored.whole.Effects[e].Changes {
			if r.ignored.names(c.Key) {
				should[c.Key] = said{c.After, r.ignored.whole.Effects[e].Ref()}
			}
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(should), schema.Key.Compare) {
		want, have := should[key], r.Have.Get(key)
		if want.value.Equal(have) {
			continue
		}
		if owner := key.Owner(); owner != key && r.ignored.names(owner) && (r.Have.Get(owner) == nil || should[owner].value == nil) {
			continue // it goes by its table
		}
		r.d.Ignored = append(r.d.Ignored, Drift{
			Difference: schema.Difference{Key: key, Want: want.value, Have: have},
			Ref:        want.ref, Why: r.ignored.why(key),
		})
	}
}

// aimIgnored puts the objects into the target as they will be.
func (r *reasoner) aimIgnored(target *schema.Snapshot) {
	for key, o := range r.ignored.state {
		if o == nil {
			target.Delete(key)
		} else {
			target.Put(o)
		}
	}
	// What is made with a table that is made again comes with it.
	for key := range r.ignored.by {
		if o := r.ignored.whole.Want.Get(key); o != nil && o.Source == "" && key.IsPart() && r.Have.Get(key.Owner()) == nil &&
			r.remakes(key.Owner()) {
			target.Put(o)
		}
	}
}

// remakes reports whether the table is given back as a whole.
func (r *reasoner) remakes(table schema.Key) bool {
	return slices.ContainsFunc(r.d.Restore, func(o *schema.Object) bool { return o.Key == table })
}
