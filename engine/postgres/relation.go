package postgres

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A relation is what pg_class has a row for and statements make by name, and what
// is known of it while the rest of the catalogue is read.
type relation struct {
	kind   byte // pg_class.relkind
	name   string
	text   string // its name as regclass writes it
	object *schema.Object

	columns   []*column
	sequences []*sequenceRow // that belong to one of its columns
	serials   []*sequenceRow // those of them that are made with the table
	primary   string         // the definition of its primary key, "" without one
	primaryAs string         // and its name

	unlogged    bool
	method      string // the access method, where it is not heap
	options     string // storage parameters
	inherits    string
	partitioned string // the key
	partition   bool
	leaving     bool // DETACH … CONCURRENTLY has begun and not ended
	otherwise   bool // its columns are in another order than those of the table it is a part of
	bound       string
	typed       string // the type that it is a table of
	definition  string // a view's query
	populated   bool
	security    []string // ENABLE and FORCE ROW LEVEL SECURITY
	replica     string   // REPLICA IDENTITY, where it is no index and not the default
	changes     []string // statements that complete it
}

// ours leaves out what is the server's own, which keeps all names that begin with pg_,
// and what is out of the way of a scratch database.
const ours = ` AND n.nspname !~ '^(pg_|` + aside + `)' AND n.nspname <> 'information_schema'`

// notOfExtension leaves out what an extension brought along, and byHand also what is
// a part of something else, as a range type's functions are.
func notOfExtension(catalogue, oid string) string { return without(catalogue, oid, "'e'") }
func byHand(catalogue, oid string) string         { return without(catalogue, oid, "'e', 'i'") }

func without(catalogue, oid, dependencies string) string {
	return ` AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = '` + catalogue +
		`'::regclass AND e.objid = ` + oid + ` AND e.deptype IN (` + dependencies + `))`
}

var selectRelations = `SELECT c.oid, c.oid::regclass, c.relkind, nullif(n.nspname, current_schema()), c.relname, c.relpersistence = 'u',
	CASE WHEN am.amname <> 'heap' THEN am.amname END,
	concat_ws(', ', array_to_string(c.reloptions, ', '), (SELECT 'toast.' || array_to_string(t.reloptions, ', toast.')
		FROM pg_class AS t WHERE t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL)),
	(SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits AS i WHERE i.inhrelid = c.oid),
	CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
	c.relispartition, pg_get_expr(c.relpartbound, c.oid),
	CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
	CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, c.relispopulated,
	c.relrowsecurity, c.relforcerowsecurity,
	CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' END,
	{since 14: (SELECT bool_or(i.inhdetachpending) FROM pg_inherits AS i WHERE i.inhrelid = c.oid) | false}
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace LEFT JOIN pg_am AS am ON am.oid = c.relam
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'` + ours + `{only}` + notOfExtension("pg_class", "c.oid")

// takeRelation takes a row of selectRelations.
func (s *survey) takeRelation(row []string) {
	r := &relation{
		text: row[1], kind: row[2][0], name: row[4], unlogged: isSo(row[5]), method: row[6], options: row[7], inherits: row[8],
		partitioned: row[9], partition: isSo(row[10]), bound: strings.TrimPrefix(row[11], "FOR "), typed: row[12],
		definition: strings.TrimSuffix(strings.TrimSpace(row[13]), ";"), populated: isSo(row[14]),
	}
	if isSo(row[15]) {
		r.security = append(r.security, "ENABLE")
	}
	if isSo(row[16]) {
		r.security = append(r.security, "FORCE")
	}
	r.replica, r.leaving = row[17], isSo(row[18])
	key := schema.Key{Kind: schema.Table, Space: row[3], Name: row[4]}
	switch r.kind {
	case 'v':
		key.Kind = schema.View
	case 'm':
		key.Kind = kindMaterialized
	case 'f':
		key.Kind = kindForeignTable
	}
	r.object = &schema.Object{Key: key, Name: row[4]}
	s.relations[row[0]] = r
	s.put("pg_class", row[0], r.object)
	s.units[r.object] = row[0]
	if r.kind != 'v' && r.kind != 'f' {
		s.tune(r, string(key.Kind), withParameters(r.options), r.alter()+" SET ("+parameters(r.options)+")")
	}
}

// part returns the key of something that belongs to the relation.
func (r *relation) part(kind schema.Kind, name string) schema.Key {
	return schema.Key{Kind: kind, Space: r.object.Key.Space, Table: r.name, Name: name}
}

