package mysql

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Add returns the statement that makes the object, and nil for a column that needs
// a value for every row and has none. What is read in an sql_mode of its own is made
// in that mode, and the session's is set again.
func (Engine) Add(o *schema.Object) []string {
	if o == nil || o.Unsupported != "" {
		return nil
	}
	if o.Key.IsPart() {
		o = retargeted(o)
	}
	switch o.Key.Kind {
	case schema.Column:
		return addColumn(o)
	case schema.PrimaryKey:
		return addPrimary(o)
	case schema.Unique, schema.Check, schema.ForeignKey, schema.Index:
		if addsPart(o) {
			return []string{o.Source}
		}
		return nil
	}
	modes := o.Fact(readIn)
	switch {
	case o.Source == "" || !makes(o, modes):
		return nil
	case modes == "":
		return []string{o.Source}
	}
	return []string{
		"SET @dbmend_sql_mode = @@sql_mode", "SET SESSION sql_mode = " + literal(modes),
		o.Source, "SET SESSION sql_mode = @dbmend_sql_mode",
	}
}

// retargeted returns a part of a table with a source that is about the table in its key, which
// may have another name by now than when the part was read.
func retargeted(o *schema.Object) *schema.Object {
	c := cursor{tokens: tokenize(o.Source)}
	switch {
	case c.take("alter", "table"):
	case c.take("create", "trigger"):
		c.until("on")
		c.take("on")
	default:
		return o
	}
	t := c.peek()
	if !t.isName() || t.name() == o.Key.Table || fold(t.name()) == o.Key.Table {
		return o
	}
	moved := *o
	moved.Source = o.Source[:t.pos] + quote(o.Key.Table) + o.Source[t.end():]
	return &moved
}

// addsPart reports whether the source of a part adds it to its table and does
// nothing else.
func addsPart(o *schema.Object) bool {
	_, err := addition(&schema.Object{Key: o.Key.Owner()}, o)
	return err == nil
}

// Drop returns the statement that removes the object; nil for what it does not know.
func (e Engine) Drop(o *schema.Object) []string {
	if o == nil {
		return nil
	}
	alter := "ALTER TABLE " + quote(o.Key.Table) + " DROP "
	name := quote(o.Spelling())
	switch o.Key.Kind {
	case schema.Table, schema.View, schema.Trigger, Sequence, Procedure, Function, Event, Package, PackageBody:
		return []string{"DROP " + strings.ToUpper(string(o.Key.Kind)) + " " + name}
	case schema.Column:
		return []string{alter + "COLUMN " + name}
	case schema.Index:
		return []string{alter + "INDEX " + name}
	case schema.PrimaryKey:
		return []string{alter + "PRIMARY KEY"}
	}
	if o.Name == "" {
		return nil // a constraint's key is no name
	}
	switch o.Key.Kind {
	case schema.Unique:
		return []string{alter + "INDEX " + name}
	case schema.ForeignKey:
		return []string{alter + "FOREIGN KEY " + name}
	case schema.Check:
		return []string{alter + "CONSTRAINT " + name}
	}
	return nil
}

// Insert returns statements that put rows of literals into a table, a bounded
// number of rows each.
func (Engine) Insert(o *schema.Object, columns []string, rows [][]string) []string {
	if o == nil || o.Key.Kind != schema.Table || len(columns) == 0 {
		return nil
	}
	head := "INSERT INTO " + quote(o.Spelling()) + " (" + joined(columns, "", ", ") + ") VALUES "
	var statements []string
	for part := range slices.Chunk(rows, 100) {
		texts := make([]string, len(part))
		for i, row := range part {
			texts[i] = "(" + strings.Join(row, ", ") + ")"
		}
		statements = append(statements, head+strings.Join(texts, ", "))
	}
	return statements
}

// Renumber is nil: the server counts on from the highest number that a row has brought with it.
func (Engine) Renumber(*schema.Object) []string { return nil }

// Empty returns the statement that removes all rows of a table, in the transaction:
// TRUNCATE would end it. It returns nil for all else.
func (Engine) Empty(o *schema.Object) []string {
	if o == nil || o.Key.Kind != schema.Table {
		return nil
	}
	return []string{"DELETE FROM " + quote(o.Spelling())}
}

// Rename returns the statement that renames a table or column; nil for all else.
func (Engine) Rename(o *schema.Object, name string) []string {
	if o == nil {
		return nil
	}
	switch o.Key.Kind {
	case schema.Table:
		return []string{"ALTER TABLE " + quote(o.Spelling()) + " RENAME TO " + quote(name)}
	case schema.Column:
		return []string{"ALTER TABLE " + quote(o.Key.Table) + " RENAME COLUMN " + quote(o.Spelling()) + " TO " + quote(name)}
	}
	return nil
}

// addColumn writes a column from its facts, and nothing if there is one that it
// does not know: half a column is not what was asked for.
func addColumn(o *schema.Object) []string {
	facts := map[string]string{}
	for _, f := range o.Facts {
		switch f.Name {
		case schema.Type, charset, collation, schema.Nullable, schema.Default, onUpdate, schema.Generated, hidden, inline, remark, options:
			facts[f.Name] = f.Value
		default:
			return nil
		}
	}
	null, fallback, generated := facts[schema.Nullable] != "no", facts[schema.Default], facts[schema.Generated]
	if facts[schema.Type] == "" || !null && fallback == "" && generated == "" {
		return nil // a strict server would refuse it, and another one invent values
	}
	var b strings.Builder
	b.WriteString("ALTER TABLE " + quote(o.Key.Table) + " ADD COLUMN " + quote(o.Spelling()))
	add := func(words, value string) {
		if value != "" {
			b.WriteString(" " + words + value)
		}
	}
	add("", facts[schema.Type])
	add("CHARACTER SET ", facts[charset])
	add("COLLATE ", facts[collation])
	switch {
	case generated != "":
		if !strings.HasPrefix(generated, "(") {
			return nil // the times of rows
		}
		add("GENERATED ALWAYS AS ", generated)
	case !null:
		b.WriteString(" NOT NULL")
	case strings.HasPrefix(facts[schema.Type], "timestamp"):
		b.WriteString(" NULL") // some servers take NOT NULL for granted
	}
	if hides := facts[hidden]; hides != "" {
		b.WriteString(" INVISIBLE")
	}
	add("DEFAULT ", fallback)
	add("ON UPDATE ", facts[onUpdate])
	add("", facts[options])
	add("COMMENT ", facts[remark])
	if expression := facts[inline]; expression != "" {
		b.WriteString(" CHECK (" + expression + ")")
	}
	return one(b.String())
}

// addPrimary writes a primary key from its facts.
func addPrimary(o *schema.Object) []string {
	columns := o.Fact(schema.Columns)
	if len(o.Facts) != 1 || columns == "" {
		return nil
	}
	return one("ALTER TABLE " + quote(o.Key.Table) + " ADD PRIMARY KEY (" + columns + ")")
}

// one returns a statement if that is what it is: facts may come from a file that
// somebody has tampered with.
func one(statement string) []string {
	statements, err := cut(statement)
	if err != nil || len(statements) != 1 || statements[0].Text != statement {
		return nil
	}
	for _, t := range tokenize(statement) {
		if t.kind == illegal || t.kind == condition {
			return nil
		}
	}
	return []string{statement}
}
