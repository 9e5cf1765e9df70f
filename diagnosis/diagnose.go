package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// DriftMode says what becomes of what is recorded and not there.
type DriftMode int

// The drift modes.
const (
	HealDrift   DriftMode = iota // heal what is additive and touches no row, ask about the rest
	ReportDrift                  // leave it alone and say so
	RefuseDrift                  // do nothing at all
)

// Input is all that a diagnosis rests on.
type Input struct {
	Replay   *Replay
	Have     *schema.Snapshot // the live schema, without tracking tables
	Recorded *Recorded
	Witness  Witness
	Drift    DriftMode
	Ahead    bool // go on although the history knows migrations that the set does not
	Answers  Answers
	// Ignore names objects that are left alone: see [migration.Ignore]. Space is the
	// default schema, which keys leave out and the list may not.
	Ignore []migration.Ignore
	Space  string
	// Tried are answers that nobody gave: they are being tried out, or a trial has
	// shown that every other leads to the same schema and the same rows.
	Tried Answers

	ignored *ignored
	stored  map[schema.Key]*schema.Object // live tables that count as what the history says
}

// Diagnose explains the live schema. It changes nothing.
//
// Errors are those of the witness; whatever the database holds is no error but a
// verdict or a question.
func Diagnose(ctx context.Context, in Input) (*Diagnosis, error) {
	in.Have = in.twinned()
	whole := in
	again := in.setRerunsAside()
	d, err := diagnose(ctx, in)
	if err != nil {
		return nil, err
	}
	return d, again.giveBack(ctx, whole, d)
}

// diagnose explains what is left when migrations that are due again are set aside.
func diagnose(ctx context.Context, in Input) (*Diagnosis, error) {
	d := &Diagnosis{Recorded: in.Recorded, Have: in.Have}
	in.setIgnoredAside()
	in.setStorageAside()
	if err := in.setTwinsAside(ctx, d); err != nil {
		return nil, err
	}
	in.setCarriedBack()
	r, err := in.reason(ctx, d)
	if err != nil {
		return nil, err
	} else if r.another {
		return r.d, nil
	}
	// What stands aside changes what the rest is explained by.
	if aside, err := r.standAside(ctx); err != nil {
		return nil, err
	} else if len(aside) > 0 {
		d = &Diagnosis{Recorded: in.Recorded, Have: d.Have, Aside: append(d.Aside, aside...)}
		in.Have = without(in.Have, aside)
		perhaps := r.explained.perhaps // it was no script then
		if r, err = in.reason(ctx, d); err != nil {
			return nil, err
		} else if r.another {
			return r.d, nil
		}
		r.explained.perhaps = cmp.Or(r.explained.perhaps, perhaps)
	}
	r.askAboutUnknownRows()
	for e := range r.findings {
		if err := r.judge(ctx, e); err != nil {
			return nil, err
		}
		if r.findings[e].Verdict == NotDone {
			r.withPrograms(e)
		}
		if r.tried {
			r.findings[e].doesNotMatter()
			r.tried = false
		}
		r.moveIgnored(e)
	}
	r.putInAsLeft()
	if err := r.parentsFirst(ctx); err != nil {
		return nil, err
	}
	r.placeSeedings()
	r.spareShortLived()
	r.judgeForeign()
	r.keepWhole()
	r.wakeTriggers()
	r.judgeStrays()
	r.judgeBase()
	r.holdAhead()
	r.clearTheWay()
	r.standings()
	r.reportIgnored()
	r.aim()
	return r.d, nil
}

// reason explains the live schema, unless it is perhaps another program's.
func (in Input) reason(ctx context.Context, d *Diagnosis) (*reasoner, error) {
	r := newReasoner(in, d)
	if r.another = r.askAboutAnother(); r.another {
		r.leaveAlone()
		return r, nil
	}
	return r, r.explain(ctx)
}

// A reasoner carries one diagnosis from its first look to its last.
type reasoner struct {
	Input
	*course
	d         *Diagnosis
	findings  []Finding // by effect
	claims    []Claim   // what the history says of the migration, by effect
	explained explanation
	again     map[int]string             // statements that are to be run with others, and why
	kept      map[migration.Version]bool // migrations of which a missing drop is to be left, by answer
	filling   map[schema.Key]Ref         // by table: the statement that puts the first rows in
	stopped   map[migration.Version]int  // by migration: the statement on data before which it stopped
	accepted  map[schema.Key]bool        // live values that an answer or a mode lets stand
	denied    map[int]bool               // statements whose effect is certainly not there
	traces    map[int]trace              // what rows say of INSERTs
	there     map[migration.Version]bool // migrations, else pending, of which rows are there
	stands    map[int]bool               // whether what an UPDATE sets is there
	moving    []int                      // effects of statements by which rows may go
	tried     bool                       // an answer that nobody gave has been used
	another   bool                       // it is open whether this is the right database at all
}

