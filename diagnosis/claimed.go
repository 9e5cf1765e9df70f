package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how far the history is believed about statements on data that it
// claims.

// edited reports whether the statement itself is another one than was recorded.
func (r *reasoner) edited(e int) bool {
	c := r.claim(e)
	if !c.Edited || !c.Recorded {
		return false
	}
	s := r.Replay.Effects[e].Statement
	if c.Statements == nil {
		return true // what it was is not known
	}
	recorded, known := c.Statements[s.Number]
	return known && recorded != s.Sum
}

// believed reports whether a recorded statement on data can be taken for done on
// the history's word: not where the same history is wrong about tables and columns
// around it. An index, a view or a trigger that is missing is no such sign: those
// get dropped by hand.
func (r *reasoner) believed(e int) bool {
	if r.claim(e).Ran {
		return true // written in the transaction that ran it
	}
	if lacking := r.explained.lacking; len(lacking) > 0 {
		// Right, but about what it filled and somebody has dropped since.
		return !slices.ContainsFunc(lacking, func(t *trajectory) bool {
			return !t.loose() && wording.Speaks(r.Replay.Effects[e].Statement.Text, t.key.Name)
		})
	}
	if at := r.explained.at; at != nil && e >= at.from {
		return len(r.claimedBehind(at.to)) == 0
	}
	mine := r.Replay.Effects[e].Migration
	for i := range r.touches {
		if r.Replay.Effects[i].Migration != mine {
			continue
		}
		done, not, _ := r.votes(i)
		switch {
		case not > 0 && r.deep(i):
			return false
		case done > 0 && i > e:
			return true
		}
	}
	return true
}

// claimedBehind returns the statements on the schema from a position on that the
// history claims.
func (r *reasoner) claimedBehind(position int) []int {
	var claimed []int
	for e := position; e < len(r.touches); e++ {
		if r.recorded(e) && len(r.touches[e]) > 0 {
			claimed = append(claimed, e)
		}
	}
	return claimed
}

// stamped reports that the history was written without anything being run: one
// position explains the whole schema, and of what is recorded behind it nothing is
// there, in several statements. One that is missing may have been undone by hand, and a
// rebuild is one, whatever it takes: who drops a column that it brought undoes all of it.
func (r *reasoner) stamped() bool {
	if r.explained.at == nil {
		return false
	}
	rebuilt := map[int]bool{}
	for e := r.explained.at.to; e < len(r.touches); e++ {
		if u, ok := r.rebuildOf(e); ok {
			for _, i := range u.statements[1:] {
				rebuilt[i] = true
			}
		}
	}
	deep := 0
	for _, e := range r.claimedBehind(r.explained.at.to) {
		if r.deep(e) && r.denied[e] && !rebuilt[e] {
			deep++
		}
	}
	return deep >= 2
}

// belies reports that something which a statement touches is not there, and would be
// by all that the history claims.
func (r *reasoner) belies(e int) bool {
	return slices.ContainsFunc(r.touches[e], func(t touch) bool {
		if t.live != nil || t.values[t.step+1] == nil {
			return false
		}
		if t.loose() { // a rename that has not run would have found it
			return t.step+1 < len(t.effects) && r.renames(t.effects[t.step+1]) && r.denied[t.effects[t.step+1]]
		}
		return r.said(t.trajectory) != nil
	})
}

// byClaim judges a statement that the history claims.
func (r *reasoner) byClaim(ctx context.Context, m *matter) (bool, error) {
	if !r.recorded(m.e) {
		return false, nil
	}
	if r.explained.ahead(m.e) {
		if settled, err := r.judgeClaimed(ctx, m.e, m.Finding); settled || err != nil {
			return settled, err
		}
	}
	switch {
	case m.where == ahead && r.absent(m.Statement.Table()) && r.comesAgain(m.e):
		m.is(NotDone, "recorded, but its table is gone and made again")
	case r.believed(m.e):
		m.is(Done, "recorded")
	case m.trace == left:
		m.is(Done, "recorded, and its rows are there")
	default:
		return false, nil
	}
	return true, nil
}

