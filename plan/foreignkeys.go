package plan

import (
	"maps"
	"slices"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what becomes of foreign keys while a plan runs: SQLite turns them on
// and off for a connection, outside of transactions only, so that what needs them
// otherwise has a transaction of its own.

// markForeignKeys marks the steps that drop a table which others refer to, before the
// run, behind it or on the way, by whatever name it has then, and those that may change
// what refers to their rows behind a PRAGMA of their migration that turns foreign keys on
// or off.
func (m *maker) markForeignKeys() {
	parents := map[string]bool{}
	for _, s := range []*schema.Snapshot{m.d.Have, m.d.Target} {
		for o := range s.All() {
			if parent := o.Fact(schema.Parent); parent != "" { // its own too: the copy that takes its place refers to it
				parents[parent] = true
			}
		}
	}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		if s.Source != nil && s.Source.Verb == "alter table rename" && parents[s.Source.Target] {
			parents[s.Source.NewName] = true
		}
		for _, c := range s.changes {
			if parent := c.After.Fact(schema.Parent); parent != "" {
				parents[parent] = true
			}
		}
		s.Rebuild = s.Rebuild || slices.ContainsFunc(s.changes, func(c schema.Change) bool {
			return c.Key.Kind == schema.Table && c.After == nil && parents[c.Key.Name] && s.Source.Verb == "drop table"
		})
		if s.relies() && parents[s.Source.Target] && m.d.Have.Get(s.Source.Table()) != nil {
			s.Enforce, s.Rebuild = s.turned == "on", s.Rebuild || s.turned == "off"
		}
	}
}

// relies reports whether a step may rely on foreign keys: what it changes may change what
// refers to it.
func (s *Step) relies() bool {
	return s.Source != nil && (s.Source.Verb == "delete" || s.Source.Verb == "update" || s.Source.Verb == "replace")
}

// modes tells how foreign keys must be while migrations run, and whether they cannot be
// the same for all. Where a migration needs them both ways they rest: the worse that can
// come of it are rows that refer to nothing, which are told, and not rows that are gone.
func (p *Plan) modes(enforced bool) (modes map[migration.Version]engine.TxMode, several bool) {
	modes = map[migration.Version]engine.TxMode{}
	rebuilds, relies := false, false
	for i := range p.Steps {
		switch s := &p.Steps[i]; {
		case s.Rebuild:
			modes[s.Ref.Version] = engine.Rebuild
			rebuilds = true
		case s.Enforce && !enforced:
			modes[s.Ref.Version] = max(modes[s.Ref.Version], engine.Enforced)
		case s.relies():
			relies = true
		}
	}
	return modes, enforced && rebuilds && relies || slices.Contains(slices.Collect(maps.Values(modes)), engine.Enforced)
}

// together returns the mode that all migrations share.
func together(modes map[migration.Version]engine.TxMode) engine.TxMode {
	mode := engine.Normal
	for _, m := range modes {
		mode = max(mode, m)
	}
	return mode
}
