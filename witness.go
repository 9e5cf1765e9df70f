package dbmend

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A witness answers a diagnosis' questions about rows from the live database. It
// reads, or undoes what it runs.
type witness struct {
	db     engine.Database
	engine engine.Engine
	have   *schema.Snapshot
	tried  map[*migration.Statement]diagnosis.Trial // on copies: see tryOnCopy

	// counted holds what queries have counted, by their checksum, where one diagnosis
	// after the other asks for it: a set may put in many rows. Nil where rows change.
	counted map[[sha256.Size]byte]int64
}

var _ diagnosis.Witness = (*witness)(nil)

// scalar runs a query for one value.
func (w *witness) scalar(ctx context.Context, query string, into any) error {
	return w.scalars(ctx, query, into)
}

// scalars runs a query for one row. Where an error would end the transaction that is
// open, the query runs where it can be undone.
func (w *witness) scalars(ctx context.Context, query string, into ...any) error {
	ask := func(ctx context.Context) error { return w.db.QueryRow(ctx, query).Scan(into...) }
	if w.db.Traits().ErrorsAbort {
		return w.db.Try(ctx, ask)
	}
	return ask(ctx)
}

// text returns an expression as text, for what compares and shortens texts.
func (w *witness) text(expression string) string {
	if text := w.db.Traits().Text; text != nil {
		return text(expression)
	}
	return expression
}

func (w *witness) Rows(ctx context.Context, table schema.Key, limit int64) (int64, error) {
	query := "SELECT count(*) FROM " + w.name(table)
	if limit > 0 {
		query = fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d) AS t", w.name(table), limit)
	}
	counts, err := w.counts(ctx, []string{query})
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

func (w *witness) Filled(ctx context.Context, column *schema.Object) (n int64, err error) {
	name := w.quote(column.Spelling())
	where := name + " IS NOT NULL"
	if fallback := column.Fact(schema.Default); literal(fallback) {
		where += " AND " + name + " <> (" + fallback + ")"
	}
	query := fmt.Sprintf("SELECT count(*) FROM %s WHERE %s", w.name(column.Key.Owner()), where)
	err = w.scalar(ctx, query, &n)
	return n, err
}

// literal reports whether a default is a plain number or string: only such a one
// is put into a query of ours.
func literal(text string) bool {
	if len(text) >= 2 && text[0] == '\'' && text[len(text)-1] == '\'' {
		return !strings.Contains(strings.ReplaceAll(text[1:len(text)-1], "''", ""), "'")
	}
	return text != "" && strings.Trim(text, "0123456789.-") == ""
}

func (w *witness) Differ(ctx context.Context, a, b *schema.Object) (n int64, err error) {
	left, right := w.text(w.quote(a.Spelling())), w.text(w.quote(b.Spelling()))
	query := fmt.Sprintf("SELECT count(*) FROM %s WHERE NOT (%s = %s OR %s IS NULL AND %s IS NULL) OR (%s IS NULL) <> (%s IS NULL)",
		w.name(a.Key.Owner()), left, right, left, right, left, right)
	err = w.scalar(ctx, query, &n)
	return n, err
}

// key returns the columns of a key of the table that a row with these columns
// gives values for: its primary key, else a unique constraint or index; nil if
// there is none.
func key(have *schema.Snapshot, table schema.Key, columns []string) map[string]bool {
	given := map[string]bool{}
	for _, c := range columns {
		given[c] = true
	}
	var best map[string]bool
	for _, part := range have.Parts(table) {
		unique := part.Key.Kind == schema.PrimaryKey || part.Key.Kind == schema.Unique ||
			part.Key.Kind == schema.Index && part.Fact(schema.IsUnique) != "" && part.Fact(schema.Where) == ""
		if !unique {
			continue
		}
		names := map[string]bool{}
		whole := true
		columns := part.Fact(schema.Columns)
		if part.Key.Kind == schema.Unique {
			columns = strings.Trim(part.Key.Name, "()")
		}
		for c := range strings.SplitSeq(columns, ",") {
			c, _, _ = strings.Cut(strings.TrimSpace(c), " ")
			whole = whole && given[c]
			names[c] = true
		}
		if !whole {
			continue
		}
		if part.Key.Kind == schema.PrimaryKey {
			return names
		}
		if best == nil {
			best = names
		}
	}
	return best
}

