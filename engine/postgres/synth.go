package postgres

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// Add returns the statements that make the object, and nil for what PostgreSQL
// cannot add to a table that is there: a column that needs a value for every row
// and has none.
//
// A column with a default that is not the same for all rows makes the server
// write the table anew; that is its author's wish.
func (Engine) Add(o *schema.Object) []string {
	switch {
	case o == nil || o.Unsupported != "":
		return nil
	case o.Key.Kind == schema.Column:
		return addColumn(o)
	case o.Key.Kind == schema.PrimaryKey && o.Source == "":
		return addPrimaryKey(o)
	case o.Source != "":
		return onItsTable(o, statementsOf(o))
	}
	return nil
}

// onItsTable has the statements that make an index or a trigger speak of the table that it
// is to be on, which may have got another name since they were read.
func onItsTable(o *schema.Object, statements []string) []string {
	if len(statements) == 0 || o.Key.Kind != schema.Index && o.Key.Kind != schema.Trigger {
		return statements
	}
	head, rest, ok := cutAt(statements[0], " ON ")
	if !ok {
		return statements
	}
	end := 0
	for end < len(rest) && rest[end] != ' ' {
		end = past(rest, end)
	}
	return append([]string{head + " ON " + tableOf(o.Key) + rest[end:]}, statements[1:]...)
}

// addColumn writes a column from its facts, and nothing if there is one that it
// does not know: half a column is not what was asked for.
func addColumn(o *schema.Object) []string {
	var kind, collate, behind string
	null := true
	for _, f := range o.Facts {
		switch f.Name {
		case schema.Type:
			kind = f.Value
		case schema.Nullable:
			null = f.Value != "no"
		case schema.Default:
			if f.Value != ownSequence {
				behind += " DEFAULT " + f.Value
			}
		case schema.Generated:
			behind += " GENERATED ALWAYS AS " + upperSuffix(f.Value, " stored", " virtual")
		case schema.Identity:
			clause := identityClause(f.Value)
			if clause == "" {
				return addSerial(o)
			}
			behind += clause
		case factCollate:
			collate = " COLLATE " + f.Value
		default:
			return nil
		}
	}
	if kind == "" || !null && behind == "" {
		return nil
	}
	if !null {
		behind += " NOT NULL"
	}
	return whole([]string{"ALTER TABLE " + tableOf(o.Key) + " ADD COLUMN " + quote(o.Spelling()) + " " + kind + collate + behind})
}

