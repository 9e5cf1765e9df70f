package testserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// starting is how long a server may take to answer: machines that run many tests
// at once are slow.
const starting = 30 * time.Second

// A Server is one PostgreSQL or MariaDB server, for any number of goroutines. It
// runs from the first time that somebody needs it.
type Server struct {
	product   product
	address   string   // of a server that is not ours; "" otherwise
	arguments []string // added to the command line
	own       bool     // it belongs to one test, which may end it

	mu      sync.Mutex
	folder  *folder  // nil before the first start
	process *process // nil when it has been stopped or killed
}

// String returns the product and its version: "PostgreSQL 15.18".
func (s *Server) String() string {
	if s.address != "" {
		return "the server that the environment names"
	}
	return s.product.String()
}

// DSN returns the address of a new and empty database, for the driver "pgx" or
// "mysql" of database/sql. The database is dropped when the test ends, if it can
// be. DSN starts the server if it does not run.
func (s *Server) DSN(t testing.TB) string {
	t.Helper()
	name := "dbmend_" + strings.ToLower(rand.Text()[:12])
	address, err := s.create(t.Context(), name)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	t.Cleanup(func() { s.drop(name) })
	return address
}

// Own returns another server of the same product and version, for this test alone:
// see [PostgresServer].
func (s *Server) Own(t testing.TB, arguments ...string) *Server {
	t.Helper()
	if s.address != "" {
		t.Fatalf("%s cannot be started a second time", s)
	}
	return own(t, s.product, arguments)
}

// Start starts the server, if it does not run, and waits until it answers. What
// was in it when it was stopped or killed is there again.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if _, err := s.running(t.Context()); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
}

// Stop ends the server as its administrator would: connections are cut, and what
// was committed is kept. It returns when the server is gone.
//
// The test is failed, here and in Kill, if the server is one that tests share.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.end(t, (*process).stop)
}

// Kill ends the server in the middle of whatever it does. It returns when the
// server is gone. What was committed is kept, because the machine did not fail.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.end(t, (*process).kill)
}

func (s *Server) end(t testing.TB, how func(*process) error) {
	t.Helper()
	if !s.own {
		t.Fatalf("%s is shared by tests: take one from PostgresServer, MariaDBServer or Own", s)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return
	}
	if err := how(s.process); err != nil {
		t.Fatalf("%s: end: %v", s, err)
	}
	s.process = nil
}

// create makes a database and returns its address.
func (s *Server) create(ctx context.Context, name string) (string, error) {
	server, err := s.running(ctx)
	if err != nil {
		return "", err
	}
	address, err := s.product.at(server, name)
	if err != nil {
		return "", err
	}
	if err := s.product.exec(ctx, server, s.product.create(name)); err != nil {
		return "", fmt.Errorf("create a database: %w%s", err, s.said())
	}
	return address, nil
}

// drop removes a database, unless the server is gone. That is a courtesy to servers
// that others run: ours lose everything anyway, so an error is nobody's concern.
func (s *Server) drop(name string) {
	address := s.address
	if address == "" {
		s.mu.Lock()
		gone := s.process == nil
		address = s.product.socket(s.folder.path)
		s.mu.Unlock()
		if gone {
			return
		}
	}
	// The test's own context has ended.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = s.product.exec(ctx, address, s.product.drop(name))
}

// running starts the server unless it runs, and returns the address for creating
// and dropping databases.
func (s *Server) running(ctx context.Context) (string, error) {
	if s.address != "" {
		return s.address, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil || !s.process.alive() {
		if err := s.start(ctx); err != nil {
			return "", fmt.Errorf("start: %w", err)
		}
	}
	return s.product.socket(s.folder.path), nil
}

// start starts the server, in the folder of its last life if it had one.
func (s *Server) start(ctx context.Context) error {
	if s.folder == nil {
		f, err := newFolder(s.product.users())
		if err != nil {
			return err
		}
		if err := prepare(s.product, f); err != nil {
			return errors.Join(err, f.remove())
		}
		s.folder = f
	}
	command := append(s.product.command(s.folder.path), s.arguments...)
	p, err := s.folder.start(command, s.product.signals())
	if err != nil {
		return err
	}
	answers := func(ctx context.Context) error {
		return s.product.exec(ctx, s.product.socket(s.folder.path), "")
	}
	if err := p.await(ctx, answers); err != nil {
		return errors.Join(fmt.Errorf("%w%s", err, s.folder.said()), p.kill())
	}
	s.process = p
	return nil
}

// await waits until a process does what it was started for.
func (p *process) await(ctx context.Context, answers func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, starting)
	defer cancel()
	for {
		err := answers(ctx)
		switch {
		case err == nil:
			return nil
		case !p.alive():
			return errors.New("it ended at once")
		case ctx.Err() != nil:
			return fmt.Errorf("it does not answer: %w", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// said returns the end of what the server has written, for messages.
func (s *Server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.folder == nil {
		return ""
	}
	return s.folder.said()
}

// remove ends the server and takes away all that it had.
func (s *Server) remove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.folder == nil {
		return nil
	}
	if s.process != nil {
		if err := s.process.quit(); err != nil {
			return err
		}
		s.process = nil
	}
	return errors.Join(s.product.bury(s.folder.run, s.folder.data()), s.folder.remove())
}
