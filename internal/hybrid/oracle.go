package hybrid

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An explanation is one way in which what can be seen may have come about.
type explanation struct {
	ran func(i int) bool
	end []string // what it leaves to do
}

// settle works out how a right repair ends, and whether somebody who sees schema,
// rows and history could know it. It reports false for a state that nobody can
// repair by running what is left.
func (s *State) settle() (bool, error) {
	live, err := run(s.History.engine, s.Live)
	if err != nil {
		return false, nil // what was done by hand cannot be done here
	}
	defer live.Close()
	have, err := Look(s.History.engine, live)
	if err != nil {
		return false, err
	}
	truth := explanation{s.ran, s.end()}
	wanted, ok := s.after(truth)
	if !ok {
		return false, nil
	}
	s.Expected = wanted
	if !foreign(s.Kind) && !wanted.SameSchema(s.History.Final) {
		return false, nil // what was done by hand stands in the way of what is left
	}
	s.Also = append(s.Also, s.again(have)...)
	s.Also = append(s.Also, s.inTurn(have)...)
	s.Also = append(s.Also, s.copied(have)...)
	if s.Class == "" {
		s.Class = s.classify(live, have, truth)
	}
	return true, nil
}

// classify says what can be known of the state. Of a blind one it takes what it
// looks like for the truth.
func (s *State) classify(live *sql.DB, have *Picture, truth explanation) Class {
	switch {
	case s.Kind == ForeignColumn && !s.Expected.hasColumn(s.column):
		s.Consent = true
		return Doubtful
	case foreign(s.Kind):
		return Derivable
	case s.Kind == Unseeded && !s.author(have):
		return Doubtful
	}
	explanations, certain := s.explain(live, have, truth)
	if !certain && s.Kind == Ahead && s.undoes() {
		return Doubtful
	}
	var ends []*Picture
	for _, x := range explanations {
		end, ok := s.after(x)
		if !ok {
			continue // an explanation that leads nowhere is none
		}
		if s.completes(x) {
			s.Also = append(s.Also, end)
		}
		ends = append(ends, end)
		if end.Same(s.Expected) {
			s.Expected.countAs(end)
		}
	}
	switch {
	case len(ends) == 0:
		return Derivable
	case slices.ContainsFunc(ends, func(p *Picture) bool { return !p.Same(ends[0]) }):
		return Doubtful
	case certain && !ends[0].Same(s.Expected):
		s.Expected, s.ran = ends[0], explanations[0].ran
		return Blind
	}
	return Derivable
}

// mostAgain bounds how many statements are run once more, each with and without the
// others.
const mostAgain = 5

// again returns the ends if statements that are not recorded are run once more where
// that is as good: one that leaves out what it has done only fills what an older
// program has left empty since, and one that copies into a table that is empty finds
// it as it would have. Each of them may be, whatever becomes of the others.
func (s *State) again(have *Picture) (ends []*Picture) {
	var repeatable []string
	for i, st := range s.History.Statements {
		repeats := st.Verb == Backfill || st.Verb == Copy && len(have.Rows[st.Table]) == 0 || s.fillsHollow(have, i)
		if i < s.claimed() || !s.ran(i) || st.Rebuild || st.Whole || !repeats {
			continue
		}
		if p, ok := s.after(explanation{end: append([]string{st.SQL}, s.end()...)}); ok && !p.Same(s.Expected) {
			repeatable = append(repeatable, st.SQL)
		}
	}
	repeatable = repeatable[max(0, len(repeatable)-mostAgain):]
	for chosen := 1; chosen < 1<<len(repeatable); chosen++ {
		var script []string
		for i, sql := range repeatable {
			if chosen&(1<<i) != 0 {
				script = append(script, sql)
			}
		}
		if p, ok := s.after(explanation{end: append(script, s.end()...)}); ok {
			ends = append(ends, p)
		}
	}
	return ends
}

