// Package outages lets networks and machines fail around dbmend: the connection to a
// server is slow, silent or cut anywhere, and the power goes while SQLite writes.
//
// It is a module of its own, so that the library needs neither the proxy nor the other
// driver for SQLite that this takes. Its tests are run by go test ./... in this folder;
// they find or start servers as package testserver says.
package outages
