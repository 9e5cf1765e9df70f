package mysql

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dbmend/dbmend/engine"
	"github.com/dbmend/dbmend/schema"
)

// Rows, what counts them, temporary tables, statistics and the session are not the
// schema.
func TestStampStaysWhileTheSchemaDoes(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE notes (id int AUTO_INCREMENT PRIMARY KEY, title varchar(80) DEFAULT ')\n) ENGINE=InnoDB AUTO_INCREMENT=1') AUTO_INCREMENT = 10")
	must(t, db, "CREATE TABLE tags (id int AUTO_INCREMENT PRIMARY KEY, title varchar(80)) COMMENT ') ENGINE=InnoDB AUTO_INCREMENT=1'")
	must(t, db, "CREATE SEQUENCE numbers")
	before := textsOf(stamped(t, db))
	for _, statement := range []string{
		"INSERT INTO tags VALUES (DEFAULT, 'a'), (DEFAULT, 'b')",
		"INSERT INTO notes (title) VALUES ('a')",
		"UPDATE tags SET title = 'c'",
		"DELETE FROM tags",
		"SELECT NEXT VALUE FOR numbers",
		"CREATE TEMPORARY TABLE fleeting (other int)",
		"DROP TEMPORARY TABLE fleeting",
		"ANALYZE TABLE tags",
		"TRUNCATE TABLE tags",
		"SET SESSION sql_mode = 'ANSI_QUOTES'",
		"SET NAMES latin1",
	} {
		must(t, db, statement)
		if now := textsOf(stamped(t, db)); now != before {
			t.Errorf("%s: the stamp is another one", statement)
		}
	}
}

// The schema that comes with its stamp is the one that Inspect reads, with the stamp that Stamp
// takes: also where a table is as it was the last time, or has two keys on the same columns.
func TestStampedIsBoth(t *testing.T) {
	db := open(t)
	for _, statement := range []string{
		"CREATE TABLE twins (id int UNIQUE, UNIQUE KEY other (id), g point)",
		"CREATE TABLE notes (id int PRIMARY KEY, twin int, FOREIGN KEY (twin) REFERENCES twins (id))",
		"CREATE VIEW v AS SELECT id FROM notes",
		"ALTER TABLE notes ADD COLUMN more int",
		"CREATE TRIGGER tr BEFORE INSERT ON notes FOR EACH ROW SET NEW.more = 1",
		"RENAME TABLE twins TO other_twins",
		"DROP VIEW v",
	} {
		must(t, db, statement)
		snapshot, stamp, err := db.Stamped(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := Engine{}.Connect(t.Context(), db.pool)
		if err != nil {
			t.Fatal(err)
		}
		have, err := fresh.Inspect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range schema.Compare(have, snapshot) {
			t.Errorf("behind %s: %s", statement, d)
		}
		if want := stamped(t, fresh); textsOf(stamp) != textsOf(want) {
			t.Errorf("behind %s: the stamp is another one", statement)
		}
		if err := fresh.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A number is left out where it counts rows, and nowhere else.
func TestUncounted(t *testing.T) {
	for text, want := range map[string]string{
		"CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4": "CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
		"CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4":                  "CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
		"(\n) ENGINE=InnoDB COMMENT=' AUTO_INCREMENT=7'":                                              "(\n) ENGINE=InnoDB COMMENT=' AUTO_INCREMENT=7'",
		"('\n) ENGINE=InnoDB AUTO_INCREMENT=7'\n) ENGINE=InnoDB":                                      "('\n) ENGINE=InnoDB AUTO_INCREMENT=7'\n) ENGINE=InnoDB",
		"CREATE VIEW `v` AS select 1":                                                                 "CREATE VIEW `v` AS select 1",
		"":                                                                                            "",
	} {
		if have := uncounted(text); have != want {
			t.Errorf("%q becomes %q", text, have)
		}
	}
}

// textsOf returns what a stamp says behind the horizon, which is not told while somebody else
// is at work, were it but to close a connection.
func textsOf(stamp string) string {
	_, texts, _ := strings.Cut(stamp, "/")
	return texts
}

// stillStamped returns the schema with a stamp that has a horizon.
func stillStamped(t rapid.TB, d *database) (s *schema.Snapshot, stamp string) {
	t.Helper()
	for strings.HasPrefix(stamp, "/") || stamp == "" {
		var err error
		if s, stamp, err = d.Stamped(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	return s, stamp
}

// stamped returns the stamp.
func stamped(t *testing.T, db engine.Database) string {
	t.Helper()
	stamp, err := db.Stamp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stamp
}
