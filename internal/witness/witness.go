package witness

import (
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

// A Witness answers a diagnosis' questions about rows from a database, and some of those
// who act on the diagnosis. It reads, or undoes what it runs.
type Witness struct {
	db     engine.Database
	engine engine.Engine
	have   *schema.Snapshot
	tried  map[*migration.Statement]diagnosis.Trial // on copies: see tryOnCopy

	// read holds what INSERTs of literals put in: a diagnosis asks again and again.
	read map[*migration.Statement]given

	// counted holds what queries have counted, by their checksum; nil where rows change.
	counted map[[sha256.Size]byte]int64
}

var _ diagnosis.Witness = (*Witness)(nil)

// New returns a witness of a database that has a schema.
func New(db engine.Database, e engine.Engine, have *schema.Snapshot) *Witness {
	return &Witness{db: db, engine: e, have: have}
}

// Remembering returns a witness that keeps what its queries have counted, for whoever
// diagnoses one database several times: a set may put in many rows. Nobody may change
// any in between.
func Remembering(db engine.Database, e engine.Engine, have *schema.Snapshot) *Witness {
	return &Witness{db: db, engine: e, have: have, counted: map[[sha256.Size]byte]int64{}}
}

// Have returns the schema that the witness knows the database to have.
func (w *Witness) Have() *schema.Snapshot { return w.have }

// scalar runs a query for one value.
func (w *Witness) scalar(ctx context.Context, query string, into any) error {
	return w.scalars(ctx, query, into)
}

// scalars runs a query for one row. Where an error would end the transaction that is
// open, the query runs where it can be undone.
func (w *Witness) scalars(ctx context.Context, query string, into ...any) error {
	ask := func(ctx context.Context) error { return w.db.QueryRow(ctx, query).Scan(into...) }
	if w.db.Traits().ErrorsAbort {
		return w.db.Try(ctx, ask)
	}
	return ask(ctx)
}

// text returns an expression as text, for what compares and shortens texts.
func (w *Witness) text(expression string) string {
	if text := w.db.Traits().Text; text != nil {
		return text(expression)
	}
	return expression
}

// Rows counts the rows of a table: see [diagnosis.Witness].
func (w *Witness) Rows(ctx context.Context, table schema.Key, limit int64) (int64, error) {
	query := "SELECT count(*) FROM " + w.Name(table)
	if limit > 0 {
		query = fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d) AS t", w.Name(table), limit)
	}
	counts, err := w.counts(ctx, []string{query})
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

// Filled counts the rows in which a column holds something of its own: see [diagnosis.Witness].
func (w *Witness) Filled(ctx context.Context, column *schema.Object) (n int64, err error) {
	name := w.quote(column.Spelling())
	where := name + " IS NOT NULL"
	if fallback := column.Fact(schema.Default); literal(fallback) {
		where += " AND " + name + " <> (" + fallback + ")"
	}
	query := fmt.Sprintf("SELECT count(*) FROM %s WHERE %s", w.Name(column.Key.Owner()), where)
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

// Differ counts the rows in which two columns differ: see [diagnosis.Witness].
func (w *Witness) Differ(ctx context.Context, a, b *schema.Object) (n int64, err error) {
	left, right := w.text(w.quote(a.Spelling())), w.text(w.quote(b.Spelling()))
	query := fmt.Sprintf("SELECT count(*) FROM %s WHERE NOT (%s = %s OR %s IS NULL AND %s IS NULL) OR (%s IS NULL) <> (%s IS NULL)",
		w.Name(a.Key.Owner()), left, right, left, right, left, right)
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
		columns := part.KeyColumns()
		if columns == "" || part.Fact(schema.Where) != "" {
			continue
		}
		names := map[string]bool{}
		whole := true
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

// stored returns a query for what columns make of the values that another query gives.
func (w *Witness) stored(query string, table schema.Key, columns []string) string {
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

// Astray counts the rows that refer to none: see [diagnosis.Witness].
func (w *Witness) Astray(ctx context.Context, table schema.Key) (rows int64, what string, err error) {
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
		rows, refers, err := w.astray(ctx, table, column, key.Owner())
		switch {
		case err != nil && TellsOfSchema(w.db.Explain(err).Problem):
			continue // the two cannot be compared: a name proves nothing
		case err != nil:
			return 0, "", err
		case rows > 0 && (refers || w.declares(table, part.Key, key.Owner())):
			return rows, fmt.Sprintf("%s refers to rows of %s that are not there", part.Key, key.Owner()), nil
		}
	}
	return 0, "", nil
}

// astray counts the rows of a table that a column refers to none of another by, and
// reports whether any row of it refers to one.
func (w *Witness) astray(ctx context.Context, table schema.Key, column string, parent schema.Key) (rows int64, refers bool, err error) {
	found := fmt.Sprintf("EXISTS (SELECT 1 FROM %s AS parent WHERE parent.%s = child.%s)", w.Name(parent), w.quote("id"), column)
	query := fmt.Sprintf("SELECT count(*) FROM %s AS child WHERE child.%s IS NOT NULL AND ", w.Name(table), column)
	if err := w.scalar(ctx, query+"NOT "+found, &rows); err != nil || rows == 0 {
		return 0, false, err
	}
	var others int64
	err = w.scalar(ctx, query+found, &others)
	return rows, others > 0, err
}

// declares reports whether a column has a foreign key to a table.
func (w *Witness) declares(table, column, parent schema.Key) bool {
	return slices.ContainsFunc(w.have.Parts(table), func(part *schema.Object) bool {
		return part.Key.Kind == schema.ForeignKey && strings.HasPrefix(part.Key.Name, "("+column.Name+") -> "+parent.Name+"(")
	})
}

func (w *Witness) quote(name string) string { return w.db.Traits().Quote(name) }

// Name returns a table's name as the live database spells it, quoted.
func (w *Witness) Name(table schema.Key) string {
	name := table.Name
	if o := w.have.Get(table); o != nil {
		name = o.Spelling()
	}
	if table.Space != "" {
		return w.quote(table.Space) + "." + w.quote(name)
	}
	return w.quote(name)
}