// alter returns the words that a statement on the relation begins with.
func (r *relation) alter() string {
	if r.kind == 'm' {
		return "ALTER MATERIALIZED VIEW " + r.called()
	}
	return "ALTER TABLE " + r.called()
}

// called returns the relation's name as statements have it.
func (r *relation) called() string { return nameOf(r.object) }

// finish describes the relation, now that its parts are known.
func (r *relation) finish() {
	switch r.kind {
	case 'v', 'm':
		r.finishView()
	case 'f':
		r.object.Unsupported = "a foreign table"
	default:
		r.finishTable()
	}
}

func (r *relation) finishTable() {
	var f facts
	f.flag(factUnlogged, r.unlogged)
	f.add(factAccessMethod, r.method)
	f.add(factPartitionBy, r.partitioned)
	if r.partition {
		f.add(schema.PartOf, paths(r.inherits))
		f.add(factBound, r.bound)
	} else {
		f.add(schema.Inherits, paths(r.inherits))
	}
	switch {
	case slices.Contains(r.security, "FORCE") && slices.Contains(r.security, "ENABLE"):
		f.add(factRowSecurity, "forced")
	case slices.Contains(r.security, "FORCE"):
		f.add(factRowSecurity, "forced, not enabled")
	case slices.Contains(r.security, "ENABLE"):
		f.add(factRowSecurity, "yes")
	}
	f.add(factReplicaIdentity, r.replica)
	f.add(factOf, r.typed)
	f.flag(factLeaving, r.leaving)
	r.object.Facts = f
	switch {
	case r.typed != "":
		r.object.Unsupported = "a table of the type " + r.typed
	case r.leaving:
		r.object.Unsupported = "a partition whose DETACH CONCURRENTLY has not ended"
	}
	r.object.Source = r.source()
}

// source returns the statements that make the table with those of its parts that
// have no statement of their own.
func (r *relation) source() string {
	var b strings.Builder
	b.WriteString("CREATE ")
	if r.unlogged {
		b.WriteString("UNLOGGED ")
	}
	b.WriteString("TABLE " + r.called())
	var lines []string
	for _, c := range r.columns {
		if c.local || r.inherits == "" || r.otherwise {
			own := *c
			if !c.local {
				own.identity = "" // since version 17 a partition's is that of the whole
			}
			lines = append(lines, quote(c.name)+" "+own.typed())
		}
		r.changes = append(r.changes, c.changes(r)...)
	}
	if r.primary != "" {
		lines = append(lines, "CONSTRAINT "+quote(r.primaryAs)+" "+r.primary)
	}
	bound := " FOR " + r.bound
	if r.bound == "DEFAULT" {
		bound = " DEFAULT"
	}
	of := r.partition && !r.otherwise
	if of {
		b.WriteString(" PARTITION OF " + r.inherits)
	}
	if len(lines) > 0 || !of {
		b.WriteString(" (\n  " + strings.Join(lines, ",\n  ") + "\n)")
	}
	switch {
	case of:
		b.WriteString(bound)
	case r.inherits != "" && !r.partition:
		b.WriteString("\nINHERITS (" + r.inherits + ")")
	}
	if r.partitioned != "" {
		b.WriteString("\nPARTITION BY " + r.partitioned)
	}
	if r.method != "" {
		b.WriteString("\nUSING " + quote(r.method))
	}

	var list []string
	for _, q := range r.serials {
		list = append(list, q.create())
	}
	list = append(list, b.String())
	if r.otherwise {
		list = append(list, "ALTER TABLE ONLY "+r.inherits+" ATTACH PARTITION "+r.called()+bound)
	}
	for _, q := range r.serials {
		list = append(list, q.own())
	}
	if r.replica != "" {
		list = append(list, "ALTER TABLE "+r.called()+" REPLICA IDENTITY "+strings.ToUpper(r.replica))
	}
	list = append(list, r.changes...)
	for _, word := range r.security {
		list = append(list, "ALTER TABLE "+r.called()+" "+word+" ROW LEVEL SECURITY")
	}
	return script(list...)
}

// paths returns the names of tables, as regclass writes them, as [schema.Key.Path] has
// them.
func paths(list string) string {
	names := elements(list)
	for i, name := range names {
		names[i] = plainName(name)
		if dot := unquoted(name, "."); dot > 0 {
			names[i] = plainName(name[:dot]) + "." + names[i]
		}
	}
	return strings.Join(names, ", ")
}

// isSo reads a truth value.
func isSo(value string) bool { return value == "t" }
