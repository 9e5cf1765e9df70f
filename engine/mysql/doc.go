// Package mysql is the engine of MariaDB (10.6 and later) and MySQL (8.0 and
// later). Which of the two a server is says the Vendor of its Flavor. It is tested
// on MariaDB; what it does on MySQL follows MySQL's documentation.
//
// These servers commit at each statement on the schema. A transaction here is one
// for data statements: see [database.Begin] for what becomes of it at the others.
//
// What the schema is, the server prints itself, in one canonical form (SHOW
// CREATE); DESIGN.md tells how that is read. One connection is taken from the
// pool, another one for each scratch database, and none is opened otherwise. Of the
// databases on a server only the one that the connection was in is looked at.
package mysql