// byRecordedRows judges a statement that the history claims by the rows of others.
func (r *reasoner) byRecordedRows(ctx context.Context, m *matter) (bool, error) {
	if !r.recorded(m.e) {
		return false, nil
	}
	later, err := r.seededLater(ctx, m.e)
	if err != nil || later == nil {
		return false, err
	}
	m.is(Done, fmt.Sprintf("recorded, and %s, which follows it, has run: its rows are there", later.Ref()))
	return true, nil
}

// judgeClaimed judges a statement on data that the history claims while the schema is
// as it was before it, and reports whether that settled it.
func (r *reasoner) judgeClaimed(ctx context.Context, e int, f *Finding) (bool, error) {
	switch f.Statement.Verb {
	case "insert":
		told, err := r.traceOf(ctx, e)
		if err != nil || r.absent(f.Statement.Table()) {
			return false, err
		}
		if later, ok := r.clearedLater(e); ok && (told == blank || told == missing) {
			f.is(Superseded, fmt.Sprintf("recorded, none of its rows is there, and %s leaves none", later))
			return true, nil
		}
		switch told {
		case blank:
			r.filling[f.Statement.Table()] = f.Ref
			f.is(NotDone, "recorded, but the schema is as it was before it, and its table is empty")
		case missing:
			if r.rewritten(e) {
				return false, nil
			}
			f.is(NotDone, "recorded, but the schema is as it was before it, and none of its rows is there")
		default:
			return false, nil
		}
		return true, nil
	case "update":
		if column := r.awaited(e); column != nil && backfill.MatchString(f.Statement.Text) {
			f.is(NotDone, fmt.Sprintf("recorded, but %s, which it fills, is missing and made first", column))
			return true, nil
		}
	}
	return false, nil
}

// comesAgain reports whether a statement that is to run ahead of one on data makes the
// table of that, by whatever means.
func (r *reasoner) comesAgain(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := range r.findings[:e] {
		if r.findings[i].Verdict == NotDone && !r.findings[i].Left &&
			slices.ContainsFunc(r.touches[i], func(t touch) bool { return t.key == table && t.values[t.step+1] != nil }) {
			return true
		}
	}
	return false
}

// rewritten reports whether a later statement changes rows of the table that an INSERT
// fills: those that it put in may look otherwise by now.
func (r *reasoner) rewritten(e int) bool {
	table := r.Replay.Effects[e].Statement.Table()
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		switch s := r.Replay.Effects[i].Statement; {
		case s.Verb == "update" && s.Table() == table:
			return true
		case s.Verb == "alter table rename" && s.Table() == table:
			table = s.Renamed()
		}
	}
	return false
}

// awaited returns the column that an UPDATE fills and that an earlier statement of its
// own migration has yet to add.
func (r *reasoner) awaited(e int) *schema.Key {
	mine := &r.Replay.Effects[e]
	for i := e - 1; i >= 0 && r.Replay.Effects[i].Migration == mine.Migration; i-- {
		if r.Replay.Effects[i].Statement.Verb != "alter table add column" || !r.denied[i] {
			continue
		}
		for _, t := range r.touches[i] {
			if t.key.Kind == schema.Column && t.key.Owner() == mine.Statement.Table() && wording.Speaks(mine.Statement.Text, t.key.Name) {
				return &t.key
			}
		}
	}
	return nil
}

// judgeEdited judges a statement on data that was recorded with another text.
func (r *reasoner) judgeEdited(ctx context.Context, f *Finding) error {
	seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
	if err != nil {
		return err
	}
	if literal && seeds.Present == seeds.Wanted {
		f.is(Done, fmt.Sprintf("edited since it was recorded, and all of its %s are there", wording.Count(int64(seeds.Wanted), "row")))
		return nil
	}
	if r.ask(Question{
		Code:  Q10,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("Migration %s was applied with another content. Its statement %s cannot be verified from the data. Accept the recorded run as it was, or write a new corrective migration?",
			f.Ref.Version, wording.Quote(f.Statement.Text)),
		Facts:   []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{{"accept", "what was run stays as it is; the new content is recorded"}},
	}) == "" {
		f.is(Ambiguous, "recorded with another content")
		return nil
	}
	f.is(Done, "accepted by answer")
	return nil
}
