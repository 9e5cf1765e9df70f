package sqlite

import (
	"errors"

	"github.com/dbmend/dbmend/schema"
)

// Facts of SQLite's own, beside those that the core knows and the collation.
const (
	withoutRowid  = "without rowid" // "yes" for such a table
	strict        = "strict"        // "yes" for such a table
	autoincrement = "autoincrement" // "yes" for a table that never gives a rowid twice
	using         = "using"         // a virtual table's module and its arguments
	onConflict    = "on conflict"   // what happens to a row that breaks the constraint
	rowid         = "rowid"         // "no" for an INTEGER PRIMARY KEY DESC that is no alias of the rowid
	onDelete      = "on delete"     // a foreign key's action
	onUpdate      = "on update"     // a foreign key's action
	match         = "match"         // written behind a foreign key, and without effect
	deferrable    = "deferrable"    // "initially deferred" for a foreign key checked at commit
)

// objects returns the table and its parts. The source is the stored text; parent
// returns the primary key of another table, for references that name no columns.
func (d *definition) objects(source string, parent func(table string) []string) []*schema.Object {
	table := fold(d.name)
	list := make([]*schema.Object, 0, 1+len(d.columns)+len(d.keys)+len(d.checks)+len(d.references))
	list = append(list, &schema.Object{
		Key: schema.Key{Kind: schema.Table, Name: table}, Name: d.name, Facts: d.facts(), Source: source,
	})
	for i := range d.columns {
		c := &d.columns[i]
		list = append(list, &schema.Object{
			Key:  schema.Key{Kind: schema.Column, Table: table, Name: c.folded},
			Name: c.name, Facts: c.facts(d), Position: i + 1,
		})
	}
	parts := make(map[schema.Key]*schema.Object, len(d.keys)+len(d.checks)+len(d.references))
	part := func(o *schema.Object) {
		if first, ok := parts[o.Key]; ok {
			// SQLite lets a constraint be declared many times. If two differ, neither can
			// be vouched for.
			if !first.Equal(o) {
				first.Unsupported = "it is declared twice, and not the same way"
			}
			return
		}
		parts[o.Key] = o
		list = append(list, o)
	}
	for i := range d.keys {
		k := &d.keys[i]
		id := schema.Key{Kind: schema.PrimaryKey, Table: table}
		if !k.primary {
			id = schema.Key{Kind: schema.Unique, Table: table, Name: "(" + d.terms(k.terms) + ")"}
		}
		part(&schema.Object{Key: id, Name: k.name, Facts: k.facts(d)})
	}
	for _, c := range d.checks {
		id := schema.Key{Kind: schema.Check, Table: table, Name: normal(unwrap(c.expr), d.spellCheck)}
		part(&schema.Object{Key: id, Name: c.name})
	}
	for i := range d.references {
		f := &d.references[i]
		id := schema.Key{Kind: schema.ForeignKey, Table: table, Name: f.key(parent)}
		part(&schema.Object{Key: id, Name: f.name, Facts: f.facts()})
	}
	return list
}

// facts returns the facts of the table itself.
func (d *definition) facts() []schema.Fact {
	var facts []schema.Fact
	add := func(name string, is bool) {
		if is {
			facts = append(facts, schema.Fact{Name: name, Value: "yes"})
		}
	}
	add(withoutRowid, d.withoutRowid)
	add(strict, d.strict)
	add(autoincrement, d.autoincrement)
	if d.using != "" {
		facts = append(facts, schema.Fact{Name: using, Value: d.using})
	}
	return facts
}

// facts returns the facts of a column.
func (c *column) facts(d *definition) []schema.Fact {
	facts := make([]schema.Fact, 0, 3)
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, schema.Fact{Name: name, Value: value})
		}
	}
	add(schema.Type, c.kind)
	if c.notNull {
		add(schema.Nullable, "no")
	}
	if c.hasValue {
		add(schema.Default, normalDefault(c.value))
	}
	add(collation, c.collation)
	if c.generated != nil {
		storage := " virtual"
		if c.stored {
			storage = " stored"
		}
		add(schema.Generated, "("+normal(unwrap(c.generated), d.spell)+")"+storage)
	}
	if c.notNull {
		add(onConflict, c.conflict)
	}
	return facts
}

