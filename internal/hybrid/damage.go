package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Damage puts a history into a state of a kind; nil where the history has no place
// for it, or where what is left to run cannot be run.
func (h *History) Damage(kind Kind, seed uint64) (*State, error) {
	r := rand.New(rand.NewPCG(seed, 2))
	s := &State{Kind: kind, History: h, Shape: Rows}
	if r.IntN(3) == 0 {
		s.Shape = OneRow
	}
	ok := false
	var err error
	switch kind {
	case Pending, Interrupted, Dirty, Rebuilding, Lost, Behind, Ahead:
		ok = s.stop(r)
	case Installed, Unseeded:
		ok, err = s.install(r)
	case Overlaid:
		ok, err = s.overlay(r)
	case ByHand:
		ok = s.reorder(r)
	case Twin:
		ok = s.twin(r)
	default:
		ok = s.tampered(r)
	}
	if err != nil || !ok {
		return nil, err
	}
	ok, err = s.settle()
	if err != nil || !ok {
		return nil, err
	}
	return s, nil
}

// at takes the database to a position.
func (s *State) at(position int, late bool) {
	s.Live = s.History.Script(position)
	if late {
		s.Live = append(s.Live, s.History.late[s.History.Completed(position)]...)
	}
	s.ran = func(i int) bool { return i < position }
	s.end = func() []string { return s.History.Rest(s.ran) }
}

// stop makes the states of a database that ran its migrations in order and
// stopped somewhere.
func (s *State) stop(r *rand.Rand) bool {
	h := s.History
	n := len(h.Migrations)
	count := r.IntN(n + 1)
	position := h.End(count)
	switch s.Kind {
	case Pending:
		if count == n {
			count--
		}
		s.Count, position = count, h.End(count)
	case Interrupted, Dirty, Rebuilding:
		var within []int
		for i, st := range h.Statements {
			if st.Number > 1 && (s.Kind != Rebuilding || st.Rebuild) {
				within = append(within, i)
			}
		}
		if len(within) == 0 {
			return false
		}
		position = within[r.IntN(len(within))]
		s.Count = h.Completed(position)
		if s.Kind == Dirty || s.Kind == Rebuilding && r.IntN(3) == 0 {
			s.Shape, s.Begun = OneRow, true
			s.Count++
		}
	case Lost:
		if count == 0 {
			count = n
		}
		position = h.End(count)
		if r.IntN(2) == 0 {
			s.Shape = NoHistory
		}
	case Behind:
		if count < 2 {
			count = n
		}
		position = h.End(count)
		s.Count = max(0, count-1-r.IntN(3))
	case Ahead:
		if position = r.IntN(h.End(n)); r.IntN(2) == 0 {
			position = h.End(h.Completed(position))
		}
		s.Count = min(n, h.Completed(position)+1+r.IntN(3))
	}
	s.Note = fmt.Sprintf("%d of %d statements ran", position, len(h.Statements))
	late := r.IntN(2) == 0
	amid := position > 0 && position < len(h.Statements) && h.Statements[position].Number > 1
	s.at(position, late && !(amid && h.Statements[position].Whole && h.Statements[position-1].Whole))
	if begin, copied := h.copying(position); copied {
		if late && len(s.History.late[h.Completed(position)]) > 0 {
			s.Class = Doubtful // which of the two tables is live can be told no more
		}
		// Half of a rebuild is done over: rows may have come since they were copied.
		s.end = func() []string {
			return append([]string{"DROP TABLE " + h.Statements[begin].Table}, h.Rest(func(i int) bool { return i < begin })...)
		}
	}
	return true
}

// copying reports whether a position lies in a rebuild, behind its new table and
// before the old one goes, and where the new table is made.
func (h *History) copying(position int) (begin int, ok bool) {
	for i := position - 1; i >= 0 && h.Statements[i].Rebuild; i-- {
		switch h.Statements[i].Verb {
		case Drop:
			return 0, false
		case Table:
			return i, true
		}
	}
	return 0, false
}

// install makes the final schema at once, with rows of the application.
func (s *State) install(r *rand.Rand) (bool, error) {
	h := s.History
	n := len(h.Migrations)
	if r.IntN(2) == 0 {
		s.Shape = NoHistory
	}
	s.Live = append([]string{h.engine.ForeignKeys(false)}, h.Install...)
	seeds := rowsOf(h.Final)
	if s.Kind == Installed {
		s.Live = append(s.Live, seeds...)
	} else if len(seeds) == 0 || h.triggered() {
		return false, nil
	}
	life, err := run(h.engine, h.Script(h.End(n)))
	if err != nil {
		return false, err
	}
	defer life.Close()
	full, err := Look(h.engine, life)
	if err != nil {
		return false, err
	}
	s.Live = append(s.Live, h.engine.ForeignKeys(h.ForeignKeys))
	db, err := run(h.engine, s.Live)
	if err != nil {
		return false, nil // a trigger does not bear the rows of migrations
	}
	defer db.Close()
	for _, table := range full.Tables() {
		if r.IntN(3) == 0 {
			continue
		}
		for _, row := range without(full.Rows[table], h.Final.Rows[table]) {
			statement := insert(table, row)
			if _, err := db.Exec(statement); err == nil {
				s.Live = append(s.Live, statement)
			}
		}
	}
	s.Live = append(s.Live, h.engine.Counters(h.Final)...)
	have, err := Look(h.engine, db)
	if err != nil {
		return false, err
	}
	var end []string
	end, s.ran = h.unseeded(have)
	s.end = func() []string { return end }
	for _, table := range h.Final.Tables() {
		if s.Kind == Unseeded && len(have.Rows[table]) > 0 && len(h.Final.Rows[table]) > 0 {
			s.Class = Doubtful // nobody knows whether its seeds were put in and removed
		}
	}
	s.Note = "made by a script of the whole schema"
	return true, nil
}

