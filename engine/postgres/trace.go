package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A tracing tells what a transaction has written to the catalogues: decision 0056.
//
// What statements name is read ahead of them. Of all else the rows must be there that
// were, none less and none written anew; and what is about none of it must be about a table
// that is new.
type tracing struct {
	watch *watch   // of what was read
	named []string // what has a name that stands in a statement
	read  []string // that, what mentions it, and what it refers to
	parts string   // of these the relations, with their indexes, as an array
	roles string

	horizon string // where nothing was read
	others  string // a hash of what was there besides
	after   *ledger
}

var _ engine.Tracer = Engine{}

// Trace reads the tables whose names are in the statements, and what mentions those, in a
// transaction that has written nothing. It is nil where the schema is not that of the
// stamp, once all is read: then somebody has come in between.
func (e Engine) Trace(ctx context.Context, db engine.Database, stamp string, statements []*migration.Statement) (engine.Trace, error) {
	d, ok := db.(*database)
	if !ok || stamp == "" || d.status() != open {
		return nil, nil
	}
	t := &tracing{watch: &watch{d: d, snapshot: &schema.Snapshot{}, units: map[string][]*schema.Object{}}}
	told, err := t.begin(ctx, namesIn(statements))
	if err == nil && told {
		told, err = t.stands(ctx, stamp)
	}
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	if !told {
		return nil, nil
	}
	return t, nil
}

