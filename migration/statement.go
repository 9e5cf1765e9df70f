package migration

import (
	"fmt"

	"github.com/dbmend/dbmend/schema"
)

// A Class says how a statement may be treated before anything is known of what
// it does. The engine's cutter tells it from the first words.
type Class int

// The classes of statements.
const (
	// Schema changes the schema, as far as its words tell; its effect is observed.
	Schema Class = iota
	// Data changes rows and leaves no trace in the schema.
	Data
	// Query reads and changes nothing.
	Query
	// Session sets something for the connection that is gone with it.
	Session
	// Transaction begins, ends or marks a transaction; the runner has its own.
	Transaction
	// Outside cannot run in a transaction, or reaches beyond the database: it is
	// never run on scratch, unless it is [Statement.Concurrent].
	Outside
	// Forbidden is refused by name; Statement.Note says why.
	Forbidden
	// Code is a function of the application's, written in Go: the whole of a part of
	// its migration ([Draft.With]).
	Code
)

// String returns the class in lower case, as reports show it.
func (c Class) String() string {
	names := [...]string{"schema", "data", "query", "session", "transaction", "outside", "forbidden", "code"}
	if c < 0 || int(c) >= len(names) {
		return fmt.Sprintf("class(%d)", int(c))
	}
	return names[c]
}

// A Statement is one SQL command cut from a migration.
type Statement struct {
	Number  int    // its place in the migration, counted from 1
	Text    string // exactly as written, without the comments around it and the closing semicolon
	Line    int    // the line of the file on which Text begins, counted from 1
	Class   Class  // how to treat it
	Verb    string // its first words in lower case: "create table", "drop index", "insert"
	Target  string // the name it is about, folded as in schema.Key; for data, the table it writes; "" where unknown
	Space   string // the schema that qualifies Target ("app" of app.users), folded; "" where none does
	OldName string // the column that a rename takes the name from, folded; "" elsewhere
	NewName string // the name that a rename gives, folded; "" elsewhere
	Guard   bool   // IF EXISTS or IF NOT EXISTS: it may do nothing without an error
	Note    string // why the engine forbids it or runs it outside; "" otherwise
	Sum     string // checksum of the tokens: comments, blanks and line ends do not count

	// Probe is a query that the author wrote to tell whether the statement has
	// run: it returns one row whose first value is true if so.
	Probe string
	// Rerunnable says that running it again does no harm: the author declares it, or
	// the engine knows it of a command that makes an index anew.
	Rerunnable bool
}

// Table returns the key of the table that the statement is about, in the schema that
// it names; the key of no table, without a name, where Target is unknown.
func (s *Statement) Table() schema.Key {
	return schema.Key{Kind: schema.Table, Space: s.Space, Name: s.Target}
}

// Renamed returns the key that a rename gives to the table that it is about.
func (s *Statement) Renamed() schema.Key {
	return schema.Key{Kind: schema.Table, Space: s.Space, Name: s.NewName}
}

// AddsValue reports whether the statement adds a value to an enum, which nothing can use
// before that is committed (PostgreSQL 15, ALTER TYPE). No statement adds none.
func (s *Statement) AddsValue() bool { return s != nil && s.Verb == "alter type add value" }

// Concurrent reports whether no transaction bears the statement and all that it does is to
// change the schema: CREATE INDEX and DROP INDEX CONCURRENTLY and ALTER TABLE … DETACH
// PARTITION … CONCURRENTLY of PostgreSQL. No statement is none.
func (s *Statement) Concurrent() bool {
	return s != nil && s.Class == Outside && (s.Verb == "create index" || s.Verb == "drop index" || s.Verb == "alter table detach partition")
}

// A Cutter cuts the text of a script into statements exactly where its engine
// would, and says of each what its first words tell. It never judges more than
// that. An error names the line: see [SyntaxError]. Several goroutines cut at once.
type Cutter interface {
	Cut(source string) ([]Statement, error)
}

// A SyntaxError is a script that cannot be cut, or a file whose form is wrong.
type SyntaxError struct {
	Path    string // the file, as the set names it; empty until the set knows
	Line    int    // counted from 1; zero where the file as a whole is meant
	Excerpt string // the line in question, shortened; may be empty
	Reason  string // what is wrong, in lower case
	Hint    string // what to do about it; may be empty
}

// Error returns "path:line: reason".
func (e *SyntaxError) Error() string {
	switch {
	case e.Path == "":
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.Path, e.Reason)
	default:
		return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Reason)
	}
}

// SyntaxErrors returns all that are in an error, in their order; nil where there are
// none.
func SyntaxErrors(err error) []*SyntaxError {
	switch e := err.(type) {
	case *SyntaxError:
		return []*SyntaxError{e}
	case interface{ Unwrap() []error }:
		var all []*SyntaxError
		for _, one := range e.Unwrap() {
			all = append(all, SyntaxErrors(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		return SyntaxErrors(e.Unwrap())
	}
	return nil
}