// has reports whether a table has these columns.
func has(have *schema.Snapshot, table schema.Key, columns []string) bool {
	return !slices.ContainsFunc(columns, func(name string) bool {
		return have.Get(table.Column(name)) == nil
	})
}

// columnsInOrder returns the names of a table's columns as an INSERT without a
// column list means them.
func columnsInOrder(have *schema.Snapshot, table schema.Key) []string {
	columns := slices.DeleteFunc(have.Parts(table), func(o *schema.Object) bool {
		return o.Key.Kind != schema.Column || o.Fact(schema.Generated) != ""
	})
	slices.SortFunc(columns, func(a, b *schema.Object) int { return cmp.Compare(a.Position, b.Position) })
	var names []string
	for _, whole := range have.Wholes(have.Get(table)) {
		for _, name := range columnsInOrder(have, whole.Key) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, o := range columns {
		if !slices.Contains(names, o.Key.Name) {
			names = append(names, o.Key.Name)
		}
	}
	return names
}

// columnsOfRows returns the columns of the rows that are told with a table where all tables
// are gone through: none of a partition, whose rows are told with the whole.
func columnsOfRows(have *schema.Snapshot, table *schema.Object) []string {
	if table.Fact(schema.PartOf) != "" {
		return nil
	}
	return columnsInOrder(have, table.Key)
}

func (w *witness) Copied(ctx context.Context, s *migration.Statement) (c diagnosis.Copied, ok bool, err error) {
	table := s.Table()
	query, columns, ok := w.readCopy(s, table)
	if !ok {
		return c, false, nil
	}
	from, _ := w.engine.Copy(s.Text)
	if len(from.Columns) == 0 {
		from.Columns = columnsInOrder(w.have, table)
	}
	c.Keyed = key(w.have, table, from.Columns) != nil
	var all, held int64
	there := "SELECT " + columns + " FROM " + w.name(table)
	given := "SELECT * FROM (" + query + ") AS given"
	for _, q := range []struct {
		query string
		into  *int64
	}{
		{"SELECT count(*) FROM (SELECT DISTINCT * FROM (" + given + ") AS d) AS t", &c.Given},
		{"SELECT count(*) FROM (" + given + " EXCEPT " + there + ") AS t", &c.Missing},
		{"SELECT count(*) FROM (" + given + ") AS t", &all},
		{"SELECT count(*) FROM " + w.name(table), &held},
		{"SELECT count(*) FROM (" + there + " EXCEPT " + given + ") AS t", &c.Extra},
	} {
		if err := w.scalar(ctx, q.query, q.into); err != nil {
			if !tellsOfSchema(w.db.Explain(err).Problem) {
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

// readCopy reads an INSERT of a query: the query, and the columns that it fills,
// quoted, of a table. ok is false where the statement is none, or was written for
// another form of the table.
func (w *witness) readCopy(s *migration.Statement, table schema.Key) (query, columns string, ok bool) {
	from, ok := w.engine.Copy(s.Text)
	if !ok || w.have.Get(table) == nil {
		return "", "", false
	}
	if len(from.Columns) == 0 {
		from.Columns = columnsInOrder(w.have, table)
	}
	if !has(w.have, table, from.Columns) {
		return "", "", false
	}
	quoted := make([]string, len(from.Columns))
	for i, column := range from.Columns {
		quoted[i] = w.quote(column)
	}
	return w.stored(from.Query, table, from.Columns), strings.Join(quoted, ", "), true
}

// stored returns a query for what columns make of the values that another query gives.
func (w *witness) stored(query string, table schema.Key, columns []string) string {
	stored := w.db.Traits().Stored
	if stored == nil {
		return query
	}
	names, values := make([]string, len(columns)), make([]string, len(columns))
	for i, column := range columns {
		names[i] = fmt.Sprintf("given_%d", i)
		values[i] = stored(names[i], w.have.Get(table.Column(column)).Fact(schema.Type))
	}
	return "WITH given (" + strings.Join(names, ", ") + ") AS (" + query + ") SELECT " + strings.Join(values, ", ") + " FROM given"
}

func (w *witness) Transforms(ctx context.Context, s *migration.Statement, table schema.Key) (rows int64, ok bool, err error) {
	query, columns, ok := w.readCopy(s, table)
	if !ok {
		return 0, false, nil
	}
	query = "SELECT count(*) FROM (SELECT * FROM (" + query + ") AS given EXCEPT SELECT " + columns + " FROM " + w.name(table) + ") AS t"
	if err := w.scalar(ctx, query, &rows); err != nil {
		return 0, false, ctx.Err() // what it copies from has another form
	}
	return rows, true, nil
}

func (w *witness) Astray(ctx context.Context, table schema.Key) (rows int64, what string, err error) {
	for _, part := range w.have.Parts(table) {
		if part.Key.Kind != schema.Column {
			continue
		}
		// A column named page_id means the key of page, whether or not it says so.
		parent, ok := strings.CutSuffix(part.Key.Name, "_id")
		key := schema.Key{Kind: schema.Column, Space: table.Space, Table: parent, Name: "id"}
		if !ok || w.have.Get(key) == nil || parent == table.Name {
			continue
		}
		column := w.quote(part.Spelling())
		query := fmt.Sprintf("SELECT count(*) FROM %s AS child WHERE child.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s AS parent WHERE parent.%s = child.%s)",
			w.name(table), column, w.name(key.Owner()), w.quote("id"), column)
		if err := w.scalar(ctx, query, &rows); err != nil {
			if tellsOfSchema(w.db.Explain(err).Problem) {
				continue // the two cannot be compared: a name proves nothing
			}
			return 0, "", err
		}
		if rows > 0 {
			return rows, fmt.Sprintf("%s refers to rows of %s that are not there", part.Key, key.Owner()), nil
		}
	}
	return 0, "", nil
}

func (w *witness) Duplicates(ctx context.Context, index *schema.Object) (groups int64, told bool, err error) {
	columns := index.Fact(schema.Columns)
	where := index.Fact(schema.Where)
	for _, term := range terms(columns) {
		where += " AND (" + term + ") IS NOT NULL"
	}
	query := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 AS one FROM %s WHERE %s GROUP BY %s HAVING count(*) > 1) AS t",
		w.name(index.Key.Owner()), strings.TrimPrefix(where, " AND "), columns)
	if err = w.scalar(ctx, query, &groups); err != nil && tellsOfSchema(w.db.Explain(err).Problem) {
		return 0, false, nil // its columns are more than expressions
	}
	return groups, err == nil, err
}

// terms divides a list at its commas, other than those inside parentheses.
func terms(list string) []string {
	var found []string
	depth, from := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			found, from = append(found, strings.TrimSpace(list[from:i])), i+1
		}
	}
	return append(found, strings.TrimSpace(list[from:]))
}

func (w *witness) Probe(ctx context.Context, query string) (ran bool, err error) {
	err = w.db.Try(ctx, func(ctx context.Context) error {
		var value any
		if err := w.db.QueryRow(ctx, query).Scan(&value); err != nil {
			return err
		}
		var err error
		ran, err = truth(value)
		return err
	})
	return ran, err
}

// truth says whether a probe's value means yes.
func truth(value any) (bool, error) {
	switch v := value.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	case float64:
		return v != 0, nil
	case []byte:
		return len(v) > 0 && string(v) != "0" && string(v) != "f", nil
	case string:
		return v != "" && v != "0" && v != "f", nil
	}
	return false, fmt.Errorf("the probe gives a %T, which is neither true nor false", value)
}

func (w *witness) quote(name string) string { return w.db.Traits().Quote(name) }

// name returns a table's name as the live database spells it, quoted.
func (w *witness) name(table schema.Key) string {
	name := table.Name
	if o := w.have.Get(table); o != nil {
		name = o.Spelling()
	}
	if table.Space != "" {
		return w.quote(table.Space) + "." + w.quote(name)
	}
	return w.quote(name)
}
