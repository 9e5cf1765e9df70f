package diagnosis

import (
	"fmt"

	"github.com/dbmend/dbmend/internal/wording"
)

// This file contains how an INSERT of a query is judged, by comparing what it gives
// with what is there.

// judgeCopy judges an INSERT of a query by comparing what it gives with what is
// there, both ways, and reports whether that settled it.
func (r *reasoner) judgeCopy(e int, f *Finding, c Copied, where place) bool {
	own := r.makesItsTable(e)
	switch {
	case c.Missing > 0 && c.Extra == 0 && c.Missing < c.Given && where != doubtful && own && r.sourceGoes(e):
		f.Clear = r.Have.Get(f.Statement.Table())
		f.is(NotDone, fmt.Sprintf("%s came late to what it copies from, which is about to go: it is filled anew", wording.Count(c.Missing, "row")))
	case c.Missing > 0 && c.Missing == c.Given && where != doubtful && r.sourceGoes(e) && !r.aside(f):
		f.is(NotDone, fmt.Sprintf("none of the %s that it copies is there, and what it copies from is about to go", wording.Count(c.Given, "row")))
	case c.Missing > 0 && (c.Missing < c.Given || c.Extra > 0) && where != doubtful && own && r.sourceGoes(e):
		r.askWhichTable(f, c)
	case c.Extra > 0 && where == doubtful && r.aside(f):
		r.askWhichTable(f, c)
	case c.Missing == 0 && c.Given > 0 && (c.Keyed || c.Extra == 0):
		f.is(Done, fmt.Sprintf("all of the %s that it copies are there", wording.Count(c.Given, "row")))
	case c.Given == 0 && where != behind:
		r.noOp(e, f, "there is nothing for it to copy")
	case where == behind && r.Recorded.Any() && !r.sourceGoes(e):
		return false
	case where == behind && !r.Recorded.Any() && c.Missing == c.Given && c.Missing > 0:
		return false // perhaps what it copies from has come since
	case c.Extra == 0 && c.Missing == c.Given && c.Missing > 0:
		r.filling[f.Statement.Table()] = f.Ref
		f.is(NotDone, fmt.Sprintf("its table is empty, and it would put in %s", wording.Count(c.Given, "row")))
	case c.Extra == 0 && where == doubtful && r.aside(f):
		f.Clear = r.Have.Get(f.Statement.Table())
		f.is(NotDone, fmt.Sprintf("%d of the %d rows that it copies are there and no others, in a table that is still to take the place of another: it is filled anew",
			c.Given-c.Missing, c.Given))
	default:
		return false
	}
	return true
}

// askWhichTable asks about the new table of a rebuild that holds rows which the
// original does not have.
func (r *reasoner) askWhichTable(f *Finding, c Copied) {
	switch r.ask(Question{
		Code:  Q5,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("A rebuild was left half-way: %s holds %s that the original would not give, and lacks %d that it would. Which of the two is live?",
			f.Statement.Table().Path(), wording.Count(c.Extra, "row"), c.Missing),
		Facts: []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{
			{"original", "fill the new table anew from the original, and go on"},
			{"new", "keep the new table as it is, and go on"},
		},
	}) {
	case "original":
		f.Clear = r.Have.Get(f.Statement.Table())
		f.is(NotDone, "the original is live, by answer")
	case "new":
		f.is(Done, "the new table is live, by answer")
	default:
		f.is(Ambiguous, "which of two tables is live is to be answered")
	}
}

// makesItsTable reports whether a statement fills a table that its own migration has made: no
// other rows are to be looked for in it. One that was there ahead of it, be it under another name,
// has rows of people, and is not to be emptied.
func (r *reasoner) makesItsTable(e int) bool {
	mine := &r.Replay.Effects[e]
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == mine.Migration; i-- {
		if s := r.Replay.Effects[i].Statement; s.Verb == "create table" && s.Table() == mine.Statement.Table() {
			return true
		}
	}
	return false
}

// aside reports whether the statement fills a table that its own migration has made and is
// still to rename: the new table of a rebuild, which nobody writes but the rebuild.
func (r *reasoner) aside(f *Finding) bool {
	for e := range r.touches {
		effect := &r.Replay.Effects[e]
		if effect.Migration.Version != f.Ref.Version || effect.Statement.Number < f.Ref.Number {
			continue
		}
		if effect.Statement == f.Statement && !r.makesItsTable(e) {
			return false
		}
		if effect.Statement.Verb == "alter table rename" && effect.Statement.Table() == f.Statement.Table() {
			_, not, _ := r.votes(e)
			return not > 0
		}
	}
	return false
}
