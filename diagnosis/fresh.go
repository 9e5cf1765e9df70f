package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains columns that a migration adds and fills: what they hold tells of
// the UPDATE that fills them.

// fresh returns the live columns that an UPDATE speaks of and that an earlier
// statement of its own migration has just added to its table.
func (r *reasoner) fresh(e int) []*schema.Object {
	var columns []*schema.Object
	for _, key := range r.added(e) {
		if live := r.Have.Get(key); live != nil {
			columns = append(columns, live)
		}
	}
	return columns
}

// added returns the columns that an UPDATE speaks of and that an earlier statement of
// its own migration adds to its table, by the names that they have there.
func (r *reasoner) added(e int) []schema.Key {
	mine := &r.Replay.Effects[e]
	if mine.Statement.Verb != "update" {
		return nil
	}
	var columns []schema.Key
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == mine.Migration; i-- {
		changes := r.Replay.Effects[i].Changes
		if slices.ContainsFunc(changes, func(c schema.Change) bool { return makesOrRenames(c, mine.Statement.Table()) }) {
			continue
		}
		for _, c := range changes {
			if c.Key.Kind == schema.Column && c.Before == nil && c.Key.Owner() == mine.Statement.Table() &&
				wording.Speaks(mine.Statement.Text, c.Key.Name) {
				columns = append(columns, c.Key)
			}
		}
	}
	return columns
}

// makesOrRenames reports whether a change is that of a statement which makes a table, or takes a
// column from it: what it adds to it then may be no new column but one of another name.
func makesOrRenames(c schema.Change, table schema.Key) bool {
	return c.Key == table && (c.Before == nil || c.After == nil) || c.Key.Kind == schema.Column && c.Key.Owner() == table && c.After == nil
}

// unfilled returns a column that an UPDATE which the history does not claim should have
// filled, by the name that it has now, if no row holds anything in it although there
// are rows: something else may have added it.
func (r *reasoner) unfilled(ctx context.Context, e int) (*schema.Object, error) {
	if r.recorded(e) || r.claim(e).Begun || !r.Recorded.Any() || r.tookAway() {
		return nil, nil
	}
	for _, key := range r.added(e) {
		live := r.Have.Get(r.liveColumn(e, key))
		if live == nil || live.Fact(schema.Generated) != "" {
			continue
		}
		rows, err := r.Witness.Rows(ctx, live.Key.Owner(), 1)
		if err != nil {
			return nil, err
		}
		if filled, err := r.Witness.Filled(ctx, live); err != nil {
			return nil, err
		} else if rows > 0 && filled == 0 {
			return live, nil
		}
	}
	return nil, nil
}

// tookAway reports that statements which the history does not claim, and which are done,
// have taken away or changed something that it says was there: whatever else adds a
// column takes nothing away.
func (r *reasoner) tookAway() bool {
	for i := range r.touches {
		if done, not, _ := r.votes(i); done == 0 || not > 0 || r.recorded(i) {
			continue
		}
		if slices.ContainsFunc(r.touches[i], func(t touch) bool {
			said := r.said(t.trajectory)
			return !t.loose() && said != nil && !said.Equal(t.live)
		}) {
			return true
		}
	}
	return false
}

// liveColumn returns the name under which a column is there, of those that it has from
// a statement on; its last one where it is under none.
func (r *reasoner) liveColumn(e int, column schema.Key) schema.Key {
	for i := e + 1; i < len(r.Replay.Effects) && r.Have.Get(column) == nil; i++ {
		s := r.Replay.Effects[i].Statement
		switch {
		case s.Table() != column.Owner():
		case s.Verb == "alter table rename":
			column.Space, column.Table = s.Renamed().Space, s.Renamed().Name
		case s.Verb == "alter table rename column" && s.OldName == column.Name:
			column.Name = s.NewName
		}
	}
	return column
}

// askWhetherFilled asks about an UPDATE by what the column holds that it fills. Where
// that has another name by now, the statement cannot be run any more.
func (r *reasoner) askWhetherFilled(ctx context.Context, e int, f *Finding, column *schema.Object) error {
	if slices.Contains(r.added(e), column.Key) {
		return r.askWhetherRun(ctx, e, f)
	}
	if r.ask(Question{
		Code:  Q6,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%s fills what is %s by now, and that holds nothing in any row. Did %s already run? If it did not, fill it by hand first.",
			f.Ref, column.Key, wording.Quote(f.Statement.Text)),
		Facts:   []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{{"done", "it has run, or what it fills is filled: go on behind it"}},
	}) == "" {
		f.is(Ambiguous, "whether it has run cannot be told from the rows")
		return nil
	}
	f.is(Done, "it has run, by answer")
	return nil
}
