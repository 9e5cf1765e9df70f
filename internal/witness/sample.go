package witness

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how rows are shown in a question.

const (
	sampleRows   = 3
	sampleWidth  = 40 // characters of one value
	sampleValues = 8  // columns
)

// Sample shows a few rows: see [diagnosis.Witness].
func (w *Witness) Sample(ctx context.Context, table schema.Key) ([]string, error) {
	total, err := w.Rows(ctx, table, 0)
	if err != nil {
		return nil, err
	}
	names := w.have.Columns(table)
	names = names[:min(len(names), sampleValues)]
	if len(names) == 0 {
		return nil, nil
	}
	columns := make([]string, len(names))
	for i, name := range names {
		columns[i] = fmt.Sprintf("substr(%s, 1, %d)", w.text(w.quote(name)), sampleWidth+1)
	}
	rows, err := w.db.Query(ctx, fmt.Sprintf("SELECT %s FROM %s LIMIT %d", strings.Join(columns, ", "), w.Name(table), sampleRows))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	lines := []string{fmt.Sprintf("%s holds %s, for example:", table, wording.Count(total, "row"))}
	for rows.Next() {
		cells, err := scan(rows, len(names))
		if err != nil {
			return nil, err
		}
		lines = append(lines, assigned(names, cells))
	}
	return lines, rows.Err()
}

// scan reads a row of n values, whatever they are.
func scan(rows *sql.Rows, n int) ([]any, error) {
	values, targets := make([]any, n), make([]any, n)
	for i := range values {
		targets[i] = &values[i]
	}
	return values, rows.Scan(targets...)
}

// assigned shows values beside the names of their columns.
func assigned(names []string, values []any) string {
	cells := make([]string, len(names))
	for i, name := range names {
		cells[i] = name + "=" + cell(values[i])
	}
	return strings.Join(cells, " ")
}

// cell shows a value, shortened, without control characters.
func cell(value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case []byte:
		if !readable(v) {
			return fmt.Sprintf("%d bytes", len(v))
		}
		return cell(string(v)) // some drivers give text so
	case string:
		if len(v) > sampleWidth {
			v = strings.ToValidUTF8(v[:sampleWidth], "") + "…"
		}
		return fmt.Sprintf("%q", v)
	default:
		return fmt.Sprint(v)
	}
}

// readable reports whether bytes are text without control characters.
func readable(value []byte) bool {
	return utf8.Valid(value) && !bytes.ContainsFunc(value, unicode.IsControl)
}
