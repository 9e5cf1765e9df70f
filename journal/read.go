package journal

import (
	"context"
	"slices"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
)

// DefaultLimit is how many entries [Read] returns unless told otherwise.
const DefaultLimit = 1000

// A Filter says which entries are wanted. The zero value wants the newest
// [DefaultLimit] of all.
type Filter struct {
	Run     string            // only entries of this run; empty for all
	Version migration.Version // only entries about this migration; empty for all
	Kinds   []Kind            // only entries of these kinds; none for all
	Before  int64             // only entries with a lower number; zero for all
	Limit   int               // the newest so many; zero or less for DefaultLimit
}

// Last returns the newest entry, and false if the journal is empty. It is one
// query for one row, found by the table's key.
//
// A table that is not there is the engine's error, wrapped, which
// [engine.Database.Explain] calls missing.
//
// Errors: [*ShapeError]; [*EntryError]; what the engine says, wrapped.
func Last(ctx context.Context, db Database) (Entry, bool, error) {
	var last Entry
	found := false
	err := each(ctx, db, columns, query{newestFirst: true, limit: 1}, func(e Entry) error {
		last, found = e, true
		return nil
	})
	if err != nil {
		return Entry{}, false, err
	}
	return last, found, nil
}

// Read returns the newest entries that the filter wants, oldest first. Those
// before them are had by asking again with Before set to the first one's number.
//
// Errors: [*ShapeError]; [*EntryError]; what the engine says, wrapped.
func Read(ctx context.Context, db Database, want Filter) ([]Entry, error) {
	limit := want.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	var entries []Entry
	err := each(ctx, db, columns, want.query(db.Traits(), limit), func(e Entry) error {
		if want.Version != "" && e.Version.Compare(want.Version) != 0 {
			return nil
		}
		if entries = append(entries, e); len(entries) == limit {
			return errEnough
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(entries)
	return entries, nil
}

// query returns the query for the entries, newest first. Of a version it only
// asks for the last digits, since SQL cannot compare versions as numbers of any
// length; the rest is seen to row by row, and so is the limit.
func (f Filter) query(t engine.Traits, limit int) query {
	column := quoter(t)
	ask := query{newestFirst: true}
	var where []string
	bind := func(value any) string {
		ask.args = append(ask.args, value)
		return t.Placeholder(len(ask.args))
	}
	if f.Run != "" {
		where = append(where, column("run")+" = "+bind(f.Run))
	}
	if f.Before > 0 {
		where = append(where, column("entry")+" < "+bind(f.Before))
	}
	if len(f.Kinds) > 0 {
		var kinds []string
		for _, kind := range f.Kinds {
			kinds = append(kinds, bind(string(kind)))
		}
		where = append(where, column("kind")+" IN ("+strings.Join(kinds, ", ")+")")
	}
	if f.Version != "" {
		where = append(where, spelledAs(column("version"), f.Version, bind))
	} else {
		ask.limit = limit
	}
	ask.where = strings.Join(where, " AND ")
	return ask
}

// spelledAs returns a condition that every spelling of the version meets.
func spelledAs(column string, v migration.Version, bind func(any) string) string {
	normal := v.Normal()
	if strings.Trim(normal, "0123456789") != "" {
		return column + " = " + bind(string(v))
	}
	return column + " LIKE " + bind("%"+normal)
}
