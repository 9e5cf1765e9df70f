package testserver

import (
	"context"
	"syscall"
)

// A product is an installed database server: which programs it has, and how they
// are spoken to.
type product interface {
	// String returns the name and version, as people say it: "PostgreSQL 15.18".
	String() string
	// users are the accounts that the server may run as where the tests run as
	// root, the best first: servers refuse to be root.
	users() []string
	// prepare fills the empty folder data with what the server starts from.
	prepare(run runner, data string) error
	// recipe names everything that the outcome of prepare depends on.
	recipe() []string
	// command returns the program and its arguments that serve the folder: data is
	// in its subfolder "data", the socket goes into the folder itself.
	command(folder string) []string
	// signals are how the server is told to end.
	signals() signals
	// bury removes what a server that was killed leaves outside its folder.
	bury(run runner, data string) error

	// exec runs a statement on a connection of its own; "" just connects.
	exec(ctx context.Context, address, statement string) error
	// socket returns the address of the server in a folder, for its administrator.
	socket(folder string) string
	// at returns the address of a database on the server of another address.
	at(address, database string) (string, error)
	// create and drop are statements.
	create(database string) string
	drop(database string) string
}

// signals are the ways in which a server ends.
type signals struct {
	stop syscall.Signal // in order, without waiting for connections to close
	quit syscall.Signal // at once, but so that nothing is left outside its folder
}

// A runner runs a program to its end, as the user that the server will be.
type runner func(program string, arguments ...string) error
