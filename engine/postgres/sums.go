package postgres

import "strings"

// selectSums asks for a sum over the versions of all rows that the catalogues have
// about a relation or a routine, whose number is negative, and for one, in the place
// [everything], over all other rows.
//
// The version of a row is the transaction that wrote it and where it lies; before
// version 14, which cannot count with places, the command within the transaction.
var selectSums = versions(`WITH r AS MATERIALIZED (
	SELECT c.oid, CASE WHEN c.relkind = 'c' THEN 0 ELSE coalesce(i.indrelid, c.oid)::bigint END AS unit, {version of c} AS version
	FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
	WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND c.relkind <> 't')
SELECT unit, sum(version) FROM (
	SELECT unit, version FROM r
	UNION ALL SELECT r.unit, {version of x} FROM pg_attribute AS x JOIN r ON r.oid = x.attrelid WHERE x.attnum > 0
	UNION ALL SELECT coalesce(r.unit, 0), {version of x} FROM pg_description AS x
		LEFT JOIN r ON r.oid = x.objoid AND x.classoid = 'pg_class'::regclass WHERE ` + described("x.objoid") +
	about("pg_index", "x.indrelid") + about("pg_attrdef", "x.adrelid") + about("pg_constraint", "x.conrelid") +
	about("pg_trigger", "x.tgrelid") + about("pg_rewrite", "x.ev_class") + about("pg_policy", "x.polrelid") +
	about("pg_inherits", "x.inhrelid") + about("pg_sequence", "x.seqrelid") + about("pg_statistic_ext", "x.stxrelid") +
	besides() + `
	UNION ALL SELECT -x.oid::bigint, {version of x} FROM pg_proc AS x WHERE x.oid >= 16384
	UNION ALL SELECT -x.aggfnoid::oid::bigint, {version of x} FROM pg_aggregate AS x WHERE x.aggfnoid::oid >= 16384
	UNION ALL SELECT 0, x.oid::bigint * 31 + hashtext(x.rolname) FROM pg_roles AS x
) AS versions GROUP BY unit`)

// versions puts the expression for a row's version in its places.
func versions(query string) string {
	for _, row := range [...]string{"c", "x"} {
		query = strings.ReplaceAll(query, "{version of "+row+"}", "coalesce(age('3'::xid)::bigint - nullif(age("+row+".xmin), 2147483647), 0) * 1000003 + "+
			"{since 14: hashtid("+row+".ctid) | "+row+".cmin::text::bigint}")
	}
	return query
}

// about adds the rows of a catalogue that belong to a relation.
func about(catalogue, relation string) string {
	return "\n\tUNION ALL SELECT " + relation + "::bigint, {version of x} FROM " + catalogue + " AS x WHERE " + relation + " >= 16384 OR " + relation + " = 0"
}

// besides adds the rows of the catalogues that are about no relation.
func besides() string {
	var b strings.Builder
	for _, l := range ledgers {
		if l.about == "" && l.catalogue != "pg_proc" && l.catalogue != "pg_aggregate" {
			b.WriteString("\n\tUNION ALL SELECT 0, {version of x} FROM " + l.catalogue + " AS x WHERE " + l.rows)
		}
	}
	return b.String()
}

// selectMentions asks for the relations and routines whose description mentions some
// others, and for [everything] where something else does.
const selectMentions = `WITH asked AS (SELECT unnest($1::oid[]) AS oid),
types AS (SELECT t.oid, t.typarray FROM pg_type AS t JOIN asked AS a ON t.typrelid = a.oid)
SELECT DISTINCT CASE d.classid
	WHEN 'pg_class'::regclass THEN coalesce((SELECT i.indrelid FROM pg_index AS i WHERE i.indexrelid = d.objid), d.objid)::bigint
	WHEN 'pg_attrdef'::regclass THEN (SELECT x.adrelid::bigint FROM pg_attrdef AS x WHERE x.oid = d.objid)
	WHEN 'pg_constraint'::regclass THEN (SELECT x.conrelid::bigint FROM pg_constraint AS x WHERE x.oid = d.objid)
	WHEN 'pg_rewrite'::regclass THEN (SELECT x.ev_class::bigint FROM pg_rewrite AS x WHERE x.oid = d.objid)
	WHEN 'pg_trigger'::regclass THEN (SELECT x.tgrelid::bigint FROM pg_trigger AS x WHERE x.oid = d.objid)
	WHEN 'pg_policy'::regclass THEN (SELECT x.polrelid::bigint FROM pg_policy AS x WHERE x.oid = d.objid)
	WHEN 'pg_statistic_ext'::regclass THEN (SELECT x.stxrelid::bigint FROM pg_statistic_ext AS x WHERE x.oid = d.objid)
	WHEN 'pg_proc'::regclass THEN -d.objid::bigint
	ELSE 0 END
FROM pg_depend AS d
WHERE (d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass) AND d.refobjid IN (SELECT oid FROM asked)
		OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (SELECT oid FROM types UNION ALL SELECT typarray FROM types))
	AND NOT (d.classid = 'pg_type'::regclass AND d.deptype = 'i')`
