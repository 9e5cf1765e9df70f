package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A Count is how many rows a table has, as far as that was found out.
type Count struct {
	Rows int64
	Kind CountKind
}

// A CountKind says how good a [Count] is.
type CountKind string

// The kinds of counts.
const (
	Exact    CountKind = "exact"     // they were counted
	MoreThan CountKind = "more than" // they were counted up to here, and there are more
	Estimate CountKind = "estimate"  // the catalogue says so, and nobody has counted
)

// String returns "37 rows", "more than 10000 rows" or "about 1200000 rows (an
// estimate of the catalogue's)".
func (c Count) String() string {
	switch c.Kind {
	case MoreThan:
		return "more than " + wording.Count(c.Rows, "row")
	case Estimate:
		return "about " + wording.Count(c.Rows, "row") + " (an estimate of the catalogue's)"
	}
	return wording.Count(c.Rows, "row")
}

// Weigh tells of every step what it costs the tables that have rows: which rows it
// reads, writes anew or takes away, how many they are, and who waits meanwhile. It
// changes nothing else in the plan. have is the live schema, which the plan begins
// with; count is called once for each table of it that a hazard is about, and returns
// nil where the rows cannot be counted.
func (p *Plan) Weigh(e engine.Engine, t engine.Traits, have *schema.Snapshot, count func(table *schema.Object) *Count) {
	w := &scale{engine: e, traits: t, have: have, count: count, counts: map[schema.Key]*Count{}, now: map[schema.Key]schema.Key{}}
	for i := range p.Steps {
		w.weigh(p.Steps, i)
	}
}

// A scale weighs the steps of a plan, one after the other.
type scale struct {
	engine engine.Engine
	traits engine.Traits
	have   *schema.Snapshot
	count  func(table *schema.Object) *Count
	counts map[schema.Key]*Count
	now    map[schema.Key]schema.Key // tables that a step has renamed: what they were
}

func (w *scale) weigh(steps []Step, i int) {
	s := &steps[i]
	if s.Anew {
		if i == 0 || !steps[i-1].Anew || steps[i-1].Table != s.Table {
			w.add(s, engine.Hazard{Name: engine.RewritesTable, Table: s.Table, Waits: w.waits(steps[i:])})
		}
		return // what is dropped has been copied
	}
	for _, st := range w.statements(s) {
		for _, h := range w.engine.Hazards(&st, w.have, w.traits) {
			if h.Name == engine.DropsTable && renamedTo(steps[i+1:], h.Table) {
				w.add(s, engine.Hazard{Name: engine.RewritesTable, Table: h.Table, Waits: h.Waits})
			}
			w.add(s, h)
		}
		if strings.HasSuffix(st.Verb, " rename") && st.NewName != "" {
			from := schema.Key{Kind: schema.Table, Space: w.space(st.Space), Name: st.Target}
			to := from
			to.Name = st.NewName
			w.now[to] = w.origin(from)
		}
	}
}

// renamedTo reports whether a later step gives a table's name to another: then the
// table is made anew in the way that its author has written out.
func renamedTo(steps []Step, table schema.Key) bool {
	return slices.ContainsFunc(steps, func(s Step) bool {
		return s.Source != nil && strings.HasSuffix(s.Source.Verb, " rename") && s.Source.NewName == table.Name
	})
}

// statements returns the author's statement, or those that were written for him.
func (w *scale) statements(s *Step) []migration.Statement {
	if s.Source != nil {
		return []migration.Statement{*s.Source}
	}
	cut, err := w.engine.Cut(s.SQL)
	if err != nil {
		return nil // it will say so when it runs
	}
	return cut
}

// waits returns who waits while the table of the first step is made anew: who waits
// when it is dropped.
func (w *scale) waits(steps []Step) string {
	for i := range steps {
		if !steps[i].Anew {
			break
		}
		for _, st := range w.statements(&steps[i]) {
			for _, h := range w.engine.Hazards(&st, w.have, w.traits) {
				if h.Name == engine.DropsTable {
					return h.Waits
				}
			}
		}
	}
	return ""
}

func (w *scale) space(name string) string {
	if name == w.traits.Space {
		return ""
	}
	return name
}

// origin returns the live table that is under a name by now.
func (w *scale) origin(table schema.Key) schema.Key {
	if before, renamed := w.now[table]; renamed {
		return before
	}
	return table
}

// add puts a hazard into words, if the table is there and has rows. What is known by
// its name already is replaced, or taken back: it was told without looking. What is
// known with its table lacks no more than who waits.
func (w *scale) add(s *Step, h engine.Hazard) {
	for i := range s.Hazards {
		if known := &s.Hazards[i]; known.Name == h.Name && known.Table == h.Table {
			if known.Waits == "" && h.Waits != "" {
				known.Waits = h.Waits
				known.Text += "; " + h.Waits
			}
			return
		}
	}
	s.Hazards = slices.DeleteFunc(s.Hazards, func(known Hazard) bool { return known.Name == h.Name && known.Table == (schema.Key{}) })
	live := w.have.Get(w.origin(h.Table))
	if live == nil {
		return // the plan makes it
	}
	n, counted := w.counts[live.Key]
	if !counted {
		n = w.count(live)
		w.counts[live.Key] = n
	}
	takes := h.Name == engine.DropsTable || h.Name == engine.DropsColumn || h.Name == engine.DeletesRows
	if empty := n != nil && n.Kind == Exact && n.Rows == 0; empty && !takes {
		return
	}
	s.Hazards = append(s.Hazards, Hazard{Name: h.Name, Table: h.Table, Rows: n, Waits: h.Waits, Text: sentence(h, n)})
}

// sentence says what a hazard is: "reads 37 rows of orders; whoever writes it waits
// until the transaction ends".
func sentence(h engine.Hazard, n *Count) string {
	rows := "every row"
	if n != nil {
		rows = n.String()
	}
	table := strings.TrimPrefix(h.Table.String(), string(schema.Table)+" ")
	var text string
	switch h.Name {
	case engine.BuildsIndex:
		text = fmt.Sprintf("reads %s of %s", rows, table)
	case engine.ChecksRows:
		text = fmt.Sprintf("reads and checks %s of %s", rows, table)
	case engine.RewritesTable:
		text = fmt.Sprintf("writes %s of %s anew", rows, table)
	case engine.DropsTable:
		text = fmt.Sprintf("%s of %s are gone afterwards", rows, table)
		if n == nil || n.Rows == 1 && n.Kind == Exact {
			text = fmt.Sprintf("%s of %s is gone afterwards", rows, table)
		}
	case engine.DropsColumn:
		text = fmt.Sprintf("the values of the column are gone afterwards, in %s of %s", rows, table)
	case engine.DeletesRows:
		text = fmt.Sprintf("rows of %s are gone afterwards, which has %s", table, rows)
		if n == nil {
			text = fmt.Sprintf("rows of %s are gone afterwards", table)
		}
	}
	if h.Waits != "" {
		text += "; " + h.Waits
	}
	return text
}
