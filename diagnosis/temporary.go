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

// This file contains temporary tables: where a migration keeps rows in one while it makes
// their table anew. No schema shows them, and with the session they are gone, and what is
// in them.

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
// table which the INSERT fills from a temporary one.
func (r *Replay) bringsBack(e int) (create int, ok bool) {
	fill := r.Effects[e].Statement
	if fill.Verb != "insert" || !slices.ContainsFunc(r.temporaries(e), func(name string) bool { return wording.Speaks(fill.Text, name) }) {
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
	for e := range c.replay.Effects {
		create, ok := c.replay.bringsBack(e)
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

// byTemporary judges a statement on data that writes a temporary table, or brings back
// from one what was in the table that it fills.
func (r *reasoner) byTemporary(_ context.Context, m *matter) (bool, error) {
	if r.Replay.onTemporary(m.e) {
		m.is(Superseded, "it works on a temporary table: what that was for is judged by what uses it")
		return true, nil
	}
	create, ok := r.Replay.bringsBack(m.e)
	if !ok {
		return false, nil
	}
	switch done, not, _ := r.votes(create); {
	case done > 0 && not == 0:
		m.is(Superseded, fmt.Sprintf("%s is there as %s makes it, and what it takes its rows from is gone with the session", m.Statement.Table(), r.Replay.Effects[create].Ref()))
	case not > 0 && done == 0:
		m.is(NotDone, r.Replay.Effects[create].Ref().String()+", which it follows, is not done")
	default:
		return false, nil
	}
	return true, nil
}

// helps reports whether a statement works on a helper table, temporary or not, and returns
// which.
func (r *reasoner) helps(e int) (table schema.Key, ok bool) {
	s := r.Replay.Effects[e].Statement
	return s.Table(), s.Target != "" && (r.helper(s.Table()) || r.Replay.onTemporary(e))
}
