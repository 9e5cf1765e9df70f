package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// dumpHead is what a dump begins with: no other file is overwritten.
const dumpHead = "-- A new database: the schema, the rows that the migrations put in, and the history.\n" +
	"-- Made by dbmend up --dump, which finds nothing to do where this has run.\n"

// checkDump refuses a file that is there and is no dump.
func checkDump(path string) error {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("write the dump: %w", err)
	case len(text) > 0 && !bytes.HasPrefix(text, []byte(dumpHead)):
		return &usageError{message: "the dump is not written to " + clean(path) + ": it is there and no dump", hint: "name another file with --dump"}
	}
	return nil
}

// writeDump writes the dump, whole or not at all, and leaves a file alone that holds
// it already.
func (c *call) writeDump(ctx context.Context, s *session) error {
	statements, err := s.Dump(ctx)
	if err != nil {
		return err
	}
	path := c.flags.dump
	if err := checkDump(path); err != nil {
		return err
	}
	text := dumpText(statements, s.target.dialect())
	if before, err := os.ReadFile(path); err == nil && string(before) == text {
		return nil
	}
	if err := putFile(path, []byte(text)); err != nil {
		return fmt.Errorf("write the dump: %w", err)
	}
	return nil
}

// dumpText puts statements into a script for the database system's own client.
func dumpText(statements []string, d dialect) string {
	var b strings.Builder
	b.WriteString(dumpHead + "\n")
	for _, line := range []string{d.rest, d.begin} {
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	for _, statement := range statements {
		b.WriteString("\n" + d.ended(strings.TrimSpace(statement)) + "\n")
	}
	if d.commit != "" {
		b.WriteString("\n" + d.commit + "\n")
	}
	return b.String()
}
