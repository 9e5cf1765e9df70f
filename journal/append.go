package journal

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dbmend/dbmend/engine"
)

// A Database is what the journal needs of an [engine.Database].
type Database interface {
	engine.Querier
	Traits() engine.Traits
}

// AtOnce is how many entries one statement writes at most: all of them or, after an
// error, none. With 16 columns it binds no more than boundVariables.
const AtOnce = 30

// boundVariables is how many arguments one statement binds at most: fewer than the least
// that any supported server accepts.
const boundVariables = 500

// Append adds the entries at the end of the journal, in their order, through the
// open transaction if there is one, and sets their numbers: the next ones,
// without a gap. A zero At becomes the time of the call. Texts without a bound
// of their own are cut at 64 KiB; bytes that are not text are replaced.
//
// The caller keeps other writers out by the lock or transaction of its run; two
// that append at the same time get the same numbers, and the table's key refuses
// the second. After an error nothing can be said of what was written, and the
// numbers mean nothing: roll back.
//
// Errors: [*EntryError] for an entry that is none, before anything is written;
// [*ShapeError]; what the engine says, wrapped.
func Append(ctx context.Context, db Database, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	last, err := lastNumber(ctx, db)
	if err != nil {
		return err
	}
	return AppendAfter(ctx, db, last, entries)
}

// AppendAfter is [Append] for a caller who knows the number of the last entry, since he
// has written it, and has kept other writers out since.
func AppendAfter(ctx context.Context, db Database, last int64, entries []Entry) (err error) {
	if last > math.MaxInt64-int64(len(entries)) {
		return &EntryError{last, "entry", "leaves no room for another"}
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	values := make([]any, 0, len(entries)*len(columns))
	for i := range entries {
		e := &entries[i]
		e.Number = last + 1 + int64(i)
		if e.At.IsZero() {
			e.At = now
		}
		if values, err = e.encode(values); err != nil {
			return err
		}
	}
	batch := AtOnce * len(columns)
	for rest := values; len(rest) > 0; {
		n := min(batch, len(rest))
		if _, err := db.Exec(ctx, insertSQL(db.Traits(), n/len(columns)), rest[:n]...); err != nil {
			return diagnose(ctx, db, fmt.Errorf("append to %s: %w", Table, err))
		}
		rest = rest[n:]
	}
	return nil
}

// encode appends the entry's values, in the order of the columns.
func (e *Entry) encode(values []any) ([]any, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	if _, err := e.recorded(); e.Kind == Migrated && err != nil {
		return nil, err
	}
	for _, c := range columns {
		value := c.value(e)
		if text, ok := value.(string); ok {
			fitted, err := c.fit(text)
			if err != nil {
				return nil, &EntryError{e.Number, c.name, err.Error()}
			}
			value = fitted
		}
		values = append(values, value)
	}
	return values, nil
}

// lastNumber returns the highest number in the journal, zero if it is empty.
func lastNumber(ctx context.Context, db Database) (int64, error) {
	t := db.Traits()
	highest := "coalesce(max(j." + t.Quote("entry") + "), 0)"
	var text string
	query := "SELECT " + asText(highest) + " FROM " + t.Quote(Table) + " AS j"
	if err := db.QueryRow(ctx, query).Scan(&text); err != nil {
		return 0, diagnose(ctx, db, fmt.Errorf("append to %s: %w", Table, err))
	}
	n, err := positive(text, math.MaxInt64)
	if err != nil {
		return 0, &EntryError{0, "entry", err.Error()}
	}
	return n, nil
}

// insertSQL returns the statement that inserts so many entries.
func insertSQL(t engine.Traits, entries int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.Quote(Table) + " (")
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(t.Quote(c.name))
	}
	b.WriteString(") VALUES ")
	for n := range entries * len(columns) {
		switch {
		case n == 0:
			b.WriteByte('(')
		case n%len(columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString(t.Placeholder(n + 1))
	}
	b.WriteByte(')')
	return b.String()
}
