package diagnosis

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what the rows of INSERTs of literals say of the position at
// which the set has stopped.

// A trace is what the live rows say of one INSERT of literals.
type trace int

const (
	untold  trace = iota // nothing
	left                 // all of its rows are there
	missing              // none of its rows is there, beside others
	blank                // its table holds no row at all
)

// traceOf looks for the rows of a statement. Those that it did not put in on scratch
// either were there before it.
func (r *reasoner) traceOf(ctx context.Context, e int) (trace, error) {
	effect := &r.Replay.Effects[e]
	s := effect.Statement
	if s.Verb != "insert" || effect.Wrote == 0 || wording.Speaks(s.Text, "select") {
		return untold, nil
	}
	if known, ok := r.traces[e]; ok {
		return known, nil
	}
	if r.absent(s.Table()) { // by another name it may still be empty
		table := r.heir(e)
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
		if told, err = r.traceOfOtherForm(ctx, e); err != nil {
			return untold, err
		}
	case seeds.Present == seeds.Wanted:
		same, err := r.own(ctx, e)
		if err != nil {
			return untold, err
		}
		if same {
			told = left
		}
	case seeds.Present == 0 && seeds.Others == 0:
		told = blank
	case seeds.Present == 0:
		told = missing
		rewritten, err := r.leftRewritten(ctx, e, seeds.Wanted)
		if err != nil {
			return untold, err
		}
		if rewritten {
			told = left
		}
	}
	r.traces[e] = told
	return told, nil
}

// own reports whether rows that have the keys of an INSERT's rows are its rows. Where it
// passes by what is there, or takes the place of rows that are deleted ahead of it, they
// may be others, unless they are alike in all.
func (r *reasoner) own(ctx context.Context, e int) (bool, error) {
	s := r.Replay.Effects[e].Statement
	if !wording.Speaks(s.Text, "ignore") && !wording.Speaks(s.Text, "conflict") && !overwrites(s) && !r.takesPlace(e) {
		return true, nil
	}
	given, _ := r.Witness.Given(s)
	alike, err := r.Witness.Alike(ctx, s.Table(), given)
	return given.Columns != nil && alike == len(given.Rows), err
}

// overwriting are the words by which an INSERT changes rows that have its keys.
var overwriting = regexp.MustCompile(`(?i)\bor\s+replace\b|\bdo\s+update\b|\bon\s+duplicate\s+key\b`)

// overwrites reports whether an INSERT changes rows that have its keys: that they are there
// says nothing of it then.
func overwrites(s *migration.Statement) bool {
	return s.Verb == "replace" || overwriting.MatchString(s.Text)
}

// takesPlace reports whether a statement ahead of an INSERT, in its own migration, deletes
// rows of its table, or gives them other keys: rows of the same keys may be those.
func (r *reasoner) takesPlace(e int) bool {
	mine := &r.Replay.Effects[e]
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == mine.Migration; i-- {
		s := r.Replay.Effects[i].Statement
		if s.Table() == mine.Statement.Table() && (s.Verb == "delete" || s.Verb == "truncate" || s.Verb == "update" && r.rekeys(s)) {
			return true
		}
	}
	return false
}

// rekeys reports whether an UPDATE speaks of a column of a key of its table, ahead of saying
// which rows it is about.
func (r *reasoner) rekeys(s *migration.Statement) bool {
	set := strings.ToLower(wording.Line(s.Text))
	set, _, _ = strings.Cut(set, " where ")
	return slices.ContainsFunc(r.Have.Parts(s.Table()), func(part *schema.Object) bool {
		return slices.ContainsFunc(strings.FieldsFunc(part.KeyColumns(), func(c rune) bool { return strings.ContainsRune(" ,()", c) }),
			func(column string) bool { return wording.Speaks(set, column) })
	})
}

