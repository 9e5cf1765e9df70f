package sqlite

import (
	"context"
	"database/sql"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// An entry is what a watch keeps of a row of sqlite_schema.
type entry struct {
	row     int64
	sum     uint64           // of what the row says
	objects []*schema.Object // what it describes; empty for what is not the user's
	implied []string         // tables it refers to without naming the columns
	gone    bool             // about to be removed
}

// Queries for some rows, without the answers about them, and for the texts of
// which sums are taken.
const (
	noAnswers    = `, '', '', '', ''`
	selectOne    = selectRow + noAnswers + fromCatalogue + ` AND rowid = ?`
	selectBehind = selectRow + noAnswers + fromCatalogue + ` AND rowid > ? ORDER BY rowid`
	selectTable  = selectRow + noAnswers + fromCatalogue + ` AND type = 'table' AND name = ? COLLATE NOCASE`
	selectBeside = selectRow + noAnswers + fromCatalogue + ` AND type = 'table' AND rowid <= ?
	AND (coalesce(rootpage, 0) = 0 OR ? AND ` + mayHaveReferences + ` AND instr(lower(sql), lower(?)))`
	selectSums = `SELECT rowid, coalesce(type, '') || char(31) || coalesce(name, '') || char(31)
	|| coalesce(tbl_name, '') || char(31) || sql` + fromCatalogue + ` ORDER BY rowid`
)

// enter makes the entry of a row.
func (w *watch) enter(c *catalogue, r *row) entry {
	e := entry{row: r.id, sum: w.sum(r), objects: c.objects(r)}
	if d := c.tables[fold(r.name)]; d != nil && r.kind == "table" && len(e.objects) > 0 {
		e.implied = d.implied()
		for _, parent := range e.implied {
			w.implied[parent]++
		}
	}
	return e
}

// sum returns the checksum of what the row says: that of its text in selectSums.
func (w *watch) sum(r *row) uint64 {
	var h maphash.Hash
	h.SetSeed(w.seed)
	for _, s := range [...]string{r.kind, unit, r.name, unit, r.table, unit, r.sql} {
		h.WriteString(s)
	}
	return h.Sum64()
}

// table returns the folded name of the table that the entry describes, or "".
func (e *entry) table() string {
	if len(e.objects) == 0 || e.objects[0].Key.Kind != schema.Table {
		return ""
	}
	return e.objects[0].Key.Name
}

// dependsOn reports whether the entry reads differently when one of these tables
// has changed: an index on it, or a table that refers to its primary key.
func (e *entry) dependsOn(tables map[string]bool) bool {
	if len(e.objects) == 0 {
		return false
	}
	if k := e.objects[0].Key; k.Kind == schema.Index && tables[k.Table] {
		return true
	}
	return slices.ContainsFunc(e.implied, func(parent string) bool { return tables[parent] })
}

// scan compares every row with its sum. It returns the entries, by index, whose
// rows are gone or not what they were, and the numbers of the rows that are new
// or not what they were.
func (w *watch) scan(ctx context.Context) (stale []int, fresh []int64, err error) {
	rows, err := w.q.QueryContext(ctx, selectSums)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	next := 0
	for rows.Next() {
		var row int64
		var text sql.RawBytes
		if err := rows.Scan(&row, &text); err != nil {
			return nil, nil, err
		}
		for next < len(w.entries) && w.entries[next].row < row {
			stale = append(stale, next)
			next++
		}
		if next < len(w.entries) && w.entries[next].row == row {
			next++
			if w.entries[next-1].sum == maphash.Bytes(w.seed, text) {
				continue
			}
			stale = append(stale, next-1)
		}
		fresh = append(fresh, row)
	}
	for ; next < len(w.entries); next++ {
		stale = append(stale, next)
	}
	return stale, fresh, rows.Err()
}

// read reads the rows with these numbers.
func (w *watch) read(ctx context.Context, numbers []int64) ([]row, error) {
	list := make([]row, 0, len(numbers))
	for _, n := range numbers {
		rows, err := readRows(ctx, w.q, selectOne, n)
		if err != nil {
			return nil, err
		}
		list = append(list, rows...)
	}
	return list, nil
}

// ask gets SQLite's answers about one row, those that selectAll would bring. One
// small query each is compiled faster than one for all.
func ask(ctx context.Context, q querier, r *row) error {
	if !r.own() || r.virtual {
		return nil
	}
	about := func(question string, answer *string) error { return answerTo(ctx, q, question, r.name, answer) }
	switch r.kind {
	case "index":
		return about(askTerms, &r.terms)
	case "table":
		text := fold(r.sql)
		if err := about(askColumns, &r.columns); err != nil {
			return err
		}
		if strings.Contains(text, "unique") || strings.Contains(text, "primary") {
			if err := about(askKeys, &r.keys); err != nil {
				return err
			}
		}
		if strings.Contains(text, "references") {
			return about(askReferences, &r.references)
		}
	}
	return nil
}

// answerTo asks one question about a table or index.
func answerTo(ctx context.Context, q querier, question, name string, answer *string) error {
	rows, err := q.QueryContext(ctx, "SELECT coalesce("+about(question, "?1")+", '')", name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(answer); err != nil {
			return err
		}
	}
	return rows.Err()
}
