package engine

import "github.com/dbmend/dbmend/schema"

// A Synthesizer writes the few statements that no author wrote and that healing
// needs: additive ones, the removal of what is proven to hold nothing, and a table
// made anew around its rows. Each returns nil where the engine cannot do it.
type Synthesizer interface {
	// Add makes a missing part of an existing table, or a missing object, exactly
	// as described.
	Add(o *schema.Object) []string
	// Mend gives an object that is there the form that is wanted, where that changes no
	// value: a column the default that it lacks, a constraint force over the rows that
	// were there before it.
	Mend(have, want *schema.Object) []string
	// Drop removes the object.
	Drop(o *schema.Object) []string
	// Insert puts rows of SQL literals into a table.
	Insert(table *schema.Object, columns []string, rows [][]string) []string
	// Empty removes all rows of a table.
	Empty(table *schema.Object) []string
	// Renumber has what numbers a column by itself go on behind the highest number in it;
	// nil where it does so of its own accord, and where nothing numbers the column.
	Renumber(column *schema.Object) []string
	// Pick returns an INSERT of literals (see [Engine.Seed]) for just these of its
	// rows, counted from zero, as the author wrote them.
	Pick(statement string, rows []int) []string
	// Rename gives a column or table another name.
	Rename(o *schema.Object, name string) []string
	// Rebuild makes a table anew where the engine cannot alter it: the table and its
	// parts come to be as want has them. Every row stays as it is, and so does what
	// lies on the table or refers to it, which is left to the other methods: indexes
	// and triggers are made again as have has them. have is the whole live schema; of
	// want, the table's Source gives the author's spelling.
	//
	// The statements belong into one transaction, begun as [Rebuild]. Where a row does
	// not fit the new form, one of them fails; who runs them looks for Orphans.
	//
	// It is nil where no rebuild is needed, since the table has its form or Add can give
	// it; and where one would lose a value, make one up or turn it into another: a
	// column that want lacks, one that have lacks and that must hold more than its
	// default, a type that stores the same value differently.
	Rebuild(have, want *schema.Snapshot, table schema.Key) []string
}

// A Leaner is an engine that does not drop an index as long as a foreign key needs it.
type Leaner interface {
	// Leans returns the foreign keys that need an index of their table, in the whole live
	// schema.
	Leans(index *schema.Object, have *schema.Snapshot) []*schema.Object
}

// A Clinger is an engine that does not drop or change a table as long as something else is
// made of it.
type Clinger interface {
	// Clings reports whether an object that is there keeps a statement from making a
	// change to a table or a column. It may find so where it does not.
	Clings(o *schema.Object, c schema.Change) bool
}
