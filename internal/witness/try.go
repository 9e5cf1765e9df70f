package witness

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/diagnosis"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// This file contains how a statement on data is tried: run twice and undone.

// untold is what is held of a statement that cannot be tried: that it would do
// something, each time.
var untold = diagnosis.Trial{First: 1, Second: 1, Again: 1}

// Try runs a statement twice and undoes both: see [diagnosis.Witness].
func (w *Witness) Try(ctx context.Context, s *migration.Statement) (diagnosis.Trial, error) {
	switch {
	case w.db.Traits().ReadOnly:
		return diagnosis.Trial{Err: engine.ErrReadOnly}, nil
	case s.Verb == "truncate" && w.have.Get(s.Table()) != nil:
		// It may commit, and is not tried: what it would do is to be seen.
		rows, err := w.Rows(ctx, s.Table(), 0)
		return diagnosis.Trial{First: rows, Second: min(rows, 1), Again: min(rows, 1)}, err
	case !slices.Contains([]string{"insert", "update", "delete", "replace", "merge"}, s.Verb):
		// Whatever else writes rows does not tell how many, and may not be undone.
		return untold, nil
	case w.usesNumbers(s):
		return w.tryOnCopy(ctx, s)
	}
	t, err := w.try(ctx, s, w.db.Try)
	if errors.Is(err, engine.ErrUntried) {
		return w.tryOnCopy(ctx, s)
	}
	return t, err
}

// usesNumbers reports whether a statement may use up numbers that no rollback gives
// back: by putting rows into a table that numbers them, by a function that it names, or
// by what triggers do.
func (w *Witness) usesNumbers(s *migration.Statement) bool {
	if !w.db.Traits().NumbersStay {
		return false
	}
	puts := s.Verb != "update" && s.Verb != "delete" || wording.Speaks(s.Text, "default")
	for o := range w.have.All() {
		switch {
		case o.Key.Kind == schema.Trigger:
			return true
		case o.Key.Kind == schema.Column:
			numbers := o.Fact(schema.Identity) != "" || strings.Contains(o.Fact(schema.Default), "(")
			if puts && numbers && o.Key.Owner() == s.Table() {
				return true
			}
		case o.Key.Kind != schema.Table && !o.Key.IsPart():
			name, _, _ := strings.Cut(o.Key.Name, "(") // a routine's has its parameters
			if wording.Speaks(s.Text, name) {
				return true
			}
		}
	}
	return false
}

// tryOnCopy tries a statement on a copy of the database, as far as it is about its
// rows, where they are not too many.
func (w *Witness) tryOnCopy(ctx context.Context, s *migration.Statement) (t diagnosis.Trial, err error) {
	if t, known := w.tried[s]; known {
		return t, nil
	}
	about := EveryTable
	if !w.ReachesFar(s) {
		about = func(table schema.Key) bool { return wording.Speaks(s.Text, table.Name) }
	}
	scratch, err := w.copyFor(ctx, s, about)
	if err != nil || scratch == nil {
		return untold, err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	copied := &Witness{db: scratch, engine: w.engine, have: w.have}
	if t, err = copied.try(ctx, s, scratch.Try); errors.Is(err, engine.ErrUntried) {
		t, err = copied.try(ctx, s, copied.forGood)
	}
	if err != nil {
		return t, err
	}
	if w.tried == nil {
		w.tried = map[*migration.Statement]diagnosis.Trial{}
	}
	w.tried[s] = t
	return t, nil
}

// ReachesFar reports whether a statement may read or write other rows than those of
// the tables that it names.
func (w *Witness) ReachesFar(s *migration.Statement) bool {
	for o := range w.have.All() {
		name, _, _ := strings.Cut(o.Key.Name, "(")
		if o.Key.Kind == schema.Trigger || o.Key.Kind != schema.Table && !o.Key.IsPart() && wording.Speaks(s.Text, name) {
			return true
		}
	}
	return false
}

// found returns how many rows an UPDATE finds now, where running it does not tell: one, if
// nobody can say.
func (w *Witness) found(ctx context.Context, s *migration.Statement) (rows int64, err error) {
	finder, ok := w.engine.(engine.Finder)
	if !ok || s.Verb != "update" {
		return 0, nil
	}
	query, ok := finder.Finds(s.Text)
	if !ok {
		return 1, nil
	}
	if err := w.scalar(ctx, query, &rows); err != nil && TellsOfSchema(w.db.Explain(err).Problem) {
		return 1, nil
	}
	return rows, err
}

// forGood runs fn on a copy, which is thrown away with what stays of it.
func (w *Witness) forGood(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := w.db.Begin(ctx, engine.Normal); err != nil {
		return err
	}
	return errors.Join(fn(ctx), w.db.Rollback(ctx))
}

// try runs a statement twice, in what undoes both or makes it no matter that they stay.
func (w *Witness) try(ctx context.Context, s *migration.Statement, within func(context.Context, func(context.Context) error) error) (t diagnosis.Trial, err error) {
	err = within(ctx, func(ctx context.Context) error {
		run := func() (written, different int64, failed, err error) {
			do := func(ctx context.Context) error {
				written, failed = w.db.Exec(ctx, s.Text)
				return failed
			}
			table := w.have.Get(s.Table())
			if s.Verb != "update" || table == nil {
				failed = do(ctx)
				return written, written, failed, nil
			}
			different, told, err := w.db.Different(ctx, table, w.have.Columns(table.Key), do)
			if failed != nil {
				return 0, 0, failed, nil
			}
			if !told {
				different = written
			}
			return written, different, nil, err
		}
		if _, t.First, t.Err, err = run(); err != nil {
			return err
		}
		if t.Err != nil {
			// Only what the schema or the rows say against it is evidence.
			if !TellsOfSchema(w.db.Explain(t.Err).Problem) {
				return t.Err
			}
			return nil
		}
		found, err := w.found(ctx, s)
		if err != nil {
			return err
		}
		var failed error
		if t.Second, t.Again, failed, err = run(); failed != nil {
			t.Second, t.Again = 1, 1 // that it cannot run twice is an answer too
		}
		if s.Verb == "update" && t.First > 0 && !w.db.Traits().CountsMatched {
			t.Second = found
		}
		return err
	})
	return t, err
}

// TellsOfSchema reports whether a complaint is about the schema or the statement,
// and not about the machine or other sessions.
func TellsOfSchema(p engine.Problem) bool {
	switch p {
	case engine.Missing, engine.Exists, engine.Violated, engine.Syntax, engine.Rejected:
		return true
	}
	return false
}
