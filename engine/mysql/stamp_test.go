package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/engine"
)

// Rows, what counts them, temporary tables, statistics and the session are not the
// schema.
func TestStampStaysWhileTheSchemaDoes(t *testing.T) {
	db := open(t)
	must(t, db, "CREATE TABLE notes (id int AUTO_INCREMENT PRIMARY KEY, title varchar(80) DEFAULT ')\n) ENGINE=InnoDB AUTO_INCREMENT=1') AUTO_INCREMENT = 10")
	must(t, db, "CREATE TABLE tags (id int AUTO_INCREMENT PRIMARY KEY, title varchar(80)) COMMENT ') ENGINE=InnoDB AUTO_INCREMENT=1'")
	must(t, db, "CREATE SEQUENCE numbers")
	before := stamped(t, db)
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
		if now := stamped(t, db); now != before {
			t.Errorf("%s: the stamp is another one", statement)
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

// stamped returns the stamp.
func stamped(t *testing.T, db engine.Database) string {
	t.Helper()
	stamp, err := db.Stamp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stamp
}
