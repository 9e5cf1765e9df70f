package diagnosis

import (
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains tables that a script of the whole schema does not make, since the set
// drops them again. What a script has overtaken may be what they refer to.

// spareShortLived lets be what is about nothing but tables that come and go behind the position at
// which a script ran, where nothing else that is to run speaks of them.
func (r *reasoner) spareShortLived() {
	if r.explained.at == nil || len(r.explained.at.overlaid) == 0 {
		return
	}
	idle := map[int]bool{}
	for e := r.explained.at.to; e < len(r.findings); e++ {
		idle[e] = r.findings[e].Verdict == NotDone && r.onShortLived(e)
	}
	needed := map[schema.Key]bool{}
	for again := true; again; {
		again = false
		for e := range r.findings {
			if !r.willRun(e) || idle[e] && !r.speaksOf(e, needed) {
				continue
			}
			again = again || idle[e]
			idle[e] = false
			for key := range r.trajectories {
				if r.shortLived(key) && wording.Speaks(r.findings[e].Statement.Text, key.Name) {
					again = again || !needed[key]
					needed[key] = true
				}
			}
		}
	}
	for e, is := range idle {
		if is {
			f := &r.findings[e]
			f.Verdict, f.Evidence = Superseded, []string{"it is about what comes and goes, and a script has made what is left in the end"}
		}
	}
}

// shortLived reports whether a table is not there, and is not left there in the end.
func (r *reasoner) shortLived(key schema.Key) bool {
	t := r.trajectories[key]
	return t != nil && key.Kind == schema.Table && r.passing(t)
}

// onShortLived reports whether a statement does something to such tables alone. A trigger
// may do more.
func (r *reasoner) onShortLived(e int) bool {
	s := r.Replay.Effects[e].Statement
	if len(r.touches[e]) == 0 {
		return s.Class == migration.Data && r.shortLived(s.Table())
	}
	for _, t := range r.touches[e] {
		if t.key.Kind == schema.Trigger || !r.shortLived(t.key.Owner()) {
			return false
		}
	}
	return true
}

// speaksOf reports whether a statement speaks of one of the tables.
func (r *reasoner) speaksOf(e int, tables map[schema.Key]bool) bool {
	for key := range tables {
		if wording.Speaks(r.findings[e].Statement.Text, key.Name) {
			return true
		}
	}
	return false
}