// facts returns the facts of a primary key or a unique constraint.
func (k *key) facts(d *definition) []schema.Fact {
	var facts []schema.Fact
	if k.primary {
		facts = append(facts, schema.Fact{Name: schema.Columns, Value: d.terms(k.terms)})
		if k.inverted && !d.withoutRowid && len(k.terms) == 1 {
			if i, ok := d.place(k.terms[0]); ok && d.columns[i].kind == "INTEGER" {
				facts = append(facts, schema.Fact{Name: rowid, Value: "no"})
			}
		}
	}
	if k.conflict != "" {
		facts = append(facts, schema.Fact{Name: onConflict, Value: k.conflict})
	}
	return facts
}

// key returns the name by which a foreign key is known: "(a, b) -> parent(x, y)",
// and without the second list where it names none and parent does not know them.
func (f *reference) key(parent func(table string) []string) string {
	columns := f.parentColumns
	if columns == nil {
		if columns = parent(f.parent); len(columns) != len(f.columns) {
			columns = nil
		}
	}
	s := "(" + identifiers(f.columns) + ") -> " + identifier(f.parent)
	if columns != nil {
		s += "(" + identifiers(columns) + ")"
	}
	return s
}

// facts returns the facts of a foreign key.
func (f *reference) facts() []schema.Fact {
	var facts []schema.Fact
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, schema.Fact{Name: name, Value: value})
		}
	}
	add(schema.Parent, f.parent)
	add(onDelete, f.onDelete)
	add(onUpdate, f.onUpdate)
	add(match, f.match)
	if f.deferred {
		add(deferrable, "initially deferred")
	}
	return facts
}

// spellCheck is spell for a check, which may speak of the rowid too.
func (d *definition) spellCheck(name string) string {
	switch folded := fold(name); folded {
	case "rowid", "oid", "_rowid_":
		if !d.withoutRowid {
			return folded
		}
	}
	return d.spell(name)
}

// viewObject returns a view.
func viewObject(r *row) *schema.Object {
	o := &schema.Object{Key: r.key(), Name: r.name, Source: r.sql}
	tokens, err := behindName(r, "view")
	if err != nil {
		o.Unsupported = err.Error()
		return o
	}
	o.Facts = []schema.Fact{{Name: schema.Definition, Value: body(tokens)}}
	return o
}

// triggerObject returns a trigger. SQLite has row triggers only, so that FOR EACH
// ROW says nothing, and BEFORE is what it takes where nothing is said.
func triggerObject(r *row) *schema.Object {
	o := &schema.Object{Key: r.key(), Name: r.name, Source: r.sql}
	tokens, err := behindName(r, "trigger")
	if err != nil {
		o.Unsupported = err.Error()
		return o
	}
	if len(tokens) > 0 && tokens[0].is("before") {
		tokens = tokens[1:]
	}
	for i := 0; i+2 < len(tokens) && !tokens[i].is("begin"); i++ {
		if tokens[i].is("for") && tokens[i+1].is("each") && tokens[i+2].is("row") {
			tokens = append(tokens[:i], tokens[i+3:]...)
			break
		}
	}
	o.Facts = []schema.Fact{{Name: schema.Definition, Value: body(tokens)}}
	return o
}

// behindName returns what follows the name in the text of a view or trigger.
func behindName(r *row, what string) ([]token, error) {
	p, err := newReader(r.sql)
	if err != nil {
		return nil, err
	}
	p.take("create")
	_ = p.take("temp") || p.take("temporary")
	if !p.take(what) {
		return nil, p.stuck()
	}
	name, err := p.heading()
	if err != nil {
		return nil, err
	}
	if fold(name) != fold(r.name) {
		return nil, errOtherName
	}
	for _, t := range p.tokens[p.next:] {
		if t.kind == illegal {
			return nil, p.stuck()
		}
	}
	return p.tokens[p.next:], nil
}

var errOtherName = errors.New("its text is about another name")
