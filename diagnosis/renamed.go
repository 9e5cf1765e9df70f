package diagnosis

import "github.com/dbmend/dbmend/schema"

// This file contains the names that a table has from a statement on: the set renames it.

// renamed follows a table through the renames between a statement and a position, as
// long as goesOn wants (nil: to the end of them).
func (r *reasoner) renamed(table schema.Key, e, position int, goesOn func(schema.Key) bool) schema.Key {
	for i := e + 1; i < position && (goesOn == nil || goesOn(table)); i++ {
		if s := r.Replay.Effects[i].Statement; s.Verb == "alter table rename" && s.Table() == table && !r.setsAside(i, position) {
			table = s.Renamed()
		}
	}
	return table
}

// setsAside reports whether a rename makes room for another table of the old name, which
// its migration makes next, ahead of a position, and drops the old one: the rows stay
// under the name that they had.
func (r *reasoner) setsAside(rename, position int) bool {
	mine, made := &r.Replay.Effects[rename], false
	for i := rename + 1; i < position && r.Replay.Effects[i].Migration == mine.Migration; i++ {
		switch s := r.Replay.Effects[i].Statement; s.Verb {
		case "create table":
			made = made || s.Table() == mine.Statement.Table()
		case "drop table":
			if made && s.Table() == mine.Statement.Renamed() {
				return true
			}
		}
	}
	return false
}

// lastName returns the name that a table has at the end of the set.
func (r *reasoner) lastName(e int, table schema.Key) schema.Key {
	return r.renamed(table, e, len(r.Replay.Effects), nil)
}

// liveName returns the name under which a table is there, of those that it has from a
// statement on; its last one where it is under none.
func (r *reasoner) liveName(e int, table schema.Key) schema.Key {
	return r.renamed(table, e, len(r.Replay.Effects), r.absent)
}

// movedOn returns the table that a statement's own is where the set stopped, and
// reports whether another one stands under its name by then: a rebuild was left
// half-way, and what is in that other one says nothing of the statement.
func (r *reasoner) movedOn(e int) (table schema.Key, moved bool) {
	own := r.Replay.Effects[e].Statement.Table()
	if r.explained.at == nil || r.absent(own) {
		return own, false
	}
	table = r.renamed(own, e, r.explained.at.from, nil)
	return table, table != own && !r.absent(table)
}
