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

	// Columns are the names of the columns of its table, in lower case: a table
	// with just these is its own.
	Columns []string
	// Tables are the names that the tool gives its table unless told otherwise.
	// They settle a tie between runners with the same columns.
	Tables []string
	// Plain says that the columns are too ordinary to tell a tracking table: then
	// the name must be one of Tables as well, unless the user points at the table.
	Plain bool
	// Companions are the names of other tables that the tool keeps. They settle a tie.
	Companions []string
	// Formats are the file formats of the tool: they settle what names do not.
	Formats []string

	// Query returns the query for what the table claims, in an order that does not
	// change. Every column of its rows is a text of bounded length, or NULL.
	Query func(t engine.Traits, table schema.Key) string
	// Parse reads the rows of that query; it is pure.
	//
	// Errors: [*RowError].
	Parse func(cells [][]Cell) ([]Row, error)
	// UpTo says that one row stands for all versions up to its own.
	UpTo bool

	// Record writes that the migrations, in this order, are applied from now on, as
	// the tool itself would have written it, through the open transaction. h is what
	// [Runner.Read] returned in the same transaction; all is the whole set. What h
	// claims as applied already is not written again.
	Record func(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error
	// Create returns the statements that create the table as the tool would; nil
	// where the tool is better left to make it itself.
	Create func(t engine.Traits, table schema.Key) []string
}

// A Database is what a runner needs of an [engine.Database].
type Database interface {
	engine.Querier
	Traits() engine.Traits
}

// Runners returns the runners that dbmend knows, each time a slice of its own.
func Runners() []*Runner {
	return []*Runner{named, dbmate, golangMigrate, goose}
}

// Lookup returns the runner of this name, or nil.
func Lookup(name string) *Runner {
	for _, r := range Runners() {
		if r.Name == name {
			return r
		}
	}
	return nil
}
