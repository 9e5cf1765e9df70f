package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

func TestExplain(t *testing.T) {
	key := func(kind schema.Kind, name string) schema.Key { return schema.Key{Kind: kind, Name: name} }
	column := func(table, name string) schema.Key { return schema.Key{Kind: schema.Column, Table: table, Name: name} }
	tests := []struct {
		text    string
		problem engine.Problem
		key     schema.Key
	}{
		{"no such table: Notes", engine.Missing, key(schema.Table, "notes")},
		{"no such table: main.notes", engine.Missing, key(schema.Table, "notes")},
		{"no such table: a b", engine.Missing, key(schema.Table, "a b")},
		{"no such table: a\nb", engine.Missing, key(schema.Table, "a\nb")},
		{"no such table: no such column: c", engine.Missing, key(schema.Table, "no such column: c")},
		{"no such view: v", engine.Missing, key(schema.View, "v")},
		{"no such index: i", engine.Missing, key(schema.Index, "i")},
		{"no such trigger: t", engine.Missing, key(schema.Trigger, "t")},
		{"no such column: c", engine.Missing, column("", "c")},
		{"no such column: x.C", engine.Missing, column("", "c")}, // x may be an alias
		{`no such column: "c"`, engine.Missing, column("", "c")},
		{`no such column: ""c d""`, engine.Missing, column("", "c d")},
		{`no such column: "c" - should this be a string literal in single-quotes?`, engine.Missing, column("", "c")},
		{"table notes has no column named c", engine.Missing, column("notes", "c")},
		{`unknown column "c" in foreign key definition`, engine.Missing, column("", "c")},
		{"duplicate column name: c", engine.Exists, column("", "c")},
		{"table x already exists", engine.Exists, key(schema.Table, "x")},
		{`table "a ""b" already exists`, engine.Exists, key(schema.Table, `a "b`)},
		{"table `x` already exists", engine.Exists, key(schema.Table, "x")},
		{"table no such table: y already exists", engine.Exists, key(schema.Table, "no such table: y")},
		{"view [v] already exists", engine.Exists, key(schema.View, "v")},
		{"index i already exists", engine.Exists, key(schema.Index, "i")},
		{"trigger t already exists", engine.Exists, key(schema.Trigger, "t")},
		{"there is already a table named x", engine.Exists, key(schema.Table, "x")},
		{"there is already an index named i", engine.Exists, key(schema.Index, "i")},
		{"there is already another table or index with this name: x", engine.Exists, key(schema.Table, "x")},
		{"error in view v: no such table: main.x", engine.Missing, key(schema.Table, "x")},
		{"error in view v after rename: no such column: c", engine.Missing, column("", "c")},
		{"error in index i after drop column: no such column: c", engine.Missing, column("", "c")},
		{"error in trigger t: no such table: y: no such table: x", engine.Missing, key(schema.Table, "y: no such table: x")},
		{"error in table t after rename: duplicate column name: c", engine.Exists, column("", "c")},
		{"UNIQUE constraint failed: t.a, t.b", engine.Violated, key(schema.Table, "t")},
		{"UNIQUE constraint failed: index 'i'", engine.Violated, key(schema.Index, "i")},
		{"NOT NULL constraint failed: t.c", engine.Violated, column("t", "c")},
		{"CHECK constraint failed: no such table: x", engine.Violated, schema.Key{}},
		{"FOREIGN KEY constraint failed", engine.Violated, schema.Key{}},
		{`near "no such table: x": syntax error`, engine.Syntax, schema.Key{}},
		{`unrecognized token: "'a"`, engine.Syntax, schema.Key{}},
		{"incomplete input", engine.Syntax, schema.Key{}},
		{"database is locked", engine.Busy, schema.Key{}},
		{"database table is locked: sqlite_master", engine.Busy, schema.Key{}},
		{"database schema is locked: main", engine.Busy, schema.Key{}},
		{"database or disk is full", engine.Full, schema.Key{}},
		{"attempt to write a readonly database", engine.ReadOnly, schema.Key{}},

		{"no such function: f", engine.Unequipped, schema.Key{}},
		{"no such module: fts3", engine.Unequipped, schema.Key{}},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			// The ways in which drivers put it, and the ways in which Go wraps it.
			for _, form := range []string{"%s", "SQL logic error: %s (1)", "constraint failed: %s (2067)", "sqlite3: SQL logic error: %s", "sqlite3: %s"} {
				err := errors.New(strings.Replace(form, "%s", test.text, 1))
				for _, err := range []error{
					err,
					fmt.Errorf("apply 2_add: %w", err),
					fmt.Errorf("%w (%w)", err, engine.ErrRolledBack),
					errors.Join(errors.New("no such thing"), err),
				} {
					want := engine.Complaint{Problem: test.problem, Key: test.key}
					if have := explain(err); have != want {
						t.Errorf("%v: %+v, want %+v", err, have, want)
					}
				}
			}
		})
	}
	for text, problem := range map[string]engine.Problem{
		"SQL logic error: malformed JSON (1)":                                          engine.Rejected,
		"sqlite3: SQL logic error: integer overflow":                                   engine.Rejected,
		`SQL logic error: cannot drop column "no such table: x": PRIMARY KEY (1)`:      engine.Rejected,
		`apply 2_add: SQL logic error: foreign key mismatch - "c" referencing "p" (1)`: engine.Unknown, // the words ahead are not SQLite's
		"datatype mismatch (20)":                                                       engine.Rejected,
		"interrupted (9)":                                                              engine.Unknown,
		"disk I/O error (10)":                                                          engine.Unknown,
		"malformed JSON":                                                               engine.Unknown, // no code says whose word it is
		"database disk image is malformed (11)":                                        engine.Unknown,
	} {
		t.Run(text, func(t *testing.T) {
			if have := explain(errors.New(text)).Problem; have != problem {
				t.Errorf("problem %d, want %d", have, problem)
			}
		})
	}
	t.Run("a code behind the message", func(t *testing.T) {
		if have := explain(errors.New("database is locked (5) (SQLITE_BUSY)")).Problem; have != engine.Busy {
			t.Errorf("problem %d", have)
		}
	})
	t.Run("a number that belongs to the name", func(t *testing.T) {
		if have := explain(errors.New("no such table: notes (1)")).Key.Name; have != "notes (1)" {
			t.Errorf("name %q", have)
		}
	})
}

// Whatever a text holds, it is read without a panic and in bounded time.
func FuzzExplain(f *testing.F) {
	f.Add("SQL logic error: error in view v: no such table: main.x (1)")
	f.Add(`no such column: """" - should this be a string literal in single-quotes?`)
	f.Fuzz(func(t *testing.T, text string) {
		c := explain(errors.New(text))
		if c.Problem == engine.Unknown && c != (engine.Complaint{}) {
			t.Errorf("%q: %+v", text, c)
		}
	})
}
