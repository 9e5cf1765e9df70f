package postgres

import "github.com/dbmend/dbmend/schema"

// Comments on what is not described (an extension's parts, a serial's sequence)
// are left out, and so are those on the home schema and on extensions, which come
// with them.
var selectComments = `SELECT d.classoid::regclass, d.objoid, a.attname, d.description
FROM pg_description AS d
LEFT JOIN pg_attribute AS a ON d.classoid = 'pg_class'::regclass AND a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE d.objoid >= 16384{only}`

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
	case row[2] != "":
		k.Table, k.Name = on.Key.Name, "column "+row[2]
		what, name = "COLUMN", nameOf(on)+"."+quote(row[2])
	case on.Key.IsPart():
		k.Name = string(on.Key.Kind)
		if on.Key.Name != "" {
			k.Name += " " + on.Key.Name
		}
	case isRelation(on.Key.Kind):
		k.Table, k.Name = on.Key.Name, string(on.Key.Kind)
	default:
		k.Name = string(on.Key.Kind) + " " + on.Key.Name
	}
	o := &schema.Object{Key: k, Facts: []schema.Fact{{Name: schema.Definition, Value: row[3]}}}
	if what == "" {
		o.Unsupported = "a comment on a " + string(on.Key.Kind)
	} else {
		o.Source = "COMMENT ON " + what + " " + name + " IS " + literal(row[3])
	}
	s.add(on, o)
}

// isRelation reports whether parts can belong to something of this kind.
func isRelation(kind schema.Kind) bool {
	return kind == schema.Table || kind == schema.View || kind == kindMaterialized
}

// commented returns how COMMENT ON and GRANT call something: its kind and name.
func commented(o *schema.Object) (what, name string) {
	switch o.Key.Kind {
	case schema.PrimaryKey, schema.Unique, schema.Check, schema.ForeignKey, kindExclusion:
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