func newReasoner(in Input, d *Diagnosis) *reasoner {
	r := &reasoner{
		Input:     in,
		course:    newCourse(in.Replay, in.Have),
		d:         d,
		explained: explanation{guessed: map[int]bool{}},
		findings:  make([]Finding, len(in.Replay.Effects)),
		claims:    make([]Claim, len(in.Replay.Effects)),
		again:     map[int]string{},
		kept:      map[migration.Version]bool{},
		filling:   map[schema.Key]Ref{},
		stopped:   map[migration.Version]int{},
		accepted:  map[schema.Key]bool{},
		traces:    map[int]trace{},
		there:     map[migration.Version]bool{},
		denied:    map[int]bool{},
		stands:    map[int]bool{},
	}
	for _, o := range d.Aside {
		r.gone[o.Key] = true
	}
	for i := range r.claims {
		r.claims[i] = in.Recorded.Of(in.Replay.Effects[i].Migration)
		if moves(in.Replay.Effects[i].Statement) {
			r.moving = append(r.moving, i)
		}
	}
	return r
}

func (r *reasoner) claim(effect int) *Claim { return &r.claims[effect] }

// recorded reports whether the history claims that the statement has run.
func (r *reasoner) recorded(effect int) bool {
	c := r.claim(effect)
	if c.Edited && c.Statements != nil {
		if _, known := c.Statements[r.Replay.Effects[effect].Statement.Number]; !known {
			return false // it was appended to the file since
		}
	}
	return c.Recorded && !c.Begun
}

// begun reports whether the history says that a migration was begun and not
// finished.
func (r *reasoner) begun() bool {
	for _, c := range r.Recorded.Claims {
		if c.Begun {
			return true
		}
	}
	return false
}

// said returns the value that an object has by what the history claims.
func (r *reasoner) said(t *trajectory) *schema.Object {
	value := t.values[0]
	for i, e := range t.effects {
		if r.recorded(e) {
			value = t.values[i+1]
		}
	}
	return value
}

// absent reports whether the live database lacks the table.
func (r *reasoner) absent(table schema.Key) bool {
	return r.Have.Get(table) == nil
}

// deep reports whether a statement makes or changes more than what can be dropped
// and made again at will.
func (r *reasoner) deep(e int) bool {
	return slices.ContainsFunc(r.touches[e], func(t touch) bool { return !t.loose() })
}

// finding returns the finding of a statement, with all but a verdict.
func (r *reasoner) finding(e int) *Finding {
	effect, f := &r.Replay.Effects[e], &r.findings[e]
	f.Ref, f.Statement, f.Changes = effect.Ref(), effect.Statement, r.ignored.whole.Effects[e].Changes
	return f
}

// judge gives one statement its verdict.
func (r *reasoner) judge(ctx context.Context, e int) error {
	effect, f := &r.Replay.Effects[e], r.finding(e)
	switch {
	case r.again[e] != "":
		f.is(NotDone, r.again[e])
	case effect.Statement.Class == migration.Data && r.claim(e).counts(effect.Statement.Number) != 0:
		if r.claim(e).counts(effect.Statement.Number) > 0 {
			f.is(Done, "the history counts it among those that are through")
		} else {
			f.is(NotDone, "the history counts which statements are through, and it is behind them")
		}
	case r.claim(e).Kept && r.claim(e).Finished[effect.Statement.Number] && effect.Statement.Class == migration.Data:
		f.is(Done, "the journal says that it is through")
	case r.claim(e).Kept && !r.claim(e).Finished[effect.Statement.Number] && effect.Statement.Class == migration.Data:
		f.is(NotDone, "begun, and the journal, which notes what has run, does not name it")
	case r.isIgnored(e):
		r.judgeIgnored(e, f)
	case effect.Statement.Probe != "":
		return r.judgeByProbe(ctx, e, f)
	case effect.Statement.Class == migration.Code:
		return r.judgeCode(ctx, e, f)
	case len(effect.Changes) > 0: // of one that was to run after its transaction, too
		return r.judgeSchema(ctx, e, f)
	case slices.Contains(r.claim(e).Open, effect.Statement.Number):
		f.is(NotDone, "it was to run after its transaction, and is not known to have run")
	case effect.Statement.Class == migration.Data:
		err := r.judgeData(ctx, e, f)
		if f.Verdict == NotDone {
			r.withHelpers(e)
		}
		return err
	case r.recorded(e):
		f.is(Done, "recorded")
	case r.explained.agrees:
		f.is(NotDone, "pending")
	case f.Statement.Guard && f.Statement.Verb == "drop table" && !r.absent(f.Statement.Table()) &&
		r.knows(f.Statement.Table()):
		f.is(Superseded, fmt.Sprintf("%s is there in a form that it has later: it is not dropped", f.Statement.Table()))
	case (effect.History || opaque[f.Statement.Verb]) && r.explained.ahead(e):
		f.is(NotDone, "the database is as it is before this statement, and what it does shows in rows at most")
	case effect.History:
		return r.askWhetherRun(ctx, e, f)
	default:
		f.is(NoOp, "changes nothing at its place")
	}
	return nil
}

