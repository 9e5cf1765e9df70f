package dbmend

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/literals"
	"github.com/dbmend/dbmend/internal/witness"
	"github.com/dbmend/dbmend/plan"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how questions are found out to need no answer: every answer is
// tried on a copy of the database, and where all that can be true lead to the same
// schema and the same rows, it does not matter which one is (decision 0011).

const (
	// mostTrials bounds how many combinations of answers are tried.
	mostTrials = 16
)

// resolve diagnoses, and where the only open questions are whether statements have
// run, tries the answers. It returns the diagnosis that people are to see.
func (m *Migrator) resolve(ctx context.Context, rows engine.Database, w *witness.Witness, in diagnosis.Input) (*diagnosis.Diagnosis, error) {
	d, err := diagnosis.Diagnose(ctx, in)
	if err != nil || !slices.ContainsFunc(d.Questions, triable) {
		return d, err
	}
	t := &trials{Migrator: m, rows: rows, live: w, in: in}
	if ok, err := w.Copyable(ctx, witness.EveryTable); err != nil || !ok {
		return d, err
	}
	if t.watch, err = startWatch(ctx, rows); err != nil {
		return nil, err
	}
	if err := t.explore(ctx, d); err != nil {
		return nil, err
	}
	if t.open || len(t.ends) == 0 || t.ends[0].consent {
		return d, nil
	}
	return t.ends[0].diagnosis, nil
}

// triable reports whether a question is about whether something has run, or can run.
// Where there is one choice, the other is work by hand, which cannot be tried.
func triable(q diagnosis.Question) bool {
	return len(q.Choices) > 1 && (q.Code == diagnosis.Q6 || q.Code == diagnosis.Q7 || q.Code == diagnosis.Q9)
}

// trials tries answers on copies.
type trials struct {
	*Migrator
	rows engine.Database // that holds them
	live *witness.Witness
	in   diagnosis.Input
	ends []ending
	// watch runs from before the first trial on.
	watch stopwatch
	// consent says that the answers which are being tried hold a consent.
	consent bool
	open    bool // an answer leads to what only people can say, or elsewhere than others, or there are too many
	runs    int
}

// An ending is what one combination of answers leads to.
type ending struct {
	diagnosis *diagnosis.Diagnosis
	picture   string
	consent   bool // it rests on a consent that nobody gave: good to compare with, never to act on
}

// explore follows the answers to the first question of a diagnosis that can be
// tried, and notes where those without questions lead.
func (t *trials) explore(ctx context.Context, d *diagnosis.Diagnosis) error {
	if len(d.Questions) == 0 {
		if t.runs++; t.runs > mostTrials {
			t.open = true
			return nil
		}
		picture, ok, err := t.try(ctx, d)
		if ok {
			t.ends = append(t.ends, ending{d, picture, t.consent})
			t.open = picture != t.ends[0].picture // it matters: no other answer can change that
		}
		return err
	}
	n := slices.IndexFunc(d.Questions, triable)
	if n >= 0 {
		for _, choice := range d.Questions[n].Choices {
			if err := t.follow(ctx, &d.Questions[n], choice.Answer); err != nil || t.open {
				return err
			}
		}
		return nil
	}
	// What would be dropped by consent may be there again at the end, as in a rebuild.
	n = slices.IndexFunc(d.Questions, func(q diagnosis.Question) bool { return q.Code == diagnosis.Q12 })
	if n < 0 || len(t.ends) == 0 {
		t.open = true
		return nil
	}
	saved := t.consent
	t.consent = true
	err := t.follow(ctx, &d.Questions[n], "drop")
	t.consent = saved
	return err
}

// follow explores what an answer leads to.
func (t *trials) follow(ctx context.Context, q *diagnosis.Question, answer string) error {
	saved := t.in
	t.in.Tried = maps.Clone(t.in.Tried)
	if t.in.Tried == nil {
		t.in.Tried = diagnosis.Answers{}
	}
	t.in.Tried[q.Name()] = answer
	next, err := diagnosis.Diagnose(ctx, t.in)
	if err == nil {
		err = t.explore(ctx, next)
	}
	t.in = saved
	return err
}

// try runs what a diagnosis leads to on a copy, and returns a picture of the end.
// ok is false where it cannot be run to the schema that is wanted: then the answers
// that it rests on cannot be true.
func (t *trials) try(ctx context.Context, d *diagnosis.Diagnosis) (picture string, ok bool, err error) {
	p, err := plan.Make(d, t.engine)
	if err != nil {
		t.open = true // it takes people
		return "", false, nil
	}
	scratch, err := t.rows.Scratch(ctx)
	if err != nil {
		return "", false, fmt.Errorf("open a scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	if err := t.live.CopyTo(ctx, scratch, witness.EveryTable); err != nil {
		if witness.Uncopied(scratch, err) {
			t.open = true
			return "", false, nil
		}
		return "", false, fmt.Errorf("copy the database to try answers: %w", err)
	}
	for _, segment := range p.Segments(false, scratch.Traits().ForeignKeys) {
		if err := scratch.Begin(ctx, segment.Mode); err != nil {
			return "", false, err
		}
		for i := range segment.Steps {
			if afterwards(segment.Steps[i]) {
				continue
			}
			if t.unseen(segment.Steps[i]) {
				t.open = true
				return "", false, scratch.Rollback(ctx)
			}
			if _, err := t.exec(ctx, scratch, segment.Steps[i].Source, segment.Steps[i].SQL); err != nil {
				problem := scratch.Explain(err).Problem
				if !witness.TellsOfSchema(problem) {
					return "", false, errors.Join(err, scratch.Rollback(ctx))
				}
				t.open = true // it may fail for reasons that have nothing to do with the answer
				return "", false, scratch.Rollback(ctx)
			}
		}
		if err := scratch.Commit(ctx); err != nil {
			return "", false, err
		}
		for i := range segment.Steps {
			if !segment.Steps[i].Divides() {
				continue
			}
			if _, err := scratch.Exec(ctx, segment.Steps[i].SQL); err != nil {
				t.open = true
				return "", false, nil
			}
		}
	}
	after, err := scratch.Inspect(ctx)
	if err != nil || len(schema.Compare(witness.AsCopied(d.Target), after)) > 0 {
		t.open = true
		return "", false, err
	}
	if err := t.watch.stop(ctx, scratch); err != nil {
		return "", false, err
	}
	picture, err = portray(ctx, scratch, after, &t.watch)
	return picture, err == nil, err
}

// portray returns a short text that is the same for the same schema and rows, and for
// such as differ only in what a stopwatch, if there is one, recognises.
func portray(ctx context.Context, db engine.Database, have *schema.Snapshot, watch *stopwatch) (string, error) {
	sum := sha256.New()
	io.WriteString(sum, have.Fingerprint().String())
	for o := range have.All() {
		if o.Key.Kind != schema.Table {
			continue
		}
		columns, err := witness.Columns(ctx, db, have, o)
		if err != nil {
			return "", err
		}
		slices.Sort(columns)
		rows, err := literals.Gather(db.Literals(ctx, o, columns, 2*witness.MostTriedRows))
		if err != nil {
			return "", err
		}
		lines := make([]string, len(rows))
		for i, row := range rows {
			for j, value := range row {
				if watch != nil && watch.tells(value) {
					row[j] = "now"
				}
			}
			lines[i] = strings.Join(row, "\x00")
		}
		slices.Sort(lines)
		fmt.Fprintf(sum, "\n%s\n%s", o.Key, strings.Join(lines, "\n"))
	}
	return string(sum.Sum(nil)), nil
}
