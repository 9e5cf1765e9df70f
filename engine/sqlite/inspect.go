package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// A querier runs queries on one connection.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// inspect reads the schema of main in one query, and in a second one where there
// are virtual tables. It writes nothing. What it cannot read, or reads otherwise
// than SQLite does, is in the snapshot as unsupported.
func inspect(ctx context.Context, q querier) (*schema.Snapshot, error) {
	c, err := readCatalogue(ctx, q)
	if err != nil {
		return nil, err
	}
	return schema.NewSnapshot(c.all()...), nil
}

// A row is one row of sqlite_schema, and what SQLite answers about it.
type row struct {
	id      int64
	kind    string // "table", "index", "view" or "trigger"
	name    string
	table   string
	sql     string
	virtual bool

	// What SQLite answers about a table, and about an index: see verify.go.
	columns, keys, references, terms string
	// err says why a table's text cannot be read.
	err error
}

// own reports whether the row is about an object of the user's: SQLite keeps all
// names that begin with sqlite_ for itself.
func (r *row) own() bool { return !strings.HasPrefix(fold(r.name), "sqlite_") }

// key returns the key of what the row is about.
func (r *row) key() schema.Key {
	k := schema.Key{Kind: schema.Kind(r.kind), Name: fold(r.name)}
	if r.kind == "index" || r.kind == "trigger" {
		k.Table = fold(r.table)
	}
	return k
}

// Indexes that SQLite makes for keys have no text: they are parts of their table.
const (
	selectRow = `SELECT rowid, coalesce(type, ''), coalesce(name, ''), coalesce(tbl_name, ''), sql,
	type = 'table' AND coalesce(rootpage, 0) = 0`
	fromCatalogue = ` FROM main.sqlite_master AS m WHERE sql IS NOT NULL`
)

// selectAll asks for every row together with the answers about it.
var selectAll = selectRow +
	answerIf("type = 'table' AND rootpage > 0", askColumns) +
	answerIf("type = 'table' AND rootpage > 0 AND "+mayHaveKeys, askKeys) +
	answerIf("type = 'table' AND rootpage > 0 AND "+mayHaveReferences, askReferences) +
	answerIf("type = 'index'", askTerms) +
	fromCatalogue

// answerIf is one more result: the answer about a row that meets the condition.
func answerIf(condition, question string) string {
	return ", coalesce(CASE WHEN " + condition + " THEN " + about(question, "m.name") + " END, '')"
}

// about puts the expression for a name into a question.
func about(question, name string) string { return strings.Replace(question, "?", name, 1) }

// readRows runs a query for rows, with the answers about them or without.
func readRows(ctx context.Context, q querier, query string, args ...any) ([]row, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []row
	for rows.Next() {
		var r row
		err := rows.Scan(&r.id, &r.kind, &r.name, &r.table, &r.sql, &r.virtual, &r.columns, &r.keys, &r.references, &r.terms)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// A catalogue is rows of sqlite_schema, all or some, and what must be known of
// the others to understand them.
type catalogue struct {
	rows    []row
	tables  map[string]*definition // the tables in rows, by folded name; nil where the text cannot be read
	shadows map[string]bool        // folded names of tables that belong to virtual ones
	others  func(table string) *definition
	unasked bool // nobody has asked SQLite about the rows: their texts are taken at their word
}

// readCatalogue reads all of it.
func readCatalogue(ctx context.Context, q querier) (*catalogue, error) {
	rows, err := readRows(ctx, q, selectAll)
	if err != nil {
		return nil, err
	}
	c := newCatalogue(rows)
	c.shadows, err = readShadows(ctx, q, c.modules())
	return c, err
}

func newCatalogue(rows []row) *catalogue {
	c := &catalogue{rows: rows, tables: make(map[string]*definition, len(rows)/2)}
	for i := range rows {
		if r := &rows[i]; r.kind == "table" && r.own() {
			c.tables[fold(r.name)], r.err = readTable(r.sql)
		}
	}
	return c
}

// table returns the definition of a table, or nil.
func (c *catalogue) table(name string) *definition {
	if c.shadows[name] {
		return nil
	}
	if d, ok := c.tables[name]; ok || c.others == nil {
		return d
	}
	return c.others(name)
}

// primary returns the columns of a table's primary key, or nil.
func (c *catalogue) primary(table string) []string {
	if d := c.table(table); d != nil {
		return d.primary()
	}
	return nil
}

// all returns what the rows describe.
func (c *catalogue) all() []*schema.Object {
	objects := make([]*schema.Object, 0, 8*len(c.rows))
	for i := range c.rows {
		objects = append(objects, c.objects(&c.rows[i])...)
	}
	return objects
}

// objects returns what a row describes: a table with its parts, an index, a view
// or a trigger, and nothing for what belongs to SQLite or to a virtual table.
func (c *catalogue) objects(r *row) []*schema.Object {
	if !r.own() || c.shadows[fold(r.table)] {
		return nil
	}
	switch r.kind {
	case "table":
		return c.tableObjects(r)
	case "index":
		return []*schema.Object{c.indexObject(r)}
	case "view":
		return []*schema.Object{viewObject(r)}
	case "trigger":
		return []*schema.Object{triggerObject(r)}
	}
	return nil
}

// tableObjects returns a table and its parts.
func (c *catalogue) tableObjects(r *row) []*schema.Object {
	d, err := c.tables[fold(r.name)], r.err
	if err != nil {
		return []*schema.Object{{
			Key: r.key(), Name: r.name, Source: r.sql, Unsupported: err.Error(),
		}}
	}
	list := d.objects(r.sql, c.primary)
	if c.unasked {
		return list
	}
	if err := d.verify(r); err != nil {
		for _, o := range list {
			o.Unsupported = err.Error()
		}
	}
	return list
}

// indexObject returns an index.
func (c *catalogue) indexObject(r *row) *schema.Object {
	o := &schema.Object{Key: r.key(), Name: r.name, Source: r.sql}
	x, err := readIndex(r.sql)
	if err == nil {
		if d := c.table(o.Key.Table); d != nil {
			o.Facts = x.facts(d)
			if !c.unasked {
				err = x.verify(r, d)
			}
		} else {
			err = errors.New("its table's text cannot be read")
		}
	}
	if err != nil {
		o.Unsupported = err.Error()
	}
	return o
}
