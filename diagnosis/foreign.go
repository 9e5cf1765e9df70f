package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what becomes of objects that nobody knows on tables and views that a
// run renames, drops and makes anew, or of which it renames columns.

// A voyage is what a run does to a live table or view.
type voyage struct {
	now     schema.Key  // its name at the end
	dropped bool        // it is dropped on the way
	columns [][2]string // the columns that get another name, from and to, in order
	gone    []string    // the columns that are dropped, by the names that they have then
}

// voyages returns what the statements that are to run do to the live tables and views that
// something nobody knows belongs to, each as [schema.Key.Whole] has it.
func (r *reasoner) voyages() map[schema.Key]voyage {
	all := map[schema.Key]voyage{}
	for o := range r.Have.All() {
		if o.Key.IsPart() && !r.knows(o.Key) {
			all[o.Key.Whole()] = voyage{now: o.Key.Whole()}
		}
	}
	for e := range r.findings {
		f := &r.findings[e]
		if f.Verdict != NotDone || f.Left {
			continue
		}
		renames := f.Statement.Verb == "alter table rename"
		for live, v := range all {
			switch {
			case renames && v.now == f.Statement.Table():
				v.now = f.Statement.Renamed()
			case f.Statement.Verb == "alter table rename column" && v.now == f.Statement.Table():
				v.columns = append(v.columns, [2]string{f.Statement.OldName, f.Statement.NewName})
				v.gone = slices.DeleteFunc(v.gone, func(c string) bool { return c == f.Statement.NewName })
			case !renames && r.drops(e, v.now):
				v.dropped = true
			case !renames:
				v.gone = append(v.gone, r.dropsOf(e, v.now)...)
			}
			all[live] = v
		}
	}
	return all
}

// drops reports whether a statement drops a table, or what else has this name.
func (r *reasoner) drops(e int, table schema.Key) bool {
	for _, t := range r.touches[e] {
		if !t.key.IsPart() && t.key.Whole() == table && t.values[t.step+1] == nil && !r.renames(e) {
			return true
		}
	}
	return false
}

// dropsOf returns the columns of a table that a statement drops.
func (r *reasoner) dropsOf(e int, table schema.Key) (columns []string) {
	for _, t := range r.touches[e] {
		if t.key.Kind == schema.Column && t.key.Owner() == table && t.values[t.step+1] == nil {
			columns = append(columns, t.key.Name)
		}
	}
	return columns
}

// carryForeign moves what nobody knows along with its table, and with the columns that it
// is about; an index of columns that are all dropped goes with them, and so does what is
// said of something that is dropped. What goes with a table that is dropped, by consent, is
// not wanted any more; what has a statement of its own is made again where the table is made
// anew and has what it is about.
func (r *reasoner) carryForeign(target *schema.Snapshot) {
	for live, v := range r.voyages() {
		if v.now == live && !v.dropped && len(v.columns) == 0 && len(v.gone) == 0 {
			continue
		}
		for _, part := range r.Have.Parts(live) {
			if r.knows(part.Key) {
				continue
			}
			target.Delete(part.Key)
			moved := *part
			moved.Key.Table = v.now.Name
			if !v.dropped {
				follow(&moved, v.columns)
				if goesWith(&moved, v.gone) {
					continue
				}
			}
			if has(target, v.now) && (!v.dropped || part.Source != "" && r.fits(part, target, v.now.Name)) {
				target.Put(&moved)
			}
		}
	}
	for o := range r.Have.All() {
		subject := r.Have.Subject(o.Key)
		if subject != nil && !r.knows(o.Key) && r.knows(subject.Key) && target.Get(subject.Key) == nil {
			target.Delete(o.Key)
		}
	}
}

// has reports whether a schema has a table or a view of this name.
func has(s *schema.Snapshot, table schema.Key) bool {
	if s.Get(table) != nil {
		return true
	}
	for o := range s.All() {
		if !o.Key.IsPart() && o.Key.Whole() == table {
			return true
		}
	}
	return false
}

// clearTheWay has unique indexes that nobody knows go where a statement makes a unique
// constraint of their name over their columns: it holds rows to the same.
func (r *reasoner) clearTheWay() {
	for e := range r.findings {
		f := &r.findings[e]
		if f.Verdict != NotDone || f.Left {
			continue
		}
		for _, c := range r.Replay.Effects[e].Changes {
			if c.Key.Kind != schema.Unique || c.Before != nil || c.After == nil {
				continue
			}
			index := r.Have.Get(schema.Key{Kind: schema.Index, Space: c.Key.Space, Table: c.Key.Table, Name: c.After.Name})
			if index != nil && !r.knows(index.Key) && holdsTo(index, c.Key) {
				f.Instead = append(f.Instead, index)
				f.Evidence = append(f.Evidence, fmt.Sprintf("%s, unknown to the migrations, has its name and columns", index.Key))
			}
		}
	}
}

// holdsTo reports whether a unique index holds rows to just what a unique constraint does.
func holdsTo(index *schema.Object, constraint schema.Key) bool {
	for _, f := range index.Facts {
		if f.Name != schema.Columns && f.Name != schema.IsUnique {
			return false
		}
	}
	return index.Unsupported == "" && index.Fact(schema.IsUnique) != "" && "("+index.Fact(schema.Columns)+")" == constraint.Name
}

// follow has an object speak of columns by the names that they get, as the server has it.
// That it does so is seen when the plan is rehearsed.
func follow(o *schema.Object, columns [][2]string) {
	o.Facts = slices.Clone(o.Facts)
	for _, c := range columns {
		if o.Key.Kind != schema.Index && o.Key.Kind != schema.Trigger { // others are called after their columns
			o.Key.Name = wording.Rename(o.Key.Name, c[0], c[1])
		}
		for i := range o.Facts {
			o.Facts[i].Value = wording.Rename(o.Facts[i].Value, c[0], c[1])
		}
	}
}

// goesWith reports whether an index is about nothing but columns that are dropped.
func goesWith(o *schema.Object, gone []string) bool {
	if o.Key.Kind != schema.Index {
		return false
	}
	for term := range strings.SplitSeq(o.Fact(schema.Columns), ",") {
		name := strings.TrimSpace(term)
		if end := strings.IndexAny(name, " ("); end >= 0 {
			name = name[:end] // its length or its order follows
		}
		if !slices.Contains(gone, name) {
			return false
		}
	}
	return true
}

// fits reports whether a foreign index can be made on a table of the target.
func (r *reasoner) fits(o *schema.Object, target *schema.Snapshot, table string) bool {
	if o.Key.Kind != schema.Index {
		return true
	}
	for _, column := range r.Have.Parts(o.Key.Owner()) {
		wanted := column.Key
		wanted.Table = table
		if column.Key.Kind == schema.Column && target.Get(wanted) == nil && r.knows(column.Key) &&
			wording.Speaks(o.Fact(schema.Columns)+" "+o.Fact(schema.Where), column.Key.Name) {
			return false
		}
	}
	return true
}
