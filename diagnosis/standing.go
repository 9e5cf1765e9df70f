package diagnosis

import (
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// standings sums the findings up, migration by migration.
func (r *reasoner) standings() {
	last := -1 // the last recorded migration
	for i, m := range r.Replay.Set.Migrations {
		if c := r.Recorded.Of(m); c.Recorded {
			last = i
		}
	}
	next := 0
	for i, m := range r.Replay.Set.Migrations {
		mf := MigrationFinding{Migration: m, Claim: r.Recorded.Of(m)}
		mf.Findings = r.findings[next : next+len(m.Statements) : next+len(m.Statements)]
		next += len(m.Statements)
		mf.Standing, mf.Plain = standing(mf, i < last)
		r.d.Migrations = append(r.d.Migrations, mf)
	}
}

// standing sums up one migration. It is plainly pending where nothing of it is
// there and nothing is in doubt.
func standing(mf MigrationFinding, passed bool) (s Standing, plain bool) {
	var done, not, unclear, open int
	for i := range mf.Findings {
		f := &mf.Findings[i]
		switch f.Verdict {
		case Done, Superseded:
			done++
		case NotDone:
			not++
			if f.Instead != nil || f.Twin != nil || f.Clear != nil || f.Seeds != nil {
				open++
			}
		case Partly:
			done++
			not++
		case Conflict:
			if f.Left {
				not++
			} else {
				unclear++
			}
		case Ambiguous:
			unclear++
		case NoOp:
			// A statement that does nothing at its place speaks for neither side; one
			// that was seen to have nothing to do speaks for being done.
			if f.Statement.Class == migration.Data {
				open++
			}
		}
	}
	claim := mf.Claim
	plain = !claim.Recorded && !claim.Begun && done == 0 && unclear == 0 && open == 0
	switch {
	case claim.Edited && (not > 0 || unclear > 0):
		return Edited, false
	case unclear > 0:
		return Unclear, false
	case claim.Begun:
		return Interrupted, done == 0 && open == 0
	case claim.Recorded && not > 0:
		return Drifted, false
	case claim.Recorded:
		return Applied, false
	case not > 0 && done > 0:
		return Partial, false
	case done > 0:
		return Present, false
	case passed:
		return OutOfOrder, plain
	default:
		return Pending, plain
	}
}

// aim works out the schema that a run must lead to: what the set wants, and what
// is foreign, accepted or left alone as it is.
func (r *reasoner) aim() {
	target := r.Have.Clone()
	for key, t := range r.trajectories {
		if r.accepted[key] {
			continue
		}
		if want := t.want(); want != nil {
			// The same, with the text that the whole set has given it.
			if last := r.Replay.Want.Get(key); last.Equal(want) {
				want = last
			}
			target.Put(want)
			continue
		}
		target.Delete(key)
		if key.Kind == schema.Table {
			for _, part := range r.Have.Parts(key) {
				target.Delete(part.Key)
			}
		}
	}
	r.aimIgnored(target)
	r.aimStored(target)
	r.carryForeign(target)
	for i := range r.findings {
		for _, o := range r.findings[i].Instead {
			if !r.knows(o.Key) {
				target.Delete(o.Key)
			}
		}
	}
	for _, o := range r.restored() {
		if r.trajectories[o.Key] == nil {
			target.Put(o)
		}
	}
	r.d.Target = target
}
