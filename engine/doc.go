// Package engine is the contract between the core of dbmend and a family of
// databases.
//
// The core decides; an engine cuts scripts, reads catalogues, runs statements and
// knows its own locks and transactions. What differs between servers is said in
// [Traits], as data, and never asked by type assertion.
//
// docs/adding-an-engine.md leads through an implementation; it ends with the
// conformance suite, enginetest, which every engine passes. Until version 1 the
// contract may change with any release.
package engine
