package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how one of the positions is picked at which the set may have
// stopped, where the schema fits several.

// choosePosition picks the position at which the set stopped, where one explains the
// whole live schema. If several do, with statements on data between them that would
// change something, the schema alone does not tell, and only an answer can. held says
// that it is known not to have gone on behind what the history claims.
func (r *reasoner) choosePosition(ctx context.Context, held bool) error {
	claimed := r.claimedEnd()
	spans := r.cuts()
	if n := slices.IndexFunc(spans, func(s span) bool { return s.to >= claimed }); held && n > 0 {
		spans = spans[:n]
	}
	plain := r.begunAt(spans)
	if r.besideScript() && !r.begun() {
		plain = r.atBoundaries(plain, claimed)
	}
	spans, err := r.seedsAllow(ctx, plain)
	if err != nil {
		return err
	}
	var plausible []span
	asClaimed := slices.ContainsFunc(spans, func(s span) bool { return s.from <= claimed && claimed <= s.to })
	if len(spans) == 0 || !r.begun() && !r.halfway() && (!asClaimed || r.allWithin(spans) || r.besideScript() || !r.Recorded.Any()) {
		// What a script made is not what the history claims: only behind that.
		scripted := slices.DeleteFunc(r.overlays(), func(s span) bool { return s.to < claimed || len(s.overlaid) == 0 && len(spans) > 0 })
		if !r.begun() {
			scripted = r.atBoundaries(scripted, claimed)
		}
		for _, s := range scripted {
			// That a run was stopped and a script ran besides is one accident too many, and so
			// is a history that is behind as it is. No release ends amid a migration.
			if len(spans) > 0 && (r.allWithin([]span{s}) || r.Recorded.Any() && s.from > claimed || r.endsAmid(s)) {
				continue
			}
			denied, err := r.deniedByRows(ctx, s)
			if err != nil {
				return err
			}
			if !denied {
				plausible = append(plausible, s)
			}
		}
		if len(plausible) > 0 {
			spans = r.stoppedInTurn(spans, claimed)
		}
		if len(plausible) > 0 && r.besideScript() {
			spans = slices.DeleteFunc(spans, func(s span) bool { return r.allWithin([]span{s}) })
		}
		spans = append(spans, plausible...)
		slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	}
	if len(spans) == 0 {
		spans = plain // rows that speak against all prove nothing
	}
	if len(spans) == 0 {
		return nil
	}
	return r.between(ctx, spans)
}

// endsAmid reports that the script of a span would have made some tables of a migration and
// not the next one of it.
func (r *reasoner) endsAmid(s span) bool {
	for i := s.release - 1; i >= s.to && r.within(i+1); i-- {
		if e := &r.Replay.Effects[i]; e.Statement.Verb == "create table" && s.overlaid[r.lastName(i, e.Statement.Table())] {
			return true
		}
	}
	return false
}

// allWithin reports that no position in the spans is the end of a migration.
func (r *reasoner) allWithin(spans []span) bool {
	for _, s := range spans {
		for position := s.from; position <= s.to; position++ {
			if !r.within(position) {
				return false
			}
		}
	}
	return true
}

// stoppedInTurn leaves out the positions amid a migration, unless it is the next behind
// what the history claims: that more was not written down and that a run was stopped
// besides is one accident too many, where a script explains it.
func (r *reasoner) stoppedInTurn(spans []span, claimed int) []span {
	if !r.Recorded.Any() {
		return spans
	}
	next := claimed + 1
	for r.within(next) {
		next++
	}
	var left []span
	for _, s := range spans {
		for s.from <= s.to && s.from > next && r.within(s.from) {
			s.from++
		}
		for s.from <= s.to && s.to > next && r.within(s.to) {
			s.to--
		}
		if s.from <= s.to {
			left = append(left, s)
		}
	}
	return left
}

// halfway reports that a table is there which comes and goes within one migration: a run
// has left it, and no script.
func (r *reasoner) halfway() bool {
	return slices.ContainsFunc(r.Replay.Set.Migrations, r.leftIn)
}

