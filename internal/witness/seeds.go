package witness

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how rows that a set puts in are looked for in the live database.

// Seeds looks for the rows of an INSERT of literals: see [diagnosis.Witness].
func (w *Witness) Seeds(ctx context.Context, s *migration.Statement, have *schema.Snapshot) (seeds diagnosis.Seeds, ok bool, err error) {
	seed, ok := w.engine.Seed(s.Text)
	if !ok {
		return seeds, false, nil
	}
	table := s.Table()
	if have.Get(table) == nil {
		return seeds, false, nil
	}
	if len(seed.Columns) == 0 {
		seed.Columns = have.Columns(table)
	}
	if !has(have, table, seed.Columns) {
		return seeds, false, nil // it was written for another form of the table
	}
	keyed := key(have, table, seed.Columns)
	seeds.Wanted, seeds.Keyed = len(seed.Rows), keyed != nil
	for _, row := range seed.Rows {
		for i, column := range seed.Columns {
			if i < len(row) && keyed[column] && (row[i] == "" || strings.EqualFold(row[i], "NULL")) {
				seeds.Keyed = false
			}
		}
	}
	for _, row := range seed.Rows {
		if len(row) != len(seed.Columns) {
			return seeds, false, nil
		}
	}
	found, err := w.find(ctx, table, diagnosis.TableRows{Columns: seed.Columns, Rows: seed.Rows}, keyed)
	if err != nil && !TellsOfSchema(w.db.Explain(err).Problem) {
		return seeds, false, err
	}
	if err != nil || slices.Contains(found, incomparable) {
		return seeds, false, nil // rows cannot tell
	}
	add(&seeds, found)
	total, err := w.Rows(ctx, table, int64(seeds.Wanted)+diagnosis.MostOthers+1)
	if err != nil {
		return seeds, false, err
	}
	seeds.Others = total - int64(seeds.Present)
	return seeds, true, nil
}

// A given is what an INSERT puts in.
type given struct {
	rows    diagnosis.TableRows
	literal bool // it gives literals; else there are no rows
}

// Given reads the rows of an INSERT of literals: see [diagnosis.Witness].
func (w *Witness) Given(s *migration.Statement) (rows diagnosis.TableRows, ok bool) {
	seed, ok := w.read[s]
	if !ok {
		rows, literal := w.engine.Seed(s.Text)
		seed = given{diagnosis.TableRows{Columns: rows.Columns, Rows: rows.Rows}, literal}
		if w.read == nil {
			w.read = map[*migration.Statement]given{}
		}
		w.read[s] = seed
	}
	return seed.rows, seed.literal
}

// Present looks for rows: see [diagnosis.Witness].
func (w *Witness) Present(ctx context.Context, table schema.Key, rows diagnosis.TableRows) (seeds diagnosis.Seeds, err error) {
	seeds.Wanted = len(rows.Rows)
	keyed := key(w.have, table, rows.Columns)
	seeds.Keyed = keyed != nil
	found, err := w.findEach(ctx, table, rows, keyed)
	if err != nil {
		return seeds, err
	}
	add(&seeds, found)
	total, err := w.Rows(ctx, table, int64(seeds.Wanted)+diagnosis.MostOthers+1)
	seeds.Others = total - int64(seeds.Present)
	return seeds, err
}

// Alike counts the rows that are there with all of their values: see [diagnosis.Witness].
func (w *Witness) Alike(ctx context.Context, table schema.Key, rows diagnosis.TableRows) (alike int, err error) {
	found, err := w.findEach(ctx, table, rows, nil)
	return count(found, present), err
}

// findEach looks for rows. One with a value that the table cannot hold, since a column of it has
// another type by the time that the row is put in, is not there, and says nothing of the
// others.
func (w *Witness) findEach(ctx context.Context, table schema.Key, rows diagnosis.TableRows, keyed map[string]bool) ([]sight, error) {
	found, err := w.find(ctx, table, rows, keyed)
	if err == nil || !TellsOfSchema(w.db.Explain(err).Problem) {
		return found, err
	}
	found = make([]sight, len(rows.Rows))
	for i := range rows.Rows {
		one, err := w.find(ctx, table, diagnosis.TableRows{Columns: rows.Columns, Rows: rows.Rows[i : i+1]}, keyed)
		switch {
		case err == nil:
			found[i] = one[0]
		case !TellsOfSchema(w.db.Explain(err).Problem):
			return nil, err
		}
	}
	return found, nil
}

