package testserver

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// A postgres is an installed PostgreSQL. The zero value is enough to speak to a
// server that is already there.
type postgres struct {
	bin     string // the folder of its programs
	major   int
	version string
}

func (p postgres) String() string  { return "PostgreSQL " + p.version }
func (p postgres) users() []string { return []string{"postgres", "nobody"} }

// signals are a fast and an immediate shutdown, as PostgreSQL calls them.
func (p postgres) signals() signals {
	return signals{stop: syscall.SIGINT, quit: syscall.SIGQUIT}
}

// initdb is told all that it would take from the machine otherwise.
var initdb = []string{"--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"}

func (p postgres) recipe() []string {
	return append([]string{filepath.Join(p.bin, "initdb"), p.version}, initdb...)
}

func (p postgres) prepare(run runner, data string) error {
	return run(filepath.Join(p.bin, "initdb"), append([]string{"--pgdata=" + data}, initdb...)...)
}

func (p postgres) command(folder string) []string {
	return []string{
		filepath.Join(p.bin, "postgres"),
		"-D", filepath.Join(folder, "data"),
		"-k", folder,
		"-c", "listen_addresses=",
		"-c", "max_connections=300",
		// Nothing has to survive the machine. The server's own death is another
		// matter: whoever kills it finds what was committed.
		"-c", "fsync=off",
		// Nothing happens by itself.
		"-c", "autovacuum=off",
		// In the folder, so that it goes with it even if the server is killed.
		"-c", "dynamic_shared_memory_type=mmap",
	}
}

// bury removes the segment of shared memory by which PostgreSQL keeps a second
// server out of its data. The next start would do it too; here there is none.
func (p postgres) bury(run runner, data string) error {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return nil // it ended in order
	}
	// The seventh line has the key and the number of the segment.
	lines := strings.Split(string(text), "\n")
	if len(lines) < 7 {
		return nil // it had not come that far
	}
	segment := strings.Fields(lines[6])
	if len(segment) != 2 {
		return fmt.Errorf("postmaster.pid: no segment of shared memory in %q", lines[6])
	}
	return run("ipcrm", "--shmem-id", segment[1])
}

func (p postgres) socket(folder string) string {
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres"}
	u.RawQuery = url.Values{"host": {folder}}.Encode()
	return u.String()
}

func (p postgres) at(address, database string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", fmt.Errorf("%q is no postgres:// URL", u.Redacted())
	}
	u.Path = "/" + database
	return u.String(), nil
}

func (p postgres) exec(ctx context.Context, address, statement string) error {
	conn, err := pgconn.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement).ReadAll()
	return err
}

func (p postgres) create(database string) string {
	statement := "CREATE DATABASE " + database + " TEMPLATE template0"
	if p.major >= 15 {
		// The default writes every page to the log, which is slower where nothing
		// is synchronised.
		statement += " STRATEGY file_copy"
	}
	return statement
}

func (p postgres) drop(database string) string {
	return "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)"
}
