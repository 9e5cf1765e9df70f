package main

import (
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
)

func mysqlConfig(t *testing.T, url string) (*driver.Config, string) {
	t.Helper()
	found, err := parseURL(url, "")
	if err != nil {
		t.Fatalf("parseURL(%q): %v", url, err)
	}
	return found.(*mysqlTarget).config, found.String()
}

func TestMySQLURL(t *testing.T) {
	for _, c := range []struct{ url, user, password, address, database, name string }{
		{"mysql://me:secret@db.example.com/app", "me", "secret", "tcp db.example.com:3306", "app", "mysql://me@db.example.com/app"},
		{"MariaDB://me@db.example.com:3307/app", "me", "", "tcp db.example.com:3307", "app", "mariadb://me@db.example.com:3307/app"},
		{"mysql:///app", "", "", "tcp 127.0.0.1:3306", "app", "mysql://127.0.0.1/app"},
		{"mysql://m%40e:a%40b%2Fc%3Ad@[::1]/a%2Fb", "m@e", "a@b/c:d", "tcp [::1]:3306", "a/b", "mysql://m%40e@[::1]/a%2Fb"},
		{"mysql://me@/app?socket=/run/mysqld/mysqld.sock", "me", "", "unix /run/mysqld/mysqld.sock", "app", "mysql://me@/app?socket=/run/mysqld/mysqld.sock"},
		{"mysql://localhost/app?user=me&password=s%26t", "me", "s&t", "tcp localhost:3306", "app", "mysql://me@localhost/app"},
		// The driver's own names, in which nothing is encoded.
		{"me:se@cr/et@tcp(localhost:3307)/app", "me", "se@cr/et", "tcp localhost:3307", "app", "mysql://me@localhost:3307/app"},
		{"me:secret@tcp(localhost)/app?parseTime=true", "me", "secret", "tcp localhost:3306", "app", "mysql://me@localhost/app"},
		{"me:secret@unix(/run/mysqld/mysqld.sock)/app.db", "me", "secret", "unix /run/mysqld/mysqld.sock", "app.db", "mysql://me@/app.db?socket=/run/mysqld/mysqld.sock"},
		{"me:secret@/app", "me", "secret", "tcp 127.0.0.1:3306", "app", "mysql://me@127.0.0.1/app"},
		{"tcp(localhost)/app", "", "", "tcp localhost:3306", "app", "mysql://localhost/app"},
		{"postgres:secret@tcp(localhost)/app", "postgres", "secret", "tcp localhost:3306", "app", "mysql://postgres@localhost/app"},
		{"mysql:secret@/app", "mysql", "secret", "tcp 127.0.0.1:3306", "app", "mysql://mysql@127.0.0.1/app"},
		// golang-migrate's, which is both.
		{"mysql://me:se%40cret@tcp(localhost:3307)/app?multiStatements=true&x-migrations-table=versions", "me", "se@cret", "tcp localhost:3307", "app", "mysql://me@localhost:3307/app"},
	} {
		config, name := mysqlConfig(t, c.url)
		if config.User != c.user || config.Passwd != c.password || config.Net+" "+config.Addr != c.address || config.DBName != c.database {
			t.Errorf("%s is %s, password %s, at %s %s, database %s", c.url, config.User, config.Passwd, config.Net, config.Addr, config.DBName)
		}
		if name != c.name {
			t.Errorf("%s is called %s; want %s", c.url, name, c.name)
		}
	}
}

