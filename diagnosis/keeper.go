package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains tables in which a migration keeps rows while it makes their table
// anew under its own name. Many are temporary: no schema shows them, and with the session
// they are gone, and what is in them.

// makesTemporary reports whether a statement makes a temporary table.
func makesTemporary(s *migration.Statement) bool {
	return s.Class == migration.Session && s.Target != "" && strings.HasPrefix(s.Verb, "create ") && strings.Contains(s.Verb, " table")
}

// temporaries returns the names of the temporary tables that the migration of a statement
// has made ahead of it.
func (r *Replay) temporaries(e int) (names []string) {
	for i := e - 1; i >= 0 && r.Effects[i].Migration == r.Effects[e].Migration; i-- {
		if s := r.Effects[i].Statement; makesTemporary(s) {
			names = append(names, s.Target)
		}
	}
	return names
}

// onTemporary reports whether a statement fills, changes or drops a temporary table.
func (r *Replay) onTemporary(e int) bool {
	return len(r.Effects[e].Changes) == 0 && slices.Contains(r.temporaries(e), r.Effects[e].Statement.Target)
}

// bringsBack returns the statement that makes, ahead of an INSERT and in its migration, the
// table which the INSERT fills from one of those that kept its rows meanwhile.
func (r *Replay) bringsBack(e int, keepers []string) (create int, ok bool) {
	fill := r.Effects[e].Statement
	if fill.Verb != "insert" || !slices.ContainsFunc(keepers, func(name string) bool { return wording.Speaks(fill.Text, name) }) {
		return 0, false
	}
	for i := e - 1; i >= 0 && r.Effects[i].Migration == r.Effects[e].Migration; i-- {
		if s := r.Effects[i].Statement; s.Verb == "create table" && s.Class == migration.Schema && s.Table() == fill.Table() {
			return i, true
		}
	}
	return 0, false
}

// passOver rules out that the set has stopped between the DROP and the CREATE of a table of
// which a temporary one keeps the rows: nobody leaves it there, and a table that is absent
// has most likely not been made yet.
func (c *course) passOver() {
	var keepers []string // of the migration, up to the statement
	for e := range c.replay.Effects {
		if e > 0 && c.replay.Effects[e].Migration != c.replay.Effects[e-1].Migration {
			keepers = nil
		}
		if s := c.replay.Effects[e].Statement; makesTemporary(s) {
			keepers = append(keepers, s.Target)
		}
		create, ok := c.replay.bringsBack(e, keepers)
		if !ok {
			continue
		}
		for _, t := range c.touches[create] {
			if t.step == 0 || t.values[t.step] != nil || c.replay.Effects[t.effects[t.step-1]].Migration != c.replay.Effects[create].Migration {
				continue
			}
			if t.key.Kind == schema.Table {
				for position := t.effects[t.step-1] + 1; position <= create; position++ {
					c.fleeting[position] = true
				}
			}
			if t.possible[t.step] && (slices.Index(t.possible, true) < t.step || slices.Contains(t.possible[t.step+1:], true)) {
				t.possible[t.step] = false
			}
		}
	}
}

// keepersGone returns the names of the tables in which the migration of a statement keeps
// rows for a while, and which are not there now: the temporary ones, and those that it
// makes ahead of the statement and drops behind it.
func (r *reasoner) keepersGone(e int) []string {
	names := r.Replay.temporaries(e)
	for i := e + 1; i < len(r.touches) && r.Replay.Effects[i].Migration == r.Replay.Effects[e].Migration; i++ {
		s := r.Replay.Effects[i].Statement
		made := slices.ContainsFunc(r.touches[i], func(t touch) bool {
			return t.key == s.Table() && t.step > 0 && r.Replay.Effects[t.effects[t.step-1]].Migration == r.Replay.Effects[e].Migration &&
				t.effects[t.step-1] < e
		})
		if s.Verb == "drop table" && made && r.absent(s.Table()) {
			names = append(names, s.Target)
		}
	}
	return names
}

// byKeeper judges a statement on data that writes a temporary table, or brings back what
// was in the table that it fills from one which kept its rows meanwhile and is gone: then
// the table tells, unless it was made anew in the form that it had, with other rows.
func (r *reasoner) byKeeper(ctx context.Context, m *matter) (bool, error) {
	if r.Replay.onTemporary(m.e) {
		m.is(Superseded, "it works on a temporary table: what that was for is judged by what uses it")
		return true, nil
	}
	create, ok := r.Replay.bringsBack(m.e, r.keepersGone(m.e))
	if !ok {
		return false, nil
	}
	ref := r.Replay.Effects[create].Ref()
	switch done, not, _ := r.votes(create); {
	case not > 0 && done == 0:
		m.is(NotDone, ref.String()+", which it follows, is not done")
		return true, nil
	case done == 0 || not > 0:
		return false, nil
	}
	if drop, ok := r.droppedFor(create); ok && !r.reforms(unit{m.Statement.Table(), []int{drop, create}}) {
		kept, err := r.Witness.Keeps(ctx, m.Statement.Table(), r.about(m.e)...)
		if err != nil || !kept {
			return false, err
		}
	}
	m.is(Superseded, fmt.Sprintf("%s is there as %s makes it, and what it takes its rows from is gone", m.Statement.Table(), ref))
	return true, nil
}

// droppedFor returns the statement that drops a table for the one which makes it again.
func (r *reasoner) droppedFor(create int) (drop int, ok bool) {
	for _, t := range r.touches[create] {
		if t.key == r.Replay.Effects[create].Statement.Table() && t.step > 0 {
			return t.effects[t.step-1], true
		}
	}
	return 0, false
}

// about returns the statements on rows and the schema of the migration of a statement, and
// those that make temporary tables.
func (r *reasoner) about(e int) (statements []*migration.Statement) {
	for i := range r.Replay.Effects {
		s := r.Replay.Effects[i].Statement
		if r.Replay.Effects[i].Migration == r.Replay.Effects[e].Migration &&
			(s.Class == migration.Schema || s.Class == migration.Data || makesTemporary(s)) {
			statements = append(statements, s)
		}
	}
	return statements
}

// helps reports whether a statement works on a helper table, temporary or not, and returns
// which.
func (r *reasoner) helps(e int) (table schema.Key, ok bool) {
	s := r.Replay.Effects[e].Statement
	return s.Table(), s.Target != "" && (r.helper(s.Table()) || r.Replay.onTemporary(e))
}