// namesIn returns all that may be a name in statements on the schema.
func namesIn(statements []*migration.Statement) []string {
	names := map[string]bool{}
	for _, s := range statements {
		if s == nil || s.Class != migration.Schema {
			continue
		}
		for r := newReader(s.Text); !r.done(); {
			if r.token.isName() {
				names[r.one()] = true
			} else {
				r.next()
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// array writes texts as an array of PostgreSQL's.
func array(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

// selectNamed asks for the tables, sequences and views of some names, and for the tables
// of indexes.
const selectNamed = `SELECT DISTINCT coalesce(i.indrelid, c.oid) FROM unnest($1::text[]) AS n
JOIN pg_class AS c ON c.relname = n LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND c.relkind NOT IN ('t', 'c')`

// selectParts asks for relations, and the indexes of those that are tables.
const selectParts = `SELECT array_agg(oid) FROM (SELECT n::oid FROM unnest($1::bigint[]) AS n WHERE n > 0
	UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid::bigint = ANY ($1::bigint[])) AS p(oid)`

// selectRoles asks for a hash of the roles: a grant names them.
const selectRoles = `SELECT coalesce(md5(string_agg(oid || '.' || rolname, '-' ORDER BY oid)), '') FROM pg_roles`

// selectReferred asks for the tables that others refer to, whose triggers are a part of that.
const selectReferred = `SELECT DISTINCT confrelid FROM pg_constraint WHERE conrelid = ANY ($1::oid[]) AND confrelid <> 0`

// begin reads what has one of the names, what mentions it, and what it refers to.
func (t *tracing) begin(ctx context.Context, names []string) (told bool, err error) {
	d := t.watch.d
	assigned := false
	err = d.consult(ctx,
		question{once: true, query: selectNamed, args: []string{array(names)}, take: func(row []string) { t.named = append(t.named, row[0]) }},
		question{once: true, query: selectRoles, take: func(row []string) { t.roles = row[0] }},
		question{once: true, query: "SELECT " + horizon + ", pg_current_xact_id_if_assigned() IS NOT NULL", take: func(row []string) {
			t.horizon, assigned = row[0], row[1] == "t"
		}})
	if err != nil || assigned || len(t.named) == 0 {
		return err == nil && !assigned, err
	}
	t.read = slices.Clone(t.named)
	more := func(row []string) { t.read = append(t.read, row[0]) }
	err = d.consult(ctx,
		question{query: selectMentions, args: []string{oids(t.named)}, take: more},
		question{once: true, query: selectReferred, args: []string{oids(t.named)}, take: more})
	if err != nil || slices.Contains(t.read, everything) {
		return false, err
	}
	slices.Sort(t.read)
	t.read = slices.Compact(t.read)
	found, told, err := t.watch.about(ctx, t.read,
		question{once: true, query: selectParts, args: []string{"{" + strings.Join(t.read, ",") + "}"}, take: func(row []string) { t.parts = row[0] }})
	if told {
		t.watch.snapshot = schema.NewSnapshot(found...)
	}
	return told, err
}

// stands reports whether the schema is still that of a stamp, and notes what there is
// besides what was read. Where nothing was, and nobody has written at all, the stamp says
// it.
func (t *tracing) stands(ctx context.Context, stamp string) (bool, error) {
	if len(t.read) == 0 && (Engine{}).SameStamp(t.horizon, stamp) {
		_, t.others, _ = strings.Cut(stamp, "/")
		return t.others != "", nil
	}
	l, err := t.watch.d.ledger(ctx, t.parts)
	if err != nil || !(Engine{}).SameStamp(l.stamp, stamp) {
		return false, err
	}
	t.others = l.others
	return true, nil
}

var _ engine.StampedTrace = (*tracing)(nil)

// Stamp returns the stamp of now, which the same look at the catalogues tells.
func (t *tracing) Stamp(ctx context.Context) (string, error) {
	var err error
	if t.after, err = t.watch.d.ledger(ctx, t.parts); err != nil {
		return "", err
	}
	return t.after.stamp, nil
}

// selectUnits asks what relations are, the table in the place of an index. Where a table keeps
// its long values is no relation of its own.
const selectUnits = `SELECT u.oid, u.relkind = 'c' FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
JOIN pg_class AS u ON u.oid = coalesce(i.indrelid, c.oid) WHERE c.oid = ANY ($1::oid[]) AND u.relpersistence <> 't' AND u.relkind <> 't'`

// Changed returns what was read ahead and what is new, as it was and as it is.
func (t *tracing) Changed(ctx context.Context) (before, after []*schema.Object, told bool, err error) {
	if t.after == nil {
		if _, err := t.Stamp(ctx); err != nil {
			return nil, nil, false, fmt.Errorf("trace: %w", err)
		}
	}
	if t.after.others != t.others || t.after.general {
		return nil, nil, false, nil
	}
	stale, told, err := t.stale(ctx)
	if err != nil || !told || len(stale) == 0 {
		return nil, nil, told, err
	}
	units := maps.Clone(t.watch.units)
	changes, told, err := t.watch.replace(ctx, stale)
	if err != nil || !told {
		return nil, nil, false, err
	}
	if closed, err := t.closed(ctx, stale, units); err != nil || !closed {
		return nil, nil, false, err
	}
	for _, c := range changes {
		if c.Before != nil {
			before = append(before, c.Before)
		}
		if c.After != nil {
			after = append(after, c.After)
		}
	}
	return before, after, true, nil
}

// closed reports whether whatever mentions something that has changed was read, too: it may
// be written otherwise now, without a row of its own that is. units are the objects of then.
func (t *tracing) closed(ctx context.Context, stale []string, units map[string][]*schema.Object) (bool, error) {
	named, known := union(t.named), union(stale)
	changed := slices.DeleteFunc(slices.Clone(stale), func(unit string) bool {
		was, is := schema.NewSnapshot(units[unit]...), schema.NewSnapshot(t.watch.units[unit]...)
		return !named[unit] && was.Fingerprint() == is.Fingerprint()
	})
	mentioning, err := t.watch.mentions(ctx, changed)
	return err == nil && !slices.ContainsFunc(mentioning, func(unit string) bool { return !known[unit] }), err
}

// stale returns what was read and what is new; told is false where anything else was
// written to, or the name of a role.
func (t *tracing) stale(ctx context.Context) (units []string, told bool, err error) {
	units, told = slices.Clone(t.read), true
	known := union(t.read, t.after.made)
	if len(t.after.written) == 0 {
		return units, told, nil
	}
	err = t.watch.d.consult(ctx,
		question{once: true, query: selectUnits, args: []string{oids(t.after.written)}, take: func(row []string) {
			unit, composite := row[0], row[1] == "t"
			switch {
			case composite, !known[unit]:
				told = false
			default:
				units = append(units, unit)
			}
		}},
		question{once: true, query: selectRoles, take: func(row []string) { told = told && row[0] == t.roles }})
	if err != nil {
		return nil, false, fmt.Errorf("trace: %w", err)
	}
	slices.Sort(units)
	return slices.Compact(units), told, nil
}
