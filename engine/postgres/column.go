package postgres

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A column is one column of a table, and of a view the default that it was given. Of a
// materialized view's, only what is tuned about it is looked at: the query has the rest.
type column struct {
	name      string
	number    string // pg_attribute.attnum
	kind      string // as format_type spells it
	refuses   bool   // NULL
	assured   bool   // no row that was there before breaks NOT NULL
	refusal   string // the name of its NOT NULL, from version 18 on
	alone     bool   // children do not get its NOT NULL
	identity  string // pg_attribute.attidentity
	generated string // pg_attribute.attgenerated
	value     string // default or generating expression, as PostgreSQL spells it
	collation string // "" for the type's own
	storage   string
	pressed   string // pg_attribute.attcompression
	target    string
	options   string
	local     bool // made by this table, and not by one that it inherits from
	inherited bool // like the column of the parent in all respects
	sequence  *sequenceRow
	object    *schema.Object
}

var selectColumns = `SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
	a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
	CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation END,
	CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage
		WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended' END END,
	{since 14: CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END | NULL},
	CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END, array_to_string(a.attoptions, ', '), a.attislocal,
	{since 18: a.attnotnull AND EXISTS (SELECT FROM pg_constraint AS x WHERE x.conrelid = a.attrelid
		AND x.contype = 'n' AND x.conkey = ARRAY[a.attnum] AND NOT x.convalidated) | false},
	{since 18: k.oid, k.conname, k.connoinherit | NULL, NULL, false}
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
{since 18: LEFT JOIN pg_constraint AS k ON k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum] | }
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relpersistence <> 't' AND (c.relkind IN ('r', 'p', 'm') OR c.relkind = 'v' AND a.atthasdef)` + ours + `{only}
ORDER BY a.attrelid, a.attnum`

// takeColumn takes a row of selectColumns.
func (s *survey) takeColumn(row []string) {
	r := s.relations[row[0]]
	if r == nil {
		return
	}
	c := &column{
		number: row[1], name: row[2], kind: row[3], refuses: isSo(row[4]), identity: row[5], generated: row[6], value: row[7],
		collation: row[8], storage: row[9], pressed: row[10], target: row[11], options: row[12],
		local: isSo(row[13]), assured: !isSo(row[14]), refusal: row[16], alone: isSo(row[17]),
	}
	if row[15] != "" {
		o := &schema.Object{Key: r.part(kindNotNull, c.name), Name: c.refusal}
		s.units[o] = row[0]
		s.know("pg_constraint", row[15], o)
	}
	for _, q := range r.sequences {
		if q.column == c.number && (c.identity != "" || q.isDefault(c.value)) {
			c.sequence = q
		}
	}
	s.tuneColumn(r, c)
	if r.kind == 'm' {
		return
	}
	r.columns = append(r.columns, c)
	if r.kind == 'v' {
		return
	}
	c.object = &schema.Object{Key: r.part(schema.Column, c.name), Name: c.name, Position: len(r.columns), Facts: c.facts()}
}

// facts returns the facts of a column.
func (c *column) facts() []schema.Fact {
	f := make(facts, 0, 3)
	f.add(schema.Type, c.kind)
	if c.refuses {
		f.add(schema.Nullable, "no")
		if !c.assured {
			f.add(factValidated, "no")
		}
		if c.alone {
			f.add(factInheritable, "no")
		}
	}
	switch {
	case c.generated != "":
		f.add(schema.Generated, "("+canonical(c.value)+") "+generatedWord[c.generated])
	case c.identity == "" && c.sequence != nil:
		f.add(schema.Default, ownSequence)
		f.add(schema.Identity, "serial"+c.sequence.options(c.kind))
	case c.identity != "":
		f.add(schema.Identity, identityWord[c.identity]+c.sequence.options(c.kind))
	default:
		f.add(schema.Default, defaultValue(c.value, c.kind))
	}
	f.add(factCollate, c.collation)
	return f
}

// ownSequence is the default of a serial column: the name of the sequence, which
// the server invents, means nothing.
const ownSequence = "nextval(own sequence)"

var (
	generatedWord = map[string]string{"s": "stored", "v": "virtual"}
	identityWord  = map[string]string{"a": "always", "d": "by default"}
)

// typed returns the column as CREATE TABLE has it, behind its name.
func (c *column) typed() string {
	s := c.kind
	if c.collation != "" {
		s += " COLLATE " + c.collation
	}
	return s + c.clauses()
}

// clauses returns what follows the type.
func (c *column) clauses() string {
	var b strings.Builder
	switch {
	case c.generated != "":
		b.WriteString(" GENERATED ALWAYS AS (" + c.value + ") " + strings.ToUpper(generatedWord[c.generated]))
	case c.identity != "":
		b.WriteString(" GENERATED " + strings.ToUpper(identityWord[c.identity]) + " AS IDENTITY" + c.sequence.identity(c.kind))
	case c.value != "":
		b.WriteString(" DEFAULT " + c.value)
	}
	if c.refuses && c.assured {
		b.WriteString(c.notNull())
	}
	return b.String()
}

// notNull returns how the column refuses NULL, by its name, which comments call.
func (c *column) notNull() string {
	s := " NOT NULL"
	if c.refusal != "" {
		s = " CONSTRAINT " + quote(c.refusal) + s
	}
	if c.alone {
		s += " NO INHERIT"
	}
	return s
}

// changes returns what only ALTER TABLE can say of a column.
func (c *column) changes(r *relation) []string {
	if c.inherited {
		return nil
	}
	alter := "ALTER TABLE ONLY " + r.called() + " ALTER COLUMN " + quote(c.name)
	var list []string
	if !c.local && c.generated == "" && c.identity == "" {
		if c.value != "" {
			list = append(list, alter+" SET DEFAULT "+c.value)
		} else {
			list = append(list, alter+" DROP DEFAULT")
		}
		if c.refuses && c.assured {
			list = append(list, alter+" SET NOT NULL")
		}
	}
	if c.refuses && !c.assured {
		list = append(list, "ALTER TABLE ONLY "+r.called()+" ADD NOT NULL "+quote(c.name)+" NOT VALID")
	}
	return list
}

// settleInherited marks the columns that are just as their table's parents have
// them: they come with the parent, and are the parent's to change.
func (s *survey) settleInherited() {
	byName := map[string]*relation{}
	for _, r := range s.relations {
		byName[r.text] = r
	}
	for _, r := range s.relations {
		if r.inherits == "" {
			continue
		}
		var parents []*relation
		for _, name := range elements(r.inherits) {
			parents = append(parents, byName[name])
		}
		r.otherwise = r.partition && parents[0] != nil && !slices.EqualFunc(r.columns, parents[0].columns,
			func(a, b *column) bool { return a.name == b.name })
		for _, c := range r.columns {
			c.inherited = !c.local && slices.ContainsFunc(parents, func(p *relation) bool { return p != nil && p.has(c) })
		}
	}
}

// has reports whether the relation has a column of the same name and facts.
func (r *relation) has(c *column) bool {
	return slices.ContainsFunc(r.columns, func(p *column) bool {
		return p.name == c.name && p.object != nil && slices.Equal(p.object.Facts, c.object.Facts)
	})
}
