package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// A server may repeat what it was told, as proxies do in their errors: when it
// refuses the password, or later, of a statement. What it was told is in no output.
func TestWhatAServerRepeats(t *testing.T) {
	noEnvironment(t)
	t.Chdir(t.TempDir())
	if err := os.Mkdir("migrations", 0o777); err != nil {
		t.Fatal(err)
	}
	const password = "hunter2 of/me@home"
	user := url.UserPassword("me", password).String()
	for name, address := range map[string]string{
		"postgres refuses the login":     "postgres://" + user + "@" + parrot(t, postgresParrot{}) + "/app?sslmode=disable",
		"postgres refuses the statement": "postgres://" + user + "@" + parrot(t, postgresParrot{welcomes: true}) + "/app?sslmode=disable",
		"mysql refuses the login":        "mysql://" + user + "@" + parrot(t, mysqlParrot{}) + "/app?allowCleartextPasswords=true",
		"mysql refuses the statement":    "mysql://" + user + "@" + parrot(t, mysqlParrot{welcomes: true}) + "/app?allowCleartextPasswords=true",
	} {
		t.Run(name, func(t *testing.T) {
			for _, args := range [][]string{{"up"}, {"status"}, {"diagnose"}, {"plan"}, {"history"}, {"baseline"}, {"--json", "--verbose", "up"}} {
				report := filepath.Join(t.TempDir(), "report.json")
				var out bytes.Buffer
				status := run(append([]string{"--db", address, "--report", report}, args...), strings.NewReader(""), &out, &out)
				written, err := os.ReadFile(report)
				if err != nil {
					t.Fatal(err)
				}
				text := out.String() + string(written)
				for _, secret := range []string{password, url.QueryEscape(password), url.PathEscape(password)} {
					if strings.Contains(text, secret) {
						t.Errorf("dbmend %q shows the password:\n%s", args, text)
					}
				}
				// It has been told, or this would test nothing.
				if status != exitFailed || strings.Count(text, concealed) < 3 {
					t.Errorf("dbmend %q exits with %d:\n%s", args, status, text)
				}
			}
		})
	}
}

// A speaker talks to one client.
type speaker interface {
	speak(c net.Conn) error
}

// parrot listens for clients of a speaker.
func parrot(t *testing.T, s speaker) (address string) {
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
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(10 * time.Second))
				if err := s.speak(c); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, net.ErrClosed) {
					fmt.Fprintln(t.Output(), "parrot:", err)
				}
			}()
		}
	}()
	return l.Addr().String()
}

// repeated is what a parrot says of a password: as it is, and as a URL has it.
func repeated(password string) string {
	return fmt.Sprintf("no (%s): 'password' => '%s' in mysql://me:%s@h/app", password, url.QueryEscape(password), url.PathEscape(password))
}

// A postgresParrot asks for the password in clear text. The messages are those of
// chapter 55 of PostgreSQL's manual.
type postgresParrot struct{ welcomes bool }

func (p postgresParrot) speak(c net.Conn) error {
	b := pgproto3.NewBackend(c, c)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return err
	}
	b.Send(&pgproto3.AuthenticationCleartextPassword{})
	if err := errors.Join(b.Flush(), b.SetAuthType(pgproto3.AuthTypeCleartextPassword)); err != nil {
		return err
	}
	first, err := b.Receive()
	if err != nil {
		return err
	}
	told, ok := first.(*pgproto3.PasswordMessage)
	if !ok {
		return fmt.Errorf("%T is no password", first)
	}
	no := &pgproto3.ErrorResponse{
		Severity: "FATAL", Code: "28P01", Message: repeated(told.Password), Detail: repeated(told.Password), Hint: repeated(told.Password),
	}
	if p.welcomes {
		b.Send(&pgproto3.AuthenticationOk{})
		b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		if err := b.Flush(); err != nil {
			return err
		}
		if _, err := b.Receive(); err != nil {
			return err
		}
		no.Severity, no.Code = "ERROR", "XX000"
	}
	b.Send(no)
	return b.Flush()
}

// A mysqlParrot has the client change to the plugin that sends the password in clear
// text. The packets are those of "Connection Phase" in MySQL's internals.
type mysqlParrot struct{ welcomes bool }

func (p mysqlParrot) speak(c net.Conn) error {
	in := bufio.NewReader(c)
	greeting := append([]byte{10}, "8.0.0-parrot\x00"...)
	greeting = append(greeting, 1, 0, 0, 0)            // connection
	greeting = append(greeting, "12345678\x00"...)     // first part of the challenge
	greeting = append(greeting, 0x08, 0x82, 45, 2, 0)  // protocol 4.1, with a database; character set; status
	greeting = append(greeting, 0x08, 0x00, 21)        // plugins
	greeting = append(greeting, make([]byte, 10)...)   // reserved
	greeting = append(greeting, "123456789012\x00"...) // its second part
	greeting = append(greeting, "mysql_native_password\x00"...)
	if err := sendPacket(c, 0, greeting); err != nil {
		return err
	}
	if _, _, err := receivePacket(in); err != nil {
		return err
	}
	if err := sendPacket(c, 2, append([]byte{0xfe}, "mysql_clear_password\x00"...)); err != nil {
		return err
	}
	number, told, err := receivePacket(in)
	if err != nil {
		return err
	}
	no := "\xff\x15\x04#28000" + repeated(strings.TrimRight(string(told), "\x00"))
	if !p.welcomes {
		return sendPacket(c, number+1, []byte(no))
	}
	if err := sendPacket(c, number+1, []byte{0, 0, 0, 2, 0, 0, 0}); err != nil {
		return err
	}
	const quit = 1
	for {
		number, command, err := receivePacket(in)
		if err != nil || len(command) > 0 && command[0] == quit {
			return err
		}
		if err := sendPacket(c, number+1, []byte(no)); err != nil {
			return err
		}
	}
}

func sendPacket(c net.Conn, number byte, payload []byte) error {
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	head[3] = number
	_, err := c.Write(append(head, payload...))
	return err
}

func receivePacket(in *bufio.Reader) (number byte, payload []byte, err error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(in, head); err != nil {
		return 0, nil, err
	}
	number, head[3] = head[3], 0
	payload = make([]byte, binary.LittleEndian.Uint32(head))
	_, err = io.ReadFull(in, payload)
	return number, payload, err
}
