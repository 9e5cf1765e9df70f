// Package wire is the network between clients and a server of PostgreSQL or MariaDB,
// in which something can go wrong.
//
// It counts what clients send and wait for an answer to, whatever driver they use and
// whether the subject speaks to it by database/sql or not, and lets one such call go
// wrong: the connection breaks before it arrives or before its answer does, or the
// server refuses it with an error of the test's choice. Such an error leaves the
// server where a true one would: in a transaction that has failed, or without it.
//
// Package fault does the same to the calls of a driver. Only tests import this
// package.
package wire
