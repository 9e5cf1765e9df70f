package engine

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"github.com/dbmend/dbmend/migration"
	"github.com/dbmend/dbmend/schema"
)

// An Engine is a family of databases. It has no state of its own.
type Engine interface {
	// Name returns the engine's name in lower case: "sqlite".
	Name() string

	// Cut cuts a script into statements: see [migration.Cutter].
	migration.Cutter

	// What dbmend writes itself, where no author's statement fits.
	Synthesizer

	// Seed reads an INSERT of literal values; ok is false for any other statement,
	// and wherever its text leaves a doubt.
	Seed(statement string) (seed Seed, ok bool)

	// Copy reads an INSERT of the rows of a query; ok is false for any other
	// statement, and wherever its text leaves a doubt.
	Copy(statement string) (c Copy, ok bool)

	// Hazards tells what a statement costs the tables that it is about, as far as its
	// words and the schema tell: what a routine or a trigger does is not among it. have
	// is the schema that it meets, and t are the traits of the server.
	Hazards(s *migration.Statement, have *schema.Snapshot, t Traits) []Hazard

	// StampQuery returns a scalar expression, a query in parentheses, whose value is a
	// stamp that costs a row whatever the size of the schema, and may tell less than that of
	// [Database.Stamp]; "" where the engine knows no such thing.
	StampQuery() string

	// SameStamp reports whether two stamps say that nobody has changed the schema
	// between them. It is no where one of them says nothing.
	SameStamp(a, b string) bool

	// JournalDDL returns the statements that create the journal's table, whose
	// columns docs/formats/journal.md describes.
	JournalDDL() []string

	// Connect takes one connection of the pool for the lifetime of the returned
	// Database, and leaves the pool itself alone. It writes nothing.
	//
	// Errors: [ErrNotADatabase], [ErrUnreadable] or the driver's own.
	Connect(ctx context.Context, db *sql.DB) (Database, error)
}

