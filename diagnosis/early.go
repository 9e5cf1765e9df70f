package diagnosis

import (
	"context"
	"maps"
	"slices"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
)

// This file contains a migration that somebody has run by hand ahead of its turn: what the
// history claims explains the schema then, together with statements of one migration further
// on. Often nothing else does; where a position of the set or a script does as well, they
// disagree about statements on rows alone.

// chooseEarly looks for statements of one migration which, with what the history claims,
// give exactly the live schema. Where a position explains that as well, or that somebody has
// dropped something, that is taken, and what the two disagree about is in doubt: not where a
// script has run besides, nor about the migration whose turn it is. What looks the same before
// and after it goes with what shows of its migration; of others it has not run then: that it
// has, unrecorded, is one accident more. Where there are several such migrations, the history
// may be behind, and something was undone. Where nothing is recorded, a position says more.
func (r *reasoner) chooseEarly(ctx context.Context) error {
	x := &r.explained
	if r.begun() || r.doubted || !r.Recorded.Any() && x.at != nil {
		return nil
	}
	if len(x.lacking) > 0 {
		return r.chooseTaker(ctx)
	}
	early, migrations := map[int]bool{}, map[*migration.Migration]bool{}
	for e := range r.touches {
		if done, not, _ := r.votes(e); !r.recorded(e) && done > 0 && not == 0 && r.proves(e) {
			early[e], migrations[r.Replay.Effects[e].Migration] = true, true
		}
	}
	if len(migrations) > 1 || len(migrations) == 0 && x.at == nil {
		return nil
	}
	if m := r.taker(); m != nil && len(migrations) == 0 {
		migrations[m] = true
	}
	if whole := r.withOpen(early, migrations); r.gives(whole) {
		early = whole
	} else if !r.gives(early) {
		return nil
	}
	x.early = early
	for e := range r.Replay.Effects {
		mine := r.Replay.Effects[e].Migration
		if r.recorded(e) || migrations[mine] || x.at == nil && r.amidEarly(e) {
			continue
		}
		switch told, err := r.traceOf(ctx, e); {
		case err != nil:
			return err
		case told == left && len(migrations) > 0:
			x.early = nil // more has run than what shows
			return nil
		case told == left:
			migrations[mine] = true
		}
	}
	if x.at != nil {
		x.early = nil
		for m := range migrations {
			if !r.remade(early) && m != r.nextMigration() && !r.besideScript() {
				x.perhaps = m
			}
		}
		return nil
	}
	for e := range r.touches {
		_, _, open := r.votes(e)
		x.guessed[e] = open > 0 && !r.recorded(e) && !early[e]
		r.narrow(e, r.recorded(e) || early[e])
	}
	return nil
}

// chooseTaker looks for the one migration that takes away what is missing, where that is all
// that is amiss: somebody has dropped it, or has run that migration by hand. Not if rows deny
// it, which the migration puts in.
func (r *reasoner) chooseTaker(ctx context.Context) error {
	m := r.taker()
	if m == nil || m == r.nextMigration() {
		return nil
	}
	whole := map[int]bool{}
	for e := range r.Replay.Effects {
		if r.Replay.Effects[e].Migration != m {
			continue
		}
		whole[e] = true
		told, err := r.traceOf(ctx, e)
		if err != nil {
			return err
		}
		if (told == blank || told == missing) && !r.rewritten(e) && !r.takenFrom(e, len(r.Replay.Effects)) {
			return nil
		}
	}
	if r.gives(whole) {
		r.explained.perhaps = m
	}
	return nil
}

// taker returns the first migration that the history does not claim and that drops something
// which is missing, though the history says that it is there. That alone is all that may show.
func (r *reasoner) taker() *migration.Migration {
	first := len(r.Replay.Effects)
	for _, t := range r.trajectories {
		if t.live != nil || r.said(t) == nil {
			continue
		}
		if n := slices.IndexFunc(t.effects, func(e int) bool { return !r.recorded(e) && r.takes(t, e) }); n >= 0 {
			first = min(first, t.effects[n])
		}
	}
	if first == len(r.Replay.Effects) {
		return nil
	}
	return r.Replay.Effects[first].Migration
}

// nextMigration returns the first migration that the history does not claim: run by hand, it
// is run in its turn.
func (r *reasoner) nextMigration() *migration.Migration {
	for _, m := range r.Replay.Set.Migrations {
		if c := r.Recorded.Of(m); !c.Recorded || c.Begun {
			return m
		}
	}
	return nil
}

