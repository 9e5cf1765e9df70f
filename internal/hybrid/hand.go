package hybrid

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
)

// This file contains what the oracle knows of migrations, and of objects, that somebody has run
// or made by hand ahead of their turn.

// inTurn returns the ends if statements of a migration that was run by hand, and that would
// change nothing now, are run again in their turn, each of them with the others or without, and
// without its INSERTs or with them, where what runs ahead takes their rows away. A copy is none
// of them where a trigger was made early that writes to its table: it fires for what comes now.
func (s *State) inTurn(have *Picture) (ends []*Picture) {
	if s.Kind != ByHand {
		return nil
	}
	var idle [][2]int // what would change nothing, from one statement to another
	puts := map[int]bool{}
	for i := s.claimed(); i < len(s.History.Statements); i++ {
		st, last := s.History.Statements[i], s.History.whole(i)
		switch {
		case !s.ran(i):
		case st.Verb == Insert && st.Seeds != nil:
			puts[i] = true
		case st.Whole || slices.Contains([]Verb{Backfill, Update, Delete}, st.Verb), st.Verb == Copy && !s.firesEarly(st.Table):
			if now, ok := s.after(explanation{end: s.History.Rest(func(j int) bool { return j < i || j > last })}); ok && now.Same(have) {
				idle = append(idle, [2]int{i, last})
			}
			i = last
		}
	}
	idle = idle[max(0, len(idle)-mostAgain):]
	for chosen := range 1 << len(idle) {
		again := func(i int) bool {
			return slices.ContainsFunc(idle, func(x [2]int) bool {
				return x[0] <= i && i <= x[1] && chosen&(1<<slices.Index(idle, x)) != 0
			})
		}
		for _, with := range []map[int]bool{nil, puts} {
			ran := func(i int) bool { return s.ran(i) && !again(i) && !with[i] }
			if p, ok := s.after(explanation{end: s.History.Rest(ran)}); ok {
				ends = append(ends, p, s.inTime(p))
			}
		}
	}
	return ends
}

// inTime returns an end in which the rows that migrations put in late, behind what has run of
// others, are what they would be if they had come in time: as the migrations leave them, but for
// the numbers that they get.
func (s *State) inTime(end *Picture) *Picture {
	timely := *end
	timely.Rows = maps.Clone(end.Rows)
	last := 0 // that has run
	for i := range s.History.Statements {
		if s.ran(i) {
			last = i
		}
	}
	for i, st := range s.History.Statements[:last] {
		if s.ran(i) || st.Verb != Insert || st.Seeds == nil {
			continue
		}
		table := s.History.lastName(i)
		rows := []string{}
		for _, row := range timely.Rows[table] {
			if seed := valueOf(row, st.Seeds.Column); !slices.Contains(st.Seeds.Values, seed) {
				rows = append(rows, row)
			} else if n := slices.IndexFunc(s.History.Final.Rows[table], func(left string) bool { return valueOf(left, st.Seeds.Column) == seed }); n >= 0 {
				columns, values := fields(s.History.Final.Rows[table][n])
				for k, column := range columns {
					if column == "id" {
						values[k] = valueOf(row, column)
					}
					columns[k] += "=" + values[k]
				}
				rows = append(rows, strings.Join(columns, " "))
			}
		}
		slices.Sort(rows)
		timely.Rows[table] = rows
	}
	return &timely
}

// valueOf returns the value that a row has in a column; "" where it has none.
func valueOf(row, column string) string {
	columns, values := fields(row)
	if n := slices.Index(columns, column); n >= 0 {
		return values[n]
	}
	return ""
}

// lastName returns the name that the table of a statement has at the end.
func (h *History) lastName(i int) string {
	table := h.Statements[i].Table
	for _, later := range h.Statements[i:] {
		if later.Rename != nil && later.Rename.Type == "" && later.Rename.From == table {
			table = later.Rename.To
		}
	}
	return table
}

// firesEarly reports whether a migration that was run by hand has made a trigger on another
// table, or its function, that writes to a table.
func (s *State) firesEarly(table string) bool {
	for i, st := range s.History.Statements {
		words := tokens(st.SQL)
		if i >= s.claimed() && s.ran(i) && st.Verb == Create && st.Table != table && slices.Contains(words, table) &&
			(slices.Contains(words, "trigger") || slices.Contains(words, "function")) {
			return true
		}
	}
	return false
}

// addedByHand returns the explanation that somebody has made pending columns, indexes
// or views, if nothing else is there that is not recorded: what is made without a word
// about rows proves nothing of the statements on rows around it (EVIDENCE 3.2: those
// are asked about).
func (s *State) addedByHand(have *Picture, claimed int) (x explanation, ok bool) {
	h := s.History
	recorded := h.Schemas[claimed]
	added := map[string]bool{}
	for key, facts := range have.Objects {
		switch was, there := recorded.Objects[key]; {
		case there && was == facts:
		case !there && (owner(key) == "" || recorded.hasTable(owner(key))):
			added[key] = true
		default:
			return x, false
		}
	}
	if s.Count == 0 || s.Begun || len(have.Objects) != len(recorded.Objects)+len(added) {
		return x, false
	}
	ran := func(i int) bool {
		if i < claimed {
			return true
		}
		made, gone := h.Schemas[i+1].without(h.Schemas[i]), h.Schemas[i].without(h.Schemas[i+1])
		return len(made) > 0 && len(gone) == 0 && !slices.ContainsFunc(made, func(key string) bool { return !added[key] })
	}
	return explanation{ran, h.Rest(ran)}, len(added) > 0
}

// ranByHand returns the explanations that somebody has run a whole migration ahead of its
// turn: with what the history claims it gives the schema.
func (s *State) ranByHand(live *sql.DB, have *Picture, claimed int) (fit []explanation) {
	h := s.History
	if s.Count == 0 || s.Begun {
		return nil
	}
	for m := h.Completed(claimed) + 1; m < len(h.Migrations); m++ {
		begin, end := h.End(m), h.End(m+1)
		made := &Picture{Objects: maps.Clone(h.Schemas[claimed].Objects)}
		for _, key := range h.Schemas[begin].without(h.Schemas[end]) {
			delete(made.Objects, key)
		}
		for _, key := range h.Schemas[end].without(h.Schemas[begin]) {
			made.Objects[key] = h.Schemas[end].Objects[key]
		}
		if !have.SameSchema(made) {
			continue
		}
		ran := func(i int) bool { return i < claimed || i >= begin && i < end }
		if x := (explanation{ran, h.Rest(ran)}); s.rowsAllow(live, have, x) {
			fit = append(fit, x)
		}
	}
	return fit
}
