package diagnosis

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how migrations in Go are judged. Each is one statement, and one
// unit: it has run as a whole or not at all, but where a server commits in its middle.
// What it does to the schema is known where it may be run on scratch; what it does to
// rows is not, and is taken to be done where the history or an answer says so.

func (r *reasoner) judgeCode(ctx context.Context, e int, f *Finding) error {
	effect := &r.Replay.Effects[e]
	if len(effect.Changes) == 0 {
		return r.judgeTraceless(e, f)
	}
	if err := r.judgeSchema(ctx, e, f); err != nil || !effect.Rowwise {
		return err
	}
	switch f.Verdict {
	case Done, Superseded, Partly:
		if r.recorded(e) {
			return nil // what is missing of the schema is made again; its rows are not touched
		}
		return r.askAboutRows(e, f)
	case NotDone:
		if r.recorded(e) {
			r.mend(f)
		}
	}
	return nil
}

// judgeTraceless judges code that leaves no trace in the schema, or of which nobody
// knows one: the history tells, and its place where the set has stopped before it.
func (r *reasoner) judgeTraceless(e int, f *Finding) error {
	switch {
	case r.recorded(e):
		f.is(Done, "recorded")
	case r.explained.agrees:
		f.is(NotDone, "pending")
	case r.claim(e).Kept && r.claim(e).Finished[f.Ref.Number]:
		f.is(Done, "the journal says that it is through")
	case r.explained.ahead(e):
		f.is(NotDone, "pending: nothing runs behind what has not run")
	default:
		return r.askAboutRows(e, f)
	}
	return nil
}

// askAboutRows asks whether code has done its work on rows. What is there of its
// schema has been found out already, and is kept.
func (r *reasoner) askAboutRows(e int, f *Finding) error {
	facts := append([]string{}, f.Evidence...)
	if skipped := r.Replay.Effects[e].Skipped; skipped != "" {
		facts = append(facts, "what it does is not known: it is "+skipped)
	}
	switch r.ask(Question{
		Code:  Q6,
		Place: f.Ref.String(),
		Text:  fmt.Sprintf("Migration %s is written in Go and is not recorded as finished. Has all that it does to rows been done?", f.Ref.Version),
		Facts: append(facts, "code: "+wording.Quote(f.Statement.Text)),
		Choices: []Choice{
			{"done", "it has been done, or is not needed: the code is not run"},
			{"run", "it has not: run the code over what is there"},
		},
	}) {
	case "done":
		if f.Verdict != Partly {
			f.is(Done, "its work on rows is done, by answer")
		}
	case "run":
		f.Missing = nil
		f.is(NotDone, "it has not run, by answer")
	default:
		f.is(Ambiguous, "what it has done to rows cannot be told")
	}
	return nil
}

// mend makes again what recorded code has made and is gone, without running it: the
// rows that it worked on are others by now.
func (r *reasoner) mend(f *Finding) {
	f.Missing = nil
	for _, c := range f.Changes {
		if c.After != nil && r.Have.Get(c.Key) == nil && r.Replay.Want.Get(c.Key).Equal(c.After) {
			f.Missing = append(f.Missing, schema.Change{Key: c.Key, After: c.After})
		}
	}
	if len(f.Missing) > 0 {
		f.is(Partly, "its code is not run again: what is gone of the schema is made, and rows stay as they are")
	}
}
