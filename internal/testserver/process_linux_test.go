package testserver_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/internal/testserver"
)

// childMode makes the test program one that uses servers, and says what it has.
const childMode = "TESTSERVER_CHILD"

// A report is what a child says: the addresses of databases.
type report struct{ Postgres, MariaDB string }

func TestMain(m *testing.M) {
	if os.Getenv(childMode) == "" {
		// The tests of this package are about the servers that it starts.
		for _, name := range []string{"DBMEND_TEST_POSTGRES", "DBMEND_TEST_MARIADB", "DBMEND_TEST_MYSQL"} {
			os.Unsetenv(name)
		}
		os.Exit(m.Run())
	}
	t, r := &recorder{}, report{}
	t.run(func() { r = report{testserver.Postgres(t), testserver.MariaDB(t)} })
	if t.failure != "" {
		fmt.Fprintln(os.Stderr, t.failure)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		os.Exit(1)
	}
	_, _ = os.Stdin.Read(make([]byte, 1)) // until the parent has seen enough
}

// A child is another test process.
type child struct {
	report
	cmd *exec.Cmd
	end func() error // lets it end by itself
}

func startChild(t *testing.T, environment ...string) child {
	t.Helper()
	testserver.Asked(t, "postgres")
	testserver.Asked(t, "mariadb")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), childMode+"=yes"), environment...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the child says nothing: %v", err)
	}
	c := child{cmd: cmd, end: in.Close}
	if err := json.Unmarshal(line, &c.report); err != nil {
		t.Fatal(err)
	}
	return c
}

// folders returns where its servers live: that of PostgreSQL, that of MariaDB.
func (r report) folders(t *testing.T) [2]string {
	t.Helper()
	u, err := url.Parse(r.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	c, err := mysql.ParseDSN(r.MariaDB)
	if err != nil {
		t.Fatal(err)
	}
	return [2]string{u.Query().Get("host"), filepath.Dir(c.Addr)}
}

// processes returns the folders of its servers in the list of processes, as long as
// they are there.
func (r report) processes(t *testing.T) []string {
	t.Helper()
	folders := r.folders(t)
	var found []string
	for _, file := range []string{folders[0] + "/data/postmaster.pid", folders[1] + "/mariadbd.pid"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pid, _, _ := strings.Cut(string(text), "\n")
		found = append(found, "/proc/"+pid)
	}
	return found
}

// ended reports whether a process, by its folder, is gone or waits for burial.
func ended(process string) bool {
	stat, err := os.ReadFile(process + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// TestServersEndWithTheProcess has two test processes at once. One is killed, and
// the other ends by itself: each takes its own servers, and their files, with it.
func TestServersEndWithTheProcess(t *testing.T) {
	killed, ending := startChild(t), startChild(t)
	folders, others := killed.folders(t), ending.folders(t)
	processes, otherProcesses := killed.processes(t), ending.processes(t)

	if err := killed.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	requireEnd(t, "killed", processes, folders[:])
	connectPostgres(t, ending.Postgres).must(t, "CREATE TABLE t (a int)")
	connectMariaDB(t, ending.MariaDB).must(t, "CREATE TABLE t (a int)")

	if err := ending.end(); err != nil {
		t.Fatal(err)
	}
	requireEnd(t, "ended", otherProcesses, others[:])
}

// requireEnd gives processes a moment to end, and folders to be removed.
func requireEnd(t *testing.T, how string, processes, folders []string) {
	t.Helper()
	begun := time.Now()
	for {
		var left []string
		for _, p := range processes {
			if !ended(p) {
				left = append(left, p)
			}
		}
		for _, f := range folders {
			if _, err := os.Stat(f); !errors.Is(err, fs.ErrNotExist) {
				left = append(left, f)
			}
		}
		if len(left) == 0 {
			t.Logf("%s: all was gone after %v", how, time.Since(begun).Round(time.Millisecond))
			return
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("%s: still there: %v", how, left)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestServersAreNotRoot, whoever runs the tests.
func TestServersAreNotRoot(t *testing.T) {
	for _, process := range startChild(t).processes(t) {
		info, err := os.Stat(process)
		if err != nil {
			t.Fatal(err)
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); !ok || owner.Uid == 0 {
			t.Errorf("%s runs as root", process)
		}
	}
}

// TestNobodyElseLooksIntoAServer: its superuser has no password.
func TestNobodyElseLooksIntoAServer(t *testing.T) {
	for _, folder := range startChild(t).folders(t) {
		info, err := os.Stat(folder)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o700 {
			t.Errorf("%s has the mode %v", folder, mode)
		}
	}
}

// TestLeftoversAreRemoved: a process whose machine goes down removes nothing.
func TestLeftoversAreRemoved(t *testing.T) {
	first := startChild(t)
	run := filepath.Dir(first.folders(t)[0])
	leftover, err := os.MkdirTemp(filepath.Dir(run), "run")
	if err != nil {
		t.Fatal(err)
	}
	startChild(t)
	if _, err := os.Stat(leftover); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder that no process holds is still there: %v", err)
	}
	connectPostgres(t, first.Postgres).must(t, "CREATE TABLE t (a int)")
}

// TestTheEnvironmentNamesAServer: databases are made there, and nothing is started.
func TestTheEnvironmentNamesAServer(t *testing.T) {
	there := report{testserver.PostgresServer(t).DSN(t), testserver.MariaDBServer(t).DSN(t)}
	for _, name := range []string{"DBMEND_TEST_MARIADB", "DBMEND_TEST_MYSQL"} {
		c := startChild(t, "DBMEND_TEST_POSTGRES="+there.Postgres, name+"="+there.MariaDB)
		if c.folders(t) != there.folders(t) {
			t.Errorf("databases were made in %v instead of %v", c.folders(t), there.folders(t))
		}
		if c.report.Postgres == there.Postgres || c.report.MariaDB == there.MariaDB {
			t.Error("tests are given the very databases that the environment names")
		}
		connectPostgres(t, c.Postgres).must(t, "CREATE TABLE t (a int)")
		connectMariaDB(t, c.MariaDB).must(t, "CREATE TABLE t (a int)")
	}
}

// TestAStartThatFailsSaysWhy, in the words of the server.
func TestAStartThatFailsSaysWhy(t *testing.T) {
	for server, want := range map[*testserver.Server]string{
		testserver.PostgresServer(t, "-c", "no_such_setting=1"): "no_such_setting",
		testserver.MariaDBServer(t, "--no-such-setting=1"):      "no-such-setting",
	} {
		r := &recorder{}
		r.run(func() { server.Start(r) })
		if !strings.Contains(r.failure, want) || !strings.Contains(r.failure, "ended at once") {
			t.Errorf("%s: the failure is %q", server, r.failure)
		}
	}
}