// traceOfOtherForm is traceOf for rows that were written for another form of their
// table: that it is empty can be told of any, and that they are there by what is left of
// their columns, if a key is.
func (r *reasoner) traceOfOtherForm(ctx context.Context, e int) (trace, error) {
	s := r.Replay.Effects[e].Statement
	given, literal := r.Witness.Given(s)
	if !literal {
		return untold, nil
	}
	rows, err := r.Witness.Rows(ctx, s.Table(), 1)
	if err != nil || rows == 0 {
		return blank, err
	}
	if wording.Speaks(s.Text, "ignore") || wording.Speaks(s.Text, "conflict") || overwrites(s) {
		return untold, nil
	}
	kept := TableRows{Rows: make([][]string, len(given.Rows))}
	for i, column := range given.Columns {
		if r.Have.Get(s.Table().Column(column)) == nil {
			continue
		}
		kept.Columns = append(kept.Columns, column)
		for j, row := range given.Rows {
			if i >= len(row) || row[i] == "" {
				return untold, nil
			}
			kept.Rows[j] = append(kept.Rows[j], row[i])
		}
	}
	if len(kept.Columns) == 0 {
		return untold, nil
	}
	seeds, err := r.Witness.Present(ctx, s.Table(), kept)
	switch {
	case err != nil || !seeds.Keyed:
		return untold, err
	case seeds.Present == seeds.Wanted:
		return left, nil
	case seeds.Present == 0:
		rewritten, err := r.leftRewritten(ctx, e, seeds.Wanted)
		if err != nil || rewritten {
			return untold, err
		}
		return missing, nil
	}
	return untold, nil
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
// empty, if nothing in between takes rows from it. Not the end, where a script may have
// made all but rows, and nobody has put in any.
func (r *reasoner) seedsAllow(ctx context.Context, spans []span) ([]span, error) {
	var allowed []span
	for _, s := range spans {
		low, high := 0, s.to
		for e := range spans[len(spans)-1].to {
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
			case told == blank && e < s.to && !r.takenFrom(e, s.to) && !r.recorded(e):
				unseeded, err := r.unseeded(ctx, &s, e)
				if err != nil {
					return nil, err
				}
				if !unseeded {
					high = min(high, e)
				}
			}
		}
		if s.from, s.to = max(s.from, low), min(s.to, high); s.from <= s.to {
			allowed = append(allowed, s)
		}
	}
	return allowed, nil
}

// deniedByRows reports that rows speak against a position at which a script ran: those
// are there of a statement behind it, as they are or as it has changed them, or none at all of one ahead of it. A script may put
// in rows of its own, as the set leaves them at its end; that a history was lost besides is one
// accident too many.
func (r *reasoner) deniedByRows(ctx context.Context, s span) (bool, error) {
	for e := range r.Replay.Effects {
		if r.recorded(e) || e >= s.from && e < s.to {
			continue
		}
		told, err := r.traceOf(ctx, e)
		if err != nil {
			return false, err
		}
		if r.overlaidBy(&s, e) && (r.Recorded.Any() || told != left) {
			if raw, err := r.leftRaw(ctx, e); err != nil || told == left && raw {
				return raw, err
			}
			continue
		}
		if e < s.from && told == blank && !r.takenOnScratch(e, s.from) || e >= s.to && told == left {
			return true, nil
		}
		if e >= s.to && !r.overlaidBy(&s, e) {
			if ran, err := r.rewrote(ctx, e); err != nil || ran == "done" {
				return ran == "done", err
			}
		}
	}
	return false, nil
}

// heir returns the live table in which the rows go on that a statement puts into one
// that is not there: that one by a later name, or what a rebuild has copied it to. It is
// not there either where nothing is known of one.
func (r *reasoner) heir(e int) schema.Key {
	table, copied := r.Replay.Effects[e].Statement.Table(), schema.Key{}
	for i := e + 1; i < len(r.Replay.Effects) && r.absent(table); i++ {
		switch s := r.Replay.Effects[i].Statement; {
		case s.Verb == "insert" && s.Table() != table && wording.Speaks(s.Text, table.Name):
			copied = s.Table()
		case s.Verb == "alter table rename" && s.Table() == table:
			table = s.Renamed()
		case s.Verb == "drop table" && copied.Name != "" && wording.Speaks(s.Text, table.Name):
			table, copied = copied, schema.Key{}
		}
	}
	return table
}

// takenFrom reports whether a statement behind e, up to a position, takes rows from
// the table that e writes, or makes it anew without them.
func (r *reasoner) takenFrom(e, position int) bool {
	return r.taken(e, position, func(*Effect) bool { return true })
}

