package mysql

import "github.com/dbmend/dbmend/schema"

// The kinds of objects that are not every engine's. They are called as in SHOW CREATE.
const (
	Sequence    schema.Kind = "sequence"     // MariaDB's
	Procedure   schema.Kind = "procedure"    // a stored procedure
	Function    schema.Kind = "function"     // a stored function
	Event       schema.Kind = "event"        // what the server runs by the clock
	Package     schema.Kind = "package"      // MariaDB's, of its Oracle mode: the declarations
	PackageBody schema.Kind = "package body" // and what is behind them
)

// Facts beside those that every engine has.
const (
	charset      = schema.Charset   // of a table, and of a column where it is another one
	collation    = schema.Collation // of a table, and of a column where it is another one
	storage      = schema.Storage   // a table's storage engine
	onUpdate     = "on update"      // what a column becomes with each UPDATE, or a foreign key's action
	onDelete     = "on delete"      // a foreign key's action
	noDefault    = "no default"     // "yes" where a column that accepts NULL has not even that for a default
	hidden       = "invisible"      // "yes" for a column that SELECT * leaves out, or an index that is not used
	inline       = "check"          // a check that belongs to a column, and goes with it
	remark       = "comment"        // a comment, as a literal
	options      = "options"        // all else that the server prints, in its words
	using        = "using"          // an index's kind: "fulltext", "spatial", "hash"
	partitioning = "partition"      // how a table is divided, and into what
	timing       = "event"          // when a trigger runs: "before insert"
	order        = "order"          // a trigger's place among those of its table and event
	readIn       = "sql mode"       // the modes that change what a text means
	timeZone     = "time zone"      // that of an event's times
	algorithm    = "algorithm"      // a view's, if it has one
	security     = "sql security"   // "invoker" for what runs with the caller's rights
	enforced     = "enforced"       // "no" for a check that MySQL does not make
)
