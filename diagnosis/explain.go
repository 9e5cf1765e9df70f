package diagnosis

import "context"

// This file contains how one explanation of the live schema is found.

// explain finds one consistent explanation of the live schema, as far as the
// schema alone tells.
func (r *reasoner) explain(ctx context.Context) error {
	// Nothing is stronger than a database that is exactly what its history says:
	// then what is not recorded is pending, statements on data included, unless rows
	// of theirs are there.
	if !r.begun() && !r.doubted && r.composed(r.recorded) {
		seeded, err := r.seededAhead(ctx)
		if err != nil {
			return err
		}
		if r.explained.agrees = !seeded; !seeded {
			r.d.Agrees = true
			for e := range r.touches {
				r.narrow(e, r.recorded(e))
			}
			return nil
		}
	}
	held, err := r.pretend(ctx)
	if err != nil {
		return err
	}
	r.settle()
	for e := range r.touches {
		done, not, _ := r.votes(e)
		r.denied[e] = not > 0 && done == 0
	}
	if len(r.explained.lacking) == 0 {
		if err := r.choosePosition(ctx, held); err != nil {
			return err
		}
	}
	if err := r.chooseEarly(ctx); err != nil {
		return err
	}
	r.takeForGranted()
	return nil
}

// takeForGranted decides the statements whose objects look the same before and after
// them, by the explanation or else by their neighbours.
func (r *reasoner) takeForGranted() {
	// Those that have proven neighbours in their own migration go first: what they
	// are taken for may prove the others.
	for _, near := range []bool{true, false} {
		for e := range r.touches {
			if done, not, open := r.votes(e); open == 0 || done > 0 || not > 0 {
				continue
			}
			if is, certain := r.guess(e); certain || !near {
				r.explained.guessed[e] = r.explained.at == nil && !r.recorded(e)
				r.decide(e, is)
			}
		}
	}
}

// guess decides a statement whose objects look the same before and after it. It is
// certain of it where a position of the set, the history, or a proven statement of
// its own migration tells: nothing runs behind what has not run.
func (r *reasoner) guess(effect int) (done, certain bool) {
	x := &r.explained
	if x.ahead(effect) && r.recorded(effect) && !x.refuted && !r.stamped() && !r.belies(effect) {
		return true, true // the history says so, and the schema does not deny it
	}
	if x.at != nil && !r.claim(effect).Kept {
		return x.past(effect) || r.isOverlaid(effect) || r.recorded(effect) && !r.proves(effect), true
	}
	if r.recorded(effect) {
		return true, true
	}
	if counted := r.claim(effect).counts(r.Replay.Effects[effect].Statement.Number); counted != 0 {
		return counted > 0, true
	}
	if c := r.claim(effect); c.Kept {
		return c.Finished[r.Replay.Effects[effect].Statement.Number], true
	}
	mine := r.Replay.Effects[effect].Migration
	var doneHere, doneBehind, doneLater, notBefore bool
	for e := range r.touches {
		done, not, _ := r.votes(e)
		isDone, isNot := done > 0 && not == 0, not > 0 && done == 0
		switch same := r.Replay.Effects[e].Migration == mine; {
		case same && e < effect:
			notBefore = notBefore || isNot
			doneHere = doneHere || isDone
		case same && e > effect:
			doneBehind = doneBehind || isDone
		case e > effect:
			doneLater = doneLater || isDone
		}
	}
	switch {
	case notBefore:
		return false, true
	case doneBehind:
		return true, true
	}
	return doneHere || doneLater, false
}
