package main

import (
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/dbmend/dbmend/internal/wording"
)

// A server is what targets on servers have in common.
type server struct {
	name   string   // what people call the database
	hidden []string // what no message may say
}

// connectTimeout is how long a server may take to answer where the URL says
// nothing else.
const connectTimeout = 10 * time.Second

// connections is how many a pool may open: the one that migrates, those of scratch
// databases, and one to ask with when another has broken. Who waits for one more
// than this has forgotten to give one back, and the server's are for others.
const connections = 8

// String returns a URL without password and parameters.
func (s *server) String() string    { return s.name }
func (s *server) secrets() []string { return s.hidden }

func (s *server) exists() (bool, error)    { return true, nil }
func (s *server) ready(need) (bool, error) { return false, nil }
func (s *server) files() []string          { return nil }

// bounded returns the pool with its bounds set.
func bounded(db *sql.DB) *sql.DB {
	db.SetMaxOpenConns(connections)
	return db
}

// encodeHint is for what comes of a password with characters that mean something in
// a URL: half of it is then taken for a host, a port or a name, and would be shown.
const encodeHint = "in a name or a password, write %40 for @, %2F for /, %3A for :, %3F for ?, %23 for # and %25 for %"

// strayAt is said of an @ behind the host.
func strayAt() error {
	return &usageError{message: "the database URL has an @ behind the host, or a password with characters that have to be encoded", hint: encodeHint}
}

// unreadable says what is wrong with a URL in words of our own, since those of a
// parser repeat it.
func unreadable(err error) error {
	message := "the database URL cannot be read"
	if _, ok := errors.AsType[url.EscapeError](err); ok {
		message = "the database URL holds a percent sign that is not followed by two hexadecimal digits"
	} else if strings.Contains(err.Error(), "invalid port") {
		message = "the port of the database URL is not a number"
	}
	return &usageError{message: message, hint: encodeHint}
}

// secretsOf returns the secrets that are to be kept from messages, in all the
// spellings that a URL has for them. What the database's name says anyway is not
// among them: a mark in its place would tell more.
func secretsOf(name string, secrets ...string) []string {
	var hidden []string
	for _, secret := range secrets {
		if secret == "" || wording.Find(name, secret) >= 0 {
			continue
		}
		hidden = append(hidden, secret)
		for _, encoded := range []string{url.QueryEscape(secret), url.PathEscape(secret)} {
			if encoded != secret {
				hidden = append(hidden, encoded)
			}
		}
	}
	return hidden
}
