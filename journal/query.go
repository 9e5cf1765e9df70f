package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
)

// A query says which entries are read, and in which order.
type query struct {
	where       string // a condition on columns qualified by quoter; empty for none
	args        []any
	newestFirst bool
	limit       int // zero for none
}

// errEnough ends a reading before the last row.
var errEnough = errors.New("enough")

// each reads the columns of the entries that are asked for and calls do for one
// after another. It holds one entry at a time. do must not use db.
func each(ctx context.Context, db Database, cols []column, ask query, do func(Entry) error) error {
	rows, err := db.Query(ctx, ask.sql(db.Traits(), cols), ask.args...)
	if err != nil {
		return diagnose(ctx, db, fmt.Errorf("read %s: %w", Table, err))
	}
	defer rows.Close()
	cells := make([]sql.NullString, len(cols))
	into := make([]any, len(cols))
	for i := range cells {
		into[i] = &cells[i]
	}
	var previous int64
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("read %s: %w", Table, err)
		}
		e, err := decode(cols, cells)
		if err != nil {
			return err
		}
		if previous != 0 && (e.Number == previous || e.Number < previous != ask.newestFirst) {
			return &EntryError{e.Number, "entry", fmt.Sprintf("follows %d: numbers must be unique and in order", previous)}
		}
		previous = e.Number
		if err := do(e); err == errEnough {
			return nil
		} else if err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		rows.Close() // the connection has to be free for the question that follows
		return diagnose(ctx, db, fmt.Errorf("read %s: %w", Table, err))
	}
	return nil
}

// decode makes an entry of what one row holds in the columns, of which entry,
// run and kind must be among them.
func decode(cols []column, cells []sql.NullString) (Entry, error) {
	var e Entry
	for i, c := range cols {
		text, err := c.fit(cells[i].String)
		if err == nil {
			err = c.read(&e, text)
		}
		if err != nil {
			return Entry{}, &EntryError{e.Number, c.name, err.Error()}
		}
	}
	return e, e.check()
}

// sql returns the text of the query. Every column is asked for as a text of
// bounded length, whatever the table has made of it. Names are qualified since
// SQLite takes a bare quoted name that it does not know for a string.
func (ask query) sql(t engine.Traits, cols []column) string {
	column := quoter(t)
	selected := make([]string, len(cols))
	for i, c := range cols {
		switch c.form {
		case number:
			selected[i] = asText(column(c.name))
		case short:
			selected[i] = fmt.Sprintf("substr(%s, 1, %d)", column(c.name), shortText+1)
		case long:
			selected[i] = fmt.Sprintf("substr(%s, 1, %d)", column(c.name), longText+1)
		}
	}
	var b strings.Builder
	b.WriteString("SELECT " + strings.Join(selected, ", ") + " FROM " + t.Quote(Table) + " AS j")
	if ask.where != "" {
		b.WriteString(" WHERE " + ask.where)
	}
	b.WriteString(" ORDER BY " + column("entry"))
	if ask.newestFirst {
		b.WriteString(" DESC")
	}
	if ask.limit > 0 {
		fmt.Fprintf(&b, " LIMIT %d", ask.limit)
	}
	return b.String()
}

// asText returns an expression for a number as a short text.
func asText(number string) string {
	return fmt.Sprintf("substr(CAST(%s AS CHAR(%d)), 1, %[2]d)", number, digits)
}

// quoter returns a function that quotes and qualifies a column of the journal.
func quoter(t engine.Traits) func(string) string {
	return func(column string) string { return "j." + t.Quote(column) }
}
