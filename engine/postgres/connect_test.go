package postgres

import (
	"database/sql"
	"errors"
	"net"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/dbmend/dbmend/engine"
)

// Other servers speak PostgreSQL's protocol. What is proven of PostgreSQL would not
// hold for them.
func TestRelativesAreRefused(t *testing.T) {
	for version, known := range map[string]bool{
		"PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc, 64-bit":           true,
		"PostgreSQL 18beta1 on aarch64-apple-darwin":                                                          true,
		"PostgreSQL 15.2 (EnterpriseDB Advanced Server 15.2.0) on x86_64":                                     true,
		"CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27 01:53:43, go1.19.10)":                false,
		"PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2, Redshift 1.0.12103":          false,
		"PostgreSQL 11.2-YB-2.18.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 15.0.3":             false,
		"PostgreSQL 12.12 (Greenplum Database 7.0.0 build commit:0a7a3566873325aca1789ae6f818c80f17a9402d)":   false,
		"PostgreSQL 9.2.4 (openGauss 5.0.0 build a07d57c3) compiled at 2023-03-29 03:37:13":                   false,
		"PostgreSQL 12.3, compiled by Visual C++ build 1914, 64-bit, QuestDB":                                 false,
		"CrateDB 5.5.0 (built 1a2b3c4/2023-11-01T00:00:00Z, Linux 5.15 amd64, OpenJDK 64-Bit Server VM 21.0)": false,
		"8.0.35": false,
		"":       false,
	} {
		err := recognise(version)
		if known != (err == nil) || !known && !errors.Is(err, engine.ErrNotADatabase) {
			t.Errorf("%s: %v", version, err)
		}
	}
}

func TestFlavor(t *testing.T) {
	for number, want := range map[int]engine.Flavor{
		150018: {Vendor: "PostgreSQL", Major: 15, Minor: 18},
		180000: {Vendor: "PostgreSQL", Major: 18},
		120022: {Vendor: "PostgreSQL", Major: 12, Minor: 22},
	} {
		if have := flavor(number); have != want {
			t.Errorf("%d is %+v, want %+v", number, have, want)
		}
	}
}

// A pool of another driver may reach a database of any kind: it is not ours to
// guess, and the error says what is needed.
func TestAnotherDriver(t *testing.T) {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := connect(t.Context(), pool); !errors.Is(err, engine.ErrNotADatabase) {
		t.Errorf("error %v", err)
	}
}

// Something else listens at the address.
func TestAnotherServer(t *testing.T) {
	for name, greeting := range map[string]string{
		"HTTP":  "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"MySQL": "J\x00\x00\x00\n8.0.35\x00\x08\x00\x00\x00abcdefgh\x00\xff\xf7\xff\x02\x00\xff\xc1\x15\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00abcdefghijkl\x00mysql_native_password\x00",
		"SSH":   "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
	} {
		for _, mode := range []string{"disable", "prefer", "require"} {
			pool := openPool(t, "postgres://user:secret@"+listen(t, greeting)+"/app?sslmode="+mode)
			_, err := connect(t.Context(), pool)
			if !errors.Is(err, engine.ErrNotADatabase) {
				t.Errorf("%s, sslmode %s: %v", name, mode, err)
			}
		}
	}
	// A server that is down, or will not have us, is a PostgreSQL for all we know.
	pool := openPool(t, "postgres://127.0.0.1:1/app?sslmode=disable")
	if _, err := connect(t.Context(), pool); err == nil || errors.Is(err, engine.ErrNotADatabase) {
		t.Errorf("of a server that is down: %v", err)
	}
}

// listen answers every connection with the same bytes.
func listen(t *testing.T, greeting string) (address string) {
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
			_, _ = c.Write([]byte(greeting))
			_, _ = c.Read(make([]byte, 1000))
			c.Close()
		}
	}()
	return l.Addr().String()
}