// A Database is one connection to one database, for one goroutine at a time.
//
// Nothing here opens a transaction behind the caller's back: whoever wants one
// calls Begin. Every statement given to Exec, Query and QueryRow runs on this
// connection, inside the transaction if there is one.
//
// A server may roll back a whole transaction by itself. Then the error of the
// statement that it was for, and of every other up to Rollback, is
// [ErrRolledBack]: nothing runs outside the transaction that was meant to be in it.
type Database interface {
	Querier

	// Traits returns the facts about this server; they do not change.
	Traits() Traits

	// Inspect reads the whole schema in a number of round trips that does not
	// depend on its size, and changes nothing. Objects that belong to the engine
	// itself are left out. What it cannot represent is in the snapshot, marked as
	// unsupported.
	Inspect(ctx context.Context) (*schema.Snapshot, error)

	// Watch starts to observe the schema from its present state, which it returns
	// as a snapshot that the watch keeps up to date: the caller must not change it.
	Watch(ctx context.Context) (Watch, error)

	// Stamp returns a short text that tells whether somebody has changed the schema
	// since another was taken: see [Engine.SameStamp]. It never tells of one schema what it
	// told of another. Where the engine has no counter of changes it reads what Inspect
	// reads, and takes less time.
	Stamp(ctx context.Context) (string, error)

	// Begin opens a transaction that may write, waiting for other writers as long
	// as the traits say that the server is told to. It is an error to nest them.
	Begin(ctx context.Context, mode TxMode) error
	// Commit ends it and keeps what was done. After an error the outcome is
	// unknown unless the engine says otherwise: read again before deciding.
	Commit(ctx context.Context) error
	// Rollback ends it and keeps nothing; it is no error if there is none. It works
	// with a cancelled context. After an error it may be called again, and Close ends
	// what it could not.
	Rollback(ctx context.Context) error
	// Try runs fn and undoes whatever fn did, without ending the transaction if
	// one is open, and returns fn's error. A statement in it that could not be undone
	// fails with [ErrUntried], and has done nothing.
	Try(ctx context.Context, fn func(ctx context.Context) error) error

	// Patience says how long Begin, Commit, Try and whatever runs outside a
	// transaction wait for other connections from now on: zero not noticeably, negative
	// for ever. Until it is called they wait as long as the connection was set to.
	Patience(timeout time.Duration)

	// Lock takes the lock that lets one runner at a time work on this database,
	// across processes and hosts, waiting at most for timeout (zero: not at all,
	// negative: for ever). Where the transaction itself is the lock, as the traits
	// say, it does nothing. The lock is gone when its holder is.
	//
	// Errors: [ErrLocked].
	Lock(ctx context.Context, timeout time.Duration) (unlock func() error, err error)

	// Scratch returns an empty private database of the same flavor, opened by the
	// same driver. Its Close throws it away.
	Scratch(ctx context.Context) (Database, error)

	// ScratchAt has Scratch make its databases on the server that another pool reaches,
	// from now on; nil: where it does by itself. That server must be of the same flavor,
	// but for the last number, or Scratch is an error. An engine whose scratch databases
	// are on no server leaves them there.
	ScratchAt(elsewhere *sql.DB)

	// Build makes the objects of a snapshot, without rows, on this database. It is
	// meant for scratch databases; names that are taken are an error.
	Build(ctx context.Context, s *schema.Snapshot) error

	// Script does what Build does, and returns the statements that it took, in an order
	// in which they run from the first to the last on any empty database of this flavor,
	// with those that set the session up for them.
	Script(ctx context.Context, s *schema.Snapshot) ([]string, error)

	// Different runs do, which may write rows of the table, and returns in how many
	// of its rows a value is another one by then, or the row is new. told is false
	// where that cannot be found out. It is meant for what Try undoes.
	Different(ctx context.Context, table *schema.Object, columns []string, do func(ctx context.Context) error) (rows int64, told bool, err error)

	// Literals yields the rows of a table as SQL literals, at most limit of them, with
	// these columns, in the order of the columns' values; last an error, if there was one.
	// The loop over them is the only one that uses the database until it ends.
	Literals(ctx context.Context, table *schema.Object, columns []string, limit int) iter.Seq2[[]string, error]

	// Numbers returns statements that bring what numbers rows by itself to where it
	// stands here, on a copy that has these objects and their rows; none for what the
	// rows bring along. There may be more, which do nothing where there is nothing to
	// number. They need a transaction of their own, or none.
	Numbers(ctx context.Context, s *schema.Snapshot) ([]string, error)

	// Estimate returns about how many rows a table has, as the catalogue tells it
	// without reading them; told is false where it does not.
	Estimate(ctx context.Context, table *schema.Object) (rows int64, told bool, err error)

	// Orphans returns the rows that break a foreign key, at most limit of them and
	// none where the engine can hold none.
	Orphans(ctx context.Context, limit int) ([]Orphan, error)

	// Explain says what an error of Exec means for the schema; the zero Complaint
	// where it says nothing about it.
	Explain(err error) Complaint

	// Close rolls back what is open, and gives the connection back as it came. One
	// of which that is not certain is closed: the pool never gets it.
	Close() error
}

// A Defaulter is a scratch database of a server whose tables have properties that
// their statements may leave to defaults, such as a character set.
type Defaulter interface {
	// Default has the tables that are made from now on get these properties as a live
	// table has them, wherever their statement does not say otherwise; of nil as the
	// database has them by itself. withStorage adds how rows are stored, on which it
	// depends what a table can do. lent reports whether they are others than its own.
	Default(ctx context.Context, like *schema.Object, withStorage bool) (lent bool, err error)
}

// A Finder is an engine whose servers count of an UPDATE the rows that it has made
// different alone ([Traits].CountsMatched is false).
type Finder interface {
	// Finds returns a query for the number of rows that an UPDATE finds now; ok is false
	// for any other statement, and wherever its text leaves a doubt.
	Finds(statement string) (query string, ok bool)
}

// A Particular is a database on which it depends, besides on its server's vendor, what
// statements make that say no more than they have to.
type Particular interface {
	// Particulars says what that is, in a line of text.
	Particulars(ctx context.Context) (string, error)
}

// A Stamper is a database whose stamp takes a look at the schema, and that can take the same
// look for both.
type Stamper interface {
	// Stamped returns the schema as [Database].Inspect does, and the stamp of just this.
	Stamped(ctx context.Context) (*schema.Snapshot, string, error)
}

// A Digester is a database that can tell for little whether its schema is one that was
// seen before on an engine of its kind.
type Digester interface {
	// Digest returns a checksum of the schema as the catalogue has it, word for word,
	// without the tables that are named and what belongs to them. The same means the
	// same schema; another one means nothing.
	Digest(ctx context.Context, without []schema.Key) (string, error)
}

