package plan

import (
	"slices"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Down plans to take migrations back, in the order of [diagnosis.Down], each by the
// part of its file that its author wrote for it. What the statements do is known
// once they have been seen: see [Plan.Observe].
//
// Errors: *[migration.SyntaxError] for a statement that dbmend does not run.
func Down(d *diagnosis.Diagnosis) (*Plan, error) {
	m := &maker{d: d, plan: &Plan{Diagnosis: d, Back: true, From: d.Have.Fingerprint(), To: d.Target.Fingerprint()}}
	for i := range d.Migrations {
		mf := &d.Migrations[i]
		for j := range mf.Findings {
			if f := &mf.Findings[j]; f.Verdict == diagnosis.NotDone {
				if err := m.step(mf, f, f.Evidence[0]); err != nil {
					return nil, err
				}
			}
		}
		m.plan.Records = append(m.plan.Records, Record{Migration: mf.Migration, Outcome: journal.Reverted, Reason: "taken back by its down part"})
	}
	for i := range m.plan.Steps {
		m.plan.Steps[i].Reverts = true
	}
	m.afterwards()
	return m.plan, nil
}

// Observe notes what a step was seen to do to a copy of the schema.
func (p *Plan) Observe(step int, changes []schema.Change) { p.Steps[step].changes = changes }

// A Loss is a table with its rows, or a column with its values, of which a plan
// leaves nothing.
type Loss struct {
	Step   int // the one that takes it away
	Object *schema.Object
}

// Losses returns the tables and columns of the live schema of which the steps, as
// they were observed, leave nothing: neither under the name that each has, nor under
// one that a rename gives it. A table that is dropped and made anew, and that nothing
// puts rows into, is lost too.
func (p *Plan) Losses() []Loss {
	l := p.lineage()
	var losses []Loss
	for o := range l.have.All() {
		switch o.Key.Kind {
		case schema.Table:
			if step, lost := l.lost(o.Key, p.Diagnosis.Target); lost {
				losses = append(losses, Loss{step, o})
			}
		case schema.Column:
			owner := o.Key.Owner()
			if _, lost := l.lost(owner, p.Diagnosis.Target); lost {
				continue // with the table
			}
			if p.Diagnosis.Target.Get(l.column(o.Key)) == nil && o.Fact(schema.Generated) == "" {
				losses = append(losses, Loss{l.step(o.Key), o})
			}
		}
	}
	return losses
}

// Converted returns the columns of the live schema, in tables that stay, to which the
// steps give another type, if only on the way: what becomes of their values is told by
// running the steps.
func (p *Plan) Converted() []Loss {
	l := p.lineage()
	var converted []Loss
	for o := range l.have.All() {
		owner := o.Key.Owner()
		if _, lost := l.lost(owner, p.Diagnosis.Target); o.Key.Kind != schema.Column || lost {
			continue
		}
		now := l.column(o.Key)
		target := p.Diagnosis.Target.Get(now)
		if target == nil {
			continue
		}
		step, remade := l.dropped[owner]
		found := remade && target.Fact(schema.Type) != o.Fact(schema.Type)
		for i := range p.Steps {
			if p.Steps[i].converts(o.Key) || p.Steps[i].converts(now) {
				step, found = i, true
			}
		}
		if found {
			converted = append(converted, Loss{step, o})
		}
	}
	return converted
}

// converts reports whether a step, as it was observed, gives a column of the table that
// it is about another type.
func (s *Step) converts(column schema.Key) bool {
	return s.Source != nil && s.Source.Table() == column.Owner() && slices.ContainsFunc(s.changes, func(c schema.Change) bool {
		return c.Key == column && c.Before != nil && c.After != nil && c.Before.Fact(schema.Type) != c.After.Fact(schema.Type)
	})
}

// Remade returns the tables that the steps drop and make anew, and out of which no
// statement deletes.
func (p *Plan) Remade() []schema.Key {
	l := p.lineage()
	var tables []schema.Key
	for o := range p.Diagnosis.Have.All() {
		if _, dropped := l.dropped[o.Key]; !dropped || l.tables[o.Key] != o.Key {
			continue
		}
		_, lost := l.lost(o.Key, p.Diagnosis.Target)
		if lost || slices.ContainsFunc(p.Steps, func(s Step) bool {
			return s.Source != nil && s.Source.Verb == "delete" && s.Source.Target == o.Key.Name
		}) {
			continue
		}
		tables = append(tables, o.Key)
	}
	return tables
}

// A lineage follows live tables and columns through the steps of a plan.
type lineage struct {
	have    *schema.Snapshot
	tables  map[schema.Key]schema.Key // a live table, and its name by now
	dropped map[schema.Key]int        // a live table, and the step that dropped it
	filled  map[schema.Key]bool       // a table that a step has put rows into, by its name by now
	columns map[schema.Key]string     // a live column, and its name by now where that is another
	gone    map[schema.Key]int        // a column, by its name then, and the last step that took it away
}

// lineage follows the live tables and columns to where the plan leaves them.
func (p *Plan) lineage() *lineage {
	l := &lineage{
		have: p.Diagnosis.Have, tables: map[schema.Key]schema.Key{}, dropped: map[schema.Key]int{},
		filled: map[schema.Key]bool{}, columns: map[schema.Key]string{}, gone: map[schema.Key]int{},
	}
	for o := range l.have.All() {
		if o.Key.Kind == schema.Table {
			l.tables[o.Key] = o.Key
		}
	}
	for i := range p.Steps {
		l.follow(i, &p.Steps[i])
	}
	return l
}

// follow notes what one step does.
func (l *lineage) follow(i int, s *Step) {
	if s.Source == nil {
		return
	}
	target, renamed := s.Source.Table(), s.Source.Renamed()
	switch s.Source.Verb {
	case "insert", "replace":
		l.filled[target] = true
	case "alter table rename":
		for live, now := range l.tables {
			if _, dropped := l.dropped[live]; now == target && !dropped {
				l.tables[live] = renamed
			}
		}
		if l.filled[target] {
			delete(l.filled, target)
			l.filled[renamed] = true
		}
		return
	case "alter table rename column":
		for o := range l.have.All() {
			if o.Key.Kind == schema.Column && l.column(o.Key) == target.Column(s.Source.OldName) {
				l.columns[o.Key] = s.Source.NewName
			}
		}
		return
	}
	for _, c := range s.changes {
		if c.After != nil {
			continue
		}
		switch c.Key.Kind {
		case schema.Table:
			for live, now := range l.tables {
				if _, dropped := l.dropped[live]; now == c.Key && !dropped {
					l.dropped[live] = i
				}
			}
			delete(l.filled, c.Key)
		case schema.Column:
			l.gone[c.Key] = i
		}
	}
}

// lost reports whether nothing is left of a live table, and by which step.
func (l *lineage) lost(live schema.Key, target *schema.Snapshot) (step int, lost bool) {
	step, dropped := l.dropped[live]
	now := l.tables[live]
	return step, dropped && (target.Get(now) == nil || !l.filled[now])
}

// column returns the key that a live column has by now.
func (l *lineage) column(live schema.Key) schema.Key {
	now := l.tables[live.Owner()].Column(live.Name)
	if name, renamed := l.columns[live]; renamed {
		now.Name = name
	}
	return now
}

// step returns the step that took a live column away.
func (l *lineage) step(column schema.Key) int {
	for _, key := range []schema.Key{column, l.tables[column.Owner()].Column(column.Name)} {
		if i, ok := l.gone[key]; ok {
			return i
		}
	}
	return l.dropped[column.Owner()]
}

// Bystanders returns the tables that a plan says nothing about and whose rows its
// steps could reach all the same: through references, and through triggers or
// statements of which it is not known what they do. What stays out of reach is left
// out: there is nothing to prove.
func (p *Plan) Bystanders() []schema.Key {
	about := map[schema.Key]bool{}
	anything := false
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Source != nil && s.Source.Class == migration.Data {
			about[s.Source.Table()] = true
			anything = anything || s.Source.Target == ""
		}
		anything = anything || s.Source != nil && s.Source.Class == migration.Code
		for _, c := range s.changes {
			about[c.Key.Owner()] = true
		}
	}
	reached, parents := map[schema.Key]bool{}, map[string]bool{}
	reach := func(table schema.Key) {
		reached[table], parents[table.Name], parents[table.Space+"."+table.Name] = true, true, true
	}
	for table := range about {
		reach(table)
	}
	for more := true; more; {
		more = false
		for o := range p.Diagnosis.Have.All() {
			table := o.Key.Owner()
			if !reached[table] && parents[o.Fact(schema.Parent)] {
				reach(table)
				more = true
			}
			anything = anything || o.Key.Kind == schema.Trigger && reached[table]
		}
	}
	var tables []schema.Key
	for o := range p.Diagnosis.Have.All() {
		if o.Key.Kind == schema.Table && !about[o.Key] && (anything || reached[o.Key]) && p.Diagnosis.Target.Get(o.Key) != nil {
			tables = append(tables, o.Key)
		}
	}
	return tables
}