// A sight is what is found of one row that is looked for.
type sight int

const (
	absent sight = iota
	present
	incomparable // only the time of running tells its values
)

func count(found []sight, what sight) (n int) {
	for _, s := range found {
		if s == what {
			n++
		}
	}
	return n
}

// add notes what was found of the rows of a statement.
func add(seeds *diagnosis.Seeds, found []sight) {
	for i, s := range found {
		if s == present {
			seeds.Present++
		} else {
			seeds.Absent = append(seeds.Absent, i)
		}
	}
}

// find looks for rows, by their key where the values give one.
func (w *Witness) find(ctx context.Context, table schema.Key, rows diagnosis.TableRows, keyed map[string]bool) ([]sight, error) {
	primary := key(w.have, table, rows.Columns)
	found := make([]sight, len(rows.Rows))
	var queries []string
	for i, row := range rows.Rows {
		where := w.where(table, rows.Columns, row, keyed, primary)
		if where == "" {
			found[i] = incomparable
			continue
		}
		queries = append(queries, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT 1) AS t", w.Name(table), where))
	}
	counts, err := w.counts(ctx, queries)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i] == incomparable {
			continue
		}
		if counts[0] > 0 {
			found[i] = present
		}
		counts = counts[1:]
	}
	return found, nil
}

// where returns a condition for one row, by its key where the values give one; none where
// there is nothing to compare. A value that only the time of running tells is not compared.
func (w *Witness) where(table schema.Key, columns, row []string, keyed, primary map[string]bool) string {
	// A key tells only if all of it is known: NULL is no value, and in a primary key
	// it stands for one that the database finds itself.
	for i, column := range columns {
		if keyed[column] && (row[i] == "" || strings.EqualFold(row[i], "NULL")) {
			keyed = nil
			break
		}
	}
	var where []string
	for i, column := range columns {
		if keyed != nil && !keyed[column] {
			continue
		}
		name := w.quote(column)
		switch value := row[i]; {
		case value == "":
		case strings.EqualFold(value, "NULL") && primary[column] && w.refusesNull(table, column):
		case strings.EqualFold(value, "NULL"):
			where = append(where, name+" IS NULL")
		default:
			where = append(where, name+" = ("+value+")")
		}
	}
	return strings.Join(where, " AND ")
}

// Queries are put together up to so many, and to a length that every server takes.
const (
	mostTogether    = 100
	longestTogether = 256 << 10
)

// counts returns the numbers that queries give. Many of them are one query, and those
// that have been asked before none, where nothing changes the rows in between.
func (w *Witness) counts(ctx context.Context, queries []string) ([]int64, error) {
	counts := make([]int64, len(queries))
	var open []int // of those that are still to be asked
	length := 0
	ask := func() error {
		if len(open) == 0 {
			return nil
		}
		texts, targets := make([]string, len(open)), make([]any, len(open))
		for i, n := range open {
			texts[i], targets[i] = "("+queries[n]+")", &counts[n]
		}
		if err := w.scalars(ctx, "SELECT "+strings.Join(texts, ", "), targets...); err != nil {
			return err
		}
		for _, n := range open {
			if w.counted != nil {
				w.counted[sha256.Sum256([]byte(queries[n]))] = counts[n]
			}
		}
		open, length = open[:0], 0
		return nil
	}
	for n, query := range queries {
		if known, ok := w.counted[sha256.Sum256([]byte(query))]; ok {
			counts[n] = known
			continue
		}
		if len(open) == mostTogether || length+len(query) > longestTogether {
			if err := ask(); err != nil {
				return nil, err
			}
		}
		open, length = append(open, n), length+len(query)
	}
	return counts, ask()
}

// refusesNull reports whether a column is the whole primary key, which a NULL
// leaves to the database.
func (w *Witness) refusesNull(table schema.Key, column string) bool {
	pk := w.have.Get(schema.Key{Kind: schema.PrimaryKey, Space: table.Space, Table: table.Name})
	return pk.Fact(schema.Columns) == column
}