// copied returns the end if what migrations copy into a table that a script has left empty is
// copied by their own statements, of the rows that are there now: that is what they do when
// they are run, as somebody answers, and the rows that they were written for may not be there.
func (s *State) copied(have *Picture) (ends []*Picture) {
	h := s.History
	if s.Kind != Installed && s.Kind != Unseeded {
		return nil
	}
	fed := map[string]bool{}
	for i, st := range h.Statements {
		if st.Verb == Copy && !s.ran(i) {
			fed[st.Table] = true
		}
	}
	if len(fed) == 0 {
		return nil
	}
	var script []string
	for _, table := range h.Final.Tables() {
		if len(have.Rows[table]) == 0 && !fed[table] {
			for _, row := range h.Final.Rows[table] {
				script = append(script, insert(table, row))
			}
		}
	}
	begun := map[string]bool{}
	for _, st := range h.Statements {
		if begun[st.Table] = begun[st.Table] || fed[st.Table] && st.puts(); begun[st.Table] && st.Verb.Data() {
			script = append(script, st.SQL)
		}
	}
	if end, ok := s.after(explanation{end: script}); ok {
		return append(ends, end)
	}
	// What is copied into has another form by now: the table is made anew, from its first statement on.
	script = script[:0]
	for _, table := range slices.Sorted(maps.Keys(fed)) {
		script = append(script, "DROP TABLE "+table)
	}
	for _, table := range h.Final.Tables() {
		if len(have.Rows[table]) == 0 && !fed[table] {
			for _, row := range h.Final.Rows[table] {
				script = append(script, insert(table, row))
			}
		}
	}
	for _, st := range h.Statements {
		if fed[st.Table] || st.Rebuild && slices.ContainsFunc(tokens(st.SQL), func(word string) bool { return fed[strings.TrimSuffix(word, "_new")] }) {
			script = append(script, st.SQL)
		}
	}
	if end, ok := s.after(explanation{end: script}); ok {
		ends = append(ends, end)
	}
	return ends
}

// whole returns the last statement of what a statement is only right together with: itself,
// where it stands for itself.
func (h *History) whole(i int) int {
	for h.Statements[i].Whole && i+1 < len(h.Statements) && h.Statements[i+1].Whole && h.Statements[i+1].Migration == h.Statements[i].Migration {
		i++
	}
	return i
}

// fillsHollow reports whether an UPDATE gives a constant to a column that its own migration
// has added ahead of it and that holds nothing in any row: it does to the rows that are
// there just what one does that leaves out what is filled.
func (s *State) fillsHollow(have *Picture, i int) bool {
	st := s.History.Statements[i]
	for j := i - 1; j >= 0 && s.History.Statements[j].Migration == st.Migration; j-- {
		if earlier := s.History.Statements[j]; st.Verb != Update || earlier.Verb != Add || earlier.Table != st.Table {
			continue
		}
		for _, key := range s.History.Schemas[j+1].without(s.History.Schemas[j]) {
			column, ok := strings.CutPrefix(key, st.Table+"/column ")
			if !ok || !strings.HasPrefix(st.SQL, fmt.Sprintf("UPDATE %s SET %s = '", st.Table, column)) || have.Objects[key] == "" {
				continue
			}
			hollow := func(row string) bool {
				columns, values := fields(row)
				n := slices.Index(columns, column)
				return n >= 0 && values[n] == "NULL"
			}
			return !slices.ContainsFunc(have.Rows[st.Table], func(row string) bool { return !hollow(row) })
		}
	}
	return false
}

// foreign reports whether a kind of damage leaves things that no migration knows.
func foreign(k Kind) bool {
	return k == ForeignTable || k == ForeignColumn || k == ForeignIndex
}

// author reports whether the author's own statements put in the rows that are
// missing, run late as they are.
func (s *State) author(have *Picture) bool {
	_, ran := s.History.unseeded(have)
	after, ok := s.after(explanation{end: s.History.Rest(ran)})
	return ok && after.Same(s.Expected)
}

// completes reports whether an explanation differs from the truth only in that
// statements are to be run again which leave out what they have done: they complete
// what came later, which does no harm.
func (s *State) completes(x explanation) bool {
	for i, st := range s.History.Statements {
		if x.ran(i) != s.ran(i) && (st.Verb != Backfill || x.ran(i)) {
			return false
		}
	}
	return true
}

// undoes reports whether a recorded statement that has not run would, run now,
// change or remove rows: who recorded it may have had a reason.
func (s *State) undoes() bool {
	for i, st := range s.History.Statements[:s.claimed()] {
		if !s.ran(i) && slices.Contains([]Verb{Drop, Update, Delete, Copy}, st.Verb) {
			return true
		}
	}
	return false
}

// after returns what running the rest of an explanation leads to.
func (s *State) after(x explanation) (*Picture, bool) {
	e := s.History.engine
	db, err := run(e, s.Live, x.end)
	if err != nil {
		return nil, false
	}
	defer db.Close()
	p, err := Look(e, db)
	return p, err == nil
}

