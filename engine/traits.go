package engine

// Traits are facts about one server that change what the core may do.
type Traits struct {
	Flavor Flavor

	// TransactionalDDL: a transaction that is rolled back leaves no trace of the
	// statements on the schema in it.
	TransactionalDDL bool
	// TransactionLocks: a transaction begun by Begin keeps every other runner out,
	// so that Lock is not needed where one transaction holds all the work.
	TransactionLocks bool
	// ForeignKeys: this connection enforces references, other than in a Rebuild. It
	// is as it was found at Connect (SQLite: PRAGMA foreign_keys).
	ForeignKeys bool
	// ReadOnly: this connection cannot write.
	ReadOnly bool

	// ErrorsAbort: a statement that fails ends the transaction that it is in.
	ErrorsAbort bool
	// CountsMatched: an UPDATE is said to have written the rows that it has found, and
	// not only those that it has made different.
	CountsMatched bool
	// NumbersStay: a rollback does not give back the numbers that rows were given by a
	// sequence or a column that counts by itself.
	NumbersStay bool
	// FoldsTables: this server tells no capitals from small letters in names of tables,
	// which the cuts of a script cannot know: their names are to be folded by Fold.
	FoldsTables bool
	// IndexesReferences: the server makes an index for a foreign key that has none, and
	// drops it by itself once another one serves.
	IndexesReferences bool
	// Space is the schema in which unqualified names are made; keys leave it out.
	// Empty where there are no such things.
	Space string
	// StampQuery is a query that returns in one row what [Database.Stamp] does, and that any
	// connection to this database can be asked; empty where a stamp takes more.
	StampQuery string

	// AutoKey is the type of a primary key that numbers itself, with its words:
	// "INTEGER PRIMARY KEY AUTOINCREMENT".
	AutoKey string
	// KeyText is the type of a text that a unique key can hold: "TEXT".
	KeyText string

	// Quote returns a name as an identifier that means exactly this name.
	Quote func(name string) string
	// Text returns an expression whose value is another's as text; nil where any value
	// can be taken for text.
	Text func(expression string) string
	// Stored returns an expression for what a column of a type makes of another's value;
	// nil where comparisons convert by themselves.
	Stored func(expression, typ string) string
	// Joined returns an expression for the texts of all rows of a query in one, in their
	// order if nothing speaks against it; nil where one value cannot hold them.
	Joined func(expression string) string
	// Placeholder returns the n-th bound argument, counted from 1: "?" or "$1".
	Placeholder func(n int) string
	// Fold returns a name as the engine's keys spell it.
	Fold func(name string) string
}

// A Flavor is the vendor and version of one server. Flavors compare with ==.
type Flavor struct {
	Vendor              string // "SQLite", "PostgreSQL", "MariaDB", "MySQL"
	Major, Minor, Patch int
}

// AtLeast reports whether the version is major.minor or later.
func (f Flavor) AtLeast(major, minor int) bool {
	return f.Major > major || f.Major == major && f.Minor >= minor
}
