package mysql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dbmend/dbmend/internal/testserver"
)

// horizonOf returns the horizon.
func horizonOf(t *testing.T, d *database) horizon {
	t.Helper()
	h, _, _, err := d.ahead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// syncsAlone has the server sync no file by itself, which it does every half minute.
func syncsAlone(t *testing.T, d *database) {
	t.Helper()
	must(t, d, "SET GLOBAL aria_checkpoint_interval = 0")
	t.Cleanup(func() { must(t, d, "SET GLOBAL aria_checkpoint_interval = DEFAULT") })
}

// Whatever changes a schema moves the horizon, in whatever way it is run, whoever runs it and
// in whatever database. Rows, temporary tables, accounts and settings do not, and neither does a
// statement on a schema that finds everything as it wants it.
func TestHorizon(t *testing.T) {
	server := testserver.MariaDBServer(t)
	db := take(t, server.DSN(t))
	syncsAlone(t, db)
	other, elsewhere := beside(t, db), take(t, server.DSN(t))
	must(t, db, "CREATE TABLE t (id int PRIMARY KEY)",
		"CREATE PROCEDURE adds() CREATE TABLE by_procedure (id int)",
		"CREATE PROCEDURE builds() EXECUTE IMMEDIATE 'ALTER TABLE t ADD COLUMN built int'")
	for _, statement := range []string{
		"CREATE TABLE u (id int)", "CREATE TABLE w LIKE u", "CREATE OR REPLACE TABLE w AS SELECT 1 AS one",
		"ALTER TABLE u ADD COLUMN x int", "ALTER TABLE u ALTER x SET DEFAULT 1", "ALTER TABLE u COMMENT 'c'", "CREATE INDEX i ON u (x)", "DROP INDEX i ON u",
		"RENAME TABLE u TO v", "ALTER TABLE v RENAME TO u", "DROP TABLE u, w",
		"CREATE VIEW v AS SELECT 1 AS one", "ALTER VIEW v AS SELECT 2 AS one", "CREATE OR REPLACE VIEW v AS SELECT 3 AS one", "DROP VIEW v",
		"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1", "DROP TRIGGER g",
		"CREATE FUNCTION f() RETURNS int RETURN 1", "ALTER FUNCTION f COMMENT 'c'", "DROP FUNCTION f", "ALTER PROCEDURE adds COMMENT 'c'",
		"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO 1", "ALTER EVENT e DISABLE", "DROP EVENT e",
		"CREATE SEQUENCE s", "ALTER SEQUENCE s CACHE 7", "DROP SEQUENCE s",
		"CALL adds()", "CALL builds()", "EXECUTE IMMEDIATE 'DROP TABLE by_procedure'",
		"PREPARE p FROM 'ALTER TABLE t DROP COLUMN built'", "EXECUTE p", "BEGIN NOT ATOMIC CREATE TABLE u (id int); END",
		"/*!50000 DROP TABLE u */", "SET STATEMENT max_statement_time = 10 FOR CREATE TABLE u (id int)", "ALTER TABLE u ENGINE = MyISAM", "ALTER DATABASE CHARACTER SET latin1",
	} {
		before := horizonOf(t, db)
		must(t, other, statement)
		if moved := !horizonOf(t, db).same(before); moved != (opening(statement) != "prepare") {
			t.Errorf("%s: the horizon has moved: %v", statement, moved)
		}
	}
	before := horizonOf(t, db)
	if must(t, elsewhere, "CREATE TABLE t (id int)"); horizonOf(t, db).same(before) {
		t.Error("it does not tell of another database")
	}
	if horizonOf(t, db).same(horizonOf(t, elsewhere)) {
		t.Error("two databases have the same")
	}
	for _, statement := range []string{
		"INSERT INTO t VALUES (1)", "UPDATE t SET id = 2", "DELETE FROM t", "TRUNCATE TABLE t", "ANALYZE TABLE t", "OPTIMIZE TABLE t",
		"CREATE TEMPORARY TABLE x (id int)", "DROP TEMPORARY TABLE x", "CREATE USER a", "DROP USER a", "CREATE ROLE r", "DROP ROLE r",
		"SET time_zone = '+05:00'", "SET NAMES latin1", "SET sql_mode = 'ANSI'", "SHOW CREATE TABLE t", "LOCK TABLES t WRITE", "UNLOCK TABLES", "FLUSH TABLES",
		"CREATE TABLE IF NOT EXISTS t (id int)", "CREATE TABLE IF NOT EXISTS " + quote(elsewhere.name) + ".t (id int)", "CREATE DATABASE IF NOT EXISTS " + quote(elsewhere.name),
		"ALTER TABLE t ADD COLUMN IF NOT EXISTS id int", "ALTER TABLE t DROP COLUMN IF EXISTS x", "CREATE INDEX IF NOT EXISTS `PRIMARY` ON t (id)",
		"DROP INDEX IF EXISTS x ON t", "DROP VIEW IF EXISTS x", "DROP TRIGGER IF EXISTS x", "RENAME TABLE IF EXISTS x TO y",
	} {
		before := horizonOf(t, db)
		must(t, other, statement)
		if !horizonOf(t, db).same(before) || !horizonOf(t, other).same(before) {
			t.Errorf("%s: the horizon is another one", statement)
		}
	}
}

// Where the server or its counters begin anew, the horizon is another one.
func TestHorizonOfAnotherLife(t *testing.T) {
	server := testserver.MariaDBServer(t)
	name := server.DSN(t)
	db := take(t, name)
	first := horizonOf(t, db)
	nextSecond(t, db)
	must(t, db, "FLUSH STATUS")
	flushed := horizonOf(t, db)
	if flushed.same(first) {
		t.Error("it does not tell of new counters")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	server.Stop(t)
	server.Start(t)
	if again := horizonOf(t, take(t, name)); again.same(flushed) || again.same(first) {
		t.Error("it does not tell of another start")
	}
}

// nextSecond waits for the server's clock.
func nextSecond(t *testing.T, d *database) {
	t.Helper()
	must(t, d, "DO SLEEP(1.1)")
}

// What changes nothing but has the server sync moves no horizon, and what it counts and does not
// sync does where it might have changed something all the same: a routine, an event, a sequence.
func TestHorizonTakesTwoSigns(t *testing.T) {
	db := open(t)
	syncsAlone(t, db)
	must(t, db, "CREATE TABLE t (id int)", "CREATE SEQUENCE s", "CREATE PROCEDURE p() DO 1")
	for statement, stays := range map[string]bool{
		"CREATE TABLE IF NOT EXISTS t (id int)":                 true,
		"FLUSH TABLES":                                          true,
		"CREATE PROCEDURE IF NOT EXISTS p() DO 2":               false,
		"ALTER SEQUENCE s INCREMENT BY 7":                       false,
		"DROP EVENT IF EXISTS e":                                false,
		"ALTER DATABASE CHARACTER SET latin1":                   false,
		"FLUSH TABLES;CREATE TABLE IF NOT EXISTS t (other int)": false,
	} {
		before := horizonOf(t, db)
		must(t, db, strings.Split(statement, ";")...)
		if horizonOf(t, db).same(before) != stays {
			t.Errorf("%s: the horizon stays: %v", statement, !stays)
		}
	}
}

// What the server counts as it begins takes effect when it ends. So there is no horizon
// to begin with while a statement is under way, whether it may be seen or not, nor
// while events are scheduled; others of whom it is known that they do nothing do not matter.
func TestNoHorizonAmidAStatement(t *testing.T) {
	server := testserver.MariaDBServer(t)
	db := take(t, server.DSN(t))
	nextSecond(t, db)
	must(t, db, "CREATE TABLE t (id int)", "CREATE USER app@localhost IDENTIFIED BY 'x'", "GRANT ALL ON "+quote(db.name)+".* TO app@localhost")
	of := strings.Replace(server.DSN(t), "root@", "app:x@", 1)
	app := take(t, of[:strings.LastIndexByte(of, '/')+1]+db.name)
	still := func() (told int) {
		t.Helper()
		for _, d := range []*database{db, app} {
			text, err := d.stillAhead(t.Context(), mostPauses)
			if err != nil {
				t.Fatal(err)
			}
			if text != "" {
				told++
			}
		}
		return told
	}
	for still() != 2 { // the connections of before are closing
		time.Sleep(time.Millisecond)
	}
	holder, changer := beside(t, db), beside(t, db)
	must(t, holder, "LOCK TABLES t READ")
	done := make(chan error)
	go func() {
		_, err := changer.Exec(t.Context(), "ALTER TABLE t ADD COLUMN x int")
		done <- err
	}()
	waiting := func() (n int) {
		query := fmt.Sprintf("SELECT count(*) FROM information_schema.PROCESSLIST WHERE ID = %d AND STATE LIKE 'Waiting%%'", changer.number)
		if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	if still() != 0 {
		t.Error("there is one amid an ALTER TABLE")
	}
	must(t, holder, "UNLOCK TABLES")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for still() != 2 {
		time.Sleep(time.Millisecond)
	}
	must(t, db, "SET GLOBAL event_scheduler = 1")
	if still() != 0 {
		t.Error("there is one while events are scheduled")
	}
}
