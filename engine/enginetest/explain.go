package enginetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

func testExplain(t *testing.T, c Config) {
	tests := []struct {
		statement string
		problem   engine.Problem
		key       schema.Key // the zero key: not looked at
	}{
		{"CREATE TABLE notes (id INTEGER)", engine.Exists, schema.Key{Kind: schema.Table, Name: "notes"}},
		{"CREATE INDEX books_by_title ON books (title)", engine.Exists, schema.Key{Kind: schema.Index, Name: "books_by_title"}},
		{"ALTER TABLE notes ADD COLUMN title VARCHAR(80)", engine.Exists, schema.Key{Kind: schema.Column, Name: "title"}},
		{"DROP TABLE absent", engine.Missing, schema.Key{Kind: schema.Table, Name: "absent"}},
		{"INSERT INTO absent VALUES (1)", engine.Missing, schema.Key{Kind: schema.Table, Name: "absent"}},
		{"SELECT * FROM absent", engine.Missing, schema.Key{Kind: schema.Table, Name: "absent"}},
		{"ALTER TABLE absent ADD COLUMN title VARCHAR(80)", engine.Missing, schema.Key{Kind: schema.Table, Name: "absent"}},
		{"CREATE INDEX more ON absent (title)", engine.Missing, schema.Key{Kind: schema.Table, Name: "absent"}},
		{"DROP VIEW absent", engine.Missing, schema.Key{Kind: schema.View, Name: "absent"}},
		{"ALTER TABLE notes DROP COLUMN absent", engine.Missing, schema.Key{Kind: schema.Column, Name: "absent"}},
		{"UPDATE notes SET absent = 1", engine.Missing, schema.Key{Kind: schema.Column, Name: "absent"}},
		{"SELECT absent FROM notes", engine.Missing, schema.Key{Kind: schema.Column, Name: "absent"}},
		{"INSERT INTO notes VALUES (1, 'again')", engine.Violated, schema.Key{}},
		{"INSERT INTO authors VALUES (2, NULL)", engine.Violated, schema.Key{}},
		{"INSERT INTO books VALUES (0, 1, 'b')", engine.Violated, schema.Key{}},
		{"SELEKT 1", engine.Syntax, schema.Key{}},
		{"CREATE TABLE (", engine.Syntax, schema.Key{}},
	}
	db := c.connect(t)
	run(t, db, library...)
	run(t, db, "INSERT INTO notes VALUES (1, 'a')", "INSERT INTO authors VALUES (1, 'a')")
	for _, test := range tests {
		t.Run(test.statement, func(t *testing.T) {
			_, err := db.Exec(t.Context(), test.statement)
			if err == nil {
				t.Fatal("it did not fail")
			}
			for _, err := range []error{err, fmt.Errorf("apply 002_more: %w", err), errors.Join(err, errors.New("and more"))} {
				have := db.Explain(err)
				if have.Problem != test.problem {
					t.Errorf("%v is explained as problem %d, want %d", err, have.Problem, test.problem)
				}
				if test.key == (schema.Key{}) {
					continue
				}
				if have.Key.Table != "" {
					test.key.Table = "notes" // told by some engines
				}
				equal(t, "key", test.key, have.Key)
			}
		})
	}
	t.Run("what is not about the schema explains nothing", func(t *testing.T) {
		for _, err := range []error{nil, context.Canceled, errors.New(""), errors.New("connection refused")} {
			equal(t, fmt.Sprint(err), engine.Complaint{}, db.Explain(err))
		}
	})
}
