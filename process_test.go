package dbmend_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	program "os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	client "github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/sqlite"
	"github.com/dbmend/dbmend/internal/fault"
)

// The test binary plays an application that starts, in a process of its own: some
// tests need several at a time, or need to kill one.
const playsApplication = "DBMEND_TEST_APPLICATION"

func TestMain(m *testing.M) {
	if text := os.Getenv(playsApplication); text != "" {
		if err := play(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	_ = client.SetLogger(&client.NopLogger{}) // it would tell of every connection that a test breaks
	os.Exit(m.Run())
}

// A start is what an application does when it starts.
type start struct {
	Product  string // "postgres" or "mariadb"; SQLite if it is empty
	Database string // a data source name
	Folder   string // of the migrations
	Each     bool   // with TransactionEach
	Ahead    bool   // with AllowAhead
	Start    bool   // by the function Up
	HoldAt   int    // the step at which it stops for good, holding what it holds; zero for none
	DieAt    int    // the call of the driver at which it is killed; zero for none
	DieAfter bool   // the call is carried out before it is killed
}

// A result is what an application tells at its end.
type result struct {
	Steps, Records, Calls int
	Took                  time.Duration
	Peak                  int64 // the most memory that it took, in KiB; zero where nothing tells it
}

// play is the application: it says that it is ready, waits for a line, and starts.
func play(text string) error {
	var s start
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	d, db, e, err := s.open()
	if err != nil {
		return err
	}
	defer db.Close()
	steps := 0
	options := []dbmend.Option{dbmend.Observe(func(e dbmend.Event) {
		if _, ok := e.(dbmend.Stepping); ok {
			if steps++; steps == s.HoldAt {
				fmt.Println("holding")
				time.Sleep(time.Hour)
			}
		}
	})}
	if s.Each {
		options = append(options, dbmend.TransactionEach())
	}
	if s.Ahead {
		options = append(options, dbmend.AllowAhead())
	}
	up := func(ctx context.Context) (*dbmend.Report, error) {
		return dbmend.Up(ctx, db, e, os.DirFS(s.Folder), options...)
	}
	if !s.Start {
		m, err := dbmend.New(db, e, os.DirFS(s.Folder), options...)
		if err != nil {
			return err
		}
		up = m.Up
	}
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	f := fault.Meanwhile(s.DieAt, die)
	if s.DieAfter {
		f = fault.Fault{First: s.DieAt, After: func(err error) error { die(); return err }}
	}
	d.Set(f)
	began := time.Now()
	report, err := up(context.Background())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result{len(report.Steps), len(report.Records), d.Calls(), time.Since(began), peak()})
}

// open opens the database, with a driver whose calls are counted.
func (s *start) open() (*fault.Driver, *sql.DB, engine.Engine, error) {
	name, e := "sqlite", engine.Engine(sqlite.Engine{})
	for _, p := range products {
		if p.name == s.Product {
			name, e = p.driver, p.engine
		}
	}
	plain, err := sql.Open(name, s.Database)
	if err != nil {
		return nil, nil, nil, err
	}
	d := fault.New(plain.Driver())
	if s.Product != "" {
		return d, plain, e, nil // its calls are not of interest
	}
	return d, d.OpenDB(s.Database), e, plain.Close()
}

// peak returns the most memory that this process has had, as Linux tells it.
func peak() (size int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	_, _ = fmt.Sscan(rest, &size)
	return size
}

// die ends the process as the kernel does: nothing of it runs any more.
func die() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	time.Sleep(time.Hour)
}

// An application is a process that is about to start, or has.
type application struct {
	command *program.Cmd
	stdin   io.WriteCloser
	stdout  *bufio.Reader
	stderr  bytes.Buffer
}

// launch launches an application, which waits to be released.
func launch(t testing.TB, s start) *application {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	a := &application{command: program.Command(os.Args[0])}
	a.command.Env = append(os.Environ(), playsApplication+"="+string(text))
	a.command.Stderr = &a.stderr
	stdout, err := a.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	a.stdout = bufio.NewReader(stdout)
	if a.stdin, err = a.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := a.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a.kill()
		_ = a.command.Wait()
	})
	a.says(t, "ready")
	return a
}

// says waits for the application to say a word.
func (a *application) says(t testing.TB, word string) {
	t.Helper()
	line, err := a.stdout.ReadString('\n')
	if strings.TrimSpace(line) != word {
		a.kill()
		a.end(t)
		t.Fatalf("the application says %q (%v) and not %q: %s", line, err, word, &a.stderr)
	}
}

// release lets the application start.
func (a *application) release(t testing.TB) {
	t.Helper()
	if _, err := io.WriteString(a.stdin, "\n"); err != nil {
		t.Fatal(err)
	}
}

// end waits for the application to end. It reports whether it came to its end, and
// what it did; one that was killed did not.
func (a *application) end(t testing.TB) (r result, finished bool) {
	t.Helper()
	said, _ := io.ReadAll(a.stdout)
	if err := a.command.Wait(); err != nil {
		if a.stderr.Len() > 0 {
			t.Errorf("the application failed: %s", &a.stderr)
		}
		return r, false
	}
	if err := json.Unmarshal(said, &r); err != nil {
		t.Fatalf("the application says %q: %v", said, err)
	}
	return r, true
}

// kill kills the application, if it still runs, as kill -9 does.
func (a *application) kill() { _ = a.command.Process.Kill() }

// folder writes the scene's migrations where a process can read them.
func (s *scene) folder(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "migrations")
	if err := os.CopyFS(dir, s.files); err != nil {
		t.Fatal(err)
	}
	return dir
}
