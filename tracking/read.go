package tracking

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// Bounds on what is read of a table that anybody may have written.
const (
	mostRows   = 1_000_000
	mostText   = 1 << 10 // characters of a text
	mostDigits = 40      // characters of a number or truth value
)

// A Cell is one value of a row as text; it is not Valid for NULL.
type Cell = sql.NullString

// A RowError says that a row of a tracking table does not say what the rows of
// its runner say.
type RowError struct {
	Table  schema.Key // where it is
	Row    int        // the row's number in the order of the table, counted from 1
	Column string     // the column in question
	Reason string     // what is wrong with it
}

// Error names the table, the row and the column.
func (e *RowError) Error() string {
	return fmt.Sprintf("%s, row %d: %s %s", e.Table, e.Row, e.Column, e.Reason)
}

// Read returns what the table claims. An error is never an empty history: who
// cannot read what was applied knows nothing.
//
// Errors: [*RowError]; what the engine says, wrapped.
func (r *Runner) Read(ctx context.Context, db Database, table schema.Key) (*History, error) {
	h := &History{Runner: r, Table: table, UpTo: r.UpTo}
	var cells [][]Cell
	var err error
	h.Digest, err = r.each(ctx, db, table, func(row []Cell) {
		cells = append(cells, append([]Cell(nil), row...))
	})
	if err != nil {
		return nil, err
	}
	h.Rows, err = r.Parse(cells)
	if row, ok := err.(*RowError); ok {
		row.Table = table
	}
	if err != nil {
		return nil, fmt.Errorf("read %s history: %w", r.Name, err)
	}
	return h, nil
}

// Digest returns the digest of what the table claims now: the one of the History
// that [Runner.Read] would return, for one query and without keeping the rows.
//
// Errors: what the engine says, wrapped.
func (r *Runner) Digest(ctx context.Context, db Database, table schema.Key) (string, error) {
	return r.each(ctx, db, table, func([]Cell) {})
}

// each runs the runner's query, calls do for every row, whose cells it uses
// again, and returns the digest of all.
func (r *Runner) each(ctx context.Context, db Database, table schema.Key, do func([]Cell)) (string, error) {
	failed := func(err error) (string, error) {
		return "", fmt.Errorf("read %s history in %s: %w", r.Name, table, err)
	}
	rows, err := db.Query(ctx, r.Query(db.Traits(), table))
	if err != nil {
		return failed(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return failed(err)
	}
	cells := make([]Cell, len(columns))
	into := make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	hash := sha256.New()
	var buf []byte
	n := 0
	for ; rows.Next(); n++ {
		if n == mostRows {
			return failed(fmt.Errorf("it has more than %d rows", mostRows))
		}
		if err := rows.Scan(into...); err != nil {
			return failed(fmt.Errorf("row %d: %w", n+1, err))
		}
		buf = buf[:0]
		for i, c := range cells {
			if !c.Valid {
				buf = append(buf, 0)
				continue
			}
			cells[i].String = strings.ToValidUTF8(c.String, "\uFFFD")
			buf = binary.AppendUvarint(buf, uint64(len(c.String))+1)
			buf = append(buf, c.String...)
		}
		hash.Write(buf)
		do(cells)
	}
	if err := rows.Err(); err != nil {
		return failed(err)
	}
	// The number of rows is there for people who look at two digests.
	return fmt.Sprintf("%d:%s", n, hex.EncodeToString(hash.Sum(nil)[:16])), nil
}

// selecting returns a query for the expressions, of a table that they call t,
// ordered by one of its columns.
func selecting(t engine.Traits, table schema.Key, expressions []string, order string) string {
	return "SELECT " + strings.Join(expressions, ", ") + " FROM " + quote(t, table) + " AS t ORDER BY " + column(t, order)
}

// text returns an expression for a column of texts. It is one character longer
// than the bound, so that a shortened text can be told from a whole one.
func text(t engine.Traits, name string) string {
	return fmt.Sprintf("substr(%s, 1, %d)", column(t, name), mostText+1)
}

// number returns an expression for a column of numbers or truth values as text,
// in whatever type the table keeps them.
func number(t engine.Traits, name string) string {
	return fmt.Sprintf("substr(CAST(%s AS CHAR(%d)), 1, %[2]d)", column(t, name), mostDigits)
}

// column quotes a column and qualifies it, since SQLite takes a bare quoted name
// that it does not know for a string.
func column(t engine.Traits, name string) string { return "t." + t.Quote(name) }

// quote returns the table's name as it is written in a statement.
func quote(t engine.Traits, table schema.Key) string {
	if table.Space != "" {
		return t.Quote(table.Space) + "." + t.Quote(table.Name)
	}
	return t.Quote(table.Name)
}

// shorten cuts a text that is longer than the bound and marks it, so that it is
// equal to no name that fits.
func shorten(text string) string {
	n := 0
	for i := range text {
		if n == mostText {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

// truth reads a truth value as engines cast it to text.
func truth(c Cell) (value, ok bool) {
	switch strings.ToLower(c.String) {
	case "1", "true", "t":
		return true, true
	case "0", "false", "f":
		return false, true
	}
	return false, false
}

// wants says that a cell is not what it has to be.
func wants(c Cell, what string) string {
	if !c.Valid {
		return "is NULL, not " + what
	}
	return fmt.Sprintf("is %.40q, not %s", c.String, what)
}
