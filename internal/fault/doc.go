// Package fault is a driver for database/sql that passes every call on to another
// driver, counts them, and lets one of them go wrong.
//
// A test runs its subject with a fault at the first call, then at the second, and
// so on until none is struck any more: then it has seen its subject fail at every
// place where it can. The package knows no database: what fails is a call, and
// with which words is up to the test.
package fault
