package tracking

import (
	"context"
	"slices"
	"strings"

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
	// Numbers are those of the columns that must be known to hold numbers, and Texts
	// those that must not: for columns that are somebody else's with another type.
	Numbers, Texts []string
	// Tables are the names that the tool gives its table unless told otherwise.
	// They settle a tie between runners with the same columns.
	Tables []string
	// Upper says that the tool writes names in capital letters, which only MySQL keeps.
	Upper bool
	// Space is where the tool keeps it where schemas have names of their own; empty
	// for the database's default.
	Space string
	// Plain says that the columns are too ordinary to tell a tracking table: then
	// the name must be one of Tables as well, unless the user points at the table.
	Plain bool
	// Plainer says that the name is ordinary, too: then the files must be in one of
	// Formats as well, unless the user points at the table.
	Plainer bool
	// Companions are the names of other tables that the tool keeps in the same space.
	// They settle a tie.
	Companions []string
	// Accompanied says that one of Companions must be there.
	Accompanied bool
	// Formats are the file formats of the tool: they settle what names do not.
	Formats []string

	// Query returns the query for what the table claims, in an order that does not
	// change. Every column of its rows is a text of bounded length, or NULL.
	Query func(t Table) string
	// Parse reads the rows of that query; it is pure.
	//
	// Errors: [*RowError].
	Parse func(cells [][]Cell) ([]Row, error)
	// UpTo says that one row stands for all versions up to its own.
	UpTo bool

	// Key returns what the tool would call the migration in [Row.Key], whatever the
	// format of its file; "" where it has no word for it. It is nil for tools whose
	// rows have no key.
	Key func(m *migration.Migration) string
	// Named reports whether the name in a row is what the tool would write of the
	// migration beside its key; nil where the row has the name of a file, or none.
	Named func(m *migration.Migration, name string) bool
	// Compare compares the checksum in a row with what the tool computes of the
	// migration; nil where it is the SHA-256 of the file, as [migration.Migration] has
	// it.
	Compare func(m *migration.Migration, row Row) Content
	// Through returns how many of the migration's statements [Row.Done] are; nil where
	// the tool counts them as the engine does, or not at all.
	Through func(m *migration.Migration, row Row) int

	// Record writes that the migrations, in this order, are applied from now on, as
	// the tool itself would have written it, through the open transaction. h is what
	// [Runner.Read] returned in the same transaction; all is the whole set. What h
	// claims as applied already is not written again; a checksum that is another by
	// now is, and so is a mark that says begun, or failed.
	Record func(ctx context.Context, db Database, h *History, all, applied []*migration.Migration) error
	// Forget writes that the migrations are not applied any more, as the tool itself
	// leaves its table after it has reverted them, through the open transaction. The
	// arguments are those of Record. What h does not claim is left alone; it is an
	// error if the table cannot say it, and then nothing is written.
	Forget func(ctx context.Context, db Database, h *History, all, reverted []*migration.Migration) error
	// Holder says who holds the lock that the tool keeps in a table, and what lets go
	// of it; "" for nobody. It is nil for tools that have no such lock.
	Holder func(ctx context.Context, db Database, h *History) (string, error)
	// Create returns the statements that make the empty table, and what the tool keeps
	// beside it, as the tool would; none where the tool does not know the engine. It
	// is nil where the tool is better left to make its table itself.
	Create func(t engine.Traits, table schema.Key) []string
}

// Content is what a checksum tells of a file.
type Content int

// What a checksum tells.
const (
	Untold Content = iota // nothing: there is none, or none that can be computed
	Same                  // it is one of this content
	Other                 // it is one of other content
)

// A Database is what a runner needs of an [engine.Database].
type Database interface {
	engine.Querier
	Traits() engine.Traits
}

// Runners returns the runners that dbmend knows, each time a slice of its own.
func Runners() []*Runner {
	return []*Runner{
		named, dbmate, rails, golangMigrate, goose, sqlMigrate, tern, atlas, flyway, liquibase,
		sqlx, diesel, prisma, drizzle, drizzleNamed, bun, morph,
	}
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

// OfFormat returns the runner whose own file format this is, or nil: the one to
// hand a new database over to.
func OfFormat(format string) *Runner {
	for _, r := range Runners() {
		if slices.Contains(r.Formats, format) {
			return r
		}
	}
	return nil
}

// Home returns where the tool keeps its table unless told otherwise.
func (r *Runner) Home(t engine.Traits) schema.Key {
	k := schema.Key{Kind: schema.Table, Name: r.Tables[0]}
	switch familyOf(t) {
	case postgres:
		k.Space = r.Space
	case mysql:
		if r.Upper {
			k.Name = strings.ToUpper(k.Name)
		}
	}
	k.Name = t.Fold(k.Name)
	return k
}

// key returns what the tool calls the migration, or "".
func (r *Runner) key(m *migration.Migration) string {
	if r == nil || r.Key == nil {
		return ""
	}
	return r.Key(m)
}
