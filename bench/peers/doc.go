// Package peers measures dbmend beside other runners and beside the limit: what the
// same SQL, or the same reading, costs through the same driver when nobody looks
// after it.
//
// It is a module of its own, so that the library needs none of these tools. One
// command measures everything and ends with tables in Markdown, those of
// docs/performance.md:
//
//	go test -run '^$' -bench . -benchtime 5x -timeout 3h
//
// Every round runs all of the contestants, in turn, on databases of their own, and
// what is printed is the median of the rounds: times for orientation, and the ratio to
// the limit of the same round, which is the figure to read. PostgreSQL and MariaDB are
// found or started as package testserver says; -sizes says how many migrations.
// dbmate has SQLite only with cgo, by a driver in C: all others use one in Go.
package peers
