package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
)

// TestMain lets the test's program be started again as a client that is going to
// be killed: see [child].
func TestMain(m *testing.M) {
	task := os.Getenv("DBMEND_TEST_CHILD")
	if task == "" {
		os.Exit(m.Run())
	}
	if err := obey(context.Background(), task, os.Getenv("DBMEND_TEST_CHILD_DATABASE")); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or its parent is gone
}

// obey does what a child is for: it takes the lock, or opens a scratch database,
// and lets go of neither.
func obey(ctx context.Context, task, address string) error {
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	d, err := connect(ctx, pool)
	if err != nil {
		return err
	}
	switch task {
	case "lock":
		_, err = d.Lock(ctx, 0)
	case "begin":
		err = d.Begin(ctx, engine.Normal)
	case "scratch":
		_, err = d.Scratch(ctx)
	}
	return err
}

// child starts a client that does something and then waits to be killed. It
// returns when that is done.
func child(t *testing.T, task, address string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "DBMEND_TEST_CHILD="+task, "DBMEND_TEST_CHILD_DATABASE="+address)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kill(t, c) })
	said := make([]byte, 500)
	n, _ := out.Read(said)
	if !strings.HasPrefix(string(said[:n]), "ready") {
		t.Fatalf("the child said %q", said[:n])
	}
	return c
}

// kill ends a child as kill -9 does.
func kill(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if c.ProcessState != nil {
		return
	}
	if err := c.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = c.Wait() // which tells that it was killed
}