// leftIn reports that a table is there which comes and goes within the migration, and
// that is not there again later as it is now.
func (r *reasoner) leftIn(m *migration.Migration) bool {
	for key, t := range r.trajectories {
		if key.Kind != schema.Table || t.live == nil || r.said(t) != nil {
			continue
		}
		left := false
		for i, possible := range t.possible {
			if !possible {
				continue
			}
			if left = r.comesAndGoes(t, i, m); !left {
				break
			}
		}
		if left {
			return true
		}
	}
	return false
}

// comesAndGoes reports whether a migration gives an object one of its values, where it
// was not there, and takes the object away again.
func (r *reasoner) comesAndGoes(t *trajectory, value int, m *migration.Migration) bool {
	return value > 0 && value < len(t.effects) && t.values[value-1] == nil && t.values[value+1] == nil &&
		r.Replay.Effects[t.effects[value-1]].Migration == m && r.Replay.Effects[t.effects[value]].Migration == m
}

// within reports whether a position lies inside a migration.
func (r *reasoner) within(position int) bool {
	return position > 0 && position < len(r.Replay.Effects) &&
		r.Replay.Effects[position].Migration == r.Replay.Effects[position-1].Migration
}

// besideScript reports that a table stood in the way which nothing but a script of
// the whole schema makes.
func (r *reasoner) besideScript() bool {
	return slices.ContainsFunc(r.d.Aside, func(o *schema.Object) bool { return o.Key.Kind == schema.Table })
}

// between picks one of the spans that fit: statements on data of which they say
// different things are asked about one after the other, until the rest agree.
func (r *reasoner) between(ctx context.Context, spans []span) error {
	spans = slices.Clone(spans)
	r.explained.at = likeliest(spans)
	defer func() { r.explained.fitting = spans }()
	for e := range r.Replay.Effects {
		passed := slices.ContainsFunc(spans, func(s span) bool { return r.passes(&s, e) })
		if !passed || !slices.ContainsFunc(spans, func(s span) bool { return !r.passes(&s, e) }) {
			continue
		}
		ran, err := r.whetherRan(ctx, e, spans[len(spans)-1].from)
		if err != nil {
			return err
		}
		switch ran {
		case "no matter":
			continue
		case "done":
			spans = slices.DeleteFunc(spans, func(s span) bool { return !r.passes(&s, e) && s.to <= e })
			for i := range spans {
				if !r.passes(&spans[i], e) {
					spans[i].from = e + 1
				}
			}
		case "blank": // nor has it run where a script without it has made its table
			var kept []span
			for _, s := range spans {
				unseeded, err := r.unseeded(ctx, &s, e)
				if err != nil {
					return err
				}
				if e >= s.from || unseeded {
					kept = append(kept, s)
				}
			}
			spans = kept
			for i := range spans {
				if !r.passes(&spans[i], e) {
					spans[i].to = min(spans[i].to, e)
				}
			}
		case "run":
			r.explained.refuted = r.explained.refuted || r.recorded(e)
			_, rows := r.Witness.Given(r.Replay.Effects[e].Statement) // a script put none of them in, either
			spans = slices.DeleteFunc(spans, func(s span) bool { return e < s.from || r.passes(&s, e) && !rows })
			for i := range spans {
				if !r.passes(&spans[i], e) {
					spans[i].to = min(spans[i].to, e)
				}
			}
		default:
			return nil
		}
		r.explained.at = likeliest(spans)
	}
	return nil
}

// unseeded reports whether a script of the whole schema explains an INSERT of literals that
// has left no row where the set is through with its schema: a script that makes all puts in
// none, as long as nobody has put in any. They are looked for by themselves.
func (r *reasoner) unseeded(ctx context.Context, s *span, e int) (bool, error) {
	_, literal := r.Witness.Given(r.Replay.Effects[e].Statement)
	if !literal || e >= s.from || len(s.overlaid) > 0 || r.Recorded.Any() || r.touched(s.from, len(r.touches)) {
		return false, nil
	}
	return r.unused(ctx)
}

// unused reports that no table which is there holds a row.
func (r *reasoner) unused(ctx context.Context) (bool, error) {
	for key, t := range r.trajectories {
		if key.Kind != schema.Table || t.live == nil {
			continue
		}
		if rows, err := r.Witness.Rows(ctx, key, 1); err != nil || rows > 0 {
			return false, err
		}
	}
	return true, nil
}

