package dbmend_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbmend/dbmend"
	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/engine/mysql"
	"github.com/dbmend/dbmend/engine/postgres"
	"github.com/dbmend/dbmend/journal"
	"github.com/dbmend/dbmend/schema"
)

// On PostgreSQL, too, a set that has grown goes on from where the last run has left the
// database, whoever writes to its tables, and the fingerprint that it leaves is that of
// the schema. What somebody has changed is looked at.
func TestSequelsOnPostgreSQL(t *testing.T) {
	testSequels(t, "PostgreSQL", postgres.Engine{}, "CREATE TABLE IF NOT EXISTS pg_temp.somebody (writes integer)", map[string]sequel{
		"a table of its own":        {third: "CREATE TABLE tags (id integer PRIMARY KEY, name text); CREATE INDEX tags_name ON tags (name);"},
		"a table that refers":       {third: "CREATE TABLE tags (id integer PRIMARY KEY, note integer REFERENCES notes);"},
		"a column":                  {third: "ALTER TABLE notes ADD COLUMN more text;"},
		"a view and a function":     {third: "CREATE VIEW v AS SELECT id FROM notes; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';"},
		"a type":                    {third: "CREATE TYPE mood AS ENUM ('sad', 'ok');"},
		"rows":                      {done: "INSERT INTO notes VALUES (1, 'a')", third: "UPDATE notes SET text = 'b';"},
		"an index is gone":          {done: "DROP INDEX notes_text", third: "CREATE TABLE tags (id integer PRIMARY KEY);", looks: true},
		"a pending column goes":     {third: "ALTER TABLE notes DROP COLUMN spare;", looks: true},
		"what bears no transaction": {third: "CREATE INDEX CONCURRENTLY notes_spare ON notes (spare);", looks: true},
	})
}

// On MariaDB a set that has grown by one migration goes on in the same way, whatever others do to
// rows; where somebody has changed a schema, texts are compared that tell of this one.
func TestSequelsOnMariaDB(t *testing.T) {
	testSequels(t, "MariaDB", mysql.Engine{}, "CREATE TEMPORARY TABLE somebody (writes integer)", map[string]sequel{
		"a table of its own":        {third: "CREATE TABLE tags (id integer PRIMARY KEY, name varchar(9)); CREATE INDEX tags_name ON tags (name);"},
		"a table that refers":       {third: "CREATE TABLE tags (id integer PRIMARY KEY, note integer REFERENCES notes (id));"},
		"a column":                  {third: "ALTER TABLE notes ADD COLUMN more text;"},
		"a column and its rows":     {done: "INSERT INTO notes VALUES (1, 'a', NULL)", third: "ALTER TABLE notes ADD COLUMN more text; UPDATE notes SET more = text;"},
		"rows":                      {done: "INSERT INTO notes VALUES (1, 'a', NULL)", third: "UPDATE notes SET text = 'b';"},
		"a table that is there":     {third: "CREATE TABLE IF NOT EXISTS notes (id integer);"},
		"a view":                    {third: "CREATE VIEW v AS SELECT id FROM notes;"},
		"a column has another name": {third: "ALTER TABLE notes RENAME COLUMN spare TO more;"},
		"an index is gone":          {done: "DROP INDEX notes_text ON notes", third: "CREATE TABLE tags (id integer PRIMARY KEY);", looks: true},
		"an index came and went":    {done: "CREATE INDEX fleeting ON notes (spare); DROP INDEX fleeting ON notes", third: "CREATE TABLE tags (id integer PRIMARY KEY);"},
		"a pending column goes":     {third: "ALTER TABLE notes DROP COLUMN spare;", looks: true},
	})
}

// A sequel is what was done by hand behind two migrations, what the third one does, and
// whether the database is looked at ahead of it.
type sequel struct {
	done, third string
	looks       bool
}

// testSequels runs each sequel, behind what somebody else does all the time.
func testSequels(t *testing.T, server string, e engine.Engine, meanwhile string, sequels map[string]sequel) {
	for name, c := range sequels {
		t.Run(name, func(t *testing.T) {
			db := stepwise[server].open(t)
			files := fstest.MapFS{
				"1_notes.sql": file("CREATE TABLE notes (id integer PRIMARY KEY, text varchar(80), spare varchar(80));"),
				"2_index.sql": file("CREATE INDEX notes_text ON notes (text);"),
			}
			if _, err := dbmend.Up(t.Context(), db, e, files); err != nil {
				t.Fatal(err)
			}
			for statement := range strings.SplitSeq(meanwhile+"; "+c.done, "; ") {
				execScript(t, db, statement)
			}
			files["3_more.sql"] = file(c.third)
			report, err := dbmend.Up(t.Context(), db, e, files)
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
			d, err := e.Connect(t.Context(), db)
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
			if again, err := dbmend.Up(t.Context(), db, e, files); err != nil || !again.Nothing() {
				t.Errorf("the next start: %+v, %v", again, err)
			}
		})
	}
}