// explain returns the explanations that fit what can be seen. certain says that
// the history is believed and the truth need not be among them.
func (s *State) explain(live *sql.DB, have *Picture, truth explanation) (fit []explanation, certain bool) {
	h := s.History
	position := func(p int) explanation {
		ran := func(i int) bool { return i < p }
		return explanation{ran, h.Rest(ran)}
	}
	// A database that is just what its history says is what its history says, unless
	// its rows deny that.
	claimed := s.claimed()
	if !s.Begun && (s.Count > 0 || claimed == 0 && len(have.Objects) == 0) && have.SameSchema(h.Schemas[claimed]) && !s.rowsAdd(live, have, claimed) {
		return []explanation{position(claimed)}, true
	}
	from, to := 0, len(h.Statements)
	if s.Begun {
		from, to = claimed, h.End(s.Count)
	}
	var behind []explanation // what the history knows has run
	for p := from; p <= to; p++ {
		x := position(p)
		if !have.SameSchema(h.Schemas[p]) || !s.rowsAllow(live, have, x) {
			continue
		}
		if fit = append(fit, x); p >= claimed {
			behind = append(behind, x)
		}
	}
	if len(behind) > 0 {
		fit = behind
	}
	fit = append(fit, s.overlays(live, have, claimed)...)
	if x, ok := s.addedByHand(have, claimed); ok {
		fit = append(fit, x)
	}
	fit = append(fit, s.ranByHand(live, have, claimed)...)
	if len(h.Statements) > 0 && s.Count == 0 && have.SameSchema(h.Final) {
		// The whole schema from a script: nothing is left but seeds of empty tables.
		end, ran := h.unseeded(have)
		fit = append(fit, explanation{ran, end})
		// Or rows of other tables have never been put in, beside those that are there.
		if absent := h.absent(have); len(absent) > 0 {
			fit = append(fit, explanation{ran, append(absent, end...)})
		}
	}
	return append(fit, truth), false
}

// overlays returns the explanations by which a script of the whole schema made the
// tables that are new.
func (s *State) overlays(live *sql.DB, have *Picture, claimed int) (fit []explanation) {
	h := s.History
	for n := h.Completed(claimed); n < len(h.Migrations); n++ {
		position := h.End(n)
		tables := h.newTables(position)
		if len(tables) == 0 || position == 0 {
			continue
		}
		for _, indexes := range []bool{true, false} {
			made := h.Schemas[position].with(h.Final, tables, func(key string) bool {
				return !strings.Contains(key, "/trigger ") && (indexes || !strings.Contains(key, "/index "))
			})
			if !have.SameSchema(made) {
				continue
			}
			ran := func(i int) bool { return i < position }
			var rows []string
			for _, t := range tables {
				for _, row := range have.Rows[t] {
					rows = append(rows, insert(t, row))
				}
			}
			if x := (explanation{ran, h.beneath(tables, rows, ran)}); s.rowsAllow(live, have, x) {
				fit = append(fit, x)
			}
			break
		}
	}
	return fit
}

// rowsAllow reports whether the rows of seeds speak for an explanation, or at
// least not against it.
func (s *State) rowsAllow(live *sql.DB, have *Picture, x explanation) bool {
	for i, st := range s.History.Statements {
		if st.Seeds == nil {
			continue
		}
		switch there, told := s.seeded(live, have, i, x); {
		case told && there != x.ran(i):
			return false
		}
	}
	return true
}

// rowsAdd reports whether rows are there that a statement behind a position puts
// in. That rows are missing which a recorded one has put in says nothing: rows get
// deleted.
func (s *State) rowsAdd(live *sql.DB, have *Picture, position int) bool {
	for i, st := range s.History.Statements {
		if i < position || st.Seeds == nil {
			continue
		}
		if there, told := s.seeded(live, have, i, explanation{ran: func(j int) bool { return j < position }}); told && there {
			return true
		}
	}
	return false
}

// seeded looks for the rows of an INSERT. They tell that it has run if all are
// there, and that it has not if there are no rows at all and nothing that an
// explanation says took them away.
func (s *State) seeded(live *sql.DB, have *Picture, i int, x explanation) (there, told bool) {
	st := s.History.Statements[i]
	if have.Objects[st.Table+"/column "+st.Seeds.Column] == "" {
		return false, false
	}
	found, err := query(live, fmt.Sprintf("SELECT 1 FROM %s WHERE %s IN (%s)", st.Table, st.Seeds.Column, strings.Join(st.Seeds.Values, ", ")))
	switch {
	case err != nil:
		return false, false
	case len(found) >= len(st.Seeds.Values):
		return true, true
	case len(have.Rows[st.Table]) > 0:
		return false, false
	}
	for j := i + 1; j < len(s.History.Statements); j++ {
		later := s.History.Statements[j]
		if x.ran(j) && !later.Rebuild && (later.Verb == Delete || later.Table == st.Table && later.Verb == Drop || later.Verb == Renames) {
			return false, false
		}
	}
	return false, true
}
