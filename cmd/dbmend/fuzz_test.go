package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzParseURL puts a password where URLs have one. Whatever stands around it, nothing
// panics, and neither an error nor what people call the database repeats it; but for
// the path of a file, which may look like that.
func FuzzParseURL(f *testing.F) {
	for _, seed := range [][2]string{
		{"postgres://me", "localhost/app"}, {"postgres://me", "host:99999/app?sslmode=never"}, {"postgres://me", "/app?host=/run&password="},
		{"mysql://me", "localhost:3306/app?tls=x"}, {"mysql://me", "tcp(localhost:3306)/app?loc=%zz"}, {"me", "unix(/run/s)/app"},
		{"sqlite:a", "b.db?_pragma=foreign_keys(1)"}, {"jdbc:mysql://me", "localhost/app"}, {"", "/app.db"}, {"host=a password=b", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, ahead, behind string) {
		const secret = "Xq7hunter2"
		raw := ahead + ":" + secret + "@" + behind
		if strings.Contains(ahead+behind, secret) || strings.Contains(strings.ToLower(raw), "service") {
			return
		}
		target, err := parseURL(raw, "")
		if err != nil {
			for _, p := range problems(err, "", false) {
				if strings.Contains(p.message+p.hint, secret) {
					t.Errorf("parseURL(%q) repeats the password: %s %s", raw, p.message, p.hint)
				}
			}
			return
		}
		if _, file := target.(*sqliteTarget); !file && strings.Contains(target.String(), secret) {
			t.Errorf("parseURL(%q) is called %s", raw, target)
		}
	})
}

// FuzzConfig reads a configuration of any content. Nothing panics, an error names the
// file, and no line end or control character reaches a terminal.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"db = \"sqlite:a.db\"\ndir = \"m\"\n[answers]\n\"Q6@002/3\" = \"done\"\n", "lock-timeout = \"3s\"", "lock-timeout = -1", "answers = 3", "[answers]\nQ1 = 2",
		"x = 1", "[a.b.c]\nd = 1", "db = \"\x1b[31m\"", "db = [", "\"a\\u0007\" = 1", "dir = '''\n'''",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "dbmend.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := readConfig(path)
		if err == nil {
			_, err = (&app{}).gatherAnswers(c)
		}
		showable(t, err, path)
	})
}

// FuzzAnswers reads a file of answers of any content, in either form.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{"Q6@002/3=done\n", "# why\n\nQ1=none", "Q3@check a=b=accept", "Q6", "=", "Q6=", "\uFEFFQ1=a", "Q1 = \"a\"", "\"Q1@a\\u001b\" = \"b\""} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, toml bool) {
		path := filepath.Join(t.TempDir(), "answers")
		if toml {
			path += ".toml"
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		answers, err := readAnswers(path)
		showable(t, err, path)
		for name, answer := range answers {
			if !questionName.MatchString(name) {
				t.Errorf("%q=%q is an answer to no question", name, answer)
			}
		}
	})
}

// showable requires of an error that it names the file and is fit for a terminal.
func showable(t *testing.T, err error, path string) {
	t.Helper()
	if err == nil {
		return
	}
	for _, p := range problems(err, "", false) {
		if !strings.Contains(p.message, filepath.Base(path)) {
			t.Errorf("the error names no file: %q", p.message)
		}
		if strings.ContainsFunc(p.message+p.hint, func(r rune) bool { return r < ' ' || r >= 0x7F && r < 0xA0 }) {
			t.Errorf("the error is not fit for a terminal: %q %q", p.message, p.hint)
		}
	}
}
