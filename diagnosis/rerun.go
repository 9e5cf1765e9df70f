package diagnosis

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains what becomes of migrations that are run again and again (the
// repeatable ones of Flyway, runOnChange and runAlways of Liquibase). Their author
// vouches that they can be run over anything they have made before: such a one is due
// as a whole, or it is not (decision 0019). What is due proves nothing of the rest, so
// the rest is explained as if it were not there.

// Due reports whether the history leaves a migration to be run: for the first time,
// or again.
func (c Claim) Due(m *migration.Migration) bool {
	return !c.Recorded || m.Rerun == migration.Always || m.Rerun == migration.OnChange && c.Changed
}

// reruns are the migrations that are due again, with all that they touch.
type reruns struct {
	whole *Replay                         // with them
	due   map[*migration.Migration]string // why
	keys  map[schema.Key]bool             // what they make, change or drop
}

// setRerunsAside takes the migrations that are due again out of the input.
func (in *Input) setRerunsAside() *reruns {
	r := &reruns{whole: in.Replay, due: map[*migration.Migration]string{}, keys: map[schema.Key]bool{}}
	ignored := newIgnoreList(in.Ignore, in.Space)
	for _, m := range in.Replay.Set.Migrations {
		if why := in.dueAgain(m, ignored); why != "" {
			r.due[m] = why
		}
	}
	if len(r.due) == 0 {
		return r
	}
	for i := range r.whole.Effects {
		if e := &r.whole.Effects[i]; r.due[e.Migration] != "" {
			for _, c := range e.Changes {
				r.keys[c.Key] = true
			}
		}
	}
	in.Replay = r.without(in)
	return r
}

// dueAgain says why a migration that is run again and again is to be run now, or ""
// where it is not, or is a migration like any other.
func (in *Input) dueAgain(m *migration.Migration, ignored *ignoreList) string {
	c := in.Recorded.Of(m)
	switch {
	case m.Rerun == migration.Never:
		return ""
	case c.Begun:
		return "begun and not finished, and meant to be run again"
	case c.Changed:
		return "changed since it was run"
	case m.Rerun == migration.Always && c.Recorded:
		return "run each time"
	}
	settled, changes, rows := true, 0, false
	for i := range in.Replay.Effects {
		e := &in.Replay.Effects[i]
		if e.Migration != m {
			continue
		}
		rows = rows || e.Statement.Class == migration.Data
		for _, change := range e.Changes {
			if in.lastToTouch(change.Key) == m && ignored.find(change.Key) < 0 {
				changes++
				settled = settled && in.Replay.Want.Get(change.Key).Equal(in.Have.Get(change.Key))
			}
		}
	}
	switch {
	case !c.Recorded && settled && changes > 0 && !rows && m.Rerun == migration.OnChange:
		return "" // all of it is there
	case !c.Recorded:
		return "pending"
	case !settled && in.Drift == HealDrift:
		return "what it makes is missing, or there with another definition"
	}
	return ""
}

// lastToTouch returns the last migration that touches an object.
func (in *Input) lastToTouch(key schema.Key) *migration.Migration {
	for i := len(in.Replay.Effects) - 1; i >= 0; i-- {
		e := &in.Replay.Effects[i]
		if slices.ContainsFunc(e.Changes, func(c schema.Change) bool { return c.Key == key }) {
			return e.Migration
		}
	}
	return nil
}

// without returns the replay without what is due, and lets the live schema look as
// if the rest alone had made it.
func (r *reruns) without(in *Input) *Replay {
	less := *r.whole
	set := *less.Set
	set.Migrations = slices.DeleteFunc(slices.Clone(set.Migrations), func(m *migration.Migration) bool { return r.due[m] != "" })
	less.Set = &set
	less.Rows = maps.Clone(less.Rows)
	shared := map[schema.Key][]*Effect{} // by objects that others touch as well: what those do
	less.Effects = nil
	for i := range r.whole.Effects {
		e := &r.whole.Effects[i]
		if r.due[e.Migration] != "" {
			if e.Statement.Class == migration.Data {
				delete(less.Rows, schema.Key{Kind: schema.Table, Space: e.Statement.Space, Name: e.Statement.Target})
			}
			continue
		}
		less.Effects = append(less.Effects, *e)
		for _, c := range e.Changes {
			if r.keys[c.Key] {
				shared[c.Key] = append(shared[c.Key], e)
			}
		}
	}
	alone := func(o *schema.Object) bool { return r.keys[o.Key] && shared[o.Key] == nil }
	less.Base = less.Base.Filter(func(o *schema.Object) bool { return !alone(o) })
	less.Want = less.Want.Filter(func(o *schema.Object) bool { return !alone(o) })
	// What they alone have made is known, and as it is.
	known := schema.NewSnapshot()
	if less.Allowed != nil {
		known = less.Allowed.Clone()
	}
	have := in.Have.Clone()
	for o := range in.Have.All() {
		if alone(o) {
			known.Put(o)
		}
	}
	less.Allowed = known
	for key, effects := range shared {
		if o := in.asLeft(key, effects); o != nil {
			have.Put(o)
		} else {
			have.Delete(key)
		}
	}
	in.Have = have
	return &less
}

// asLeft returns the form in which the other migrations have left an object, as far
// as can be told: the live one if it is one of theirs, else what the history claims.
func (in *Input) asLeft(key schema.Key, effects []*Effect) *schema.Object {
	live := in.Have.Get(key)
	left := in.Replay.Base.Get(key)
	if left.Equal(live) {
		return live
	}
	for _, e := range effects {
		for _, c := range e.Changes {
			switch {
			case c.Key != key:
			case c.After.Equal(live):
				return live
			case in.Recorded.Of(e.Migration).Recorded || !in.Recorded.Any() && live != nil:
				left = c.After
			}
		}
	}
	return left
}

// giveBack puts what was taken aside back into a diagnosis: it is to be run.
func (r *reruns) giveBack(ctx context.Context, in Input, d *Diagnosis) error {
	if len(r.due) == 0 {
		return nil
	}
	d.Have = in.Have
	for key := range r.keys {
		if want := r.whole.Want.Get(key); want != nil {
			d.Target.Put(want)
		} else {
			d.Target.Delete(key)
		}
	}
	rest := d.Migrations
	d.Migrations = nil
	for _, m := range r.whole.Set.Migrations {
		why := r.due[m]
		if why == "" {
			d.Migrations, rest = append(d.Migrations, rest[0]), rest[1:]
			continue
		}
		mf := MigrationFinding{Migration: m, Claim: in.Recorded.Of(m), Plain: true, Due: why}
		if mf.Claim.Recorded && !mf.Claim.Changed && m.Rerun == migration.Always {
			mf.Standing = Applied
		}
		for i := range r.whole.Effects {
			e := &r.whole.Effects[i]
			if e.Migration != m {
				continue
			}
			f := Finding{Ref: e.Ref(), Statement: e.Statement, Changes: e.Changes}
			f.is(NotDone, why)
			if err := r.askAboutDrop(ctx, in, d, &f); err != nil {
				return err
			}
			mf.Findings = append(mf.Findings, f)
		}
		d.Migrations = append(d.Migrations, mf)
	}
	return nil
}

// askAboutDrop asks before a table with rows is dropped: that the migration can be
// run again says nothing of rows which others have put in since.
func (r *reruns) askAboutDrop(ctx context.Context, in Input, d *Diagnosis, f *Finding) error {
	table := schema.Key{Kind: schema.Table, Space: f.Statement.Space, Name: f.Statement.Target}
	if f.Statement.Verb != "drop table" || in.Have.Get(table) == nil {
		return nil
	}
	rows, err := in.Witness.Rows(ctx, table, 0)
	if err != nil || rows == 0 {
		return err
	}
	q := Question{
		Code:    Q12,
		Place:   f.Ref.String(),
		Text:    fmt.Sprintf("%s is to be run again and would drop %s with %s. May that go?", f.Ref, table, wording.Count(rows, "row")),
		Facts:   []string{"statement: " + wording.Quote(f.Statement.Text)},
		Choices: []Choice{{"drop", "run the statement as it is written"}},
	}
	if answer := in.Answers.To(&q); answer != "" {
		q.Facts = append(q.Facts, AnsweredWith+answer)
		d.Answered = append(d.Answered, q)
	} else {
		f.is(Ambiguous, "whether its rows may go is to be answered")
		d.Questions = append(d.Questions, q)
	}
	return nil
}
