package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how objects are judged whose live form no statement gives them.

// judgeLost looks for objects whose live form no statement gives, and has handled
// the statement where it is the one that should give it.
func (r *reasoner) judgeLost(ctx context.Context, e int, f *Finding) (handled bool, err error) {
	var different []string
	for i, t := range r.touches[e] {
		if !t.lost() || t.effects[len(t.effects)-1] != e || r.accepted[t.key] {
			continue
		}
		change := r.Replay.Effects[e].Changes[i]
		if change.After != nil && replaceable(t.live) && r.goesBefore(t.trajectory, e) {
			f.is(NotDone, fmt.Sprintf("%s is there with another definition, and goes with its table before", t.key))
			handled = true
			continue
		}
		if change.After != nil && t.live.Fact(schema.Invalid) != "" && t.key.Kind == schema.Index {
			if stopped, err := r.askAboutDuplicates(ctx, f, t.live); stopped || err != nil {
				return true, err
			}
			f.Instead = append(f.Instead, t.live)
			f.is(NotDone, fmt.Sprintf("%s is there and not in force: building it has failed", t.key))
			continue
		}
		if change.After != nil && replaceable(change.After) && replaceable(t.live) {
			f.Instead = append(f.Instead, t.live)
			f.is(NotDone, fmt.Sprintf("%s is there with another definition (%s; wanted %s); it is neither unique nor part of a constraint, so it is replaced",
				t.key, t.live.Describe(), change.After.Describe()))
			continue
		}
		if lacksDefault(change.After, t.live) && len(r.unknownColumns(t.key.Owner())) == 0 {
			f.Missing = append(f.Missing, change)
			f.is(Partly, fmt.Sprintf("%s is there without its default (%s)", t.key, change.After.Fact(schema.Default)))
			continue
		}
		if lacksForce(change.After, t.live) {
			f.Missing = append(f.Missing, change)
			f.is(Partly, fmt.Sprintf("%s is there and not in force", t.key))
			continue
		}
		if change.After == nil && replaceable(t.live) && !r.recorded(e) {
			f.is(NotDone, fmt.Sprintf("%s is there with another definition than it had, and goes all the same", t.key))
			handled = true
			continue
		}
		twin, err := r.twin(ctx, e, change)
		if err != nil {
			return true, err
		}
		if twin {
			f.Twin = t.live
			f.is(NotDone, fmt.Sprintf("%s is there beside the column that is to get its name, with another definition, and holds nothing: it goes", t.key))
			continue
		}
		vacant, err := r.vacant(ctx, e, change)
		if err != nil {
			return true, err
		}
		if vacant {
			f.Instead = append(f.Instead, t.live)
			f.is(NotDone, fmt.Sprintf("%s is there with another definition (%s; wanted %s) and holds nothing, so it is made anew",
				t.key, t.live.Describe(), change.After.Describe()))
			continue
		}
		different = append(different, schema.Difference{Key: t.key, Want: change.After, Have: t.live}.String())
	}
	if len(different) > 0 {
		r.conflict(e, f, different)
		return true, nil
	}
	handled = handled || f.Instead != nil || f.Twin != nil || f.Missing != nil
	if handled && r.recorded(e) {
		r.judgeReplaced(e, f)
	}
	return handled, nil
}

// askAboutDuplicates asks about rows that a unique index would refuse.
func (r *reasoner) askAboutDuplicates(ctx context.Context, f *Finding, index *schema.Object) (stopped bool, err error) {
	if index.Fact(schema.IsUnique) == "" {
		return false, nil
	}
	groups, told, err := r.Witness.Duplicates(ctx, index)
	if err != nil || !told || groups == 0 {
		return false, err
	}
	r.ask(Question{
		Code:  Q8,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%s is there and not in force, and %s of rows are in its way: which of them may change, and how? Mend them, then run again.",
			index.Key, wording.Count(groups, "group")),
		Facts: []string{"statement: " + wording.Quote(f.Statement.Text)},
	})
	f.is(Ambiguous, "rows are in the way of building it again")
	return true, nil
}

