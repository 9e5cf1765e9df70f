package journal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Unfinished returns what was begun and is not known to have ended, oldest
// first: every intent that no statement entry of the same statement and no
// migration entry of the same version follows, and the newest error if no run
// has completed since. The migration entry of its own run ends no intent for a
// statement: that is to run after the transaction that both are written in. Nothing
// is returned of a journal whose last run ended well.
//
// An intent says that its statement may have run, not that it has: the schema
// tells. Of several intents for one statement the newest is returned.
//
// Errors: [*ShapeError]; [*EntryError]; what the engine says, wrapped.
func Unfinished(ctx context.Context, db Database) ([]Entry, error) {
	open := map[string]map[int]Entry{} // by version, then statement
	intents := 0
	var failure Entry
	err := each(ctx, db, pick("entry", "run", "kind", "outcome", "version", "statement"), sinceTrouble(db), func(e Entry) error {
		of := open[e.Version.Normal()]
		switch e.Kind {
		case Intent:
			if of == nil {
				of = map[int]Entry{}
				open[e.Version.Normal()] = of
			}
			of[e.Statement] = e
			intents++
			return within(intents, "intents")
		case Ran:
			delete(of, e.Statement)
		case Migrated:
			maps.DeleteFunc(of, func(statement int, intent Entry) bool {
				return statement == 0 || intent.Run != e.Run || e.Outcome == Baselined
			})
		case Failed:
			failure = e
		case Completed:
			failure = Entry{}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var left []Entry
	for _, of := range open {
		left = slices.AppendSeq(left, maps.Values(of))
	}
	if failure.Number > 0 {
		left = append(left, failure)
	}
	slices.SortFunc(left, byNumber)
	return whole(ctx, db, left)
}

// sinceTrouble asks for everything from the first intent or error on, which in
// most journals is nothing.
func sinceTrouble(db Database) query {
	t := db.Traits()
	kinds := literal(Intent) + ", " + literal(Failed)
	return query{where: fmt.Sprintf("%s >= (SELECT min(earlier.%s) FROM %s AS earlier WHERE earlier.%s IN (%s))",
		quoter(t)("entry"), t.Quote("entry"), t.Quote(Table), t.Quote("kind"), kinds)}
}

// whole returns the entries again with all of their columns.
func whole(ctx context.Context, db Database, entries []Entry) ([]Entry, error) {
	t := db.Traits()
	var read []Entry
	for rest := entries; len(rest) > 0; {
		n := min(boundVariables, len(rest))
		var ask query
		var numbers []string
		for _, e := range rest[:n] {
			ask.args = append(ask.args, e.Number)
			numbers = append(numbers, t.Placeholder(len(ask.args)))
		}
		ask.where = quoter(t)("entry") + " IN (" + strings.Join(numbers, ", ") + ")"
		err := each(ctx, db, columns, ask, func(e Entry) error {
			read = append(read, e)
			return nil
		})
		if err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	return read, nil
}
