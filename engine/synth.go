package engine

import "github.com/dbmend/dbmend/schema"

// A Synthesizer writes the few statements that no author wrote and that healing
// needs: additive ones, and the removal of what is proven to hold nothing. Each
// returns nil where the engine cannot do it.
type Synthesizer interface {
	// Add makes a missing part of an existing table, or a missing object, exactly
	// as described.
	Add(o *schema.Object) []string
	// Drop removes the object.
	Drop(o *schema.Object) []string
	// Insert puts rows of SQL literals into a table.
	Insert(table *schema.Object, columns []string, rows [][]string) []string
	// Empty removes all rows of a table.
	Empty(table *schema.Object) []string
	// Pick returns an INSERT of literals (see [Engine.Seed]) for just these of its
	// rows, counted from zero, as the author wrote them.
	Pick(statement string, rows []int) []string
	// Rename gives a column or table another name.
	Rename(o *schema.Object, name string) []string
}
