package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

func TestExplain(t *testing.T) {
	d, _ := live(t,
		`CREATE SCHEMA app`,
		`CREATE TYPE mood AS ENUM ('a')`,
		`CREATE TABLE notes (id integer PRIMARY KEY, title text NOT NULL, feeling mood, CONSTRAINT positive CHECK (id > 0))`,
		`CREATE TABLE parents (id integer PRIMARY KEY REFERENCES notes)`,
		`CREATE VIEW titles AS SELECT title FROM notes`,
		`CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
		`CREATE INDEX by_title ON notes (title)`,
		`INSERT INTO notes VALUES (1, 'a')`,
	)
	for statement, want := range map[string]engine.Complaint{
		`CREATE TABLE notes (id integer)`:                    {Problem: engine.Exists, Key: schema.Key{Kind: schema.Table, Name: "notes"}},
		`CREATE INDEX by_title ON notes (id)`:                {Problem: engine.Exists, Key: schema.Key{Kind: schema.Index, Name: "by_title"}},
		`ALTER TABLE notes ADD title text`:                   {Problem: engine.Exists, Key: schema.Key{Kind: schema.Column, Table: "notes", Name: "title"}},
		`CREATE TYPE mood AS ENUM ()`:                        {Problem: engine.Exists, Key: schema.Key{Kind: kindEnum, Name: "mood"}},
		`CREATE SCHEMA app`:                                  {Problem: engine.Exists, Key: schema.Key{Kind: kindNamespace, Name: "app"}},
		`SELECT * FROM "a ""b"""`:                            {Problem: engine.Missing, Key: schema.Key{Kind: schema.Table, Name: `a "b"`}},
		`SELECT * FROM app.absent`:                           {Problem: engine.Missing, Key: schema.Key{Kind: schema.Table, Space: "app", Name: "absent"}},
		`SELECT n.absent FROM notes AS n`:                    {Problem: engine.Missing, Key: schema.Key{Kind: schema.Column, Name: "absent"}},
		`ALTER TABLE notes DROP absent`:                      {Problem: engine.Missing, Key: schema.Key{Kind: schema.Column, Table: "notes", Name: "absent"}},
		`CREATE TABLE x (a absent)`:                          {Problem: engine.Missing, Key: schema.Key{Kind: kindEnum, Name: "absent"}},
		`CREATE TABLE absent.x (a integer)`:                  {Problem: engine.Missing, Key: schema.Key{Kind: kindNamespace, Name: "absent"}},
		`DROP INDEX absent`:                                  {Problem: engine.Missing, Key: schema.Key{Kind: schema.Index, Name: "absent"}},
		`DROP VIEW absent`:                                   {Problem: engine.Missing, Key: schema.Key{Kind: schema.View, Name: "absent"}},
		`DROP SEQUENCE absent`:                               {Problem: engine.Missing, Key: schema.Key{Kind: kindSequence, Name: "absent"}},
		`DROP TRIGGER absent ON notes`:                       {Problem: engine.Missing, Key: schema.Key{Kind: schema.Trigger, Table: "notes", Name: "absent"}},
		`SELECT absent(1)`:                                   {Problem: engine.Missing, Key: schema.Key{Kind: kindFunction, Name: "absent(integer)"}},
		`INSERT INTO notes VALUES (1, 'b')`:                  {Problem: engine.Violated, Key: schema.Key{Kind: schema.Table, Name: "notes"}},
		`INSERT INTO notes VALUES (2)`:                       {Problem: engine.Violated, Key: schema.Key{Kind: schema.Column, Table: "notes", Name: "title"}},
		`INSERT INTO notes VALUES (-1, 'b')`:                 {Problem: engine.Violated, Key: schema.Key{Kind: schema.Table, Name: "notes"}},
		`INSERT INTO parents VALUES (7)`:                     {Problem: engine.Violated, Key: schema.Key{Kind: schema.Table, Name: "parents"}},
		`ALTER TABLE notes ADD COLUMN more integer NOT NULL`: {Problem: engine.Violated, Key: schema.Key{Kind: schema.Column, Table: "notes", Name: "more"}},
		`SELEKT 1`:   {Problem: engine.Syntax},
		`SELECT 1/0`: {Problem: engine.Rejected},
	} {
		_, err := d.Exec(t.Context(), statement)
		if err == nil {
			t.Errorf("%s: it did not fail", statement)
			continue
		}
		if have := d.Explain(err); have != want {
			t.Errorf("%s: %v\nis   %+v\nwant %+v", statement, err, have, want)
		}
	}
}

func TestExplainByCode(t *testing.T) {
	for code, want := range map[string]engine.Problem{
		"40001": engine.Busy, "40P01": engine.Busy, "55P03": engine.Busy, "57014": engine.Busy,
		"53100": engine.Full, "25006": engine.ReadOnly, "42601": engine.Syntax, "23P01": engine.Violated, "XX000": engine.Unknown,
		"22012": engine.Rejected, "2BP01": engine.Rejected, "P0001": engine.Rejected, "42501": engine.Unknown, "53200": engine.Unknown,
	} {
		if have := explain(&pgconn.PgError{Code: code, Message: "Nachricht in einer anderen Sprache"}); have != (engine.Complaint{Problem: want}) {
			t.Errorf("%s is explained as %+v", code, have)
		}
	}
	// In another language the problem is known, and not the name.
	german := &pgconn.PgError{Code: "42P01", Message: "Relation »notes« existiert nicht"}
	if have := explain(german); have != (engine.Complaint{Problem: engine.Missing}) {
		t.Errorf("explained as %+v", have)
	}
}
