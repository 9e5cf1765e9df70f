// Package sqlite is the SQLite engine.
//
// It speaks SQL and nothing else to the database, through whatever database/sql
// driver of SQLite the caller opened the pool with: no driver is imported here,
// none is asked for more than database/sql offers, and errors are understood by
// the texts that SQLite itself writes. What differs between two builds of SQLite
// (what is compiled in, what "…" may mean, which functions an application has
// added) is therefore the same on a scratch database as on the live one.
//
// One connection is taken from the pool and given back as it was found. Of the
// databases that may be attached to it only main is looked at.
package sqlite
