package diagnosis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains databases over which a newer script of the whole schema ran,
// each statement of it saying IF NOT EXISTS: it has made the tables that were new,
// straight in their last form, and has passed the others by. One position of the
// set then explains everything else, and what comes behind it has not run.

// overlays returns the positions at which the set gives the live schema but for
// tables that are new behind it and stand in their last form already, with those.
func (c *course) overlays() (spans []span) {
	last := c.inLastForm()
	if len(last) == 0 {
		return nil
	}
	state := make(map[schema.Key]*schema.Object, len(c.trajectories))
	for _, key := range c.known() {
		state[key] = c.replay.Base.Get(key)
	}
	made := func(key schema.Key) bool { // a script may have made it
		if owner := key.Owner(); last[owner] && state[owner] == nil {
			return true
		}
		t := c.trajectories[key]
		return t != nil && t.loose() && state[key] == nil && t.want().Equal(t.live)
	}
	wrong := map[schema.Key]bool{}
	look := func(key schema.Key) {
		if state[key].Equal(c.have.Get(key)) {
			delete(wrong, key)
		} else {
			wrong[key] = true
		}
	}
	for key := range state {
		look(key)
	}
	madeInOrder := c.madeInOrder(last)
	for position := 0; ; position++ {
		explained := true
		for key := range wrong {
			if explained = made(key); !explained {
				break
			}
		}
		if release, inOrder := madeInOrder(position); explained && inOrder && !c.fleeting[position] {
			ahead := map[schema.Key]bool{}
			for key := range wrong {
				if owner := key.Owner(); last[owner] && state[owner] == nil {
					ahead[owner] = true // and not one that only got an index
				}
			}
			if n := len(spans); n > 0 && spans[n-1].to == position-1 && maps.Equal(spans[n-1].overlaid, ahead) {
				spans[n-1].to, spans[n-1].release = position, release
			} else {
				spans = append(spans, span{position, position, ahead, release})
			}
		}
		if position == len(c.touches) {
			return spans
		}
		for _, t := range c.touches[position] {
			state[t.key] = t.values[t.step+1]
			look(t.key)
		}
	}
}

// madeInOrder returns what reports that of the tables which are new behind a position,
// none is missing that came before one which is there: a script makes all that its
// release has. The release is where the set was then, as far as tables tell: the first
// that is missing came later.
func (c *course) madeInOrder(last map[schema.Key]bool) func(position int) (release int, inOrder bool) {
	there, missing := -1, []int(nil) // where the last one came that is there, and where those did that are not
	for key, t := range c.trajectories {
		if key.Kind != schema.Table || t.want() == nil || t.values[0] != nil {
			continue
		}
		for i, e := range t.effects {
			if t.values[i+1] == nil || i > 0 && t.values[i] != nil {
				continue
			}
			switch {
			case strings.Contains(c.replay.Effects[e].Statement.Verb, "rename"):
				// It has come from a table that is there.
			case last[key], c.gone[key]:
				there = max(there, e)
			default:
				missing = append(missing, e)
			}
			break
		}
	}
	slices.Sort(missing)
	return func(position int) (release int, inOrder bool) {
		release = len(c.touches)
		if i, _ := slices.BinarySearch(missing, position); i < len(missing) {
			release = missing[i]
		}
		return release, there < position || there < release
	}
}

// atBoundaries narrows spans to the ends of migrations in them, if there are any: that
// a migration was stopped and a script ran besides is one accident too many.
func (r *reasoner) atBoundaries(spans []span, claimed int) []span {
	var narrow []span
	for _, s := range spans {
		for position := s.from; position <= s.to; position++ {
			switch n := len(narrow); {
			case r.within(position):
			case position == claimed && r.Recorded.Any():
				return []span{{claimed, claimed, s.overlaid, s.release}}
			case n > 0 && maps.Equal(narrow[n-1].overlaid, s.overlaid) && !r.touched(narrow[n-1].to, position):
				narrow[n-1].to = position
			default:
				narrow = append(narrow, span{position, position, s.overlaid, s.release})
			}
		}
	}
	if len(narrow) > 0 {
		return narrow
	}
	return spans
}

// touched reports whether a statement between two positions changes the schema, be it
// back and forth: then they are two explanations, of which only one is true.
func (r *reasoner) touched(from, to int) bool {
	return slices.ContainsFunc(r.touches[from:to], func(t []touch) bool { return len(t) > 0 })
}

