package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dbmend/dbmend"
)

// The exit statuses. They are part of the command's contract: scripts go by them.
const (
	exitDone        = 0   // done, or nothing to do
	exitFailed      = 1   // something failed, and was undone as far as the database system can
	exitDifferences = 2   // with --exit-code: something is pending or not as it should be; of check: findings
	exitQuestions   = 3   // refused, nothing changed: questions are open
	exitUsage       = 64  // the command line or the configuration is wrong
	exitInterrupted = 130 // a signal ended it
)

// exitHelp is shown in the help of every command.
const exitHelp = `Exit status:
  0    done, or nothing to do
  1    failed; what was begun is undone, as far as the database system can
  2    differences found (with --exit-code), or findings of check
  3    refused, nothing changed: questions are open
  64   wrong usage
  130  interrupted`

// A usageError is a mistake in what we were told, as opposed to one in the world.
type usageError struct {
	message string
	hint    string // what to write instead; may be empty
}

func (e *usageError) Error() string { return e.message }

func wrongUsage(format string, args ...any) error {
	return &usageError{message: fmt.Sprintf(format, args...)}
}

// misplaced is wrongUsage about an argument that is not expected. One that looks
// like a database's URL is not repeated: it may hold a password.
func misplaced(format, argument string) error {
	if mayBeURL(argument) {
		return &usageError{message: fmt.Sprintf(format, "…"), hint: "the database is given by --db or DATABASE_URL"}
	}
	return wrongUsage(format, clean(argument))
}

// discreet returns what the parser of the command line says, without what it quotes
// if that may be a database's URL.
func discreet(message string) string {
	if !mayBeURL(message) {
		return message
	}
	before, _, _ := strings.Cut(message, ":")
	return before
}

func mayBeURL(text string) bool { return strings.Contains(text, "://") || strings.Contains(text, "@") }

// A failure is an error of the command's own that has advice to give.
type failure struct {
	message string
	hint    string
	err     error // what caused it; may be nil
}

func (e *failure) Error() string { return e.message }
func (e *failure) Unwrap() error { return e.err }

// exitStatus returns the status for an error.
func exitStatus(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	if wasInterrupted(ctx) {
		return exitInterrupted
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*dbmend.Refusal](err); ok {
		return exitQuestions
	}
	return exitFailed
}
