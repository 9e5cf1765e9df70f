package dbmend

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains the proof of a transaction, before it is committed: the
// schema is the one that is wanted, no table has lost its rows on the way, and no
// reference was broken. For what synthesised statements do see guard.go.

// mostOrphans bounds how many broken references are looked at.
const mostOrphans = 100

// A proof is what was weighed before the steps ran.
type proof struct {
	orphans []engine.Orphan
	filled  []schema.Key // tables with rows that are made anew and must not end up empty
	back    *kept        // what must stay where migrations are taken back; nil elsewhere
	checks  bool         // references are worth checking
	trace   engine.Trace // of what the steps change; nil where the schema is inspected behind them
}

// before notes what must not get worse.
func (r *run) before(ctx context.Context, p *prepared, s *plan.Segment, last bool) (*proof, error) {
	w := witness.New(r.db, r.engine, p.have)
	pf := &proof{}
	var err error
	if pf.trace, err = r.trace(ctx, p, s, last); err != nil || len(s.Steps) == 0 {
		return pf, err
	}
	enforced := r.db.Traits().ForeignKeys
	pf.checks = last && !enforced || enforced && r.mayBreak(p, s)
	if pf.checks && (p.unseen || p.have.Len() > 0) {
		if pf.orphans, err = r.db.Orphans(ctx, mostOrphans); err != nil {
			return nil, fmt.Errorf("check references: %w", err)
		}
	}
	if p.plan.Back {
		if pf.back, err = weighBack(ctx, w, p.plan); err != nil {
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

// mayBreak reports whether a transaction can break a reference on a connection that
// enforces them. To look for one takes a time that grows with the whole schema, and
// where nothing can be undone the author's statements on the schema break none: for
// that, what the server enforces must have been set aside or gone around.
func (r *run) mayBreak(p *prepared, s *plan.Segment) bool {
	return r.db.Traits().TransactionalDDL || !p.plain || s.Mode == engine.Rebuild ||
		slices.ContainsFunc(s.Steps, func(step plan.Step) bool { return !defines(step.Source) })
}

// defines reports whether an author's statement is one on the schema and on nothing else.
func defines(source *migration.Statement) bool {
	if source == nil || source.Class != migration.Schema {
		return false
	}
	word, _, _ := strings.Cut(source.Verb, " ")
	return slices.Contains([]string{"create", "alter", "drop", "rename"}, word)
}

// rebuilt returns the tables that a healing drops once their rows are in another
// table from which they come back: such a table must not end up empty.
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
		for j := range s.Steps {
			source := s.Steps[j].Source
			if source == nil || s.Steps[j].Ref.Version != mf.Migration.Version || source.Verb != "drop table" ||
				!comesBack(mf.Findings, source) {
				continue
			}
			key := source.Table()
			if emptied(s.Steps[:j], key) || emptied(s.Steps[j+1:], key) {
				continue // as the author means it to be
			}
			if p.have.Get(key) != nil && p.plan.Diagnosis.Target.Get(key) != nil {
				tables = append(tables, key)
			}
		}
	}
	return tables
}

// comesBack reports whether a migration copies the rows of a table elsewhere before
// it drops the table, and afterwards copies them back or gives the copy its name.
func comesBack(findings []diagnosis.Finding, drop *migration.Statement) bool {
	for _, f := range findings[:drop.Number-1] {
		aside := f.Statement.Table()
		if f.Statement.Verb != "insert" || aside == drop.Table() || !wording.Speaks(f.Statement.Text, drop.Target) {
			continue
		}
		if slices.ContainsFunc(findings[drop.Number:], func(f diagnosis.Finding) bool {
			st := f.Statement
			return st.Verb == "alter table rename" && st.Table() == aside && st.Renamed() == drop.Table() ||
				st.Verb == "insert" && st.Table() == drop.Table() && wording.Speaks(st.Text, aside.Name)
		}) {
			return true
		}
	}
	return false
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

// emptied reports that an author's statement takes the rows of the table away.
func emptied(steps []plan.Step, table schema.Key) bool {
	return slices.ContainsFunc(steps, func(s plan.Step) bool {
		return s.Source != nil && s.Source.Table() == table && (s.Source.Verb == "delete" || s.Source.Verb == "truncate" || s.Source.Verb == "drop table")
	})
}

// prove checks what the transaction has led to, and returns the schema's
// fingerprint. Only the last transaction of a run must have led to what is wanted.
//
// Errors: *[MismatchError]; *[Refusal] for references that would be broken.
func (r *run) prove(ctx context.Context, p *prepared, pf *proof, last bool) (after schema.Fingerprint, err error) {
	if p.plain && r.made != nil {
		return r.made.schema, r.proveReferences(ctx, p, pf)
	}
	if !last && (p.plain || r.db.Traits().TransactionalDDL) {
		if after, err = r.follow(ctx, p); err != nil {
			return after, err
		}
		return after, r.proveReferences(ctx, p, pf)
	}
	after, told, err := r.traced(ctx, p, pf.trace)
	if err == nil && told {
		return after, r.proveReferences(ctx, p, pf)
	}
	if err != nil {
		return after, err
	}
	schemaAfter, err := r.inspectAfter(ctx, p)
	if err != nil {
		return after, err
	}
	p.sole = p.sole && r.looksSole(schemaAfter)
	mismatch := &MismatchError{During: "run", Kept: !r.db.Traits().TransactionalDDL}
	if !p.plain && last {
		mismatch.Differences = slices.DeleteFunc(schema.Compare(p.plan.Diagnosis.Target, schemaAfter), func(d schema.Difference) bool {
			return stillToCome(p.plan, d.Key) || r.unforeseen(p, d) || r.db.Traits().IndexesReferences && byItself(p.plan, d, schemaAfter)
		})
	}
	w := witness.New(r.db, r.engine, schemaAfter)
	if pf.back != nil && last {
		if mismatch.Rows, err = pf.back.compare(ctx, w); err != nil {
			return after, err
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
	if err := r.proveReferences(ctx, p, pf); err != nil {
		return after, err
	}
	slices.Sort(mismatch.Rows)
	if len(mismatch.Differences) > 0 || len(mismatch.Rows) > 0 {
		return after, mismatch
	}
	return schemaAfter.Fingerprint(), nil
}

// proveReferences looks for references that were whole before.
//
// Errors: *[Refusal], where they are enforced.
func (r *run) proveReferences(ctx context.Context, p *prepared, pf *proof) error {
	if !pf.checks {
		return nil
	}
	orphans, err := r.db.Orphans(ctx, mostOrphans)
	if err != nil {
		return fmt.Errorf("check references: %w", err)
	}
	orphans = fresh(orphans, pf.orphans)
	if !r.db.Traits().ForeignKeys {
		r.report.Orphans = orphans
	} else if len(orphans) > 0 {
		return r.orphaned(p, orphans)
	}
	return nil
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

// unforeseen reports whether something new is there of which nobody could say before
// that it would be: what code makes that is not for scratch databases.
func (r *run) unforeseen(p *prepared, d schema.Difference) bool {
	return d.Want == nil && p.have.Get(d.Key) == nil && slices.ContainsFunc(p.plan.Steps, r.unseen)
}

// inspectAfter reads the schema again, without tracking tables, unless it has just been
// read together with its stamp.
func (r *run) inspectAfter(ctx context.Context, p *prepared) (after *schema.Snapshot, err error) {
	if after, r.seen = r.seen, nil; after == nil {
		if after, err = r.db.Inspect(ctx); err != nil {
			return nil, fmt.Errorf("inspect the database: %w", err)
		}
	}
	after.DeleteFunc(func(o *schema.Object) bool { return p.hidden[o.Key.Owner()] })
	return after, nil
}
