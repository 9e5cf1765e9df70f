package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Indexes behind constraints are described with these. Of those of a partition that
// its parent's index has made, only what is their own is told.
var selectIndexes = `SELECT x.oid, i.indrelid, x.relname, i.indisunique, i.indisvalid AND i.indisready AND i.indislive,
	pg_get_indexdef(x.oid), 'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(x.relname) || ' ON '
		|| CASE WHEN x.relkind = 'I' THEN 'ONLY ' ELSE '' END || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' USING ',
	(SELECT string_agg(a.attnum || ' ' || a.attstattarget, ', ' ORDER BY a.attnum) FROM pg_attribute AS a
		WHERE a.attrelid = x.oid AND a.attstattarget >= 0),
	i.indisclustered, i.indisreplident, x.relispartition, CASE WHEN x.reloptions IS DISTINCT FROM p.reloptions THEN array_to_string(x.reloptions, ', ') END
FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits AS h ON h.inhrelid = x.oid LEFT JOIN pg_class AS p ON p.oid = h.inhparent
WHERE c.relpersistence <> 't' AND CASE WHEN x.relispartition
	THEN x.reloptions IS DISTINCT FROM p.reloptions OR i.indisclustered OR i.indisreplident OR obj_description(x.oid, 'pg_class') IS NOT NULL
	ELSE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) END` + ours + `{only}`

// takeIndex takes a row of selectIndexes.
func (s *survey) takeIndex(row []string) {
	r := s.relations[row[1]]
	if r == nil {
		return
	}
	o := &schema.Object{Key: r.part(schema.Index, row[2]), Name: row[2]}
	s.units[o] = row[1]
	s.tuneIndex(r, o, row[11], row[8], row[7])
	if isSo(row[10]) {
		s.know("pg_class", row[0], o)
		if isSo(row[9]) {
			s.tune(r, "replication by index "+row[2], facts{{Name: factReplicaIdentity, Value: "yes"}}, r.identifies(row[2]))
		}
		return
	}
	definition, ok := strings.CutPrefix(row[5], row[6])
	var f facts
	if !ok || !f.index(definition, isSo(row[3])) {
		o.Unsupported = "its definition cannot be read"
	}
	if !isSo(row[4]) {
		f.add(schema.Invalid, "yes")
	}
	statements := f.replicates(r, row[2], row[9])
	o.Facts = f
	unique := ""
	if isSo(row[3]) {
		unique = "UNIQUE "
	}
	o.Source = script("CREATE "+unique+"INDEX "+quote(row[2])+" ON "+r.called()+" USING "+definition, statements)
	s.put("pg_class", row[0], o)
}

// replicates adds that an index tells the rows of its table apart in replication, and
// returns the statement that makes it so.
func (f *facts) replicates(r *relation, name, does string) string {
	if !isSo(does) {
		return ""
	}
	f.flag(factReplicaIdentity, true)
	return r.identifies(name)
}

// identifies returns the statement by which an index tells the rows apart.
func (r *relation) identifies(name string) string {
	return r.alter() + " REPLICA IDENTITY USING INDEX " + quote(name)
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
	if leads(&rest, "WITH") { // what is tuned
		if _, rest, ok = takeList(rest); !ok {
			return false
		}
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
