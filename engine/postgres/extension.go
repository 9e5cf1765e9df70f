package postgres

import "github.com/dbmend/dbmend/schema"

// The home schema is where everything is that has no other, and is not told; public is
// in every database, until somebody drops it. What is granted in them and said of them
// is.
var selectSchemas = `SELECT n.oid, n.nspname, n.nspname IS NOT DISTINCT FROM current_schema() FROM pg_namespace AS n
WHERE true` + ours + notOfExtension("pg_namespace", "n.oid")

// takeSchema takes a row of selectSchemas.
func (s *survey) takeSchema(row []string) {
	o := &schema.Object{Key: schema.Key{Kind: kindNamespace, Name: row[1]}, Name: row[1], Source: "CREATE SCHEMA " + quote(row[1])}
	if isSo(row[2]) {
		o.Key.Name = ""
	}
	s.put("pg_namespace", row[0], o)
	if isSo(row[2]) || row[1] == "public" {
		s.leaveOut(o)
	}
}

// What needs an extension by its author's word goes when that is dropped.
var selectRequirements = `SELECT d.classid::regclass, d.objid, e.extname FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x'`

// takeRequirement takes a row of selectRequirements.
func (s *survey) takeRequirement(row []string) {
	on := s.known[identity{row[0], row[1]}]
	if on == nil {
		return
	}
	what, name := commented(on)
	s.add(on, &schema.Object{
		Key:    schema.Key{Kind: kindRequirement, Space: on.Key.Space, Table: on.Key.Table, Name: label(on) + " of " + row[2]},
		Source: "ALTER " + what + " " + name + " DEPENDS ON EXTENSION " + quote(row[2]),
	})
}

// The version of an extension is no fact: it is what the server had on the day
// that somebody asked for it, and a new server has another. plpgsql is everywhere.
//
// One in a schema that is out of the way is found without a schema in front, as at home.
var selectExtensions = `SELECT e.oid, e.extname, CASE WHEN n.nspname !~ '^` + aside + `' THEN nullif(n.nspname, current_schema()) END, e.extrelocatable
FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'`

// takeExtension takes a row of selectExtensions.
func (s *survey) takeExtension(row []string) {
	o := &schema.Object{Key: schema.Key{Kind: kindExtension, Name: row[1]}, Name: row[1], Source: "CREATE EXTENSION " + quote(row[1])}
	var f facts
	f.add(factInSchema, row[2])
	if row[2] != "" && row[2] != "pg_catalog" {
		o.Source += " WITH SCHEMA " + quote(row[2])
	}
	o.Facts = f
	s.put("pg_extension", row[0], o)
}

var selectPublications = `SELECT p.oid, p.pubname, p.puballtables,
	concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
		CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
	p.pubviaroot, {since 18: nullif(p.pubgencols, 'n') | NULL},
	(SELECT string_agg('TABLE ' || r.prrelid::regclass
		{since 15: || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
				WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) || ')', '')
			|| coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '') | }, ', ' ORDER BY r.prrelid::regclass::text)
		FROM pg_publication_rel AS r WHERE r.prpubid = p.oid),
	{since 15: (SELECT string_agg('TABLES IN SCHEMA ' || quote_ident(m.nspname), ', ' ORDER BY m.nspname)
		FROM pg_publication_namespace AS x JOIN pg_namespace AS m ON m.oid = x.pnnspid WHERE x.pnpubid = p.oid) | NULL}
FROM pg_publication AS p WHERE true` + notOfExtension("pg_publication", "p.oid")

// takePublication takes a row of selectPublications.
func (s *survey) takePublication(row []string) {
	o := &schema.Object{Key: schema.Key{Kind: kindPublication, Name: row[1]}, Name: row[1]}
	what := ""
	switch {
	case isSo(row[2]):
		what = "FOR ALL TABLES "
	case row[6] != "" && row[7] != "":
		what = "FOR " + row[6] + ", " + row[7] + " "
	case row[6]+row[7] != "":
		what = "FOR " + row[6] + row[7] + " "
	}
	options := "publish = " + literal(row[3])
	if isSo(row[4]) {
		options += ", publish_via_partition_root = true"
	}
	if row[5] == "s" {
		options += ", publish_generated_columns = stored"
	}
	definition := what + "WITH (" + options + ")"
	o.Facts = []schema.Fact{{Name: schema.Definition, Value: definition}}
	o.Source = "CREATE PUBLICATION " + quote(row[1]) + " " + definition
	s.put("pg_publication", row[0], o)
}