// inLastForm returns the live tables that the base lacks and that are as the set
// leaves them, but for what can be dropped from them without a word about rows.
func (c *course) inLastForm() map[schema.Key]bool {
	last := map[schema.Key]bool{}
	for key, t := range c.trajectories {
		if key.Kind == schema.Table && t.values[0] == nil && t.live != nil && t.want().Equal(t.live) {
			last[key] = true
		}
	}
	for key, t := range c.trajectories {
		if owner := key.Owner(); last[owner] && !t.want().Equal(t.live) && !(t.apart() && t.live == nil) {
			delete(last, owner)
		}
	}
	return last
}

// isOverlaid reports whether a statement is about tables that a script has made
// ahead of it: it was written for earlier forms of them.
func (r *reasoner) isOverlaid(e int) bool {
	return r.explained.at != nil && r.overlaidBy(r.explained.at, e)
}

// overlaidBy is isOverlaid if the set stopped in a span.
func (r *reasoner) overlaidBy(cut *span, e int) bool {
	if len(cut.overlaid) == 0 || e < cut.to || e >= cut.release {
		return false
	}
	s := r.Replay.Effects[e].Statement
	if len(r.touches[e]) == 0 || s.Class == migration.Data {
		return cut.overlaid[r.lastName(e, s.Table())] || r.helpsOverlaid(cut, e)
	}
	return !slices.ContainsFunc(r.touches[e], func(t touch) bool {
		return !cut.overlaid[r.lastName(e-1, t.key.Owner())]
	}) || r.helpsOverlaid(cut, e)
}

// helpsOverlaid reports whether a statement works on a table that comes and goes
// within its migration for the sake of one that a script has made ahead.
func (r *reasoner) helpsOverlaid(cut *span, e int) bool {
	mine := &r.Replay.Effects[e]
	helper := mine.Statement.Table()
	if helper.Name == "" || !r.helper(helper) {
		return false
	}
	for i := range r.Replay.Effects {
		s := r.Replay.Effects[i].Statement
		if r.Replay.Effects[i].Migration == mine.Migration && s.Class == migration.Data && s.Table() != helper &&
			wording.Speaks(s.Text, helper.Name) {
			return cut.overlaid[r.lastName(i, s.Table())]
		}
	}
	return false
}

// judgeOverlaid judges a statement on data for a table that a script has made in its
// last form. Rows that the set leaves in it are looked for, and rows that it takes
// from elsewhere are put in where there are none; whatever changes rows was for
// forms in which they never were.
func (r *reasoner) judgeOverlaid(ctx context.Context, e int, f *Finding) error {
	if first, ok := r.feedsOn(f); ok {
		f.is(NotDone, fmt.Sprintf("it works on what %s puts into an empty table", first))
		return nil
	}
	table := r.lastName(e, f.Statement.Table())
	if f.Statement.Verb == "insert" || f.Statement.Verb == "replace" {
		if settled, err := r.judgeInstalled(ctx, e, f); settled || err != nil {
			return err
		}
		copied, ok, err := r.Witness.Copied(ctx, f.Statement)
		if err != nil {
			return err
		}
		if _, fed := r.fedAhead(e); ok && fed && copied.Given == 0 && copied.Extra > 0 && !r.Recorded.Any() {
			return r.askWhetherRun(ctx, e, f) // where a script made all, its time has passed
		}
		if ok && r.judgeCopy(e, f, copied, doubtful) {
			return nil
		}
		if nothing, err := r.leftNothing(ctx, e); err != nil {
			return err
		} else if nothing {
			return r.askWhetherRun(ctx, e, f)
		}
		if r.crowded(table) {
			return r.judgeCrowded(ctx, e, f)
		}
	}
	f.is(Superseded, fmt.Sprintf("%s was made in its last form by something else: its rows were never in the form that this is for", table))
	return nil
}

// overlaidAside returns the empty ones among the tables that a script has made
// ahead, where more than their own rows goes through them while the set runs, and
// those that refer to one of these: they make room for it, and come back in the same
// form. One that a view looks at, or a trigger of another table, stays, and one to which a table refers that stays:
// earlier forms may not have what it refers to.
func (r *reasoner) overlaidAside(ctx context.Context) ([]*schema.Object, error) {
	if r.explained.at == nil || r.begun() {
		return nil, nil
	}
	empty, looked := map[schema.Key]bool{}, r.looked()
	for table := range r.explained.at.overlaid {
		if r.holdsUnknown(table) || looked(table) {
			continue
		}
		rows, err := r.Witness.Rows(ctx, table, 1)
		if err != nil {
			return nil, err
		}
		fed, err := r.fedByFiring(ctx, table)
		if err != nil {
			return nil, err
		}
		empty[table] = rows == 0 && !fed
	}
	goes := r.goingWith(empty)
	for again := true; again; {
		again = false
		for o := range r.Have.All() {
			if o.Key.Kind != schema.ForeignKey || goes[o.Key.Owner()] {
				continue
			}
			if parent := parentOf(o); goes[parent] {
				empty[parent], again = false, true
			}
		}
		goes = r.goingWith(empty)
	}
	var aside []*schema.Object
	for table := range goes {
		aside = append(aside, r.Have.Get(table))
	}
	slices.SortFunc(aside, func(a, b *schema.Object) int { return a.Key.Compare(b.Key) })
	return aside, nil
}