// What a URL says for an application is not for us: how values are given to it,
// that several statements may be sent at once, after how long it gives up.
func TestMySQLSettings(t *testing.T) {
	config, _ := mysqlConfig(t, "mysql://me@localhost/app?multiStatements=true&parseTime=true&clientFoundRows=true&interpolateParams=true&"+
		"columnsWithAlias=true&rejectReadOnly=true&readTimeout=5s&writeTimeout=5s&timeout=3s&loc=Europe/Berlin&time_zone=%27%2B00:00%27")
	if config.MultiStatements || config.ParseTime || config.ClientFoundRows || config.InterpolateParams || config.ColumnsWithAlias || config.RejectReadOnly {
		t.Errorf("an application's settings are in %s", config.FormatDSN())
	}
	if config.ReadTimeout != 0 || config.WriteTimeout != 0 || config.Timeout.Seconds() != 3 {
		t.Errorf("timeouts %s, %s and %s", config.ReadTimeout, config.WriteTimeout, config.Timeout)
	}
	if config.Params["time_zone"] != "'+00:00'" || len(config.Params) != 1 {
		t.Errorf("variables %v", config.Params)
	}
	config, _ = mysqlConfig(t, "mysql://me@localhost/app")
	if config.Timeout != connectTimeout || config.ConnectionAttributes != "program_name:dbmend" {
		t.Errorf("timeout %s, attributes %s", config.Timeout, config.ConnectionAttributes)
	}
	if config, _ = mysqlConfig(t, "mysql://me@localhost/app?connectionAttributes=team:web"); config.ConnectionAttributes != "team:web,program_name:dbmend" {
		t.Errorf("attributes %s", config.ConnectionAttributes)
	}
}

// The certificate is checked for the host of the URL.
func TestMySQLEncryption(t *testing.T) {
	for _, query := range []string{"tls=true", "ssl-mode=VERIFY_IDENTITY", "sslmode=verify-full"} {
		config, _ := mysqlConfig(t, "mysql://me@db.example.com/app?"+query)
		if config.TLS == nil || config.TLS.InsecureSkipVerify || config.TLS.ServerName != "db.example.com" {
			t.Errorf("%s: %+v", query, config.TLS)
		}
	}
	for query, want := range map[string]string{"ssl-mode=REQUIRED": "skip-verify", "sslmode=prefer": "preferred", "ssl_mode=disabled": "false", "tls=skip-verify": "skip-verify"} {
		if config, _ := mysqlConfig(t, "mysql://me@db.example.com/app?"+query); config.TLSConfig != want {
			t.Errorf("%s is %s; want %s", query, config.TLSConfig, want)
		}
	}
}

// A parameter that is wrong is named, and its value is not.
func TestMySQLParametersThatAreRefused(t *testing.T) {
	for _, c := range []struct{ query, name string }{
		{"parseTime=perhaps", "parseTime"},
		{"timeout=perhaps", "timeout"},
		{"tls=perhaps", "tls"},
		{"ssl-mode=VERIFY_CA", "ssl-mode"}, // the driver can do more or less, and not this
		{"loc=Nowhere", "loc"},
		{"serverPubKey=perhaps", "serverPubKey"},
		{"strict=true", "strict"},
		{"a b=c", "a b"},
		{"a;DROP TABLE b=c", "a;DROP TABLE b"},
	} {
		for _, url := range []string{"mysql://me@localhost/app?" + c.query, "me@tcp(localhost)/app?" + c.query} {
			_, err := parseURL(url, "")
			if err == nil || !strings.Contains(err.Error(), "the parameter "+c.name+" ") {
				t.Errorf("%s: %v", url, err)
			}
		}
	}
}

// The driver's own client has to be told where a body ends.
func TestMySQLScript(t *testing.T) {
	d := (&mysqlTarget{}).dialect()
	for statement, want := range map[string]string{
		"DROP TABLE a":                           "DROP TABLE a;",
		"CREATE PROCEDURE p() BEGIN DO 1; END":   "DELIMITER $$\nCREATE PROCEDURE p() BEGIN DO 1; END\n$$\nDELIMITER ;",
		"INSERT INTO a VALUES ('$$; not a end')": "DELIMITER $$$\nINSERT INTO a VALUES ('$$; not a end')\n$$$\nDELIMITER ;",
	} {
		if got := d.ended(statement); got != want {
			t.Errorf("%s ends as %s", statement, got)
		}
	}
}
