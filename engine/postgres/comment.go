package postgres

import "github.com/dbmend/dbmend/schema"

// Comments on an extension's parts are left out, and so are those on extensions, which
// come with them, and the one that every server has on its public schema. What an
// attribute of a composite type or a check of a domain has is found by its type.
var selectComments = `SELECT CASE WHEN coalesce(c.relkind = 'c', x.contypid <> 0) THEN 'pg_type' ELSE d.classoid::regclass::text END,
	CASE WHEN c.relkind = 'c' THEN c.reltype WHEN x.contypid <> 0 THEN x.contypid ELSE d.objoid END, a.attname, d.description,
	CASE WHEN x.contypid <> 0 THEN x.conname END
FROM pg_description AS d
LEFT JOIN pg_class AS c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
LEFT JOIN pg_constraint AS x ON d.classoid = 'pg_constraint'::regclass AND x.oid = d.objoid
LEFT JOIN pg_attribute AS a ON d.classoid = 'pg_class'::regclass AND a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE (` + described("d.objoid") + `) AND (d.objoid <> ` + public + ` OR d.description <> 'standard public schema'){only}`

// described is the condition that a comment is on what is not the server's own.
func described(oid string) string { return oid + " >= 16384 OR " + oid + " = " + public }

// public is the number of the schema public in every database, until somebody drops it.
const public = "2200"

// onTables is the condition that a comment is on some tables or on their parts.
var onTables = "d.objoid IN (SELECT unnest($1::oid[])" + partsOf("pg_index", "indexrelid", "indrelid") + partsOf("pg_constraint", "oid", "conrelid") +
	partsOf("pg_trigger", "oid", "tgrelid") + partsOf("pg_rewrite", "oid", "ev_class") + partsOf("pg_policy", "oid", "polrelid") +
	partsOf("pg_statistic_ext", "oid", "stxrelid") + ")"

func partsOf(catalogue, oid, table string) string {
	return " UNION ALL SELECT " + oid + " FROM " + catalogue + " WHERE " + of(table)
}

// takeComment takes a row of selectComments.
func (s *survey) takeComment(row []string) {
	on := s.known[identity{row[0], row[1]}]
	if on == nil || on.Key.Kind == kindExtension {
		return
	}
	k := schema.Key{Kind: kindComment, Space: on.Key.Space, Table: on.Key.Table}
	what, name := commented(on)
	switch {
	case row[4] != "":
		k.Name = "check " + row[4] + " of " + label(on)
		what, name = "CONSTRAINT", quote(row[4])+" ON DOMAIN "+name
	case row[2] != "":
		k.Table, k.Name = on.Key.Name, "column "+row[2]
		what, name = "COLUMN", nameOf(on)+"."+quote(row[2])
	case isRelation(on.Key.Kind):
		k.Table, k.Name = on.Key.Name, string(on.Key.Kind)
	default:
		k.Name = label(on)
	}
	o := &schema.Object{Key: k, Facts: []schema.Fact{{Name: schema.Definition, Value: row[3]}}}
	if what == "" {
		o.Unsupported = "a comment on a " + string(on.Key.Kind)
	} else {
		o.Source = "COMMENT ON " + what + " " + name + " IS " + literal(row[3])
	}
	s.add(on, o)
}

// label returns what an object is called in the names of what is about it: "index
// by_title", "schema" for the home schema.
func label(o *schema.Object) string {
	if o.Key.Name == "" {
		return string(o.Key.Kind)
	}
	return string(o.Key.Kind) + " " + o.Key.Name
}

// isRelation reports whether parts can belong to something of this kind.
func isRelation(kind schema.Kind) bool {
	return kind == schema.Table || kind == schema.View || kind == kindMaterialized
}

// commented returns how COMMENT ON and GRANT call something: its kind and name.
func commented(o *schema.Object) (what, name string) {
	switch o.Key.Kind {
	case schema.PrimaryKey, schema.Unique, schema.Check, schema.ForeignKey, kindExclusion, kindNotNull:
		return "CONSTRAINT", quote(o.Spelling()) + " ON " + tableOf(o.Key)
	case schema.Trigger:
		return "TRIGGER", quote(o.Spelling()) + " ON " + tableOf(o.Key)
	case kindPolicy:
		return "POLICY", quote(o.Spelling()) + " ON " + tableOf(o.Key)
	case kindRule:
		return "RULE", quote(o.Spelling()) + " ON " + tableOf(o.Key)
	case schema.Index:
		return "INDEX", qualified(o.Key.Space, o.Spelling())
	case kindStatistics:
		return "STATISTICS", qualified(o.Fact(factInSchema), o.Spelling())
	case schema.Table:
		return "TABLE", nameOf(o)
	case schema.View:
		return "VIEW", nameOf(o)
	case kindMaterialized:
		return "MATERIALIZED VIEW", nameOf(o)
	case kindSequence:
		return "SEQUENCE", nameOf(o)
	case kindEnum, kindComposite, kindRange:
		return "TYPE", nameOf(o)
	case kindDomain:
		return "DOMAIN", nameOf(o)
	case kindCollation:
		return "COLLATION", nameOf(o)
	case kindFunction, kindProcedure, kindAggregate:
		return routineWord(o.Key.Kind), nameOf(o) + arguments(o)
	case kindNamespace:
		return "SCHEMA", quote(o.Spelling())
	case kindPublication:
		return "PUBLICATION", quote(o.Spelling())
	case kindEventTrigger:
		return "EVENT TRIGGER", quote(o.Spelling())
	}
	return "", ""
}

func routineWord(kind schema.Kind) string {
	return map[schema.Kind]string{kindFunction: "FUNCTION", kindProcedure: "PROCEDURE", kindAggregate: "AGGREGATE"}[kind]
}

// arguments returns the types that tell a routine from others of its name.
func arguments(o *schema.Object) string {
	list := o.Key.Name[len(o.Spelling()):]
	if o.Key.Kind == kindAggregate && list == "()" {
		return "(*)"
	}
	return list
}
