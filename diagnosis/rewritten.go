package diagnosis

import (
	"context"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/schema"
)

// This file contains how rows that the set itself has put in tell whether an UPDATE
// has run: on scratch they are seen as they are before it and after it.

// fewestRewritten is how many rows it takes. A single one may be as it was because
// somebody has set it back, which many do with a setting.
const fewestRewritten = 2

// rewrote returns "run" if all rows of the set that an UPDATE changes are as they are
// before it and none as it leaves them, "done" if it is the other way round, and ""
// where they do not tell. What the history claims is not said not to have run by rows
// that anybody may have set back.
func (r *reasoner) rewrote(ctx context.Context, e int) (string, error) {
	effect := &r.Replay.Effects[e]
	if effect.Rewrote == nil || len(effect.Rewrote.Before.Rows) == 0 {
		return "", nil
	}
	before, err := r.alike(ctx, effect.Statement.Table(), effect.Rewrote.Before)
	if err != nil {
		return "", err
	}
	if before == 0 {
		if further, err := r.rewrittenFurther(ctx, e); further || err != nil {
			return "done", err
		}
	}
	if len(effect.Rewrote.Before.Rows) < fewestRewritten {
		return "", nil
	}
	after, err := r.alike(ctx, effect.Statement.Table(), effect.Rewrote.After)
	if err != nil {
		return "", err
	}
	switch all := len(effect.Rewrote.Before.Rows); {
	case before == all && after == 0 && !r.recorded(e):
		return "run", nil
	case after == all && before == 0:
		return "done", nil
	}
	return "", nil
}

// rewrittenBy returns the UPDATE that has run over those rows of an INSERT which are
// not there as it puts them in; nil where none tells.
func (r *reasoner) rewrittenBy(ctx context.Context, e int, seeds Seeds) (*Effect, error) {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		later := &r.Replay.Effects[i]
		if later.Rewrote == nil || later.Statement.Table() != table || seeds.Present+len(later.Rewrote.After.Rows) < seeds.Wanted {
			continue
		}
		if ran, err := r.rewrote(ctx, i); err != nil || ran == "done" {
			return later, err
		}
		if left, err := r.leaves(ctx, later); err != nil || left {
			return later, err
		}
	}
	return nil, nil
}

// rewrittenFurther reports that the rows which an UPDATE changes are as a later one leaves
// them, that goes on from there: as the one row that says which version a schema has.
// Whatever the first has done is overwritten, and that one has run.
func (r *reasoner) rewrittenFurther(ctx context.Context, e int) (bool, error) {
	mine := &r.Replay.Effects[e]
	rows := TableRows{mine.Rewrote.After.Columns, slices.Clone(mine.Rewrote.After.Rows)}
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		later := &r.Replay.Effects[i]
		if later.Rewrote == nil || later.Statement.Table() != mine.Statement.Table() {
			continue
		}
		if !slices.Equal(later.Rewrote.Before.Columns, rows.Columns) || len(later.Rewrote.Before.Rows) != len(later.Rewrote.After.Rows) {
			return false, nil
		}
		moved := 0
		for n, row := range rows.Rows {
			if at := slices.IndexFunc(later.Rewrote.Before.Rows, func(was []string) bool { return slices.Equal(was, row) }); at >= 0 {
				rows.Rows[n] = later.Rewrote.After.Rows[at]
				moved++
			}
		}
		if moved < len(rows.Rows) {
			continue
		}
		if found, err := r.alike(ctx, mine.Statement.Table(), rows); err != nil || found == len(rows.Rows) {
			return err == nil, err
		}
	}
	return false, nil
}

// leaves reports that the rows which an UPDATE changes are there as it leaves them, and none
// as they were.
func (r *reasoner) leaves(ctx context.Context, update *Effect) (bool, error) {
	table := update.Statement.Table()
	if before, err := r.alike(ctx, table, update.Rewrote.Before); err != nil || before > 0 || len(update.Rewrote.After.Rows) == 0 {
		return false, err
	}
	after, err := r.alike(ctx, table, update.Rewrote.After)
	return err == nil && after == len(update.Rewrote.After.Rows), err
}

// leftRewritten reports whether the rows of an INSERT are there as a later UPDATE leaves all
// that it changes of the set. One row is enough: it is found by all of its values.
func (r *reasoner) leftRewritten(ctx context.Context, e, wanted int) (bool, error) {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		later := &r.Replay.Effects[i]
		if later.Rewrote == nil || later.Statement.Table() != table || len(later.Rewrote.After.Rows) != wanted {
			continue
		}
		if n, err := r.alike(ctx, table, later.Rewrote.After); err != nil || n == wanted {
			return n == wanted, err
		}
	}
	return false, nil
}

// leftRaw reports whether the rows that a later UPDATE changes in the table of an INSERT are
// there, all of them, as they are ahead of it.
func (r *reasoner) leftRaw(ctx context.Context, e int) (bool, error) {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		later := &r.Replay.Effects[i]
		if later.Rewrote == nil || later.Statement.Table() != table || len(later.Rewrote.Before.Rows) == 0 {
			continue
		}
		before, err := r.alike(ctx, table, later.Rewrote.Before)
		if err != nil || before < len(later.Rewrote.Before.Rows) {
			return false, err
		}
		after, err := r.alike(ctx, table, later.Rewrote.After)
		return err == nil && after == 0, err
	}
	return false, nil
}

// alike returns how many rows of the set a live table has. What scratch tells by its
// own clock, or by its own count of rows, is not compared.
func (r *reasoner) alike(ctx context.Context, table schema.Key, rows TableRows) (n int, err error) {
	for _, group := range r.numbered(table, r.steady(table, rows)) {
		if !r.hasColumns(table, group.Columns) {
			return 0, nil
		}
		found, err := r.Witness.Alike(ctx, table, group)
		if err != nil {
			return 0, err
		}
		n += found
	}
	return n, nil
}

// steady returns the rows without the columns that get another value in every run:
// those whose default is an expression.
func (r *reasoner) steady(table schema.Key, rows TableRows) TableRows {
	var left TableRows
	var at []int
	for i, name := range rows.Columns {
		if o := r.Have.Get(table.Column(name)); !varies(o.Fact(schema.Default)) {
			left.Columns, at = append(left.Columns, name), append(at, i)
		}
	}
	for _, row := range rows.Rows {
		values := make([]string, len(at))
		for i, n := range at {
			values[i] = row[n]
		}
		left.Rows = append(left.Rows, values)
	}
	return left
}

// varies reports whether a default is more than a constant.
func varies(expression string) bool {
	return strings.Contains(expression, "(") || strings.Contains(strings.ToLower(expression), "current_")
}

// hasColumns reports whether a live table has all of the columns.
func (r *reasoner) hasColumns(table schema.Key, columns []string) bool {
	return len(columns) > 0 && !slices.ContainsFunc(columns, func(name string) bool { return r.Have.Get(table.Column(name)) == nil })
}
