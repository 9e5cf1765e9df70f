// Package witness reads the rows of a database: it answers what a diagnosis asks of them
// ([diagnosis.Witness]), and what those ask who act on one: whether rows are still there,
// whether they can be copied, what is in the way.
//
// It changes nothing. What must be run to know is undone, or run on a copy, where rows
// are few enough for one; that something cannot be told is an answer too.
package witness
