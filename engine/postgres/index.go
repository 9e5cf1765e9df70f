package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Indexes behind constraints are described with these, and those of a partition
// that its parent's index has made with that one.
var selectIndexes = `SELECT x.oid, i.indrelid, x.relname, i.indisunique, i.indisvalid AND i.indisready AND i.indislive,
	pg_get_indexdef(x.oid), 'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(x.relname) || ' ON '
		|| CASE WHEN x.relkind = 'I' THEN 'ONLY ' ELSE '' END || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' USING ',
	(SELECT string_agg(a.attnum || ' ' || a.attstattarget, ', ' ORDER BY a.attnum) FROM pg_attribute AS a
		WHERE a.attrelid = x.oid AND a.attstattarget >= 0),
	i.indisclustered, i.indisreplident
FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT x.relispartition AND c.relpersistence <> 't'
	AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))` + ours + `{only}`

// takeIndex takes a row of selectIndexes.
func (s *survey) takeIndex(row []string) {
	r := s.relations[row[1]]
	if r == nil {
		return
	}
	o := &schema.Object{Key: r.part(schema.Index, row[2]), Name: row[2]}
	definition, ok := strings.CutPrefix(row[5], row[6])
	var f facts
	if !ok || !f.index(definition, isSo(row[3])) {
		o.Unsupported = "its definition cannot be read"
	}
	if !isSo(row[4]) {
		f.add(schema.Invalid, "yes")
	}
	f.add(factTarget, row[7])
	roles := f.roles(r, row[2], row[8], row[9])
	o.Facts = f
	unique := ""
	if isSo(row[3]) {
		unique = "UNIQUE "
	}
	statements := []string{"CREATE " + unique + "INDEX " + quote(row[2]) + " ON " + r.called() + " USING " + definition}
	for _, column := range elements(row[7]) {
		if number, target, ok := strings.Cut(column, " "); ok {
			statements = append(statements, "ALTER INDEX "+qualified(r.object.Key.Space, row[2])+" ALTER COLUMN "+number+" SET STATISTICS "+target)
		}
	}
	o.Source = script(append(statements, roles...)...)
	s.put("pg_class", row[0], o)
	s.units[o] = row[1]
}

// roles adds what an index is to its table beside an index, and returns the
// statements that make it so.
func (f *facts) roles(r *relation, name, clustered, replica string) (statements []string) {
	what := "ALTER TABLE "
	if r.kind == 'm' {
		what = "ALTER MATERIALIZED VIEW "
	}
	if isSo(clustered) {
		f.flag(factClustered, true)
		statements = append(statements, what+r.called()+" CLUSTER ON "+quote(name))
	}
	if isSo(replica) {
		f.flag(factReplicaIdentity, true)
		statements = append(statements, what+r.called()+" REPLICA IDENTITY USING INDEX "+quote(name))
	}
	return statements
}

// index reads "btree (title, lower(body) DESC) INCLUDE (id) WITH (…) WHERE (…)".
func (f *facts) index(definition string, unique bool) bool {
	method, rest, _ := strings.Cut(definition, " ")
	list, rest, ok := takeList(rest)
	if !ok {
		return false
	}
	columns := elements(list)
	for i, c := range columns {
		columns[i] = term(c)
	}
	f.add(schema.Columns, strings.Join(columns, ", "))
	f.flag(schema.IsUnique, unique)
	if method != "btree" {
		f.add(factAccessMethod, method)
	}
	if leads(&rest, "INCLUDE") {
		if list, rest, ok = takeList(rest); !ok {
			return false
		}
		f.add(factInclude, list)
	}
	if leads(&rest, "NULLS NOT DISTINCT") {
		f.add(factDistinctNulls, "not distinct")
	}
	if leads(&rest, "WITH") {
		if list, rest, ok = takeList(rest); !ok {
			return false
		}
		f.add(factStorageOptions, list)
	}
	if leads(&rest, "WHERE") {
		f.add(schema.Where, canonical(rest))
		rest = ""
	}
	return rest == ""
}

// term returns one element of an index in normal form: "lower(body) desc".
func term(s string) string {
	if behind, ok := strings.CutSuffix(s, " NULLS FIRST"); ok {
		return term(behind) + " nulls first"
	}
	if behind, ok := strings.CutSuffix(s, " NULLS LAST"); ok {
		return term(behind) + " nulls last"
	}
	if behind, ok := strings.CutSuffix(s, " DESC"); ok {
		return term(behind) + " desc"
	}
	return arrays(s)
}
