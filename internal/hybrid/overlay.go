package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// This file contains what a script of the whole schema does to an older database,
// when every statement of it says IF NOT EXISTS: it makes the tables that are new.

// newTables returns the tables that the final schema has and an earlier one lacks.
func (h *History) newTables(position int) []string {
	have := h.Schemas[position].Tables()
	return where(h.Final.Tables(), func(t string) bool { return !slices.Contains(have, t) })
}

// overlay runs the newest script over a database of an earlier release.
func (s *State) overlay(r *rand.Rand) (bool, error) {
	h := s.History
	s.Count = r.IntN(len(h.Migrations))
	position := h.End(s.Count)
	tables := h.newTables(position)
	if len(tables) == 0 || position == 0 {
		return false, nil
	}
	s.at(position, r.IntN(2) == 0)
	if r.IntN(3) == 0 {
		s.Count, s.Shape = 0, NoHistory
	}
	script := h.overlayScript(tables, r.IntN(2) == 0)
	s.Live = append(s.Live, script...)
	db, err := run(h.engine, s.Live)
	if err != nil {
		return false, nil // a new table stands where an old index or view is
	}
	defer db.Close()
	var filled []string
	for _, table := range tables {
		if h.logged(table) || h.numbers(table) || r.IntN(2) == 0 || h.renamedTo(table, position) {
			continue
		}
		for _, row := range h.lateRows(table) {
			if _, err := db.Exec(insert(table, row)); err == nil {
				s.Live = append(s.Live, insert(table, row))
				filled = append(filled, insert(table, row))
			}
		}
	}
	s.Live = append(s.Live, where(h.engine.Counters(h.Final), func(sql string) bool {
		return slices.ContainsFunc(tables, func(t string) bool { return slices.Contains(tokens(sql), t) })
	})...)
	s.end = func() []string { return h.beneath(tables, filled, s.ran) }
	s.late = tables
	s.Note = fmt.Sprintf("%d migrations ran, then the newest script made %s", h.Completed(position), strings.Join(tables, ", "))
	return true, nil
}

// beneath returns what repairs an overlaid database: the new tables, which have
// their last form, stand aside while the migrations run.
func (h *History) beneath(tables, filled []string, ran func(int) bool) []string {
	script := []string{h.engine.ForeignKeys(false)}
	script = append(script, h.engine.dialect().dropTables(tables)...)
	script = append(script, h.engine.ForeignKeys(h.ForeignKeys))
	script = append(script, h.Rest(ran)...)
	return append(script, filled...)
}

// overlayScript returns the part of the full script that makes some tables.
func (h *History) overlayScript(tables []string, indexes bool) []string {
	return where(h.Install, func(sql string) bool {
		words := tokens(sql)
		switch {
		case words[1] == "table":
			return slices.Contains(tables, words[2])
		case words[1] == "index", words[1] == "unique":
			at := slices.Index(words, "on")
			return indexes && slices.Contains(tables, words[at+1])
		}
		return false
	})
}

// logged reports whether writing to a table does more than that.
func (h *History) logged(table string) bool {
	for key := range h.Final.Objects {
		if strings.HasPrefix(key, table+"/trigger ") {
			return true
		}
	}
	return strings.HasPrefix(table, "log")
}

// numbers reports whether migrations put rows into a table and leave it to the
// table to number them.
func (h *History) numbers(table string) bool {
	return slices.ContainsFunc(h.Statements, func(s *Statement) bool {
		return s.Table == table && (s.Verb == Copy || s.Verb == Insert && s.Seeds.Column != "id" && s.Seeds.Column != "code")
	})
}

// renamedTo reports whether a table gets its name from another one that is there.
func (h *History) renamedTo(table string, position int) bool {
	return slices.ContainsFunc(h.Statements[position:], func(s *Statement) bool {
		return s.Rename != nil && s.Rename.Type == "" && s.Rename.To == table
	})
}

// lateRows returns the application's rows of a table at the end of its life.
func (h *History) lateRows(table string) []string {
	db, err := run(h.engine, h.Script(h.End(len(h.Migrations))))
	if err != nil {
		return nil
	}
	defer db.Close()
	p, err := Look(h.engine, db)
	if err != nil {
		return nil
	}
	return without(p.Rows[table], h.Final.Rows[table])
}

// rowsOf returns the statements that put all rows of a picture in.
func rowsOf(p *Picture) []string {
	var script []string
	for _, table := range p.Tables() {
		for _, row := range p.Rows[table] {
			script = append(script, insert(table, row))
		}
	}
	return script
}

// insert turns a row of a picture back into a statement.
func insert(table, row string) string {
	columns, values := fields(row)
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "), strings.Join(values, ", "))
}

// fields takes a row of a picture apart.
func fields(row string) (columns, values []string) {
	for row != "" {
		name, rest, _ := strings.Cut(row, "=")
		value, next := rest, ""
		if strings.HasPrefix(rest, "'") {
			end := 1
			for end < len(rest) {
				if rest[end] == '\'' {
					if end+1 < len(rest) && rest[end+1] == '\'' {
						end += 2
						continue
					}
					break
				}
				end++
			}
			value, next = rest[:end+1], strings.TrimPrefix(rest[end+1:], " ")
		} else {
			value, next, _ = strings.Cut(rest, " ")
		}
		columns, values, row = append(columns, name), append(values, value), next
	}
	return columns, values
}
