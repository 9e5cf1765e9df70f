package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whatever is wrong with a database or its URL, its password is in no output: not
// for people, not for programs, and in no report.
func TestPasswordsAreNeverShown(t *testing.T) {
	noEnvironment(t)
	t.Setenv("PGPASSWORD", "hunter3")
	t.Chdir(t.TempDir())
	if err := os.Mkdir("migrations", 0o777); err != nil {
		t.Fatal(err)
	}
	stranger := answering(t, "SSH-2.0-OpenSSH_9.2p1\r\n")
	for _, url := range []string{
		"postgres://me:hunter2@127.0.0.1:1/app",
		"postgres://me@127.0.0.1:1/app?password=hunter2&sslpassword=hunter2",
		"postgres://me@127.0.0.1:1/app", // PGPASSWORD
		"postgres://me:hunter2@" + stranger + "/app?sslmode=disable",
		"postgres://me:hunter2@" + stranger + "/app?sslmode=require",
		"postgres://me:hunter2@/app?host=/nowhere",
		"postgres://me:hunter2@127.0.0.1:1/app?sslmode=hunter2",
		"postgres://me:hunter2@127.0.0.1:1/app?target_session_attrs=hunter2",
		"postgres://me:hunter2@127.0.0.1:1/app?sslrootcert=/nowhere/hunter2&sslmode=verify-full",
		"postgres://me:hunter2@127.0.0.1:1/app?service=hunter2",
		"postgres://me:hunter2@127.0.0.1:hunter2/app",
		"postgres://me:hunter2",
		"postgres://me:12/hunter2@127.0.0.1:1/app",
		"postgres://me:12?hunter2@127.0.0.1:1/app",
		"postgres://me:12#hunter2@127.0.0.1:1/app",
		"postgres://me:12@hunter2@127.0.0.1:1/app",
		"postgres://me:%zzhunter2@127.0.0.1:1/app",
		"postgres://me@127.0.0.1:1/app?password=a&hunter2",
		"postgres:me:hunter2@127.0.0.1:1/app",
		"postgres//me:hunter2@127.0.0.1/app.db",
		"postgres://me:hunter2\x7f@127.0.0.1:1/app",
		"mysql://me:hunter2@127.0.0.1:1/app",
		"mysql://127.0.0.1:1/app?user=me&password=hunter2",
		"mysql://me:hunter2@" + stranger + "/app",
		"mysql://me:hunter2@/app?socket=/nowhere/mysqld.sock",
		"mysql://me:hunter2@127.0.0.1:1/app?tls=hunter2",
		"mysql://me:hunter2@127.0.0.1:1/app?tls=true&serverPubKey=hunter2",
		"mysql://me:hunter2@127.0.0.1:hunter2/app",
		"mysql://me:hunter2@127.0.0.1:1/",
		"mysql://me:12/hunter2@127.0.0.1:1/app",
		"mysql://me:12?hunter2@127.0.0.1:1/app",
		"mysql://me:12#hunter2@127.0.0.1:1/app",
		"mysql://me:12@hunter2@127.0.0.1:1/app",
		"mysql://me:%zzhunter2@127.0.0.1:1/app",
		"mysql:me:hunter2@127.0.0.1:1/app",
		"mysql://me:hunter2@tcp(127.0.0.1:1)/app?tls=hunter2",
		"mysql://me:hunter2@tcp(127.0.0.1:1/app",
		"me:hunter2@tcp(127.0.0.1:1)/app",
		"me:hunter2@tcp(127.0.0.1:1)/app.db",
		"me:hunter2@unix(/nowhere/mysqld.sock)/app",
		"me:hunter2@127.0.0.1/app.db",
		"me:hunter2@/app.db",
		"jdbc:mysql://127.0.0.1:1/app?user=me&password=hunter2",
		"sqlserver://me:hunter2@127.0.0.1:1?database=app",
	} {
		for _, args := range [][]string{
			{"--db", url, "up"},
			{"--db", url, "diagnose"},
			{"--db", url, "history"},
			{"--db", url, "--json", "--verbose", "status"},
			{"--db", url, "up", "--backup", "copy.db"},
			{"up", url},
			{url},
			{"-d" + url},
			{"--db", url, "new", "next"},
		} {
			report := filepath.Join(t.TempDir(), "report.json")
			var out bytes.Buffer
			status := run(append([]string{"--report", report}, args...), strings.NewReader(""), &out, &out)
			written, err := os.ReadFile(report)
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			if text := out.String() + string(written); strings.Contains(text, "hunter2") || strings.Contains(text, "hunter3") {
				t.Errorf("dbmend %q shows the password:\n%s", args, text)
			}
			if making := args[len(args)-1] == "next"; (status == exitDone) != making {
				t.Errorf("dbmend %q exits with %d:\n%s", args, status, out.String())
			}
		}
	}
}

// answering listens, and says the same to everybody.
func answering(t *testing.T, greeting string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.SetDeadline(time.Now().Add(50 * time.Millisecond))
			c.Write([]byte(greeting))
			c.Read(make([]byte, 1000))
			c.Close()
		}
	}()
	return l.Addr().String()
}

// A server that takes a connection and says nothing is given up.
func TestSilentServer(t *testing.T) {
	noEnvironment(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // nobody accepts, and the system does
	for _, url := range []string{
		"postgres://me@" + l.Addr().String() + "/app?sslmode=disable&connect_timeout=1",
		"mysql://me@" + l.Addr().String() + "/app?timeout=1s",
	} {
		var out bytes.Buffer
		begun := time.Now()
		status := run([]string{"--db", url, "history"}, strings.NewReader(""), &out, &out)
		if status != exitFailed || !strings.Contains(out.String(), "hint: the server must be running") {
			t.Errorf("%s: exit status %d: %s", url, status, out.String())
		}
		if took := time.Since(begun); took > 9*time.Second {
			t.Errorf("%s: given up after %s", url, took)
		}
	}
}

func TestConceal(t *testing.T) {
	for _, c := range []struct{ text, secret, want string }{
		{"password pg is wrong", "pg", "password xxxxx is wrong"},
		{"u:pg@h and pg", "pg", "u:xxxxx@h and xxxxx"},
		{"table pg_class of pgx", "pg", "table pg_class of pgx"}, // a mark here would tell what pg is
		{"a%40b", "a%40b", "xxxxx"},
		{"", "pg", ""},
	} {
		if got := conceal(c.text, c.secret); got != c.want {
			t.Errorf("conceal(%q, %q) = %q; want %q", c.text, c.secret, got, c.want)
		}
	}
}

// What the database's own name says is no secret: a mark elsewhere would tell that
// the password is the same.
func TestAPasswordThatIsTheUsersName(t *testing.T) {
	found, err := parseURL("mysql://app:app@localhost/other", "")
	if err != nil {
		t.Fatal(err)
	}
	if text := said(found, errors.New("access denied for user app")).Error(); text != "access denied for user app" {
		t.Error(text)
	}
}
