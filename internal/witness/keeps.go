package witness

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/literals"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// Keeps runs statements on a copy of a table, and of those that they speak of, and
// compares the values of its columns, as texts. That it cannot be told counts as no.
func (w *Witness) Keeps(ctx context.Context, key schema.Key, statements ...*migration.Statement) (kept bool, err error) {
	table := w.have.Get(key)
	about := func(other schema.Key) bool {
		return other == key || slices.ContainsFunc(statements, func(s *migration.Statement) bool { return wording.Speaks(s.Text, other.Name) })
	}
	if table == nil {
		return false, nil
	}
	scratch, err := w.copyFor(ctx, statements[0], about)
	if err != nil || scratch == nil {
		return false, err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	copied := &Witness{db: scratch, engine: w.engine, have: w.have}
	before, err := copied.values(ctx, table)
	if err != nil {
		return false, err
	}
	for _, s := range statements {
		if _, err := scratch.Exec(ctx, s.Text); err != nil {
			return false, ctx.Err()
		}
	}
	after, err := scratch.Inspect(ctx)
	if err != nil {
		return false, err
	}
	for _, name := range w.have.Columns(key) {
		if after.Get(schema.Key{Kind: schema.Column, Space: key.Space, Table: key.Name, Name: name}) == nil {
			return false, nil
		}
	}
	if table = after.Get(key); table == nil {
		return false, nil
	}
	values, err := copied.values(ctx, table)
	return err == nil && slices.Equal(before, values), err
}

// values returns the rows of a table as texts, each on a line, in an order of their own.
func (w *Witness) values(ctx context.Context, table *schema.Object) ([]string, error) {
	rows, err := literals.Gather(w.db.Literals(ctx, table, w.have.Columns(table.Key), MostTriedRows))
	lines := make([]string, len(rows))
	for i, row := range rows {
		for j, value := range row {
			if len(value) > 1 && strings.HasPrefix(value, "'") && strings.HasSuffix(value, "'") {
				row[j] = value[1 : len(value)-1]
			}
		}
		lines[i] = strings.Join(row, "\x00")
	}
	slices.Sort(lines)
	return lines, err
}
