package main

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/dbmend/dbmend/internal/testserver"
)

// Whoever waits sees a server come up, and its database be made.
func TestWaitForAServer(t *testing.T) {
	noEnvironment(t)
	for name, start := range map[string]func(testing.TB, ...string) *testserver.Server{"postgres": testserver.PostgresServer, "mariadb": testserver.MariaDBServer} {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			address := commandURL(t, server.DSN(t))
			server.Stop(t)
			type end struct {
				status int
				said   string
			}
			ended := make(chan end)
			go func() {
				var out bytes.Buffer
				status := run([]string{"--db", address, "wait", "--timeout", "60s"}, strings.NewReader(""), &out, &out)
				ended <- end{status, out.String()}
			}()
			select {
			case e := <-ended:
				t.Fatalf("it did not wait: status %d: %s", e.status, e.said)
			case <-time.After(300 * time.Millisecond):
			}
			server.Start(t)
			if e := <-ended; e.status != exitDone || !strings.Contains(e.said, "answers") {
				t.Errorf("status %d: %s", e.status, e.said)
			}
		})
	}
}

// commandURL returns the URL by which the command knows a database of a test server.
func commandURL(t testing.TB, name string) string {
	t.Helper()
	if strings.HasPrefix(name, "postgres") {
		return name
	}
	config, err := mysql.ParseDSN(name)
	if err != nil {
		t.Fatal(err)
	}
	u := url.URL{Scheme: "mysql", User: url.UserPassword(config.User, config.Passwd), Path: "/" + config.DBName, Host: config.Addr}
	if config.Net == "unix" {
		u.Host, u.RawQuery = "", url.Values{"socket": {config.Addr}}.Encode()
	}
	return u.String()
}