// takenOnScratch is takenFrom without the DELETEs that find no row on scratch: those take
// rows of the set only if somebody has changed them before.
func (r *reasoner) takenOnScratch(e, position int) bool {
	return r.taken(e, position, func(effect *Effect) bool { return effect.Wrote > 0 || effect.Skipped != "" })
}

// taken is takenFrom for the DELETEs that deletes says yes to.
func (r *reasoner) taken(e, position int, deletes func(*Effect) bool) bool {
	table, copied := r.Replay.Effects[e].Statement.Table(), schema.Key{}
	for i := e + 1; i < position; i++ {
		s := r.Replay.Effects[i].Statement
		switch s.Verb {
		case "insert":
			if s.Table() != table && wording.Speaks(s.Text, table.Name) {
				copied = s.Table()
			}
		case "alter table rename":
			if s.Table() == table {
				table = s.Renamed()
			}
		case "delete":
			if deletes(&r.Replay.Effects[i]) && r.cascades(s.Table(), table) {
				return true
			}
		case "truncate":
			if wording.Speaks(s.Text, table.Name) || r.cascades(s.Table(), table) {
				return true
			}
		case "drop table":
			if !wording.Speaks(s.Text, table.Name) {
				continue
			}
			if copied.Name == "" {
				return true
			}
			table, copied = copied, schema.Key{} // a rebuild: its rows go on in the copy
		}
	}
	return false
}

// clearedAhead reports whether a statement that has yet to run ahead of an INSERT may take
// away rows of its table.
func (r *reasoner) clearedAhead(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := range r.findings[:e] {
		if f := &r.findings[i]; f.Verdict == NotDone || f.Verdict == Ambiguous {
			switch f.Statement.Verb {
			case "delete", "truncate", "drop table", "alter table rename":
				if f.Statement.Table() == table || r.cascades(f.Statement.Table(), table) {
					return true
				}
			}
		}
	}
	return false
}

// clearedLater returns the statement behind e that deletes all rows of the table which e
// writes, or drops it, if nothing takes notice of them before: whether e has run is no
// matter then.
func (r *reasoner) clearedLater(e int) (Ref, bool) {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		s := r.Replay.Effects[i].Statement
		switch {
		case s.Table() == table && (s.Verb == "drop table" || s.Verb == "delete" && !wording.Speaks(s.Text, "where")):
			return r.Replay.Effects[i].Ref(), !r.triggers(table) && !r.triggers(r.liveName(e, table))
		case s.Verb == "alter table rename" && s.Table() == table:
			table = s.Renamed()
		case s.Verb == "create trigger" || s.Table() != table && s.Class == migration.Data || opaque[s.Verb]:
			if wording.Speaks(s.Text, table.Name) {
				return Ref{}, false
			}
		}
	}
	return Ref{}, false
}

// triggers reports whether a table has a trigger, or ever has one while the set runs.
func (r *reasoner) triggers(table schema.Key) bool {
	for key := range r.trajectories {
		if key.Kind == schema.Trigger && key.Owner() == table {
			return true
		}
	}
	return slices.ContainsFunc(r.Have.Parts(table), func(o *schema.Object) bool { return o.Key.Kind == schema.Trigger })
}

// cascades reports whether deleting rows of one table may delete those of another,
// which is itself or refers to it, perhaps by way of others.
func (r *reasoner) cascades(from, to schema.Key) bool {
	reached := map[schema.Key]bool{from: true}
	parent := func(key schema.Key, o *schema.Object) schema.Key {
		return schema.Key{Kind: schema.Table, Space: key.Space, Name: o.Fact(schema.Parent)}
	}
	for grown := true; grown && !reached[to]; {
		grown = false
		for key, t := range r.trajectories {
			if key.Kind != schema.ForeignKey || reached[key.Owner()] {
				continue
			}
			if slices.ContainsFunc(t.values, func(o *schema.Object) bool { return reached[parent(key, o)] }) {
				reached[key.Owner()], grown = true, true
			}
		}
		for o := range r.Replay.Base.All() {
			if o.Key.Kind == schema.ForeignKey && reached[parent(o.Key, o)] && !reached[o.Key.Owner()] {
				reached[o.Key.Owner()], grown = true, true
			}
		}
	}
	return reached[to]
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