// serials are the types that make a column with a sequence of its own.
var serials = map[string]string{"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}

// addSerial writes a column that takes its values from a sequence of its own, if it
// is like those that PostgreSQL makes.
func addSerial(o *schema.Object) []string {
	kind := serials[o.Fact(schema.Type)]
	if kind == "" || o.Fact(schema.Identity) != "serial" || o.Fact(schema.Nullable) != "no" || len(o.Facts) != 4 {
		return nil
	}
	return []string{"ALTER TABLE " + tableOf(o.Key) + " ADD COLUMN " + quote(o.Spelling()) + " " + kind}
}

// identityClause writes "by default (start 5)" as GENERATED … AS IDENTITY has it,
// and "" for a serial.
func identityClause(value string) string {
	for _, kind := range [...]string{"always", "by default"} {
		if rest, ok := strings.CutPrefix(value, kind); ok {
			return " GENERATED " + strings.ToUpper(kind) + " AS IDENTITY" + rest
		}
	}
	return ""
}

// upperSuffix returns a text with its last word in upper case.
func upperSuffix(s string, words ...string) string {
	for _, w := range words {
		if before, ok := strings.CutSuffix(s, w); ok {
			return before + strings.ToUpper(w)
		}
	}
	return s
}

func addPrimaryKey(o *schema.Object) []string {
	var list, behind string
	for _, f := range o.Facts {
		switch f.Name {
		case schema.Columns:
			list = f.Value
		case factInclude:
			behind = " INCLUDE (" + f.Value + ")" + behind
		case factDeferrable:
			behind += " DEFERRABLE " + strings.ToUpper(f.Value)
		default:
			return nil
		}
	}
	name := ""
	if o.Name != "" {
		name = "CONSTRAINT " + quote(o.Name) + " "
	}
	return whole([]string{"ALTER TABLE " + tableOf(o.Key) + " ADD " + name + "PRIMARY KEY (" + list + ")" + behind})
}

// whole returns the statements if each is one and no more: facts may come from a
// file that somebody has tampered with.
func whole(statements []string) []string {
	for _, s := range statements {
		if cut, err := (Engine{}).Cut(s); err != nil || len(cut) != 1 {
			return nil
		}
	}
	return statements
}

// Mend returns the statement that gives a column its default, or puts a constraint in
// force for the rows that are there; nil where more is different.
func (Engine) Mend(have, want *schema.Object) []string {
	if have == nil || want == nil || have.Key != want.Key {
		return nil
	}
	differs := func(name string) bool {
		without := func(f schema.Fact) bool { return f.Name == name }
		return have.Fact(name) != want.Fact(name) &&
			slices.Equal(slices.DeleteFunc(slices.Clone(have.Facts), without), slices.DeleteFunc(slices.Clone(want.Facts), without))
	}
	table := "ALTER TABLE " + tableOf(have.Key)
	switch {
	case have.Key.Kind == schema.Column && differs(schema.Default) && have.Fact(schema.Default) == "" && want.Fact(schema.Default) != ownSequence:
		return whole([]string{table + " ALTER COLUMN " + quote(have.Spelling()) + " SET DEFAULT " + want.Fact(schema.Default)})
	case have.Name != "" && have.Fact(schema.Invalid) != "" && want.Fact(schema.Invalid) == "" && differs(schema.Invalid) &&
		(have.Key.Kind == schema.ForeignKey || have.Key.Kind == schema.Check):
		return []string{table + " VALIDATE CONSTRAINT " + quote(have.Name)}
	}
	return nil
}

// Drop returns the statements that remove the object and nothing that depends on
// it; nil where it is no object that can be dropped by itself.
func (Engine) Drop(o *schema.Object) []string {
	if o == nil {
		return nil
	}
	what, name := commented(o)
	switch o.Key.Kind {
	case schema.Column:
		return []string{"ALTER TABLE " + tableOf(o.Key) + " DROP COLUMN " + quote(o.Spelling())}
	case schema.PrimaryKey, schema.Unique, schema.Check, schema.ForeignKey, kindExclusion:
		if o.Name == "" {
			return nil
		}
		return []string{"ALTER TABLE " + tableOf(o.Key) + " DROP CONSTRAINT " + quote(o.Name)}
	case kindComment:
		if at := strings.LastIndex(o.Source, " IS "); at > 0 && strings.HasSuffix(o.Source, " IS "+literal(o.Fact(schema.Definition))) {
			return []string{o.Source[:len(o.Source)-len(literal(o.Fact(schema.Definition)))] + "NULL"}
		}
		return nil
	case kindExtension:
		return []string{"DROP EXTENSION " + quote(o.Spelling())}
	}
	if what == "" {
		return nil
	}
	return []string{"DROP " + what + " " + name}
}

// Insert returns statements that put rows of literals into a table, a bounded
// number of rows each.
func (Engine) Insert(o *schema.Object, columns []string, rows [][]string) []string {
	if o == nil || o.Key.Kind != schema.Table || len(columns) == 0 {
		return nil
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quote(c)
	}
	head := "INSERT INTO " + nameOf(o) + " (" + strings.Join(names, ", ") + ") OVERRIDING SYSTEM VALUE VALUES "
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

// Renumber returns the statement by which the sequence of a column, a serial one or an
// identity, goes on behind the highest number that is in it and that it has given: it
// takes no notice of numbers that rows bring with them. It is nil for all else.
func (Engine) Renumber(column *schema.Object) []string {
	if column == nil || column.Key.Kind != schema.Column || column.Fact(schema.Identity) == "" {
		return nil
	}
	table := tableOf(column.Key)
	return []string{"SELECT pg_catalog.setval(s, greatest((SELECT max(" + quote(column.Spelling()) + ") FROM " + table + "), pg_catalog.pg_sequence_last_value(s)))" +
		" FROM CAST(pg_catalog.pg_get_serial_sequence(" + literal(table) + ", " + literal(column.Spelling()) + ") AS regclass) AS s"}
}

// Empty returns the statement that removes all rows of a table; nil for all else.
// It is no TRUNCATE, which other sessions see before it is committed, and which
// does not ask foreign keys.
func (Engine) Empty(o *schema.Object) []string {
	if o == nil || o.Key.Kind != schema.Table {
		return nil
	}
	return []string{"DELETE FROM " + nameOf(o)}
}

// Rename returns the statement that gives a table, column, index or view another
// name; nil for all else.
func (Engine) Rename(o *schema.Object, name string) []string {
	if o == nil {
		return nil
	}
	switch o.Key.Kind {
	case schema.Column:
		return []string{"ALTER TABLE " + tableOf(o.Key) + " RENAME COLUMN " + quote(o.Spelling()) + " TO " + quote(name)}
	case schema.Table, schema.View, schema.Index, kindMaterialized, kindSequence:
		what, old := commented(o)
		return []string{"ALTER " + what + " " + old + " RENAME TO " + quote(name)}
	}
	return nil
}