// triggered reports whether the history has triggers anywhere: then rows come by
// themselves, and what is missing is hard to say.
func (h *History) triggered() bool {
	return slices.ContainsFunc(h.Statements, func(s *Statement) bool { return strings.HasPrefix(s.SQL, "CREATE TRIGGER") })
}

// unseeded returns what puts the rows of migrations into the tables that are empty
// and were made at once in their last form, and which statements need no run.
func (h *History) unseeded(have *Picture) (script []string, ran func(i int) bool) {
	empty := map[string]bool{}
	for _, table := range h.Final.Tables() {
		if empty[table] = len(have.Rows[table]) == 0; empty[table] {
			for _, row := range h.Final.Rows[table] {
				script = append(script, insert(table, row))
			}
		}
	}
	script = append([]string{h.engine.ForeignKeys(false)}, append(script, h.engine.ForeignKeys(h.ForeignKeys))...)
	return script, func(i int) bool {
		st := h.Statements[i]
		return !st.puts() || !empty[st.Table] || len(h.Final.Rows[st.Table]) == 0
	}
}

// absent returns what puts the rows of migrations into tables that hold others.
func (h *History) absent(have *Picture) (script []string) {
	for _, table := range h.Final.Tables() {
		if len(have.Rows[table]) == 0 {
			continue
		}
		for _, row := range h.Final.Rows[table] {
			if !slices.Contains(have.Rows[table], row) {
				script = append(script, insert(table, row))
			}
		}
	}
	return script
}

// reorder runs a later migration by hand; none that makes a table anew, since nobody does
// that before what comes ahead of it has run (decision 0025), and none that leaves nothing in
// the schema: a database that is what its history says is taken for that.
func (s *State) reorder(r *rand.Rand) bool {
	h := s.History
	n := len(h.Migrations)
	if n < 2 {
		return false
	}
	count := r.IntN(n - 1)
	later := count + 1 + r.IntN(n-count-1)
	begin, end := h.End(later), h.End(later+1)
	if slices.ContainsFunc(h.Statements[begin:end], func(st *Statement) bool { return st.Rebuild }) ||
		h.Schemas[begin].SameSchema(h.Schemas[end]) {
		return false
	}
	s.Count = count
	s.at(h.End(count), r.IntN(2) == 0)
	for _, st := range h.Statements[begin:end] {
		s.Live = append(s.Live, st.SQL)
	}
	s.ran = func(i int) bool { return i < h.End(count) || i >= begin && i < end }
	s.Note = fmt.Sprintf("%d migrations ran, then %s by hand", count, h.Migrations[later].Version)
	return true
}

// twin adds an empty column of the name that a rename will give to another.
func (s *State) twin(r *rand.Rand) bool {
	h := s.History
	var renames []*Statement
	for _, st := range h.Statements {
		if st.Rename != nil && st.Rename.Type != "" {
			renames = append(renames, st)
		}
	}
	st := pick(r, renames)
	if st == nil {
		return false
	}
	s.Count = st.Migration
	s.at(h.End(s.Count), r.IntN(2) == 0)
	s.Live = append(s.Live, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", st.Table, st.Rename.To, st.Rename.Type))
	s.end = func() []string {
		return append([]string{fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", st.Table, st.Rename.To)}, h.Rest(s.ran)...)
	}
	s.Note = "an empty twin of " + st.Table + "." + st.Rename.To
	return true
}

// writes reports whether a statement on data names a column, by any name that it ever
// has.
func (h *History) writes(column string) bool {
	names := []string{column}
	for _, s := range h.Statements {
		if s.Rename != nil && s.Rename.Type != "" && slices.Contains(names, s.Rename.From) {
			names = append(names, s.Rename.To)
		}
	}
	for _, s := range slices.Backward(h.Statements) {
		if s.Rename != nil && s.Rename.Type != "" && slices.Contains(names, s.Rename.To) {
			names = append(names, s.Rename.From)
		}
	}
	return slices.ContainsFunc(h.Statements, func(s *Statement) bool {
		return s.Verb.Data() && slices.ContainsFunc(tokens(s.SQL), func(word string) bool { return slices.Contains(names, word) })
	})
}

// tampered does something by hand to a healthy database.
func (s *State) tampered(r *rand.Rand) bool {
	h := s.History
	s.Count = r.IntN(len(h.Migrations) + 1)
	if r.IntN(2) == 0 {
		s.Count = len(h.Migrations)
	}
	t := pick(r, where(h.tamper[s.Count], func(t tamper) bool { return t.kind == s.Kind }))
	if t.do == nil {
		return false
	}
	if t.kind == DroppedColumn && h.writes(t.column) {
		return false // whether to write it again is a matter of taste
	}
	s.at(h.End(s.Count), r.IntN(2) == 0)
	s.Live = append(s.Live, t.do...)
	s.end = func() []string { return append(slices.Clone(t.undo), h.Rest(s.ran)...) }
	s.Note = fmt.Sprintf("%d migrations recorded, then by hand: %s", s.Count, strings.Join(t.do, "; "))
	switch t.kind {
	case ForeignIndex:
		s.Loose = t.column
	case ForeignColumn:
		s.column = t.column
	}
	return true
}
