// Command dbmend brings a database and its migrations back into agreement.
//
// It is the library of the same name with a command line: it reads flags, the
// environment and a configuration file, opens the database, and shows what the
// library returns. It decides nothing about databases itself.
//
// # Layout
//
// One file for each verb (up.go, status.go, …) asks the library and returns a
// [result]; verb.go runs it, prints it, writes the report and chooses the exit
// status. database.go finds out which database a URL means; sqlite.go, postgres.go
// and mysql.go are all that depends on its kind. How things look to people is in
// tui.go and what it names; how they look to programs is in json.go.
package main

import (
	"io"
	"os"
	"runtime/debug"
)

func main() {
	// A short life among large lists: collecting often costs a few in a
	// hundred of the time and saves a third of the memory.
	debug.SetGCPercent(25)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole command, without a process around it: it returns the exit
// status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := interruptible(stderr)
	defer stop()
	return newApp(stdin, stdout, stderr).run(ctx, args)
}
