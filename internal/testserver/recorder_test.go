package testserver_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/internal/testserver"
)

// A recorder is a test that remembers how it ended.
type recorder struct {
	testing.TB
	failure, skipped string
}

func (r *recorder) Helper()                  {}
func (r *recorder) Cleanup(func())           {}
func (r *recorder) Logf(string, ...any)      {}
func (r *recorder) Context() context.Context { return context.Background() }

func (r *recorder) Fatal(args ...any) {
	r.failure = fmt.Sprint(args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run runs a test function to its end, which may be in the middle.
func (r *recorder) run(test func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		test()
	}()
	<-done
}

// TestOneEngineAlone: a run that is about some engines skips the tests of others,
// with a word that says why. That needs no server.
func TestOneEngineAlone(t *testing.T) {
	for _, c := range []struct {
		list, engine string
		skipped      bool
	}{
		{"sqlite", "postgres", true},
		{"sqlite", "mariadb", true},
		{"sqlite,postgres", "mariadb", true},
		{"sqlite,postgres", "postgres", false},
		{"mariadb", "mariadb", false},
		{"", "postgres", false},
		{"", "mariadb", false},
	} {
		t.Setenv("DBMEND_TEST_ENGINES", c.list)
		r := &recorder{}
		r.run(func() { testserver.Asked(r, c.engine) })
		if r.failure != "" {
			t.Errorf("%q, a test of %s: %s", c.list, c.engine, r.failure)
		}
		if skipped := strings.Contains(r.skipped, "DBMEND_TEST_ENGINES"); skipped != c.skipped {
			t.Errorf("%q, a test of %s: skipped with %q", c.list, c.engine, r.skipped)
		}
	}
}

// TestAMisspeltEngineIsNoEngine: it would quietly turn tests off.
func TestAMisspeltEngineIsNoEngine(t *testing.T) {
	t.Setenv("DBMEND_TEST_ENGINES", "sqlite,postgre")
	r := &recorder{}
	r.run(func() { testserver.MariaDB(r) })
	if !strings.Contains(r.failure, `"postgre"`) {
		t.Errorf("failure %q, skipped %q", r.failure, r.skipped)
	}
}

// TestASharedServerIsNotEnded: other tests of the process are using it.
func TestASharedServerIsNotEnded(t *testing.T) {
	server := testserver.PostgresVersions(t)[0]
	address := server.DSN(t)
	for name, end := range map[string]func(testing.TB){"Stop": server.Stop, "Kill": server.Kill} {
		r := &recorder{}
		r.run(func() { end(r) })
		if !strings.Contains(r.failure, "shared") {
			t.Errorf("%s: the failure is %q", name, r.failure)
		}
	}
	connectPostgres(t, address).must(t, "CREATE TABLE t (a int)")

	own := server.Own(t)
	own.DSN(t)
	own.Kill(t)
	if own.String() != server.String() {
		t.Errorf("the own server is %s instead of %s", own, server)
	}
}
