package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestParseURL_namesExactlyOneFile(t *testing.T) {
	for _, c := range []struct{ url, path string }{
		{"app.db", "app.db"},
		{"/data/app.sqlite3", "/data/app.sqlite3"},
		{"a b%20#?.db", "a b%20#?.db"}, // a plain path is taken at its word
		{"C.sqlite", "C.sqlite"},
		{"sqlite:app", "app"},
		{"SQLite:app.db", "app.db"},
		{"sqlite3:app.db", "app.db"},
		{"sqlite:/data/app.db", "/data/app.db"},
		{"sqlite:///data/app.db", "/data/app.db"},
		{"sqlite://data/app.db", "data/app.db"},
		{"sqlite:./me@home.db", "./me@home.db"},
		{"sqlite:a%20b.db", "a b.db"},
		{"sqlite:a+b.db", "a+b.db"},
		{"sqlite:a#b.db", "a#b.db"},
		{"sqlite:a%3Fb.db?mode=ro", "a?b.db"},
		{"sqlite::memory:", ""},
		{":memory:", ""},
	} {
		got, err := parseURL(c.url, "")
		if err != nil {
			t.Errorf("parseURL(%q): %v", c.url, err)
		} else if path := got.(*sqliteTarget).path; path != c.path {
			t.Errorf("parseURL(%q) names %q; want %q", c.url, path, c.path)
		}
	}
}

func TestParseURL_startsRelativePathsFromTheFolderThatSaidThem(t *testing.T) {
	for _, url := range []string{"app.db", "sqlite:app.db", "sqlite://app.db"} {
		got, err := parseURL(url, "conf")
		if err != nil || got.(*sqliteTarget).path != filepath.Join("conf", "app.db") {
			t.Errorf("parseURL(%q) names %v, %v", url, got, err)
		}
	}
	if got, err := parseURL("/app.db", "conf"); err != nil || got.(*sqliteTarget).path != "/app.db" {
		t.Errorf("an absolute path became %v, %v", got, err)
	}
}

func TestParseURL_neverRepeatsWhatItDoesNotUnderstand(t *testing.T) {
	for _, url := range []string{
		"postgres:me:secret@localhost/app", "postgres://me:12/secret@localhost/app", "mysql://me:secret@localhost", "mssql://me:secret@localhost",
		"me:secret@tcp(localhost:3306)/", "me:secret@localhost/app.db", "jdbc:mysql://localhost/app?password=secret", "host=localhost password=secret", "secret", "sqlite://me:secret@localhost/app.db",
		"sqlite:app.db?password=secret", "https://me:secret@example.com/app.db", "sqlite:%zzsecret", "app.db\x00secret",
	} {
		_, err := parseURL(url, "")
		if err == nil {
			t.Errorf("parseURL(%q) has no error", url)
			continue
		}
		if _, ok := err.(*usageError); !ok {
			t.Errorf("parseURL(%q): %T; want a usage error", url, err)
		}
		for _, p := range problems(err, "", false) {
			if strings.Contains(p.message+p.hint, "secret") {
				t.Errorf("parseURL(%q) repeats the password: %s", url, p.message)
			}
		}
	}
}

func TestParameters_passOnWhatLastsAsLongAsTheConnection(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"", ""},
		{"mode=ro", "mode=ro"},
		{"_pragma=foreign_keys(1)", "_pragma=foreign_keys%281%29"},
		{"_pragma=foreign_keys%3D1", "_pragma=foreign_keys%281%29"},
		{"_fk=1", "_pragma=foreign_keys%281%29"},
		{"_foreign_keys=on&_busy_timeout=50", "_pragma=busy_timeout%2850%29&_pragma=foreign_keys%28on%29"},
		{"_pragma=journal_mode(WAL)&_journal=wal", ""}, // changes the file
		{"_txlock=immediate&cache=shared", ""},
	} {
		got, err := sqliteParams(c.query)
		if err != nil {
			t.Errorf("sqliteParams(%q): %v", c.query, err)
		} else if got.Encode() != c.want {
			t.Errorf("sqliteParams(%q) = %q; want %q", c.query, got.Encode(), c.want)
		}
	}
	for _, query := range []string{"_pragma=foreign_keys(1);DROP TABLE a", "_pragma=writable_schema(1)", "mode=memory", "_fk=1%3BDROP", "x=1", "%zz"} {
		if got, err := sqliteParams(query); err == nil {
			t.Errorf("sqliteParams(%q) = %q; want an error", query, got.Encode())
		}
	}
}
