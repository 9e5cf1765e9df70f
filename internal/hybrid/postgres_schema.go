package hybrid

import "database/sql"

// oursPostgres selects the relations that a history of migrations is about.
const oursPostgres = `t.relnamespace = 'public'::regnamespace AND t.relname <> 'schema_migrations' AND t.relname NOT LIKE 'dbmend\_%' `

// named keeps the names that histories give to constraints; the others are the
// server's.
const named = `CASE WHEN k.conname ~ '^(chk|uq|fk)_[0-9]+$' THEN ' named ' || k.conname ELSE '' END`

// schemaPostgres are queries for keys and facts.
const schemaPostgres = `
SELECT t.relname || '/table', t.relkind::text || ' ' || t.relpersistence::text
FROM pg_class t WHERE t.relkind IN ('r', 'p') AND ` + oursPostgres + `
UNION ALL
SELECT t.relname || '/column ' || a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END ||
	CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text
		WHEN pg_get_serial_sequence(quote_ident(t.relname), a.attname) IS NOT NULL THEN ' serial'
		ELSE ' default ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '-') END ||
	CASE WHEN a.attcollation IN (0, 100) THEN '' ELSE ' collate ' || (SELECT collname FROM pg_collation c WHERE c.oid = a.attcollation) END
FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
WHERE t.relkind IN ('r', 'p') AND ` + oursPostgres + `
UNION ALL
SELECT t.relname || CASE k.contype WHEN 'f' THEN '/foreign key ' WHEN 'c' THEN '/check ' ELSE '/key ' || k.contype::text || ' ' END ||
		CASE k.contype WHEN 'c' THEN pg_get_constraintdef(k.oid)
			ELSE (SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(att, n) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.att) END ||
		CASE WHEN k.contype = 'f' THEN ' to ' || k.confrelid::regclass::text ELSE '' END,
	string_agg(pg_get_constraintdef(k.oid) || CASE WHEN k.convalidated THEN '' ELSE ' not valid' END || ` + named + `, '; ' ORDER BY k.conname)
FROM pg_class t JOIN pg_constraint k ON k.conrelid = t.oid
WHERE t.relkind IN ('r', 'p') AND k.contype IN ('p', 'u', 'c', 'f', 'x') AND ` + oursPostgres + ` GROUP BY 1
UNION ALL
SELECT t.relname || '/index ' || c.relname, pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) AND ` + oursPostgres + `
UNION ALL
SELECT '/view ' || t.relname, pg_get_viewdef(t.oid) FROM pg_class t WHERE t.relkind = 'v' AND ` + oursPostgres + `
UNION ALL
SELECT t.relname || '/trigger ' || g.tgname, pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
FROM pg_class t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal AND ` + oursPostgres + `
UNION ALL
SELECT '/function ' || p.proname, pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname NOT LIKE 'dbmend\_%'
UNION ALL
SELECT '/type ' || y.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
FROM pg_type y JOIN pg_enum e ON e.enumtypid = y.oid WHERE y.typnamespace = 'public'::regnamespace GROUP BY y.typname
UNION ALL
SELECT '/sequence ' || t.relname, concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle)
FROM pg_class t JOIN pg_sequence s ON s.seqrelid = t.oid
WHERE NOT EXISTS (SELECT FROM pg_depend o WHERE o.objid = t.oid AND o.classid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')) AND ` + oursPostgres

// numberedPostgres is a query for the columns that the server numbers.
const numberedPostgres = `SELECT t.relname, a.attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE t.relkind = 'r' AND pg_get_serial_sequence(quote_ident(t.relname), a.attname) IS NOT NULL AND ` + oursPostgres

// Schema reads the catalogue. What the server names by itself (constraints,
// sequences of numbered columns) has no name here.
func (e *Postgres) Schema(db *sql.DB) (*Picture, error) {
	p := &Picture{Objects: map[string]string{}, Rows: map[string][]string{}, Numbered: map[string]string{}}
	if err := p.objects(db, schemaPostgres); err != nil {
		return nil, err
	}
	return p, p.numbers(db, numberedPostgres)
}

// installPostgres are queries for statements, in the order in which they can be run.
var installPostgres = []string{
	`SELECT 'CREATE TYPE ' || y.typname || ' AS ENUM (' || string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) || ')'
		FROM pg_type y JOIN pg_enum e ON e.enumtypid = y.oid WHERE y.typnamespace = 'public'::regnamespace GROUP BY y.typname ORDER BY 1`,
	`SELECT 'CREATE SEQUENCE ' || t.relname || ' START ' || s.seqstart FROM pg_class t JOIN pg_sequence s ON s.seqrelid = t.oid
		WHERE NOT EXISTS (SELECT FROM pg_depend o WHERE o.objid = t.oid AND o.classid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')) AND ` + oursPostgres + ` ORDER BY 1`,
	`SELECT 'CREATE TABLE ' || t.relname || ' (' || string_agg(quote_ident(a.attname) || ' ' ||
			CASE WHEN a.attidentity <> '' THEN format_type(a.atttypid, a.atttypmod) || ' GENERATED BY DEFAULT AS IDENTITY'
				WHEN pg_get_serial_sequence(quote_ident(t.relname), a.attname) IS NOT NULL THEN CASE a.atttypid WHEN 'bigint'::regtype THEN 'bigserial' ELSE 'serial' END
				ELSE format_type(a.atttypid, a.atttypmod) ||
					CASE WHEN a.attcollation IN (0, 100) THEN '' ELSE ' COLLATE ' || (SELECT quote_ident(collname) FROM pg_collation c WHERE c.oid = a.attcollation) END ||
					coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END END, ', ' ORDER BY a.attnum) ||
		coalesce((SELECT string_agg(', CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), '' ORDER BY k.contype DESC, k.conname)
			FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype IN ('p', 'u', 'c')), '') || ')'
		FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
		WHERE t.relkind = 'r' AND ` + oursPostgres + ` GROUP BY t.oid, t.relname ORDER BY t.oid`,
	`SELECT 'ALTER TABLE ' || t.relname || ' ADD CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid)
		FROM pg_class t JOIN pg_constraint k ON k.conrelid = t.oid WHERE k.contype = 'f' AND ` + oursPostgres + ` ORDER BY t.oid, k.conname`,
	`SELECT pg_get_indexdef(i.indexrelid) FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid
		WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) AND ` + oursPostgres + ` ORDER BY i.indexrelid`,
	`SELECT 'CREATE VIEW ' || t.relname || ' AS ' || rtrim(pg_get_viewdef(t.oid), ';') FROM pg_class t WHERE t.relkind = 'v' AND ` + oursPostgres + ` ORDER BY t.oid`,
	`SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname NOT LIKE 'dbmend\_%' ORDER BY p.oid`,
	`SELECT pg_get_triggerdef(g.oid) FROM pg_class t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal AND ` + oursPostgres + ` ORDER BY g.oid`,
}

// Install returns a script such as a dump has: types, sequences, tables, references,
// indexes, views, functions, triggers.
func (e *Postgres) Install(db *sql.DB) (script []string, err error) {
	for _, text := range installPostgres {
		statements, err := query(db, text)
		if err != nil {
			return nil, err
		}
		script = append(script, statements...)
	}
	return script, nil
}
