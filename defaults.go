package dbmend

import (
	"context"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how the defaults of another time are told from differences: what
// a statement leaves to the server, a character set for one, came from the server's
// defaults of the day on which it ran. In a replay a table gets it from the live table
// that it is to be held against (decision 0016).

// lendDefaults has a table that a statement is about to make get, where the statement
// does not say, what the live table has that it has become.
func (r *replayer) lendDefaults(ctx context.Context, effect *diagnosis.Effect) error {
	if effect.Statement.Verb != "create table" || !r.lendsDefaults() {
		return nil
	}
	claim := r.recorded.Of(effect.Migration)
	return r.lendFrom(ctx, r.becomes(effect, claim.Recorded), claim.Recorded)
}

// lendToScript does the same for a table of the base, which is there in its own name.
func (r *replayer) lendToScript(ctx context.Context, s *migration.Statement) error {
	if s.Verb != "create table" || !r.lendsDefaults() {
		return nil
	}
	return r.lendFrom(ctx, r.liveTable(s.Table()), true)
}

// lendsDefaults reports whether live tables' defaults are to be had. Whoever asks lets
// the replay depend on what they are.
func (r *replayer) lendsDefaults() bool {
	_, ok := r.scratch.(engine.Defaulter)
	r.defaults = r.defaults || ok && r.recorded != nil
	return ok && r.recorded != nil
}

// liveTable returns a live table, and notes that it was asked for.
func (r *replayer) liveTable(key schema.Key) *schema.Object {
	r.asked[key] = true
	return r.live.Get(key)
}

func (r *replayer) lendFrom(ctx context.Context, table *schema.Object, withStorage bool) error {
	scratch, ok := r.scratch.(engine.Defaulter)
	if !ok {
		return nil
	}
	lent, err := scratch.Default(ctx, table, withStorage)
	r.lent = r.lent || lent
	return err
}

// becomes returns the live table that the one which a statement makes has become: it
// may have been renamed since, if the history claims it. Where nothing is claimed, only
// the first table of its name is known to be the live one: another would be made today.
func (r *replayer) becomes(effect *diagnosis.Effect, claimed bool) *schema.Object {
	key := effect.Statement.Table()
	if !claimed {
		for i := range r.result.Effects {
			s := r.result.Effects[i].Statement
			if s.Table() == key && (s.Verb == "create table" || s.Verb == "drop table") || s.NewName != "" && s.Renamed() == key {
				return nil
			}
		}
		return r.liveTable(key)
	}
	for later := range r.ahead() {
		if r.liveTable(key) != nil {
			break
		}
		if later.Verb == "alter table rename" && later.Table() == key {
			key = later.Renamed()
		}
	}
	return r.liveTable(key)
}
