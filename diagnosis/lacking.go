package diagnosis

import (
	"context"
	"slices"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// pretend looks for a live schema that is what its history says, but for columns
// that somebody has dropped. A column which a later rebuild has made again belongs
// to many statements, and its absence would speak against all of them; so those
// statements are held for done, and the column is put back ahead of everything. held
// says that an answer denies that the set went on behind what the history claims.
func (r *reasoner) pretend(ctx context.Context) (held bool, err error) {
	lacking, taken, ok := r.lacking()
	if !ok {
		return false, nil
	}
	spans := r.cuts()
	if taken && len(spans) == 0 {
		r.explained.taken = lacking
		return false, nil
	}
	held, err = r.deniesFurther(ctx, spans)
	if err != nil {
		return false, err
	}
	if held {
		claimed := r.claimedEnd()
		spans = slices.DeleteFunc(spans, func(s span) bool { return s.to >= claimed })
	}
	seeded, err := r.seededEnd(ctx)
	if err != nil {
		return held, err
	}
	for _, s := range spans {
		// A position of the set explains it without anybody's hand, unless rows are
		// there of what the history claims behind it. Where that is rebuilds which would
		// leave every row as it is, it is the same whether they have run.
		if seeded > s.to {
			continue
		}
		if alike, err := r.rebuildsAlike(ctx, max(s.from, seeded), lacking); err != nil || !alike || r.filledOtherwise(lacking) {
			return held, err
		}
	}
	if taken && !held {
		return false, nil
	}
	r.explained.lacking = lacking
	for _, t := range lacking {
		maker := -1
		for i, e := range t.effects {
			if r.recorded(e) && t.values[i+1] != nil {
				maker = i
			}
		}
		if maker < 0 || len(r.touches[t.effects[maker]]) == 1 && !r.carried(t, maker) {
			continue // its own statement makes it again
		}
		for i := range t.possible {
			t.possible[i] = i == maker+1
		}
		wanted := t.values[maker+1]
		r.d.Drift = append(r.d.Drift, Drift{
			Difference: schema.Difference{Key: t.key, Want: wanted, Have: t.live},
			Ref:        r.Replay.Effects[t.effects[maker]].Ref(), Why: "recorded, and not there",
		})
		if r.Drift == ReportDrift {
			r.accepted[t.key] = true
			continue
		}
		if t.live != nil {
			r.d.Aside = append(r.d.Aside, t.live)
		}
		r.d.Restore = append(r.d.Restore, wanted)
		r.noteForm(t.key.Owner())
	}
	return held, nil
}

// filledOtherwise reports whether one of the columns has had another default on its way to the form that
// the history says: made in its last form it would not have the values that it has if the
// statements run one behind the other.
func (r *reasoner) filledOtherwise(lacking []*trajectory) bool {
	return slices.ContainsFunc(lacking, func(t *trajectory) bool {
		said := r.said(t)
		return t.key.Kind == schema.Column && said != nil && slices.ContainsFunc(t.values[:len(t.values)-1], func(o *schema.Object) bool {
			return o != nil && o.Fact(schema.Default) != said.Fact(schema.Default)
		})
	})
}

// noteForm notes a table as the history says that it is, if it is not that at the end.
func (r *reasoner) noteForm(table schema.Key) {
	t := r.trajectories[table]
	if t == nil || r.Replay.Want.Get(table) != nil {
		return
	}
	if r.d.Forms == nil {
		r.d.Forms = map[schema.Key]*schema.Object{}
	}
	r.d.Forms[table] = r.said(t)
}

// deniesFurther reports whether an answer denies that the set went on to the first
// position behind what the history claims at which it explains the schema. Somebody's
// hand and a run that was not written down look the same then, and they differ where a
// statement on the way there works on rows.
func (r *reasoner) deniesFurther(ctx context.Context, spans []span) (bool, error) {
	claimed := r.claimedEnd()
	n := slices.IndexFunc(spans, func(s span) bool { return s.to >= claimed })
	if n < 0 {
		return false, nil
	}
	for e := claimed; e < spans[n].from; e++ {
		switch ran, err := r.whetherRan(ctx, e, spans[n].from); {
		case err != nil || ran == "run":
			return ran == "run", err
		case ran != "no matter":
			return false, nil
		}
	}
	return false, nil
}

// claimedEnd returns the position behind the last statement that the history claims.
func (r *reasoner) claimedEnd() (position int) {
	for e := range r.touches {
		if r.recorded(e) {
			position = e + 1
		}
	}
	return position
}

// seededEnd returns the position behind the last INSERT that the history claims and whose
// rows are there.
func (r *reasoner) seededEnd(ctx context.Context) (position int, err error) {
	for e := range r.Replay.Effects {
		if !r.recorded(e) {
			continue
		}
		if told, err := r.traceOf(ctx, e); err != nil {
			return 0, err
		} else if told == left {
			position = e + 1
		}
	}
	return position, nil
}

// rebuildsAlike reports whether everything behind a position that the history claims,
// rebuilds of tables above all, would leave all rows that are there now as they are, but
// for statements on rows that have run. That is asked where one column is lacking: that
// somebody has dropped several takes more than a history that is ahead.
func (r *reasoner) rebuildsAlike(ctx context.Context, position int, lacking []*trajectory) (bool, error) {
	end := r.claimedEnd()
	tables, rebuilt := r.rebuilds(position, end)
	if len(tables) == 0 {
		return false, nil
	}
	var behind []*migration.Statement
	var doubted []int // statements on rows that would do something
	for e := position; e < end; e++ {
		s := r.Replay.Effects[e].Statement
		switch changes := r.deep(e) && !r.additive(e) && r.proves(e); {
		case rebuilt[e]:
		case changes, !r.recorded(e), s.Class == migration.Code, opaque[s.Verb]:
			return false, nil
		default:
			if idle, err := r.idle(ctx, e); err != nil {
				return false, err
			} else if !idle {
				doubted = append(doubted, e)
				continue
			}
		}
		if s.Class == migration.Schema || s.Class == migration.Data {
			behind = append(behind, s)
		}
	}
	for _, table := range tables {
		if kept, err := r.Witness.Keeps(ctx, table, behind...); err != nil || !kept {
			return false, err
		}
	}
	if len(doubted) > 0 && countOf(lacking, schema.Column) > 1 {
		return false, nil
	}
	for _, e := range doubted {
		ran, err := r.whetherRan(ctx, e, position)
		if r.explained.waits = ran == ""; err != nil || ran != "done" {
			return false, err
		}
	}
	return true, nil
}

// rebuilds returns the tables that are rebuilt between two positions, and by which
// statements.
func (r *reasoner) rebuilds(from, to int) (tables []schema.Key, rebuilt map[int]bool) {
	rebuilt = map[int]bool{}
	for e := from; e < to; e++ {
		u, ok := r.rebuildOf(e)
		if !ok {
			continue
		}
		if !slices.Contains(tables, u.table) {
			tables = append(tables, u.table)
		}
		for _, i := range u.statements {
			rebuilt[i] = true
		}
	}
	return tables, rebuilt
}

// countOf returns how many of the objects are of a kind.
func countOf(objects []*trajectory, kind schema.Kind) (n int) {
	for _, t := range objects {
		if t.key.Kind == kind {
			n++
		}
	}
	return n
}

// idle reports whether a statement would change no row that is there, nor put one in.
func (r *reasoner) idle(ctx context.Context, e int) (bool, error) {
	s := r.Replay.Effects[e].Statement
	if s.Class == migration.Data && !r.absent(s.Table()) {
		trial, err := r.Witness.Try(ctx, s)
		return trial.Err == nil && trial.First == 0, err
	}
	tells, err := r.tells(ctx, e)
	return !tells && s.Verb != "insert", err
}

// carried reports whether a statement that has not run takes along what is loose:
// by then it must be there, in the form that the history says.
func (r *reasoner) carried(t *trajectory, maker int) bool {
	return t.loose() && t.values[maker+1].Source != "" && slices.ContainsFunc(t.effects[maker+1:], func(e int) bool { return !r.recorded(e) })
}

// takes reports that a statement drops the object, and not just by giving it or its
// table another name, nor together with its table, which is still there.
func (r *reasoner) takes(t *trajectory, e int) bool {
	return t.values[slices.Index(t.effects, e)+1] == nil && !r.renames(e) && (r.absent(t.key.Owner()) || !r.drops(e, t.key.Owner()))
}

// lacking returns what the live schema lacks of what its history says, if that is
// all that is amiss: columns that can be added again, and what is loose. taken says
// that a statement which the history does not claim takes some of it away.
func (r *reasoner) lacking() (lacking []*trajectory, taken, ok bool) {
	if !r.Recorded.Any() || r.Drift == RefuseDrift {
		return nil, false, false
	}
	for _, c := range r.Recorded.Claims {
		if c.Begun {
			return nil, false, false
		}
	}
	at := make(map[*trajectory]int, len(r.trajectories)) // the position that the history says
	for e := range r.touches {
		for _, t := range r.touches[e] {
			if r.recorded(e) {
				at[t.trajectory] = t.step + 1
			}
		}
	}
	for _, t := range r.trajectories {
		said := t.values[at[t]]
		if !t.loose() && t.live == nil && said != nil && slices.ContainsFunc(t.effects[at[t]:], func(e int) bool { return r.takes(t, e) }) {
			taken = true // perhaps it has
		}
		switch {
		case said.Equal(t.live):
		case t.live != nil && said != nil && replaceable(t.live) && replaceable(said):
			lacking = append(lacking, t)
		case t.live == nil && (t.loose() || r.addable(schema.Change{Key: t.key, After: said}) &&
			r.Have.Get(t.key.Owner()) != nil && len(r.unknownColumns(t.key.Owner())) == 0): // one of those may be it
			lacking = append(lacking, t)
		default:
			return nil, false, false
		}
	}
	slices.SortFunc(lacking, func(a, b *trajectory) int { return a.key.Compare(b.key) })
	return lacking, taken, len(lacking) > 0
}