// leftOpen reports whether explanations that nothing tells apart differ in whether a
// statement needs a run.
func (r *reasoner) leftOpen(e int) bool {
	passes := func(s span) bool { return r.passes(&s, e) }
	return slices.ContainsFunc(r.explained.fitting, passes) && slices.ContainsFunc(r.explained.fitting, func(s span) bool { return !passes(s) })
}

// likeliest returns the last of the spans that nothing tells apart. That the set
// stopped takes less to explain than that a script ran besides.
func likeliest(spans []span) *span {
	for i := len(spans) - 1; i >= 0; i-- {
		if len(spans[i].overlaid) == 0 {
			return &spans[i]
		}
	}
	return &spans[len(spans)-1]
}

// whetherRan finds out whether a statement has run of which the schema tells nothing:
// by rows, else by asking. It is "no matter" where it works on nothing that is there, and
// "blank" where the table is empty that it fills.
func (r *reasoner) whetherRan(ctx context.Context, e, last int) (string, error) {
	told, err := r.traceOf(ctx, e)
	taken := told == blank && r.takenFrom(e, last)
	switch {
	case err != nil:
		return "", err
	case told == left:
		return "done", nil
	case told == blank && (!r.recorded(e) || last < r.claimedEnd()) && !taken:
		return "blank", nil // that the history claims it says little where it claims more besides that is not there
	}
	s := r.Replay.Effects[e].Statement
	if s.Verb == "insert" && !r.Recorded.Any() {
		if _, literal := r.Witness.Given(s); literal {
			return "no matter", nil // its rows are looked for by themselves
		}
	}
	if later, ok := r.Replay.overwritten(e); s.Rerunnable || ok && later >= last && !r.recorded(later) {
		return "no matter", nil
	}
	if s.Verb == "insert" {
		copied, ok, err := r.Witness.Copied(ctx, s)
		if err != nil {
			return "", err
		}
		if ok && copied.Keyed && copied.Given > 0 && copied.Missing == 0 {
			return "done", nil // all that it copies is there, and not others like it
		}
	}
	emptied := told == blank && !taken // or the history is ahead
	if tells, err := r.tells(ctx, e); err != nil || !tells && !emptied {
		return "no matter", err
	}
	if unit, ok := r.rebuildOf(e); ok {
		if kept, err := r.Witness.Keeps(ctx, unit.table, r.texts(unit)...); err != nil || kept {
			return "no matter", err // the new table holds what the old one held
		}
	}
	if ran, err := r.rewrote(ctx, e); err != nil || ran != "" {
		return ran, err
	}
	effect := &r.Replay.Effects[e]
	answer := r.ask(Question{
		Code:  Q6,
		Place: effect.Ref().String(),
		Text: fmt.Sprintf("The schema looks the same before and after %s and what follows it. Did %s already run?",
			effect.Ref(), wording.Quote(effect.Statement.Text)),
		Facts:   []string{"statement: " + wording.Quote(effect.Statement.Text)},
		Choices: []Choice{{"done", "it has run: go on behind it"}, {"run", "it has not run: run it"}},
	})
	if answer == "run" {
		r.emptyAgain(e)
		r.withHelpers(e)
		if unit, ok := r.sameForm(e); ok && r.absent(s.Table()) {
			r.runAgain(unit.statements, notRun)
		}
	}
	return answer, nil
}

// passes reports whether a statement needs no run if the set stopped in a span.
func (r *reasoner) passes(s *span, e int) bool {
	return e < s.from || r.overlaidBy(s, e)
}

// tells reports whether a statement which leaves the schema as it is works on rows
// that are there: one on data, or a DROP of a table that is made anew as it was.
func (r *reasoner) tells(ctx context.Context, e int) (bool, error) {
	if table, ok := r.emptied(e); ok {
		rows, err := r.Witness.Rows(ctx, table, 1)
		return rows > 0, err
	}
	s := r.Replay.Effects[e].Statement
	if s.Class == migration.Code {
		return !r.recorded(e) && r.Replay.Effects[e].Rowwise, nil
	}
	if s.Class != migration.Data || r.ignored.holds(s) {
		return false, nil
	}
	table := r.liveName(e, s.Table())
	if unit, ok := r.sameForm(e); ok {
		table = unit.table // its new table is empty until it has run
	}
	if r.Have.Get(table) == nil {
		return false, nil
	}
	rows, err := r.Witness.Rows(ctx, table, 1)
	return rows > 0, err
}
