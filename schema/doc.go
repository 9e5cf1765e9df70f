// Package schema describes what a database holds at one moment, and how two
// such descriptions differ.
//
// It is pure: it opens no database, reads no file and knows no engine. An engine
// fills a [Snapshot] with [Object] values; everything that reasons about schemas
// afterwards compares those values and nothing else.
//
// An object is a [Key] and a list of facts. Tables are not nested structures here:
// a column, a key, a check or an index is an object of its own that names the
// table it belongs to. That way one statement's effect, one difference and one
// live value are all about the same small thing, and a new kind of object costs
// the core nothing (docs/decisions/0002-objects-are-keys-and-facts.md).
package schema
