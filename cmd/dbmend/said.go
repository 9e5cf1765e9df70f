package main

import (
	"errors"
	"strings"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/internal/wording"
)

// A saying is an error that came from a database, or on the way there: its target
// knows what must not be told, and what can be done about it.
type saying struct {
	target target
	err    error
}

// said attributes an error to a database; nil stays nil.
func said(t target, err error) error {
	if err == nil {
		return nil
	}
	return &saying{t, err}
}

// Error returns what was said, with a mark for each secret.
func (e *saying) Error() string {
	text := e.err.Error()
	for _, secret := range e.target.secrets() {
		text = conceal(text, secret)
	}
	return text
}

// Unwrap returns the error as it came.
func (e *saying) Unwrap() error { return e.err }

// concealed is what is said instead of a secret.
const concealed = "xxxxx"

// conceal replaces a secret wherever it stands by itself. Within a longer word it
// is left: a short password is a part of many words, and a mark in one of them would
// tell what it is.
func conceal(text, secret string) string {
	var b strings.Builder
	for {
		i := wording.Find(text, secret)
		if i < 0 {
			return b.String() + text
		}
		b.WriteString(text[:i] + concealed)
		text = text[i+len(secret):]
	}
}

// advice returns what can be done about an error; "" for most.
func advice(err error) string {
	if errors.Is(err, engine.ErrLocked) {
		return "wait until it has finished, or give it more time with --lock-timeout"
	}
	if e, ok := errors.AsType[*saying](err); ok {
		return e.target.hint(e.err)
	}
	return ""
}