// A Tracer is an engine that can tell what a transaction changes in the schema for less
// than two inspections take.
type Tracer interface {
	// Trace notes what the schema of a database that it has connected is, ahead of
	// statements that are about to run, in the open transaction where that can undo them; nil
	// among them stands for one that is not the author's. Their words may save work;
	// correctness must not depend on them. stamp is that of the schema as the caller knows it, ""
	// where he has none. It returns nil where it cannot tell, and for a database of another kind.
	Trace(ctx context.Context, db Database, stamp string, statements []*migration.Statement) (Trace, error)
}

// A Trace is what a [Tracer] has noted.
type Trace interface {
	// Changed returns what may have changed since, whole tables with all their parts, as it
	// was and as it is: a snapshot of then without the former and with the latter is one
	// of now, but for what nobody can vouch for, which is not told (Object.Unsupported).
	// told is false where only an inspection tells.
	Changed(ctx context.Context) (before, after []*schema.Object, told bool, err error)
}

// A StampedTrace is a trace of a [Stamper]: it finds the next stamp, too, without a look.
type StampedTrace interface {
	Trace
	// Stamp returns the stamp that the schema has by now, and has Changed tell what that is of;
	// "" where neither tells.
	Stamp(ctx context.Context) (string, error)
}

// A Teller is a database that has tables of which a snapshot tells no columns, and rows in
// them: what the columns of a virtual table are, its module alone knows.
type Teller interface {
	// Columns returns the columns of such a table, and what the number of a row is called
	// that its rows have besides, "" where they have none; nothing for any other table.
	Columns(ctx context.Context, table *schema.Object) (columns []string, number string, err error)
}

// A Forgetter is a database whose connection keeps what statements have set for it.
type Forgetter interface {
	// Forget sets the connection as it was found, as far as statements have changed it
	// since: what one migration sets is not for the next one. No transaction is open.
	Forget(ctx context.Context) error
}

// A Querier runs SQL. Arguments are bound, never spliced; placeholders are
// those of the engine ([Traits.Placeholder]).
type Querier interface {
	// Exec runs one statement and returns the number of rows it wrote, as far as
	// the engine tells.
	Exec(ctx context.Context, statement string, args ...any) (rows int64, err error)
	// Query runs a query; the caller closes the rows.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// QueryRow runs a query for its first row.
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// A Watch observes one database's schema while its connection runs statements.
type Watch interface {
	// Snapshot returns the schema as of the last call of Changes.
	Snapshot() *schema.Snapshot
	// Changes returns what has happened to the schema since the last call, in the
	// order of [schema.Key.Compare]. The statement that was run in between is a hint
	// that may save work; correctness must not depend on it. A watch survives no
	// rollback: begin a new one.
	Changes(ctx context.Context, ran migration.Statement) ([]schema.Change, error)
}

// TxMode says what a transaction must be able to bear.
type TxMode int

const (
	// Normal checks foreign keys as the connection does.
	Normal TxMode = iota
	// Enforced checks them, and lets them cascade, though the connection does not.
	Enforced
	// Rebuild lets tables that others refer to be dropped and made again without
	// touching the others' rows; the caller checks Orphans before it commits.
	Rebuild
)

// A Seed is the rows that an INSERT of literals puts in.
type Seed struct {
	Space   string     // the schema that qualifies the table, folded; "" where none does
	Table   string     // folded
	Columns []string   // folded; nil where the statement names none
	Rows    [][]string // the values as SQL text; "" for one that only running tells
}

// A Copy is an INSERT whose rows come from a query.
type Copy struct {
	Space   string   // the schema that qualifies the table, folded; "" where none does
	Table   string   // folded
	Columns []string // folded; nil where the statement names none
	Query   string   // as written
}

// An Orphan is a row that refers to nothing.
type Orphan struct {
	Table  string // the table that refers
	Row    string // its key, as text; empty where the engine tells none
	Parent string // the table referred to
}

// A Complaint is what a server's error says about an object.
type Complaint struct {
	Problem Problem
	Key     schema.Key // what it is about; Table is empty where the server does not tell it
}

// A Problem is a kind of complaint.
type Problem int

// The problems that the core can act on.
const (
	Unknown    Problem = iota // nothing that the core can use
	Missing                   // the object is needed and not there
	Exists                    // the object is to be made and is there
	Busy                      // another session is in the way; trying again may help
	Full                      // no room to write
	ReadOnly                  // the database cannot be written by us
	Syntax                    // the statement cannot be read
	Violated                  // rows break a constraint
	Rejected                  // the statement cannot be carried out on what is there, for a reason of its own
	Unequipped                // the connection lacks what only a program can give it: a function, a module
)
