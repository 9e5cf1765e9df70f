// Package tracking reads and writes the tracking tables of other runners, so
// that a database healed by dbmend is one that its own runner goes on with.
//
// A runner's table is recognised by the shape of its columns and never by its
// name alone: several runners use the same name for different things. Each
// runner is one [Runner] value in one file; adding one touches nothing else
// (docs/formats/tracking.md has them all).
package tracking
