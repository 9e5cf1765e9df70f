package dbmend

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains the proof of a transaction, before it is committed: the
// schema is the one that is wanted, synthesised statements have lost no row, and
// no reference was broken.

// mostOrphans bounds how many broken references are looked at.
const mostOrphans = 100

// A proof is what was weighed before the steps ran.
type proof struct {
	orphans []engine.Orphan
	rows    map[schema.Key]int64  // of tables that synthesised statements work on
	sums    map[schema.Key]rowSum // of tables that are made anew around their rows
	filled  []schema.Key          // tables with rows that are made anew and must not end up empty
	checks  bool                  // references are worth checking
}

// weigh notes what must not get worse.
func (r *run) weigh(ctx context.Context, p *prepared, s *plan.Segment) (*proof, error) {
	w := &witness{db: r.db, engine: r.engine, have: p.have}
	pf := &proof{rows: map[schema.Key]int64{}, sums: map[schema.Key]rowSum{}}
	if len(s.Steps) == 0 {
		return pf, nil
	}
	pf.checks = true
	var err error
	if p.have.Len() > 0 {
		if pf.orphans, err = r.db.Orphans(ctx, mostOrphans); err != nil {
			return nil, fmt.Errorf("check references: %w", err)
		}
	}
	authored := map[schema.Key]bool{} // tables that the author's own statements may take rows from
	for i := range s.Steps {
		if source := s.Steps[i].Source; source != nil {
			authored[source.Table()] = true
		}
	}
	for i := range s.Steps {
		table := s.Steps[i].Table
		if _, seen := pf.rows[table]; seen || authored[table] || table.Kind != schema.Table || p.have.Get(table) == nil || p.plan.Diagnosis.Target.Get(table) == nil {
			continue
		}
		if pf.rows[table], err = w.Rows(ctx, table, 0); err != nil {
			return nil, err
		}
	}
	for i := range s.Steps {
		table := s.Steps[i].Table
		if _, seen := pf.sums[table]; seen || !s.Steps[i].Anew {
			continue
		}
		if pf.sums[table], err = w.sum(ctx, table, columnsInOrder(p.have, table)); err != nil {
			return nil, err
		}
	}
	for _, table := range r.rebuilt(p, s) {
		rows, err := w.Rows(ctx, table, 1)
		if err != nil {
			return nil, err
		}
		if rows > 0 {
			pf.filled = append(pf.filled, table)
		}
	}
	return pf, nil
}

// rebuilt returns the tables that a healing drops and that statements of the same
// migration fill anew: such a table must not end up empty.
func (r *run) rebuilt(p *prepared, s *plan.Segment) []schema.Key {
	var tables []schema.Key
	for i := range p.plan.Diagnosis.Migrations {
		mf := &p.plan.Diagnosis.Migrations[i]
		consented := slices.ContainsFunc(p.plan.Diagnosis.Answered, func(q diagnosis.Question) bool {
			return q.Code == diagnosis.Q12 && strings.HasPrefix(q.Place, string(mf.Migration.Version)+"/")
		})
		if mf.Plain || consented {
			continue
		}
		filled := map[schema.Key]bool{}
		for j := range mf.Findings {
			st := mf.Findings[j].Statement
			switch {
			case st.Verb == "insert":
				filled[st.Table()] = true
			case st.Verb == "delete":
				delete(filled, st.Table())
			case st.Verb == "alter table rename" && filled[st.Table()]:
				filled[st.Renamed()] = true
			}
		}
		for j := range s.Steps {
			source := s.Steps[j].Source
			if source == nil || s.Steps[j].Ref.Version != mf.Migration.Version || source.Verb != "drop table" || !filled[source.Table()] {
				continue
			}
			key := source.Table()
			if !refilled(mf.Findings[source.Number:], key, filled) || emptied(s.Steps[j+1:], key) {
				continue // as the author means it to be
			}
			if p.have.Get(key) != nil && p.plan.Diagnosis.Target.Get(key) != nil {
				tables = append(tables, key)
			}
		}
	}
	return tables
}

// refilled reports whether statements behind a drop put rows into the table, by
// themselves or by giving its name to one that is filled.
func refilled(behind []diagnosis.Finding, table schema.Key, filled map[schema.Key]bool) bool {
	return slices.ContainsFunc(behind, func(f diagnosis.Finding) bool {
		st := f.Statement
		return st.Verb == "insert" && st.Table() == table || st.Verb == "alter table rename" && st.Renamed() == table && filled[st.Table()]
	})
}

