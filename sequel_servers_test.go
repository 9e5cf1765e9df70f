package dbmend_test

import (
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/schema"
)

// On PostgreSQL, too, a set that has grown goes on from where the last run has left the
// database, whoever writes to its tables, and the fingerprint that it leaves is that of
// the schema. What somebody has changed is looked at.
func TestSequelsOnPostgreSQL(t *testing.T) {
	for name, c := range map[string]struct {
		done, third string
		looks       bool
	}{
		"a table of its own":        {third: "CREATE TABLE tags (id integer PRIMARY KEY, name text); CREATE INDEX tags_name ON tags (name);"},
		"a table that refers":       {third: "CREATE TABLE tags (id integer PRIMARY KEY, note integer REFERENCES notes);"},
		"a column":                  {third: "ALTER TABLE notes ADD COLUMN more text;"},
		"a view and a function":     {third: "CREATE VIEW v AS SELECT id FROM notes; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';"},
		"a type":                    {third: "CREATE TYPE mood AS ENUM ('sad', 'ok');"},
		"rows":                      {done: "INSERT INTO notes VALUES (1, 'a')", third: "UPDATE notes SET text = 'b';"},
		"an index is gone":          {done: "DROP INDEX notes_text", third: "CREATE TABLE tags (id integer PRIMARY KEY);", looks: true},
		"a pending column goes":     {third: "ALTER TABLE notes DROP COLUMN spare;", looks: true},
		"what bears no transaction": {third: "CREATE INDEX CONCURRENTLY notes_spare ON notes (spare);", looks: true},
	} {
		t.Run(name, func(t *testing.T) {
			db := stepwise["PostgreSQL"].open(t)
			files := fstest.MapFS{
				"1_notes.sql": file("CREATE TABLE notes (id integer PRIMARY KEY, text text, spare text);"),
				"2_index.sql": file("CREATE INDEX notes_text ON notes (text);"),
			}
			if _, err := dbmend.Up(t.Context(), db, postgres.Engine{}, files); err != nil {
				t.Fatal(err)
			}
			exec(t, db, "CREATE TABLE IF NOT EXISTS pg_temp.somebody (writes integer)") // a transaction has come in between
			if c.done != "" {
				exec(t, db, c.done)
			}
			files["3_more.sql"] = file(c.third)
			report, err := dbmend.Up(t.Context(), db, postgres.Engine{}, files)
			if err != nil {
				t.Fatal(err)
			}
			if looked(report) != c.looks {
				t.Errorf("it has looked: %v, want %v", looked(report), c.looks)
			}
			var left string
			if err := db.QueryRow("SELECT after FROM dbmend_journal ORDER BY entry DESC LIMIT 1").Scan(&left); err != nil {
				t.Fatal(err)
			}
			d, err := postgres.Engine{}.Connect(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			s, err := d.Inspect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s.DeleteFunc(func(o *schema.Object) bool { return o.Key.Owner().Name == journal.Table })
			if is := s.Fingerprint().String(); left != is {
				t.Errorf("the journal says %s and the schema is %s", left, is)
			}
			if again, err := dbmend.Up(t.Context(), db, postgres.Engine{}, files); err != nil || !again.Nothing() {
				t.Errorf("the next start: %+v, %v", again, err)
			}
		})
	}
}
