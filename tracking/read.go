package tracking

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

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
	t, err := find(ctx, db, table)
	if err != nil {
		return nil, r.unreadable(table, err)
	}
	h := &History{Runner: r, Table: table, UpTo: r.UpTo, spelled: t.spelled}
	var cells [][]Cell
	h.Digest, err = r.each(ctx, db, t, func(row []Cell) {
		cells = append(cells, append([]Cell(nil), row...))
	})
	if err != nil {
		return nil, r.unreadable(table, err)
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
// that [Runner.Read] would return, for one query (a second one where the table has
// capital letters in its name) and without keeping the rows.
//
// Errors: what the engine says, wrapped.
func (r *Runner) Digest(ctx context.Context, db Database, table schema.Key) (string, error) {
	t, err := find(ctx, db, table)
	if err != nil {
		return "", r.unreadable(table, err)
	}
	digest, err := r.each(ctx, db, t, func([]Cell) {})
	if err != nil {
		return "", r.unreadable(table, err)
	}
	return digest, nil
}

// unreadable says what an error was about.
func (r *Runner) unreadable(table schema.Key, err error) error {
	return fmt.Errorf("read %s history in %s: %w", r.Name, table, err)
}

// each runs the runner's query, calls do for every row, whose cells it uses
// again, and returns the digest of all.
func (r *Runner) each(ctx context.Context, db Database, t Table, do func([]Cell)) (string, error) {
	rows, err := db.Query(ctx, r.Query(t))
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
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
			return "", fmt.Errorf("it has more than %d rows", mostRows)
		}
		if err := rows.Scan(into...); err != nil {
			return "", fmt.Errorf("row %d: %w", n+1, err)
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
		return "", err
	}
	// The number of rows is there for people who look at two digests.
	return fmt.Sprintf("%d:%s", n, hex.EncodeToString(hash.Sum(nil)[:16])), nil
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

// truth reads a truth value as engines cast it to text, a single bit included.
func truth(c Cell) (value, ok bool) {
	switch strings.ToLower(c.String) {
	case "1", "true", "t", "\x01":
		return true, true
	case "0", "false", "f", "\x00":
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
