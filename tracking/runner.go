package tracking

import (
	"context"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// A Runner is another tool's way of keeping track.
type Runner struct {
	Name string // "goose"

	// Columns are the names of the columns of its table, folded: a table with just
	// these is its own.
	Columns []string
	// Tables are the names that the tool gives its table unless told otherwise;
	// they settle a tie and nothing else.
	Tables []string
	// Formats are the file formats of the tool: they settle what names do not.
	Formats []string

	// Read returns what the table claims. It bounds what it reads.
	Read func(ctx context.Context, db Database, table schema.Key) (*History, error)
	// Record writes that the migrations, in this order, are applied from now on, as
	// the tool itself would have written it, through the open transaction. h is what
	// Read returned in the same transaction; all is the whole set.
	Record func(ctx context.Context, db Database, h *History, all []*migration.Migration, applied []*migration.Migration) error
}

// A Database is what a runner needs of an [engine.Database].
type Database interface {
	engine.Querier
	Traits() engine.Traits
}

// A Row is what a tracking table says of one migration.
type Row struct {
	Version  migration.Version // as far as the row tells; empty where it only has a name
	Name     string            // as the row spells it, shortened to a bound; may be empty
	Checksum string            // in the tool's own terms; empty where it keeps none
	Begun    bool              // begun and not finished: dirty
	Text     string            // the row as people read it: "version 30, dirty"
}

// A History is what a tracking table claims.
type History struct {
	Runner *Runner    // whose it is
	Table  schema.Key // where it is
	Rows   []Row      // in the order of the table
	// UpTo says that one row stands for all versions up to its own.
	UpTo bool
	// Digest changes whenever the table's claims do; cheap to read again by
	// [History.Query].
	Digest string
}