// fresh returns the broken references that were not there before. A rebuild may
// number rows anew and a rename call their table otherwise: so what is new is told
// by how many there are of the same tables, and in all.
func fresh(after, before []engine.Orphan) []engine.Orphan {
	if len(after) <= len(before) || len(before) == mostOrphans {
		return nil
	}
	type tables struct{ child, parent string }
	known := map[tables]int{}
	for _, o := range before {
		known[tables{o.Table, o.Parent}]++
	}
	var found []engine.Orphan
	for _, o := range after {
		if slices.Contains(before, o) {
			known[tables{o.Table, o.Parent}]--
		}
	}
	for _, o := range after {
		pair := tables{o.Table, o.Parent}
		if slices.Contains(before, o) {
			continue
		}
		if known[pair]--; known[pair] < 0 {
			found = append(found, o)
		}
	}
	return found
}

// emptied reports that an author's statement takes rows from the table.
func emptied(steps []plan.Step, table schema.Key) bool {
	return slices.ContainsFunc(steps, func(s plan.Step) bool {
		return s.Source != nil && s.Source.Table() == table && (s.Source.Verb == "delete" || s.Source.Verb == "drop table")
	})
}

// prove checks what the transaction has led to, and returns the schema's
// fingerprint. Only the
// last transaction of a run must have led to what is wanted.
//
// Errors: *[MismatchError]; *[Refusal] for references that would be broken.
func (r *run) prove(ctx context.Context, p *prepared, pf *proof, last bool) (after schema.Fingerprint, err error) {
	schemaAfter, err := r.inspectAfter(ctx, p)
	if err != nil {
		return after, err
	}
	mismatch := &MismatchError{During: "run", Kept: !r.db.Traits().TransactionalDDL}
	if !p.plain && last {
		mismatch.Differences = slices.DeleteFunc(schema.Compare(p.plan.Diagnosis.Target, schemaAfter), func(d schema.Difference) bool {
			return stillToCome(p.plan, d.Key) || r.db.Traits().IndexesReferences && byItself(p.plan, d, schemaAfter)
		})
	}
	w := &witness{db: r.db, engine: r.engine, have: schemaAfter}
	for table, before := range pf.rows {
		rows, err := w.Rows(ctx, table, 0)
		if err != nil {
			return after, err
		}
		if rows < before {
			mismatch.Rows = append(mismatch.Rows, fmt.Sprintf("%s has %d rows and had %d", table, rows, before))
		}
	}
	for table, before := range pf.sums {
		after, err := w.sum(ctx, table, before.columns)
		if err != nil {
			return schema.Fingerprint{}, err
		}
		if after.rows != before.rows || after.sum != before.sum {
			mismatch.Rows = append(mismatch.Rows, fmt.Sprintf("%s was made anew and does not hold the rows that it held", table))
		}
	}
	for _, table := range pf.filled {
		if schemaAfter.Get(table) == nil || !last {
			continue
		}
		rows, err := w.Rows(ctx, table, 1)
		if err != nil {
			return after, err
		}
		if rows == 0 {
			mismatch.Rows = append(mismatch.Rows, fmt.Sprintf("%s would be left without a row", table))
		}
	}
	if pf.checks && (last || r.db.Traits().ForeignKeys) {
		orphans, err := r.db.Orphans(ctx, mostOrphans)
		if err != nil {
			return after, fmt.Errorf("check references: %w", err)
		}
		orphans = fresh(orphans, pf.orphans)
		if !r.db.Traits().ForeignKeys {
			r.report.Orphans = orphans
		} else if len(orphans) > 0 {
			return after, r.orphaned(p, orphans)
		}
	}
	slices.Sort(mismatch.Rows)
	if len(mismatch.Differences) > 0 || len(mismatch.Rows) > 0 {
		return after, mismatch
	}
	return schemaAfter.Fingerprint(), nil
}

// stillToCome reports whether an object is made, changed or dropped by a step that
// runs after the transaction.
func stillToCome(p *plan.Plan, key schema.Key) bool {
	return slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return afterwards(s) && s.Touches(key) })
}

// byItself reports whether an index serves a foreign key and no step is about it: the
// server may have made it, or dropped it since another one serves.
func byItself(p *plan.Plan, d schema.Difference, after *schema.Snapshot) bool {
	o := cmp.Or(d.Want, d.Have)
	if d.Key.Kind != schema.Index || d.Want != nil && d.Have != nil || o.Fact(schema.IsUnique) != "" ||
		slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Touches(d.Key) }) {
		return false
	}
	return slices.ContainsFunc(after.Parts(d.Key.Owner()), func(part *schema.Object) bool {
		return part.Key.Kind == schema.ForeignKey && strings.HasPrefix(part.Key.Name, "("+o.Fact(schema.Columns)+") -> ")
	})
}

// inspectAfter reads the schema again, without tracking tables.
func (r *run) inspectAfter(ctx context.Context, p *prepared) (*schema.Snapshot, error) {
	after, err := r.db.Inspect(ctx)
	if err != nil {
		return nil, fmt.Errorf("inspect the database: %w", err)
	}
	after.DeleteFunc(func(o *schema.Object) bool { return p.hidden[o.Key.Owner()] })
	return after, nil
}
