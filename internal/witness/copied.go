package witness

import (
	"context"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what an INSERT of a query would put in, held against what is there.

// Copied compares what an INSERT of a query gives with what is there: see [diagnosis.Witness].
func (w *Witness) Copied(ctx context.Context, s *migration.Statement) (c diagnosis.Copied, ok bool, err error) {
	table := s.Table()
	query, names, ok, err := w.readCopy(ctx, s, table)
	if !ok || err != nil {
		return c, false, err
	}
	columns := w.quoteAll(names)
	c.Keyed = key(w.have, table, names) != nil
	var all, held int64
	there := "SELECT " + columns + " FROM " + w.Name(table)
	given := "SELECT * FROM (" + query + ") AS given"
	for _, q := range []struct {
		query string
		into  *int64
	}{
		{"SELECT count(*) FROM (SELECT DISTINCT * FROM (" + given + ") AS d) AS t", &c.Given},
		{"SELECT count(*) FROM (" + given + " EXCEPT " + there + ") AS t", &c.Missing},
		{"SELECT count(*) FROM (" + given + ") AS t", &all},
		{"SELECT count(*) FROM " + w.Name(table), &held},
		{"SELECT count(*) FROM (" + there + " EXCEPT " + given + ") AS t", &c.Extra},
	} {
		if err := w.scalar(ctx, q.query, q.into); err != nil {
			if !TellsOfSchema(w.db.Explain(err).Problem) {
				return c, false, err
			}
			return c, false, nil // what it copies from is gone, or has another form
		}
	}
	// Rows that are equal count once for EXCEPT, and each by itself for their owner.
	if c.Missing == 0 && all > held {
		c.Missing = all - held
	}
	return c, true, nil
}

// readCopy reads an INSERT of a query: the query, and the columns that it fills, of a
// table. ok is false where the statement is none, or was written for another form of the
// table.
func (w *Witness) readCopy(ctx context.Context, s *migration.Statement, table schema.Key) (query string, columns []string, ok bool, err error) {
	from, ok := w.engine.Copy(s.Text)
	live := w.have.Get(table)
	if !ok || live == nil {
		return "", nil, false, nil
	}
	all, number := w.have.Columns(table), ""
	if len(all) == 0 {
		if all, number, err = moduleColumns(ctx, w.db, live); err != nil {
			return "", nil, false, err
		}
	}
	if len(from.Columns) == 0 {
		from.Columns = all
	}
	if slices.ContainsFunc(from.Columns, func(name string) bool { return name != number && !slices.Contains(all, name) }) {
		return "", nil, false, nil
	}
	return w.stored(from.Query, table, from.Columns), from.Columns, true, nil
}

// quoteAll writes columns for a query.
func (w *Witness) quoteAll(columns []string) string {
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = w.quote(column)
	}
	return strings.Join(quoted, ", ")
}

// Transforms counts the rows of an INSERT of a query that a table lacks: see [diagnosis.Witness].
func (w *Witness) Transforms(ctx context.Context, s *migration.Statement, table schema.Key) (rows int64, ok bool, err error) {
	query, columns, ok, err := w.readCopy(ctx, s, table)
	if !ok || err != nil {
		return 0, false, err
	}
	query = "SELECT count(*) FROM (SELECT * FROM (" + query + ") AS given EXCEPT SELECT " + w.quoteAll(columns) + " FROM " + w.Name(table) + ") AS t"
	if err := w.scalar(ctx, query, &rows); err != nil {
		return 0, false, ctx.Err() // what it copies from has another form
	}
	return rows, true, nil
}
