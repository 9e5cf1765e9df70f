// Package peers proves with other runners that they go on with what dbmend has
// healed: each makes a history, the history and the schema are damaged, dbmend heals
// them, and then it is the runner itself that says that nothing is left to do and runs
// the next migration.
//
// It is a module of its own, so that the library needs none of these tools. Its tests
// are run by go test ./... in this folder; they find or start servers as package
// testserver says. dbmate's driver for SQLite needs cgo, and is tested with CGO_ENABLED=1
// and a C compiler.
package peers
