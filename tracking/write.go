package tracking

import (
	"context"
	"fmt"
	"strings"
)

// boundVariables is how many arguments one INSERT binds at most: fewer than the
// least that any supported server accepts.
const boundVariables = 500

// An expression is SQL of this package's own, written where a value could be.
type expression string

// insert writes rows, many at a time. A value is bound, unless it is an
// [expression].
func insert(ctx context.Context, db Database, h *History, columns []string, rows [][]any) error {
	t := h.table(db)
	if err := catchUp(ctx, db, h); err != nil {
		return err
	}
	quoted := make([]string, len(columns))
	for i, name := range columns {
		quoted[i] = t.Column(name)
	}
	head := "INSERT INTO " + t.Name() + " (" + strings.Join(quoted, ", ") + ") VALUES "
	for rest := rows; len(rest) > 0; {
		n := min(boundVariables/len(columns), len(rest))
		var b binder
		tuples := make([]string, n)
		for i, row := range rest[:n] {
			values := make([]string, len(row))
			for j, value := range row {
				values[j] = b.bind(t, value)
			}
			tuples[i] = "(" + strings.Join(values, ", ") + ")"
		}
		if _, err := db.Exec(ctx, head+strings.Join(tuples, ", "), b.args...); err != nil {
			return h.failed(err)
		}
		rest = rest[n:]
	}
	return nil
}

// catchUp has the sequences that number a table's rows go on behind the highest number that
// is there, on PostgreSQL: rows that a restore or a hand has put in with their numbers leave
// them behind, and no runner could record anything any more.
func catchUp(ctx context.Context, db Database, h *History) error {
	t := h.table(db)
	find := dialect{"", `SELECT pg_catalog.quote_ident(a.attname), s.name FROM pg_catalog.pg_attribute AS a
	CROSS JOIN LATERAL pg_catalog.pg_get_serial_sequence($1, a.attname) AS s(name)
	WHERE a.attrelid = $1::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped AND s.name IS NOT NULL
		AND pg_catalog.has_sequence_privilege(s.name, 'UPDATE')`, ""}.of(t.Traits)
	if find == "" {
		return nil
	}
	rows, err := db.Query(ctx, find, t.Name())
	if err != nil {
		return h.failed(err)
	}
	defer rows.Close()
	numbering := map[string]string{}
	for rows.Next() {
		var name, sequence string
		if err := rows.Scan(&name, &sequence); err != nil {
			return h.failed(err)
		}
		numbering[sequence] = name
	}
	if err := rows.Err(); err != nil {
		return h.failed(err)
	}
	for sequence, name := range numbering {
		_, err := db.Exec(ctx, "SELECT pg_catalog.setval($1::pg_catalog.regclass, n) FROM (SELECT MAX("+name+") AS n FROM "+t.Name()+`) AS there
	WHERE n > coalesce(pg_catalog.pg_sequence_last_value($1::pg_catalog.regclass), 0)`, sequence)
		if err != nil {
			return h.failed(err)
		}
	}
	return nil
}

// A cell is a value and the column that it goes into, or is looked for in.
type cell struct {
	column string
	value  any
}

// update sets cells in the rows in which others have their values.
func update(ctx context.Context, db Database, h *History, set, where []cell) error {
	t := h.table(db)
	var b binder
	statement := "UPDATE " + t.Name() + " SET " + b.list(t, set, ", ") + " WHERE " + b.list(t, where, " AND ")
	if _, err := db.Exec(ctx, statement, b.args...); err != nil {
		return h.failed(err)
	}
	return nil
}

// remove deletes the rows in which cells have these values.
func remove(ctx context.Context, db Database, h *History, where ...cell) error {
	t := h.table(db)
	var b binder
	statement := "DELETE FROM " + t.Name()
	if len(where) > 0 {
		statement += " WHERE " + b.list(t, where, " AND ")
	}
	if _, err := db.Exec(ctx, statement, b.args...); err != nil {
		return h.failed(err)
	}
	return nil
}

// A binder collects the arguments of a statement.
type binder struct{ args []any }

// bind returns what stands for a value in the statement.
func (b *binder) bind(t Table, value any) string {
	if e, ok := value.(expression); ok {
		return string(e)
	}
	b.args = append(b.args, value)
	return t.Traits.Placeholder(len(b.args))
}

// list writes cells as "column = value".
func (b *binder) list(t Table, cells []cell, between string) string {
	written := make([]string, len(cells))
	for i, c := range cells {
		written[i] = t.Column(c.column) + " = " + b.bind(t, c.value)
	}
	return strings.Join(written, between)
}

// highest returns the highest value of a column of numbers, and zero where the
// table has no row.
func highest(ctx context.Context, db Database, h *History, name string) (int64, error) {
	t := h.table(db)
	var n int64
	if err := db.QueryRow(ctx, "SELECT COALESCE(MAX("+column(t, name)+"), 0) FROM "+t.Name()+" AS t").Scan(&n); err != nil {
		return 0, h.failed(err)
	}
	return n, nil
}

// failed says what an error was about.
func (h *History) failed(err error) error {
	return fmt.Errorf("record in %s history in %s: %w", h.Runner.Name, h.Table, err)
}
