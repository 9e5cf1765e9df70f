package journal

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/dbmend/dbmend/migration"
)

// most bounds what is kept in memory of a journal that anybody may have written.
const most = 1_000_000

// Recorded returns the entries by which the journal claims migrations: of every
// version its newest migration entry, unless that one reverts it. They come in the
// order in which they were written, without SQL, evidence, fingerprints and times
// taken; the checksum is that of the migration's file.
//
// Only migration entries are read. Versions are the same if they are so as
// numbers; the newest spelling is returned.
//
// Errors: [*ShapeError]; [*EntryError], also for an outcome that this version of
// dbmend does not know; what the engine says, wrapped.
func Recorded(ctx context.Context, db Database) ([]Entry, error) {
	newest := map[string]Entry{}
	ask := query{where: quoter(db.Traits())("kind") + " = " + literal(Migrated)}
	cols := pick("entry", "run", "at", "kind", "outcome", "version", "name", "checksum", "tool")
	err := each(ctx, db, cols, ask, func(e Entry) error {
		stands, err := e.recorded()
		if err != nil {
			return err
		}
		if !stands {
			delete(newest, e.Version.Normal())
			return nil
		}
		newest[e.Version.Normal()] = e
		return within(len(newest), "versions")
	})
	if err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(newest), byNumber), nil
}

// Statements returns, in the order of their numbers, the newest statement entry
// of each statement of a migration since it was last reverted: what the file was
// made of when it was run, told by the checksums of its statements. Entries about
// no statement of the author's, and about those of its down part, are left out.
//
// Errors: [*ShapeError]; [*EntryError]; what the engine says, wrapped.
func Statements(ctx context.Context, db Database, v migration.Version) ([]Entry, error) {
	newest := map[int]Entry{}
	err := told(ctx, db, v, func(e Entry) error {
		switch {
		case e.Kind == Migrated && e.Outcome == Reverted:
			clear(newest)
		case e.Kind == Ran && e.Statement > 0 && e.Outcome != Reverted:
			newest[e.Statement] = e
			return within(len(newest), "statements")
		}
		return nil
	})
	return byStatement(newest), err
}

// Carried returns, in the order of their numbers, the newest entry of each statement
// of a migration that says that it was run, since the migration was last reverted.
// A statement that one run carried out and a later one skipped was run.
//
// Errors: [*ShapeError]; [*EntryError]; what the engine says, wrapped.
func Carried(ctx context.Context, db Database, v migration.Version) ([]Entry, error) {
	newest := map[int]Entry{}
	err := told(ctx, db, v, func(e Entry) error {
		switch {
		case e.Kind == Migrated && e.Outcome == Reverted:
			clear(newest)
		case e.Kind == Ran && e.Statement > 0 && (e.Outcome == Applied || e.Outcome == Synthesised):
			newest[e.Statement] = e
			return within(len(newest), "statements")
		}
		return nil
	})
	return byStatement(newest), err
}

// Undone returns, in the order of their numbers, the entries of the statements of a
// migration's down part that have run since a migration entry was last written: those
// of a down that was interrupted.
//
// Errors: [*ShapeError]; [*EntryError]; what the engine says, wrapped.
func Undone(ctx context.Context, db Database, v migration.Version) ([]Entry, error) {
	newest := map[int]Entry{}
	err := told(ctx, db, v, func(e Entry) error {
		switch {
		case e.Kind == Migrated:
			clear(newest)
		case e.Kind == Ran && e.Statement > 0 && e.Outcome == Reverted:
			newest[e.Statement] = e
			return within(len(newest), "statements")
		}
		return nil
	})
	return byStatement(newest), err
}

// told calls do with what the journal says of a migration and its statements, oldest
// first.
func told(ctx context.Context, db Database, v migration.Version, do func(Entry) error) error {
	t := db.Traits()
	var ask query
	ask.where = fmt.Sprintf("%s IN (%s, %s) AND %s", quoter(t)("kind"), literal(Ran), literal(Migrated),
		spelledAs(quoter(t)("version"), v, func(value any) string {
			ask.args = append(ask.args, value)
			return t.Placeholder(len(ask.args))
		}))
	cols := pick("entry", "run", "at", "kind", "outcome", "version", "name", "statement", "checksum", "tool")
	return each(ctx, db, cols, ask, func(e Entry) error {
		if e.Version.Compare(v) != 0 {
			return nil
		}
		return do(e)
	})
}

// byStatement returns the entries in the order of their statements' numbers.
func byStatement(entries map[int]Entry) []Entry {
	return slices.SortedFunc(maps.Values(entries), func(a, b Entry) int { return cmp.Compare(a.Statement, b.Statement) })
}

// literal returns one of this package's own kinds as an SQL string.
func literal(k Kind) string { return "'" + string(k) + "'" }

// within is the error of a journal that says more than can be kept in memory.
func within(n int, what string) error {
	if n > most {
		return fmt.Errorf("read %s: more than %d %s", Table, most, what)
	}
	return nil
}

// byNumber orders entries as they were written.
func byNumber(a, b Entry) int { return cmp.Compare(a.Number, b.Number) }