// opaque are verbs that say nothing of what a statement does.
var opaque = map[string]bool{"call": true, "do": true, "execute": true, "execute immediate": true, "begin not atomic": true}

func (r *reasoner) judgeByProbe(ctx context.Context, e int, f *Finding) error {
	ran, err := r.Witness.Probe(ctx, f.Statement.Probe)
	switch {
	case ran && err == nil:
		f.is(Done, "the author's probe says that it has run")
	case err != nil && r.recorded(e):
		f.is(Done, "recorded, and the author's probe cannot be run any more")
	case err != nil && r.explained.agrees:
		f.is(NotDone, "pending, and the author's probe cannot be run yet")
	case err != nil || r.recorded(e):
		return r.askWhetherRun(ctx, e, f)
	default:
		f.is(NotDone, "the author's probe says that it has not run")
	}
	return nil
}

// is sets the verdict and adds its evidence.
func (f *Finding) is(v Verdict, evidence ...string) {
	f.Verdict = v
	f.Evidence = append(f.Evidence, evidence...)
}

// doesNotMatter words evidence that rests on an answer which nobody gave.
func (f *Finding) doesNotMatter() {
	for i, text := range f.Evidence {
		f.Evidence[i] = strings.ReplaceAll(text, "by answer", "or might as well: run again on a copy, it leads to the same rows")
	}
}

// ask puts a question unless it is answered, and returns the answer.
func (r *reasoner) ask(q Question) string {
	if answer := r.Answers.To(&q); answer != "" {
		if !slices.ContainsFunc(r.d.Answered, func(o Question) bool { return o.Name() == q.Name() }) {
			q.Facts = append(q.Facts, AnsweredWith+answer)
			r.d.Answered = append(r.d.Answered, q)
		}
		return answer
	}
	if answer := r.Tried.To(&q); answer != "" {
		r.tried = true
		return answer
	}
	if !slices.ContainsFunc(r.d.Questions, func(o Question) bool { return o.Name() == q.Name() }) {
		r.d.Questions = append(r.d.Questions, q)
	}
	return ""
}

// isOpen reports whether a question about a statement is open: another one about the
// same statement has to wait for its answer.
func (r *reasoner) isOpen(ref Ref) bool {
	return slices.ContainsFunc(r.d.Questions, func(q Question) bool { return q.Place == ref.String() })
}

func (r *reasoner) askAboutUnknownRows() {
	if len(r.Recorded.Unknown) == 0 {
		return
	}
	if r.Ahead {
		// Whether that may be, holdAhead looks at last.
		r.d.Notes = append(r.d.Notes, fmt.Sprintf("the history knows %d migrations that this set does not: %s",
			len(r.Recorded.Unknown), wording.List(r.Recorded.Unknown, 5)))
		return
	}
	r.askAboutNewer()
}

// holdAhead lets an old program go on with a newer database only if all of its own
// is there.
func (r *reasoner) holdAhead() {
	if !r.Ahead || len(r.Recorded.Unknown) == 0 {
		return
	}
	for e := range r.findings {
		switch r.findings[e].Verdict {
		case NotDone, Partly, Conflict, Ambiguous:
			r.askAboutNewer()
			return
		}
	}
}

func (r *reasoner) askAboutNewer() {
	r.ask(Question{
		Code: Q2,
		Text: fmt.Sprintf("This database was migrated by a newer program (%s). Start that one, or restore a backup from before it? Nothing was changed.",
			wording.List(r.Recorded.Unknown, 5)),
		Facts: []string{"recorded, and unknown to this set: " + wording.List(r.Recorded.Unknown, 20)},
	})
}
