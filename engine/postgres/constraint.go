package postgres

import (
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// What a table has from the one that it is a partition of, or inherits from, comes
// and goes with that one, but for a key that not all partitions have yet. A column's NOT NULL, of which PostgreSQL 18 makes a
// constraint, is a fact of the column.
var selectConstraints = `SELECT x.oid, x.conrelid, x.conname, x.contype, pg_get_constraintdef(x.oid), x.confrelid::regclass,
	i.indisclustered, i.indisreplident, i.indexrelid, NOT i.indisvalid, array_to_string(k.reloptions, ', '),
	w.conindid::regclass
FROM pg_constraint AS x LEFT JOIN pg_index AS i ON i.indexrelid = x.conindid AND x.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class AS k ON k.oid = i.indexrelid
LEFT JOIN (pg_constraint AS w JOIN pg_index AS v ON v.indexrelid = w.conindid AND NOT v.indisvalid) ON w.oid = x.conparentid JOIN pg_class AS c ON c.oid = x.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE x.contype IN ('p', 'u', 'c', 'f', 'x') AND (x.conparentid = 0 AND (x.conislocal OR x.coninhcount = 0) OR w.oid IS NOT NULL)` + ours + `{only}
ORDER BY x.conrelid, x.conname`

// takeConstraint takes a row of selectConstraints.
func (s *survey) takeConstraint(row []string) {
	r := s.relations[row[1]]
	if r == nil || r.kind == 'f' {
		return
	}
	name, definition := row[2], row[4]
	o := &schema.Object{Name: name}
	var f facts
	ok := false
	switch rest := definition; row[3] {
	case "p":
		o.Key = r.part(schema.PrimaryKey, "")
		ok = f.key(o, &rest, "PRIMARY KEY")
	case "u":
		o.Key = r.part(schema.Unique, "")
		ok = f.key(o, &rest, "UNIQUE")
	case "f":
		o.Key = r.part(schema.ForeignKey, "")
		ok = f.reference(o, &rest, row[5])
	case "c":
		o.Key = r.part(schema.Check, "")
		ok = f.check(o, &rest)
	case "x":
		o.Key = r.part(kindExclusion, "")
		ok = f.exclude(o, &rest)
	}
	if !ok {
		o.Key.Name = definition
		o.Unsupported = "its definition cannot be read"
	}
	statement := f.replicates(r, name, row[7])
	alone := isSo(row[9])
	f.flag(factPartly, alone)
	if row[11] != "" {
		f.flag(factAttached, true)
		statement = script(statement, "ALTER INDEX "+row[11]+" ATTACH PARTITION "+qualified(r.object.Key.Space, name))
		alone = true
	}
	o.Facts = f
	switch {
	case alone:
		o.Source = script("ALTER TABLE ONLY "+r.called()+" ADD CONSTRAINT "+quote(name)+" "+definition, statement)
	case o.Key.Kind == schema.PrimaryKey:
		r.primary, r.primaryAs = definition, name
		r.changes = append(r.changes, statement)
	default:
		o.Source = script("ALTER TABLE "+r.called()+" ADD CONSTRAINT "+quote(name)+" "+definition, statement)
	}
	s.units[o] = row[1]
	if row[8] != "" {
		index := &schema.Object{Key: r.part(schema.Index, name), Name: name}
		s.units[index] = row[1]
		s.know("pg_class", row[8], index)
		s.tuneIndex(r, index, row[10], row[6], "")
	}
	s.putConstraint(row[0], o)
}

// putConstraint adds a constraint. PostgreSQL lets one be declared many times; if
// two of them differ, neither can be vouched for.
func (s *survey) putConstraint(oid string, o *schema.Object) {
	first, again := s.constraints[o.Key]
	if again {
		if !first.Equal(o) {
			first.Unsupported = "it is declared twice, and not the same way"
		}
		s.know("pg_constraint", oid, first)
		return
	}
	s.constraints[o.Key] = o
	s.put("pg_constraint", oid, o)
}

// key reads "PRIMARY KEY (a, b) INCLUDE (c) …" and "UNIQUE NULLS NOT DISTINCT (a) …".
func (f *facts) key(o *schema.Object, rest *string, words string) bool {
	if !leads(rest, words) {
		return false
	}
	equal := leads(rest, "NULLS NOT DISTINCT")
	list, behind, ok := takeList(*rest)
	if !ok {
		return false
	}
	*rest = behind
	if o.Key.Kind == schema.Unique {
		o.Key.Name = "(" + list + ")"
	} else {
		f.add(schema.Columns, list)
	}
	if equal {
		f.add(factDistinctNulls, "not distinct")
	}
	if leads(rest, "INCLUDE") {
		if list, *rest, ok = takeList(*rest); !ok {
			return false
		}
		f.add(factInclude, list)
	}
	return f.trailer(rest)
}

// reference reads "FOREIGN KEY (a) REFERENCES b(id) ON DELETE CASCADE …".
func (f *facts) reference(o *schema.Object, rest *string, parent string) bool {
	if !leads(rest, "FOREIGN KEY") {
		return false
	}
	columns, behind, ok := takeList(*rest)
	if !ok || !leads(&behind, "REFERENCES") {
		return false
	}
	if behind, ok = strings.CutPrefix(behind, parent); !ok {
		return false
	}
	others, behind, ok := takeList(behind)
	if !ok {
		return false
	}
	o.Key.Name = "(" + columns + ") -> " + parent + "(" + others + ")"
	f.add(schema.Parent, plainName(parent))
	if leads(&behind, "MATCH FULL") {
		f.add(factMatch, "full")
	}
	for _, action := range [...]struct{ words, fact string }{{"ON UPDATE", factOnUpdate}, {"ON DELETE", factOnDelete}} {
		if !leads(&behind, action.words) {
			continue
		}
		for _, what := range [...]string{"CASCADE", "RESTRICT", "SET NULL", "SET DEFAULT"} {
			if leads(&behind, what) {
				value := strings.ToLower(what)
				if some, after, ok := takeList(behind); ok {
					value, behind = value+" ("+some+")", after
				}
				f.add(action.fact, value)
			}
		}
	}
	*rest = behind
	return f.trailer(rest)
}

// check reads "CHECK ((a > 0)) NO INHERIT NOT VALID".
func (f *facts) check(o *schema.Object, rest *string) bool {
	if !leads(rest, "CHECK") {
		return false
	}
	list, behind, ok := takeList(*rest)
	o.Key.Name = canonical(list)
	*rest = behind
	return ok && f.trailer(rest)
}

// exclude reads "EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (…)".
func (f *facts) exclude(o *schema.Object, rest *string) bool {
	if !leads(rest, "EXCLUDE") || !leads(rest, "USING") {
		return false
	}
	method, behind, _ := strings.Cut(*rest, " ")
	list, behind, ok := takeList(behind)
	if !ok {
		return false
	}
	o.Key.Name = method + " (" + arrays(list) + ")"
	if leads(&behind, "INCLUDE") {
		if list, behind, ok = takeList(behind); !ok {
			return false
		}
		f.add(factInclude, list)
	}
	if leads(&behind, "WHERE") {
		if list, behind, ok = takeList(behind); !ok {
			return false
		}
		f.add(schema.Where, canonical(list))
	}
	*rest = behind
	return f.trailer(rest)
}

// trailer reads what can follow every constraint, and reports whether that is all.
func (f *facts) trailer(rest *string) bool {
	if leads(rest, "NO INHERIT") {
		f.add(factInheritable, "no")
	}
	if leads(rest, "DEFERRABLE") {
		when := "initially immediate"
		if leads(rest, "INITIALLY DEFERRED") {
			when = "initially deferred"
		}
		f.add(factDeferrable, when)
	}
	if leads(rest, "NOT ENFORCED") {
		f.add(factEnforced, "no")
	}
	if leads(rest, "NOT VALID") {
		f.add(schema.Invalid, "yes")
	}
	return *rest == ""
}

// plainName returns a name as keys have it from the form in which PostgreSQL
// writes it, without the schema ahead.
func plainName(s string) string {
	start := 0
	for i := 0; i < len(s); i = past(s, i) {
		if s[i] == '.' {
			start = i + 1
		}
	}
	s = s[start:]
	if len(s) > 1 && s[0] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return s
}
