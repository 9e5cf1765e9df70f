package sqlite

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// This file compares what was read from stored texts with what SQLite says of
// the same objects by its pragmas. SQLite is right; where the two disagree, the
// description is not to be trusted (Object.Unsupported).
//
// A table's answer is one text, made by the queries below, and not a row for
// every column: database/sql takes longer over rows than SQLite over the schema.

// Separators in the pragmas' answers.
const (
	unit   = "\x1f" // between the properties of one column, key or reference
	record = "\x1e" // between columns, keys or references
)

// What is asked of a table and of an index. In place of ? comes the expression
// for its name; main keeps a temporary table of that name out.
const (
	askColumns = `(SELECT group_concat(name || char(31) || type || char(31) || "notnull" || char(31) || pk || char(31)
	|| hidden || char(31) || coalesce('=' || dflt_value, ''), char(30)) FROM pragma_table_xinfo(?, 'main'))`
	askKeys = `(SELECT group_concat((SELECT group_concat(cid || ' ' || coll, char(31))
	FROM pragma_index_xinfo(l.name, 'main') WHERE "key"), char(30))
	FROM pragma_index_list(?, 'main') AS l WHERE l.origin <> 'c')`
	askReferences = `(SELECT group_concat(id || char(31) || "table" || char(31) || "from" || char(31)
	|| coalesce("to", '') || char(31) || on_update || char(31) || on_delete, char(30))
	FROM pragma_foreign_key_list(?, 'main'))`
	askTerms = `(SELECT group_concat(cid || ' ' || CASE cid WHEN -2 THEN '' ELSE coll END
	|| CASE "desc" WHEN 1 THEN ' desc' ELSE '' END, char(31)) FROM pragma_index_xinfo(?, 'main') WHERE "key")`
)

// Which questions a table leaves open: without these words in its text it can have no
// such thing, and what is a key has an index of SQLite's own, but for the rowid and for
// the key that a table without rowids is kept by. LIKE tells no capitals from small letters
// and copies no text for it, unless the connection was told otherwise.
const (
	mayHaveKeys       = `(CASE WHEN 'A' LIKE 'a' THEN sql ELSE lower(sql) END LIKE '%without%' OR m.name IN (SELECT tbl_name FROM main.sqlite_master WHERE sql IS NULL))`
	mayHaveReferences = `CASE WHEN 'A' LIKE 'a' THEN sql ELSE lower(sql) END LIKE '%references%'`
)

// verify compares the definition with the answers about its table.
func (d *definition) verify(r *row) error {
	if fold(d.name) != fold(r.name) {
		return errOtherName
	}
	if d.using != "" || r.virtual {
		if (d.using != "") != r.virtual {
			return errors.New("its text and SQLite disagree on whether it is virtual")
		}
		return nil
	}
	if err := d.verifyColumns(r.columns); err != nil {
		return err
	}
	if !slices.Equal(d.keyAnswers(), answers(r.keys)) {
		return errors.New("its text and SQLite disagree on its keys")
	}
	if d.referenceAnswer() != fold(r.references) {
		return errors.New("its text and SQLite disagree on its foreign keys")
	}
	return nil
}

// verifyColumns compares with pragma table_xinfo.
func (d *definition) verifyColumns(answer string) error {
	primary := d.primary()
	for i := range d.columns {
		var said string
		said, answer, _ = strings.Cut(answer, record)
		if c := &d.columns[i]; !c.agrees(said, primary) {
			return fmt.Errorf("its text and SQLite disagree on column %.80q", c.name)
		}
	}
	if answer != "" {
		return errors.New("its text and SQLite disagree on how many columns there are")
	}
	return nil
}

// agrees compares one column.
func (c *column) agrees(answer string, primary []string) bool {
	name, answer, _ := strings.Cut(answer, unit)
	kind, answer, _ := strings.Cut(answer, unit)
	notNull, answer, _ := strings.Cut(answer, unit)
	place, answer, _ := strings.Cut(answer, unit)
	hidden, value, _ := strings.Cut(answer, unit)

	storage := "0"
	switch {
	case c.generated != nil && c.stored:
		storage = "3"
	case c.generated != nil:
		storage = "2"
	}
	return name == c.name && sameType(kind, c) &&
		(notNull == "1") == c.notNull &&
		place == strconv.Itoa(slices.Index(primary, c.folded)+1) &&
		hidden == storage && sameValue(value, c)
}

// sameType compares a type with SQLite's spelling of it: that of the text, but
// for the common types.
func sameType(kind string, c *column) bool {
	return kind == c.declared || strings.EqualFold(kind, c.kind)
}

// sameValue compares a default. SQLite keeps its text with the blanks and comments
// that follow a signed number.
func sameValue(value string, c *column) bool {
	if value == "" || !c.hasValue {
		return value == "" && !c.hasValue
	}
	value = value[1:]
	if value == strings.TrimSpace(c.written) {
		return true
	}
	return normal(tokenize(value), literal) == normal(tokenize(c.written), literal)
}

// keyAnswers returns what the indexes behind the keys should look like. Keys on
// the same columns share one, whatever their order of sorting.
func (d *definition) keyAnswers() []string {
	var list []string
	for _, k := range d.keys {
		if d.isRowid(k) {
			continue
		}
		var b strings.Builder
		for i, t := range k.terms {
			if i > 0 {
				b.WriteString(unit)
			}
			b.WriteString(d.answer(t))
		}
		list = append(list, b.String())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// answer returns what pragma index_xinfo should say of one element: the number of
// its column and its collation; of an expression the collation is not known.
func (d *definition) answer(t term) string {
	i, ok := d.place(t)
	switch {
	case !ok:
		return "-2 "
	case t.collation != "":
		return strconv.Itoa(i) + " " + t.collation
	default:
		return strconv.Itoa(i) + " " + d.columns[i].collate()
	}
}

// answers takes apart what was answered about keys.
func answers(answer string) []string {
	if answer == "" {
		return nil
	}
	list := strings.Split(fold(answer), record)
	slices.Sort(list)
	return list
}

// referenceAnswer returns what pragma foreign_key_list should say, folded: the
// last one declared comes first.
func (d *definition) referenceAnswer() string {
	if len(d.references) == 0 {
		return ""
	}
	var b strings.Builder
	for id := range d.references {
		f := &d.references[len(d.references)-1-id]
		for i, column := range f.columns {
			if b.Len() > 0 {
				b.WriteString(record)
			}
			to := ""
			if i < len(f.parentColumns) {
				to = f.parentColumns[i]
			}
			for _, s := range [...]string{strconv.Itoa(id), unit, f.parent, unit, column, unit, to, unit,
				cmp.Or(f.onUpdate, "no action"), unit, cmp.Or(f.onDelete, "no action")} {
				b.WriteString(s)
			}
		}
	}
	return b.String()
}

// verify compares an index on the table that d defines with the answer about it.
func (x *indexText) verify(r *row, d *definition) error {
	if fold(x.name) != fold(r.name) || x.table != fold(r.table) {
		return errOtherName
	}
	var b strings.Builder
	for i, t := range x.terms {
		if i > 0 {
			b.WriteString(unit)
		}
		b.WriteString(d.answer(t))
		if t.desc {
			b.WriteString(" desc")
		}
	}
	if b.String() != fold(r.terms) {
		return errors.New("its text and SQLite disagree on its columns")
	}
	return nil
}
