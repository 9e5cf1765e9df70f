package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Row types of tables, arrays and multiranges come with what they belong to.
var selectTypes = `SELECT t.oid, t.typtype, nullif(n.nspname, current_schema()), t.typname,
	(SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid),
	format_type(t.typbasetype, t.typtypmod), t.typnotnull, pg_get_expr(t.typdefaultbin, 0),
	CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation THEN t.typcollation::regcollation END,
	(SELECT string_agg(pg_get_constraintdef(x.oid), ' ' ORDER BY pg_get_constraintdef(x.oid))
		FROM pg_constraint AS x WHERE x.contypid = t.oid AND x.contype = 'c' AND x.convalidated),
	(SELECT string_agg(pg_get_constraintdef(x.oid), ' ' ORDER BY pg_get_constraintdef(x.oid))
		FROM pg_constraint AS x WHERE x.contypid = t.oid AND x.contype = 'c' AND NOT x.convalidated),
	(SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
			|| CASE WHEN a.attcollation <> u.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END, ', ' ORDER BY a.attnum)
		FROM pg_attribute AS a JOIN pg_type AS u ON u.oid = a.atttypid
		WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
	(SELECT concat_ws(', ', 'subtype = ' || format_type(r.rngsubtype, NULL),
			'subtype_opclass = ' || (SELECT quote_ident(m.nspname) || '.' || quote_ident(o.opcname) FROM pg_opclass AS o
				JOIN pg_namespace AS m ON m.oid = o.opcnamespace WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
			'collation = ' || CASE WHEN r.rngcollation <> s.typcollation THEN r.rngcollation::regcollation END,
			'canonical = ' || nullif(r.rngcanonical, 0)::regproc, 'subtype_diff = ' || nullif(r.rngsubdiff, 0)::regproc
			{since 14: , 'multirange_type_name = ' || r.rngmultitypid::regtype | })
		FROM pg_range AS r JOIN pg_type AS s ON s.oid = r.rngsubtype WHERE r.rngtypid = t.oid),
	(SELECT string_agg('ALTER DOMAIN ' || t.oid::regtype || ' ADD CONSTRAINT ' || quote_ident(x.conname) || ' ' || pg_get_constraintdef(x.oid),
			E';\n' ORDER BY x.conname)
		FROM pg_constraint AS x WHERE x.contypid = t.oid AND x.contype = 'c')
FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_type AS b ON b.oid = t.typbasetype LEFT JOIN pg_class AS c ON c.oid = t.typrelid
WHERE (t.typtype IN ('e', 'd', 'r', 'b', 'p') AND NOT EXISTS (SELECT FROM pg_type AS el WHERE el.typarray = t.oid)
	OR t.typtype = 'c' AND c.relkind = 'c')` + ours + notOfExtension("pg_type", "t.oid")

// takeType takes a row of selectTypes.
func (s *survey) takeType(row []string) {
	o := &schema.Object{Key: schema.Key{Space: row[2], Name: row[3]}, Name: row[3]}
	name := nameOf(o)
	var f facts
	switch row[1] {
	case "e":
		o.Key.Kind = kindEnum
		f.add(factValues, row[4])
		o.Source = "CREATE TYPE " + name + " AS ENUM (" + row[4] + ")"
	case "d":
		o.Key.Kind = kindDomain
		f.domain(row)
		o.Source = domainSource(name, row)
	case "c":
		o.Key.Kind = kindComposite
		f.add(schema.Definition, row[11])
		o.Source = "CREATE TYPE " + name + " AS (" + row[11] + ")"
	case "r":
		o.Key.Kind = kindRange
		f.add(schema.Definition, row[12])
		o.Source = "CREATE TYPE " + name + " AS RANGE (" + row[12] + ")"
	default:
		o.Key.Kind = "base type"
		o.Unsupported = "a type that is written in C"
	}
	o.Facts = f
	s.put("pg_type", row[0], o)
}

// domain describes a domain. Its checks are a set: their names mean nothing, nor
// does their order.
func (f *facts) domain(row []string) {
	f.add(schema.Type, row[5])
	if isSo(row[6]) {
		f.add(schema.Nullable, "no")
	}
	f.add(schema.Default, defaultValue(row[7], row[5]))
	f.add(factCollate, row[8])
	f.add(string(schema.Check), arrays(row[9]))
	f.add(factValidated, arrays(row[10]))
}

func domainSource(name string, row []string) string {
	var b strings.Builder
	b.WriteString("CREATE DOMAIN " + name + " AS " + row[5])
	if row[8] != "" {
		b.WriteString(" COLLATE " + row[8])
	}
	if row[7] != "" {
		b.WriteString(" DEFAULT " + row[7])
	}
	if isSo(row[6]) {
		b.WriteString(" NOT NULL")
	}
	return script(b.String(), row[13])
}

var selectCollations = `SELECT x.oid, nullif(n.nspname, current_schema()), x.collname, x.collprovider, x.collisdeterministic,
	x.collcollate, x.collctype, coalesce(to_jsonb(x) ->> 'colllocale', to_jsonb(x) ->> 'colliculocale'), to_jsonb(x) ->> 'collicurules'
FROM pg_collation AS x JOIN pg_namespace AS n ON n.oid = x.collnamespace
WHERE true` + ours + notOfExtension("pg_collation", "x.oid")

// takeCollation takes a row of selectCollations.
func (s *survey) takeCollation(row []string) {
	o := &schema.Object{Key: schema.Key{Kind: kindCollation, Space: row[1], Name: row[2]}, Name: row[2]}
	provider := map[string]string{"c": "libc", "i": "icu", "b": "builtin"}[row[3]]
	parts := []string{"provider = " + provider}
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" = "+literal(value))
		}
	}
	locale := row[7]
	if locale == "" && row[5] == row[6] {
		locale = row[5]
	}
	add("locale", locale)
	if locale == "" {
		add("lc_collate", row[5])
		add("lc_ctype", row[6])
	}
	if !isSo(row[4]) {
		parts = append(parts, "deterministic = false")
	}
	add("rules", row[8])
	definition := strings.Join(parts, ", ")
	o.Facts = []schema.Fact{{Name: schema.Definition, Value: definition}}
	o.Source = "CREATE COLLATION " + nameOf(o) + " (" + definition + ")"
	s.put("pg_collation", row[0], o)
}