// goesBefore reports that a statement which will run drops the object before this
// one makes it.
func (r *reasoner) goesBefore(t *trajectory, e int) bool {
	for i, earlier := range t.effects {
		if earlier < e && t.values[i+1] == nil && r.findings[earlier].Verdict == NotDone && !r.findings[earlier].Left {
			return true
		}
	}
	return false
}

// twin reports whether a live column of another definition stands, without a
// value, where a rename that has not run puts its own.
func (r *reasoner) twin(ctx context.Context, e int, c schema.Change) (bool, error) {
	live := r.Have.Get(c.Key)
	if r.Replay.Effects[e].Statement.Verb != "alter table rename column" || c.Key.Kind != schema.Column || c.After == nil || live == nil {
		return false, nil
	}
	if _, not, _ := r.votes(e); not == 0 {
		return false, nil
	}
	return r.hollow(ctx, live)
}

// hollow reports whether a column holds NULL and nothing else: a default that was
// filled in is a value like any other.
func (r *reasoner) hollow(ctx context.Context, column *schema.Object) (bool, error) {
	filled, err := r.values(ctx, column)
	return filled == 0, err
}

// values returns in how many rows a column holds anything but NULL.
func (in *Input) values(ctx context.Context, column *schema.Object) (int64, error) {
	bare := *column
	bare.Facts = nil // a default that was filled in is a value like any other
	return in.Witness.Filled(ctx, &bare)
}

// vacant reports whether the live object is a column that holds nothing but NULL
// and that the statement does nothing else than add.
func (r *reasoner) vacant(ctx context.Context, e int, c schema.Change) (bool, error) {
	live := r.Have.Get(c.Key)
	if c.Key.Kind != schema.Column || c.Before != nil || live == nil || live.Fact(schema.Generated) != "" ||
		r.Replay.Effects[e].Statement.Verb != "alter table add column" {
		return false, nil
	}
	return r.hollow(ctx, live)
}

// replaceable reports whether an object can be dropped and made again without a
// word about rows or about what depends on it.
func replaceable(o *schema.Object) bool {
	return o.Key.Kind == schema.Index && o.Fact(schema.IsUnique) == "" && o.Unsupported == ""
}

// conflict asks about what has another definition than the statement gives it.
func (r *reasoner) conflict(e int, f *Finding, different []string) {
	if r.recorded(e) {
		for i, t := range r.touches[e] {
			if after := r.Replay.Effects[e].Changes[i].After; !after.Equal(t.live) && (t.lost() || t.live == nil) {
				r.d.Drift = append(r.d.Drift, Drift{
					Difference: schema.Difference{Key: t.key, Want: after, Have: t.live},
					Ref:        f.Ref, Why: "recorded, and there with another definition",
				})
			}
		}
	}
	if r.Drift == ReportDrift && r.recorded(e) {
		for _, t := range r.touches[e] {
			r.accepted[t.key] = true
		}
		f.Left = true
		f.is(Conflict, different...)
		return
	}
	facts := different
	if f.Statement.Target != "" {
		if n := slices.IndexFunc(r.Replay.Effects[e].Changes, func(c schema.Change) bool { return c.Key.Kind == schema.Table }); n < 0 {
			facts = append(slices.Clone(different), "statement: "+wording.Quote(f.Statement.Text))
		}
	}
	answer := r.ask(Question{
		Code:  Q3,
		Place: f.Ref.String(),
		Text: fmt.Sprintf("%s cannot be completed: %s. Keep what is there and take the statement for done, or change the database by hand first?",
			f.Ref, wording.List(different, 3)),
		Facts:   facts,
		Choices: []Choice{{"keep", "accept the live definition and record the statement as done"}},
	})
	if answer != "keep" {
		f.is(Conflict, different...)
		return
	}
	for _, t := range r.touches[e] {
		if _, behind := t.side(t.step); !behind {
			r.accepted[t.key] = true
		}
	}
	f.is(Done, append([]string{"taken for done by answer"}, different...)...)
}
