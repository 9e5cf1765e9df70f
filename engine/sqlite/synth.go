package sqlite

import (
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// collation is the fact that names the collating sequence of a column.
const collation = "collation"

// Add returns the statement that makes the object, and nil for what SQLite cannot
// add to a table that is there: constraints, and a column that needs a value for
// every row and has none (ALTER TABLE ADD COLUMN, lang_altertable.html). A check is
// one of those too: ADD CHECK came with SQLite 3.53, nothing here tells how old the
// live one is, and Rebuild needs no version.
//
// What refuses only tables that have rows, a default that is no literal, counts
// as refused: a scratch database has no rows and would prove the wrong thing.
func (Engine) Add(o *schema.Object) []string {
	if o == nil || o.Unsupported != "" {
		return nil
	}
	switch {
	case o.Key.Kind == schema.Column:
		return addColumn(o)
	case o.Key.Kind == schema.Index && o.Source != "" && creates(o.Source):
		if moved := retarget(o.Source, o.Key.Table); moved != "" {
			return []string{moved}
		}
		return nil
	case o.Source != "" && creates(o.Source):
		return []string{o.Source}
	case o.Source == "" && o.Key.Kind == schema.Index:
		return addIndex(o)
	}
	return nil
}

// Drop returns the statement that removes the object; nil for constraints.
func (Engine) Drop(o *schema.Object) []string {
	if o == nil {
		return nil
	}
	switch o.Key.Kind {
	case schema.Table:
		return []string{"DROP TABLE " + quote(o.Spelling())}
	case schema.Index:
		return []string{"DROP INDEX " + quote(o.Spelling())}
	case schema.View:
		return []string{"DROP VIEW " + quote(o.Spelling())}
	case schema.Trigger:
		return []string{"DROP TRIGGER " + quote(o.Spelling())}
	case schema.Column:
		return []string{"ALTER TABLE " + quote(o.Key.Table) + " DROP COLUMN " + quote(o.Spelling())}
	}
	return nil
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
	var statements []string
	for part := range slices.Chunk(rows, 100) {
		texts := make([]string, len(part))
		for i, row := range part {
			texts[i] = "(" + strings.Join(row, ", ") + ")"
		}
		statements = append(statements, "INSERT INTO "+quote(o.Spelling())+" ("+strings.Join(names, ", ")+") VALUES "+strings.Join(texts, ", "))
	}
	return statements
}

// Renumber is nil: SQLite counts on from the highest number that a table has, or has had.
func (Engine) Renumber(*schema.Object) []string { return nil }

// Empty returns the statement that removes all rows of a table; nil for all else.
func (Engine) Empty(o *schema.Object) []string {
	if o == nil || o.Key.Kind != schema.Table {
		return nil
	}
	return []string{"DELETE FROM " + quote(o.Spelling())}
}

// Pick returns an INSERT of literals for just these of its rows; nil for all else.
func (Engine) Pick(statement string, rows []int) []string {
	if picked, ok := pickRows(statement, rows); ok {
		return []string{picked}
	}
	return nil
}

// Mend returns nil: what is not as it should be is made anew.
func (Engine) Mend(_, _ *schema.Object) []string { return nil }

// Rename returns the statement that renames a table or column; nil for all else.
func (Engine) Rename(o *schema.Object, name string) []string {
	if o == nil {
		return nil
	}
	switch o.Key.Kind {
	case schema.Table:
		return []string{"ALTER TABLE " + quote(o.Spelling()) + " RENAME TO " + quote(name)}
	case schema.Column:
		return []string{"ALTER TABLE " + quote(o.Key.Table) +
			" RENAME COLUMN " + quote(o.Spelling()) + " TO " + quote(name)}
	}
	return nil
}

// addColumn writes the statement that adds a column.
func addColumn(o *schema.Object) []string {
	text := columnText(o)
	if text == "" {
		return nil
	}
	return []string{"ALTER TABLE " + quote(o.Key.Table) + " ADD COLUMN " + text}
}

// columnText writes a column from its facts, and nothing if there is one that it
// does not know, or that ALTER TABLE cannot add: half a column is not what was
// asked for.
func columnText(o *schema.Object) string {
	var kind, collate, generated, value, conflict string
	null := true
	for _, fact := range o.Facts {
		switch fact.Name {
		case schema.Type:
			kind = typeName(fact.Value)
		case schema.Nullable:
			null = fact.Value != "no"
		case schema.Default:
			value = fact.Value
		case schema.Generated:
			generated = fact.Value
		case collation:
			collate = fact.Value
		case onConflict:
			conflict = fact.Value
		default:
			return ""
		}
	}
	var b strings.Builder
	b.WriteString(quote(o.Spelling()))
	if kind != "" {
		b.WriteString(" " + kind)
	}
	if collate != "" {
		b.WriteString(" COLLATE " + quote(collate))
	}
	switch {
	case generated != "":
		clause := generatedClause(generated)
		if clause == "" || value != "" {
			return ""
		}
		b.WriteString(clause)
	case value != "":
		if !isLiteral(value) || !null && isNull(value) {
			return ""
		}
		b.WriteString(" DEFAULT " + value)
	case !null:
		return ""
	}
	if !null {
		b.WriteString(" NOT NULL")
		switch conflict {
		case "":
		case "abort", "fail", "ignore", "replace", "rollback":
			b.WriteString(" ON CONFLICT " + conflict)
		default:
			return ""
		}
	}
	return b.String()
}

// addIndex writes an index from its facts.
func addIndex(o *schema.Object) []string {
	var columns, where, unique string
	for _, fact := range o.Facts {
		switch fact.Name {
		case schema.Columns:
			columns = fact.Value
		case schema.Where:
			where = fact.Value
		case schema.IsUnique:
			if fact.Value == "yes" {
				unique = "UNIQUE "
			}
		default:
			return nil
		}
	}
	if !isClosed(columns) || where != "" && !isClosed(where) {
		return nil
	}
	statement := "CREATE " + unique + "INDEX " + quote(o.Spelling()) + " ON " + quote(o.Key.Table) + " (" + columns + ")"
	if where != "" {
		statement += " WHERE " + where
	}
	return []string{statement}
}

// typeName returns a type so that it means this type and nothing else: a type's
// name may be any text at all ("text default 5" is one), and is then quoted.
func typeName(name string) string {
	clauses := []string{"constraint", "primary", "not", "null", "unique", "check", "default", "collate",
		"references", "generated", "as", "on", "deferrable"}
	depth := 0
	for _, t := range lexAll(name) {
		switch {
		case t.kind == word && depth == 0 && !slices.Contains(clauses, fold(t.text)):
		case t.kind == number && depth == 1, t.is("+") && depth == 1, t.is("-") && depth == 1, t.is(",") && depth == 1:
		case t.is("(") && depth == 0:
			depth++
		case t.is(")") && depth == 1:
			depth++ // nothing may follow
		default:
			return quote(name)
		}
	}
	if depth == 1 || strings.TrimSpace(name) == "" && name != "" {
		return quote(name)
	}
	return name
}

// isLiteral reports whether a default is a value that SQLite gives to rows which
// are there already: a number, a string, a blob, NULL, TRUE or FALSE.
func isLiteral(value string) bool {
	list := lexAll(value)
	for len(list) > 2 && list[0].is("(") && list[len(list)-1].is(")") {
		list = list[1 : len(list)-1]
	}
	if len(list) == 2 && (list[0].is("-") || list[0].is("+")) {
		return list[1].kind == number
	}
	if len(list) != 1 {
		return false
	}
	switch t := list[0]; t.kind {
	case number, text, blob:
		return true
	default:
		return t.is("null") || t.is("true") || t.is("false")
	}
}

// generatedClause writes a generated column's expression from "(a + b) virtual";
// "" for one that is STORED, which SQLite cannot add.
func generatedClause(value string) string {
	expression, ok := strings.CutSuffix(value, " virtual")
	list := lexAll(expression)
	if !ok || !isClosed(expression) || closing(list, 0) != len(list)-1 {
		return ""
	}
	return " GENERATED ALWAYS AS " + expression + " VIRTUAL"
}

func isNull(value string) bool {
	return slices.ContainsFunc(lexAll(value), func(t token) bool { return t.is("null") })
}

// isClosed reports whether an expression, or a list of them, ends where its text
// does: put between parentheses it stays there.
func isClosed(expression string) bool {
	depth := 0
	list := lexAll(expression)
	for _, t := range list {
		switch {
		case t.kind == illegal || t.kind == comment || t.kind == param || t.is(";"):
			return false
		case t.is("("):
			depth++
		case t.is(")"):
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && len(list) > 0
}

// lexAll returns the tokens of a text, its comments too, and one that is illegal
// for whatever the lexer does not reach.
func lexAll(source string) []token {
	var list []token
	l := newLexer(source)
	for {
		t, ok := l.next(true)
		if !ok {
			break
		}
		list = append(list, t)
	}
	if strings.ContainsRune(source, 0) {
		list = append(list, token{kind: illegal})
	}
	return list
}
