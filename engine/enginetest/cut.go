package enginetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/dbmend/dbmend/migration"
)

func testCut(t *testing.T, c Config) {
	t.Run("an easy script", func(t *testing.T) {
		have, err := c.Engine.Cut("-- first\nCREATE TABLE a (id INTEGER);\n\nINSERT INTO a VALUES (1);\nSELECT ';' FROM a;\nDROP TABLE IF EXISTS a")
		if err != nil {
			t.Fatal(err)
		}
		type piece struct {
			Number, Line       int
			Text, Verb, Target string
			Class              migration.Class
			Guard              bool
		}
		var pieces []piece
		for _, s := range have {
			pieces = append(pieces, piece{s.Number, s.Line, s.Text, s.Verb, s.Target, s.Class, s.Guard})
			if s.Sum == "" {
				t.Errorf("statement %d has no checksum", s.Number)
			}
		}
		equal(t, "statements", []piece{
			{1, 2, "CREATE TABLE a (id INTEGER)", "create table", "a", migration.Schema, false},
			{2, 4, "INSERT INTO a VALUES (1)", "insert", "a", migration.Data, false},
			{3, 5, "SELECT ';' FROM a", "select", pieces[2].Target, migration.Query, false},
			{4, 6, "DROP TABLE IF EXISTS a", "drop table", "a", migration.Schema, true},
		}, pieces)
	})

	t.Run("nothing in it", func(t *testing.T) {
		for _, source := range []string{"", " \n", "-- nothing", ";", ";;\n;"} {
			have, err := c.Engine.Cut(source)
			if err != nil || len(have) != 0 {
				t.Errorf("%q: %d statements, error %v", source, len(have), err)
			}
		}
	})

	t.Run("more statements than anybody writes", func(t *testing.T) {
		_, err := c.Engine.Cut(strings.Repeat("x;", 600_000))
		if _, refused := errors.AsType[*migration.SyntaxError](err); !refused {
			t.Errorf("a script whose statements would take the memory of the machine: %v", err)
		}
	})

	t.Run("the checksum is of the tokens", func(t *testing.T) {
		sum := func(source string) string {
			have, err := c.Engine.Cut(source)
			if err != nil || len(have) != 1 {
				t.Fatalf("%q: %d statements, error %v", source, len(have), err)
			}
			return have[0].Sum
		}
		equal(t, "checksum", sum("INSERT INTO a VALUES (1)"), sum("INSERT  INTO a -- more\r\nVALUES(1);"))
		if sum("INSERT INTO a VALUES ('b  c')") == sum("INSERT INTO a VALUES ('b c')") {
			t.Error("blanks in a string do not count")
		}
	})

	if c.Script != "" {
		t.Run("a hard script", func(t *testing.T) {
			have, err := c.Engine.Cut(c.Script)
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, s := range have {
				texts = append(texts, s.Text)
			}
			equal(t, "statements", c.Statements, texts)
		})
	}
}
