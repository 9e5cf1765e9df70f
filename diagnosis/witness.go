package diagnosis

import (
	"context"
	"fmt"

	"github.com/dbmend/dbmend/internal/wording"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A Witness answers questions about the rows of the live database. It changes
// nothing: what it must run to know, it undoes.
type Witness interface {
	// Rows returns how many rows a table has, counting no further than limit
	// (zero: all).
	Rows(ctx context.Context, table schema.Key, limit int64) (int64, error)
	// Filled returns in how many rows a column holds something other than NULL and
	// its default.
	Filled(ctx context.Context, column *schema.Object) (int64, error)
	// Differ returns in how many rows two columns of one table hold different values.
	Differ(ctx context.Context, a, b *schema.Object) (int64, error)
	// Sample returns a few rows of a table as people read them, for a question.
	Sample(ctx context.Context, table schema.Key) ([]string, error)
	// Try runs a statement on data twice, and undoes both.
	Try(ctx context.Context, s *migration.Statement) (Trial, error)
	// Seeds looks for the rows that an INSERT of literals puts into a table. ok is
	// false where the statement is no such INSERT.
	Seeds(ctx context.Context, s *migration.Statement, have *schema.Snapshot) (seeds Seeds, ok bool, err error)
	// Given returns the rows that an INSERT of literals puts in, as it is written: its
	// columns are nil where it gives values for all. ok is false where the statement is
	// no such INSERT.
	Given(s *migration.Statement) (rows TableRows, ok bool)
	// Present looks for rows, as [Witness.Seeds] does for those of a statement.
	Present(ctx context.Context, table schema.Key, rows TableRows) (Seeds, error)
	// Alike returns how many of the rows are there with all of their values; none where
	// they cannot be compared.
	Alike(ctx context.Context, table schema.Key, rows TableRows) (int, error)
	// Copied compares the rows that an INSERT of a query would put in with those that
	// its table has. ok is false where the statement is no such INSERT, or where it
	// cannot be compared.
	Copied(ctx context.Context, s *migration.Statement) (copied Copied, ok bool, err error)
	// Transforms returns how many rows an INSERT of a query would give that another
	// table than its own lacks. ok is false as for Copied.
	Transforms(ctx context.Context, s *migration.Statement, table schema.Key) (rows int64, ok bool, err error)
	// Astray returns how many rows of a table refer, by a column named for another
	// table's key (page_id for the id of page), to rows that are not there, and in
	// words which. The name alone proves nothing: a foreign key or another row of the
	// table has to say that the column refers at all.
	Astray(ctx context.Context, table schema.Key) (rows int64, what string, err error)
	// Duplicates returns how many groups of rows a unique index would refuse; told is
	// false where its columns are more than names.
	Duplicates(ctx context.Context, index *schema.Object) (groups int64, told bool, err error)
	// Keeps runs statements that change the form of a table on a copy, and reports
	// whether every column of the table is still there, and every value what it was.
	Keeps(ctx context.Context, table schema.Key, statements ...*migration.Statement) (kept bool, err error)
	// Probe asks the author's own query whether the statement has run.
	Probe(ctx context.Context, query string) (ran bool, err error)
}

// A Trial is what running a statement on data twice did.
type Trial struct {
	First  int64 // rows that the first run wrote; of an UPDATE those that it made different
	Second int64 // rows that the second run wrote, different or not
	Again  int64 // rows that the second run made different; as Second where that was not looked at
	Err    error // why it does not run at all, or nil
}

// Guarded reports that a second run finds nothing more to do: the statement
// leaves out what it has done.
func (t Trial) Guarded() bool { return t.Err == nil && t.Second == 0 }

// Copied compares the rows that an INSERT of a query gives with those of its table.
type Copied struct {
	Given   int64 // different rows that the query gives now
	Missing int64 // of those, how many the table lacks
	Extra   int64 // different rows of the table that the query does not give
	Keyed   bool  // it gives values for a key of its table: equal rows are the same row
}

// MostOthers is up to where a table's other rows are counted beside those that are looked
// for: a question says no more of them.
const MostOthers = 1000

// Seeds is what is found of the rows that an INSERT puts in.
type Seeds struct {
	Wanted  int   // how many rows the statement names
	Present int   // how many of them are there, by key where they have one
	Others  int64 // how many other rows the table holds; above MostOthers, some number above it
	Keyed   bool  // the rows were looked for by a key
	Absent  []int // which of the statement's rows are not there, counted from zero
}

// others says how many other rows there are.
func (s *Seeds) others() string {
	if s.Others > MostOthers {
		return fmt.Sprintf("more than %d other rows", MostOthers)
	}
	return wording.Count(s.Others, "other row")
}
