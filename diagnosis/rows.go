package diagnosis

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/internal/wording"
)

// This file contains how an INSERT of literals is judged by looking for its rows.

// byRows judges an INSERT of literals.
func (r *reasoner) byRows(ctx context.Context, m *matter) (bool, error) {
	seeds, literal, err := r.Witness.Seeds(ctx, m.Statement, r.Have)
	if err != nil || !literal {
		return false, err
	}
	if m.where == behind && r.Recorded.Any() && seeds.Present < seeds.Wanted && seeds.Others > 0 {
		m.is(Superseded, m.why+": those of its rows that are not there were changed or removed since")
		return true, nil
	}
	if later, err := r.rewrittenBy(ctx, m.e, seeds); err != nil {
		return false, err
	} else if later != nil {
		m.is(Done, fmt.Sprintf("its rows are there as %s has left them", later.Ref()))
		return true, nil
	}
	return true, r.judgeSeeds(ctx, m.e, m.Finding, seeds, m.where)
}

// judgeSeeds judges an INSERT of literals by looking for its rows.
func (r *reasoner) judgeSeeds(ctx context.Context, e int, f *Finding, s Seeds, where place) error {
	own := where == behind || !overwrites(f.Statement) && !r.takesPlace(e)
	if !own {
		var err error
		if own, err = r.own(ctx, e); err != nil {
			return err
		}
	}
	switch {
	case s.Present == s.Wanted && own:
		f.is(Done, fmt.Sprintf("all of its %s are there", wording.Count(int64(s.Wanted), "row")))
		return nil
	case s.Present == 0 && s.Others == 0:
		r.filling[f.Statement.Table()] = f.Ref
		f.is(NotDone, "none of its rows is there, and the table is empty")
		return nil
	case s.Present == 0 && where != behind && where != disputed && r.nextInLine(f.Ref) && (s.Keyed || !r.rewritten(e)):
		f.is(NotDone, "none of its rows is there, and the history has just not come to it")
		return nil
	case !own:
		return r.askWhetherRun(ctx, e, f)
	}
	if r.isOpen(f.Ref) {
		f.is(Ambiguous, "whether it has run is to be answered first")
		return nil
	}
	answer := r.ask(Question{
		Code:  Q7,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%d of the %s that %s puts into %s are there, beside %s. Were the others removed on purpose, or never inserted?",
			s.Present, wording.Count(int64(s.Wanted), "row"), f.Ref, f.Statement.Table().Path(), s.others()),
		Facts: []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{
			{"removed", "leave the table as it is"},
			{"insert", "put in the rows that are missing"},
		},
	})
	switch answer {
	case "removed":
		f.is(Done, "its missing rows were removed on purpose, by answer")
	case "insert":
		if s.Present > 0 {
			f.Seeds = s.Absent
		}
		f.is(NotDone, "its missing rows were never inserted, by answer")
	default:
		f.is(Ambiguous, fmt.Sprintf("%d of its %d rows are there", s.Present, s.Wanted))
	}
	return nil
}

// judgeLeftOpen judges a statement that has yet to run if the set has stopped where it
// is taken to have, and that a script of the whole schema has overtaken otherwise: rows
// that it would put in beside others are asked about, and where there is no history, so is
// what it would take over of rows that people have put in since. It reports whether that
// settled it.
func (r *reasoner) judgeLeftOpen(ctx context.Context, e int, f *Finding) (bool, error) {
	if f.Statement.Verb != "insert" || r.absent(f.Statement.Table()) {
		return false, nil
	}
	seeds, literal, err := r.Witness.Seeds(ctx, f.Statement, r.Have)
	switch {
	case err != nil:
		return false, err
	case literal:
		return true, r.judgeSeeds(ctx, e, f, seeds, ahead)
	case r.Recorded.Any():
		return false, nil
	}
	moves, err := r.movesRows(ctx, e)
	if err != nil || !moves {
		return false, err
	}
	return true, r.askWhetherRun(ctx, e, f)
}