// gives reports whether statements give the live schema, together with those that the
// history claims.
func (r *reasoner) gives(early map[int]bool) bool {
	return r.composed(func(e int) bool { return r.recorded(e) || early[e] })
}

// withOpen returns statements that are done with the others of their migrations on the schema
// that nothing denies: that a table is gone looks as it did before there was one.
func (r *reasoner) withOpen(early map[int]bool, migrations map[*migration.Migration]bool) map[int]bool {
	whole := maps.Clone(early)
	for e := range r.touches {
		if done, not, open := r.votes(e); done+open > 0 && not == 0 && !r.recorded(e) && migrations[r.Replay.Effects[e].Migration] {
			whole[e] = true
		}
	}
	return whole
}

// remade reports whether one of the statements makes a table anew that the history knows: no
// hand does that before what comes ahead of it has run.
func (r *reasoner) remade(statements map[int]bool) bool {
	var v evidence
	for e := range statements {
		v.add(r, e)
	}
	return v.rebuilt
}

// perhapsEarly reports whether a statement is of the migration that somebody may have run
// by hand ahead of its turn.
func (r *reasoner) perhapsEarly(e int) bool {
	return r.explained.perhaps == r.Replay.Effects[e].Migration
}

// perhapsWaits reports whether a statement that changes rows of a table which a script has made
// waits for its turn if it was no script: somebody may have run the migration by hand that makes
// the table.
func (r *reasoner) perhapsWaits(e int) bool {
	s := r.Replay.Effects[e].Statement
	if r.explained.perhaps == nil || r.recorded(e) || r.perhapsEarly(e) || s.Verb != "update" && s.Verb != "delete" {
		return false
	}
	t := r.trajectories[r.lastName(e, s.Table())]
	return t != nil && slices.ContainsFunc(t.effects, func(i int) bool { return i < e && r.perhapsEarly(i) })
}

// passedByHand reports whether a statement ahead of a position may not have run: somebody
// may have run a later migration by hand, and nothing else that the history does not claim.
func (r *reasoner) passedByHand(e int) bool {
	return r.explained.perhaps != nil && !r.recorded(e) && !r.perhapsEarly(e)
}

// amidEarly reports whether a statement belongs to a migration of which something was
// run ahead of its turn, or works on a table that was changed so.
func (r *reasoner) amidEarly(e int) bool {
	mine := &r.Replay.Effects[e]
	if r.ranEarly(mine.Migration) {
		return true
	}
	for i := range r.explained.early {
		if slices.ContainsFunc(r.touches[i], func(t touch) bool {
			return !t.loose() && t.key.Owner() == r.liveName(e, mine.Statement.Table())
		}) {
			return true
		}
	}
	return false
}

// ranEarly reports whether something of a migration was run ahead of its turn.
func (r *reasoner) ranEarly(m *migration.Migration) bool {
	for i := range r.explained.early {
		if r.Replay.Effects[i].Migration == m {
			return true
		}
	}
	return false
}

// awaits reports whether a statement waits for its turn, which others were run ahead of.
func (r *reasoner) awaits(e int) bool {
	return r.explained.hasEarly() && !r.recorded(e) && !r.ranEarly(r.Replay.Effects[e].Migration) && !r.metEarly(e)
}

// metEarly reports whether a migration that was run ahead of the turn of a statement has done
// more to its table than to add what the statement does not speak of. What comes behind that
// migration anyway finds its table as it should.
func (r *reasoner) metEarly(e int) bool {
	mine := r.Replay.Effects[e].Statement
	table := r.liveName(e, mine.Table())
	for i := e + 1; i < len(r.Replay.Effects); i++ {
		effect := &r.Replay.Effects[i]
		if !r.ranEarly(effect.Migration) {
			continue
		}
		puts := mine.Verb == "insert" && effect.Statement.Verb == "insert" // neither minds the other
		if effect.Statement.Class == migration.Data && r.liveName(i, effect.Statement.Table()) == table && !puts {
			return true
		}
		if slices.ContainsFunc(r.touches[i], func(t touch) bool {
			return !t.loose() && t.key.Owner() == table && (!r.additive(i) || t.key == table || wording.Speaks(mine.Text, t.key.Name))
		}) {
			return true
		}
	}
	return false
}