// goingWith returns those of the tables that may go which rows go through, and those that
// refer to one of these.
func (r *reasoner) goingWith(mayGo map[schema.Key]bool) map[schema.Key]bool {
	goes := map[schema.Key]bool{}
	for again := true; again; {
		again = false
		for table, may := range mayGo {
			if may && !goes[table] && (r.passedThrough(table) || r.refersTo(table, goes)) {
				goes[table], again = true, true
			}
		}
	}
	return goes
}

// refersTo reports whether a live table refers to one of those that go: then it is
// in their way.
func (r *reasoner) refersTo(table schema.Key, goes map[schema.Key]bool) bool {
	return slices.ContainsFunc(r.Have.Parts(table), func(part *schema.Object) bool {
		return part.Key.Kind == schema.ForeignKey && goes[parentOf(part)]
	})
}

// parentOf returns the table that a foreign key refers to.
func parentOf(key *schema.Object) schema.Key {
	return schema.Key{Kind: schema.Table, Space: key.Key.Space, Name: key.Fact(schema.Parent)}
}

// looked returns what reports whether a live view speaks of a table, or a trigger of another
// one: without the table it would make no sense, nor with an earlier form of it.
func (r *reasoner) looked() func(table schema.Key) bool {
	var lookers []*schema.Object
	for o := range r.Have.Each() {
		if o.Key.Kind == schema.View || o.Key.Kind == schema.Trigger {
			lookers = append(lookers, o)
		}
	}
	return func(table schema.Key) bool {
		return slices.ContainsFunc(lookers, func(o *schema.Object) bool { return o.Key.Owner() != table && wording.Speaks(o.Source, table.Name) })
	}
}

// passedThrough reports whether statements behind the position change rows of a table, or
// carry them on.
func (r *reasoner) passedThrough(table schema.Key) bool {
	changes := func(s *migration.Statement) bool { return s.Class == migration.Data && s.Verb != "insert" }
	return r.carriedThrough(table) || slices.ContainsFunc(r.behindOn(r.namesBehind(table)), changes)
}

// carriedThrough reports whether statements behind the position copy rows of a table, make
// it of rows of others, or make triggers that write to it.
func (r *reasoner) carriedThrough(table schema.Key) bool {
	names := r.namesBehind(table)
	return slices.ContainsFunc(r.behindOn(names), func(s *migration.Statement) bool {
		switch {
		case s.Verb == "create trigger", s.Verb == "alter table rename":
			return true
		case strings.HasPrefix(s.Verb, "create table"):
			return wording.Speaks(s.Text, "select") // it is made of rows, or another one is made of its own
		}
		return s.Verb == "insert" && (!slices.Contains(names, s.Table()) || wording.Speaks(s.Text, "select"))
	})
}

// namesBehind returns the names that a table has behind the position.
func (r *reasoner) namesBehind(table schema.Key) []schema.Key {
	names := []schema.Key{table}
	for _, e := range slices.Backward(r.movingBehind()) {
		if s := r.Replay.Effects[e].Statement; s.Verb == "alter table rename" && slices.Contains(names, s.Renamed()) {
			names = append(names, s.Table())
		}
	}
	return names
}

// behindOn returns the statements behind the position by which rows may go and that speak
// of one of the tables.
func (r *reasoner) behindOn(tables []schema.Key) (statements []*migration.Statement) {
	for _, e := range r.movingBehind() {
		s := r.Replay.Effects[e].Statement
		if slices.ContainsFunc(tables, func(table schema.Key) bool { return wording.Speaks(s.Text, table.Name) }) {
			statements = append(statements, s)
		}
	}
	return statements
}

// movingBehind returns the places of the statements behind the position by which rows may
// go: few of those that speak of tables.
func (r *reasoner) movingBehind() []int {
	i, _ := slices.BinarySearch(r.moving, r.explained.at.to)
	return r.moving[i:]
}

// moves reports whether rows may go by a statement: it changes or copies some, makes a
// table of them, gives theirs another name, or makes a trigger.
func moves(s *migration.Statement) bool {
	switch {
	case s.Class == migration.Data, s.Verb == "insert", s.Verb == "create trigger", s.Verb == "alter table rename":
		return true
	}
	return strings.HasPrefix(s.Verb, "create table") && wording.Speaks(s.Text, "select")
}
