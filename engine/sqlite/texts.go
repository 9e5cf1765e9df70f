package sqlite

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// This file contains how all rows of sqlite_schema are read as they are written, in
// one value, and what is told from two such readings: database/sql takes longer over
// thousands of rows than SQLite over their texts.

// selectTexts asks for all rows, each behind its number and the lengths of its texts.
const selectTexts = `SELECT coalesce(group_concat(rowid
	|| ' ' || length(CAST(coalesce(type, '') AS BLOB)) || ' ' || length(CAST(coalesce(name, '') AS BLOB))
	|| ' ' || length(CAST(coalesce(tbl_name, '') AS BLOB)) || ' ' || length(CAST(sql AS BLOB))
	|| ' ' || (type = 'table' AND coalesce(rootpage, 0) = 0) || ' '
	|| coalesce(type, '') || coalesce(name, '') || coalesce(tbl_name, '') || sql, ''), '')` + fromCatalogue

var errTexts = errors.New("the texts of the schema do not read as they were asked for")

// readTexts reads all rows, in the order of their numbers, without SQLite's answers
// about them.
func readTexts(ctx context.Context, q querier) ([]row, error) {
	var all string
	err := readValue(ctx, q, &all, selectTexts)
	if err != nil && strings.Contains(err.Error(), "too big") {
		// The connection bounds the length of a value.
		return readRows(ctx, q, selectRow+noAnswers+fromCatalogue+" ORDER BY rowid")
	}
	if err != nil {
		return nil, err
	}
	var list []row
	for all != "" {
		var r row
		var lengths [4]int
		var virtual int64
		for i := range 6 {
			word, rest, ok := strings.Cut(all, " ")
			n, err := strconv.ParseInt(word, 10, 64)
			if !ok || err != nil || i > 0 && n < 0 {
				return nil, errTexts
			}
			switch all = rest; i {
			case 0:
				r.id = n
			case 5:
				virtual = n
			default:
				lengths[i-1] = int(n)
			}
		}
		for i, text := range [...]*string{&r.kind, &r.name, &r.table, &r.sql} {
			if lengths[i] > len(all) {
				return nil, errTexts
			}
			*text, all = all[:lengths[i]], all[lengths[i]:]
		}
		r.virtual = virtual == 1
		list = append(list, r)
	}
	slices.SortFunc(list, byNumber)
	return list, nil
}

func byNumber(a, b row) int { return cmp.Compare(a.id, b.id) }

// readValue reads the one value of a query.
func readValue(ctx context.Context, q querier, value any, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(value); err != nil {
			return err
		}
	}
	return rows.Err()
}

// missing returns the rows that the others have not, or have with another text.
func missing(rows, others []row) []row {
	var list []row
	for _, r := range rows {
		i, ok := slices.BinarySearchFunc(others, r, byNumber)
		if !ok || r != others[i] {
			list = append(list, r)
		}
	}
	return list
}

// understand returns what some of the rows describe, and those that read otherwise where
// the tables that are touched are others: the texts are taken at their word.
func understand(all, some []row, touched, shadows map[string]bool) []*schema.Object {
	list := slices.Clone(some)
	tables := make(map[string]int, len(all))
	for i := range all {
		r := &all[i]
		if r.kind == "table" {
			tables[fold(r.name)] = i
		}
		if r.leansOn(touched) {
			if _, among := slices.BinarySearchFunc(some, *r, byNumber); !among {
				list = append(list, *r)
			}
		}
	}
	c := newCatalogue(list)
	c.unasked, c.shadows = true, shadows
	c.others = func(table string) *definition {
		i, ok := tables[table]
		if !ok {
			return nil
		}
		return newCatalogue(all[i : i+1]).tables[table]
	}
	return c.all()
}

// leansOn reports whether a row reads otherwise where one of these tables is another
// one: an index on it, or a table that refers to its primary key.
func (r *row) leansOn(touched map[string]bool) bool {
	switch {
	case len(touched) == 0:
		return false
	case r.kind == "index":
		return touched[fold(r.table)]
	case r.kind != "table" || !strings.Contains(fold(r.sql), "references"):
		return false
	}
	d, err := readTable(r.sql)
	return err == nil && slices.ContainsFunc(d.implied(), func(parent string) bool { return touched[parent] })
}

// implied returns the tables that a table refers to and leaves it to their primary keys
// which columns are meant.
func (d *definition) implied() []string {
	if d == nil {
		return nil
	}
	var list []string
	for i := range d.references {
		if f := &d.references[i]; f.parentColumns == nil && !slices.Contains(list, f.parent) {
			list = append(list, f.parent)
		}
	}
	return list
}
