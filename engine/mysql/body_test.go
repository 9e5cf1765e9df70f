package mysql

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bodies are statements with semicolons in them that a server takes as one. They
// are about the tables that librarySQL makes.
var bodies = map[string]string{
	"a block":             "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END",
	"blocks in blocks":    "CREATE PROCEDURE p() BEGIN BEGIN SELECT 1; END; BEGIN END; SELECT 2; END",
	"labels":              "CREATE PROCEDURE p() `begin`: BEGIN l: LOOP LEAVE l; END LOOP l; BEGIN SELECT 1; END; END `begin`",
	"branches":            "CREATE PROCEDURE p(a INT) BEGIN IF a THEN SELECT 1; ELSEIF a = 2 THEN BEGIN END; ELSE IF (a) THEN SELECT 2; END IF; END IF; END",
	"cases":               "CREATE PROCEDURE p(a INT) BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; CASE WHEN a THEN SELECT 2; END CASE; END",
	"cases in cases":      "CREATE PROCEDURE p(a INT) CASE CASE a WHEN 1 THEN 2 END WHEN 2 THEN SELECT CASE WHEN a THEN IF(a, 1, 2) ELSE CASE 1 WHEN 1 THEN 2 END END; SELECT 2; END CASE",
	"loops":               "CREATE PROCEDURE p(a INT) BEGIN WHILE a > 0 DO SET a = a - 1; END WHILE; REPEAT SET a = a + 1; UNTIL a > 3 END REPEAT; SELECT REPEAT('a', 2); END",
	"an UNTIL with CASE":  "CREATE PROCEDURE p(a INT) BEGIN REPEAT SET a = a + 1; UNTIL CASE WHEN a > 3 THEN 1 ELSE 0 END END REPEAT; SELECT 1; END",
	"functions as words":  "CREATE PROCEDURE p() BEGIN SELECT IF(1, 2, 3), REPLACE('a', 'b', 'c'); UPDATE notes SET title = IF(1, 'a', 'b'); END",
	"columns as words":    "CREATE PROCEDURE p() BEGIN SELECT 1 AS end; SELECT n.end, `if` FROM (SELECT 1 AS end, 2 AS `if`) n; SELECT 1 begin; END",
	"handlers":            "CREATE PROCEDURE p() BEGIN DECLARE a INT DEFAULT CASE 1 WHEN 1 THEN 2 END; DECLARE CONTINUE HANDLER FOR NOT FOUND, SQLSTATE '42S01', SQLSTATE VALUE '42S02', 1051 BEGIN SET a = 1; END; DECLARE EXIT HANDLER FOR SQLEXCEPTION SET a = CASE WHEN 1 THEN 2 END; SELECT 1; END",
	"a handler's IF":      "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLWARNING IF 1 THEN SELECT 1; END IF; DO 1; END",
	"cursors":             "CREATE PROCEDURE p() BEGIN DECLARE done INT DEFAULT FALSE; DECLARE c CURSOR FOR SELECT id FROM notes FOR UPDATE; DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE; OPEN c; l: LOOP IF done THEN LEAVE l; END IF; FETCH c INTO done; END LOOP; CLOSE c; END",
	"IF EXISTS":           "CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS other; CREATE TABLE IF NOT EXISTS other (a INT); INSERT INTO notes VALUES (1, 'a') ON DUPLICATE KEY UPDATE title = 'b'; END",
	"a function":          "CREATE DEFINER = CURRENT_USER() FUNCTION IF NOT EXISTS f(a INT, b ENUM('x;', 'y')) RETURNS VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DETERMINISTIC COMMENT 'a;b' SQL SECURITY INVOKER BEGIN RETURN 'a'; END",
	"a function of a SET": "CREATE FUNCTION f() RETURNS SET('a', 'b') NO SQL BEGIN RETURN 'a'; END",
	"characteristics":     "CREATE OR REPLACE DEFINER=`root`@`localhost` PROCEDURE p() LANGUAGE SQL NOT DETERMINISTIC READS SQL DATA BEGIN SELECT 1; END",
	"a trigger":           "CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW BEGIN SET NEW.title = 'a'; IF NEW.id > 1 THEN SET NEW.id = 2; END IF; END",
	"a trigger of one IF": "CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW IF NEW.id > 1 THEN SET NEW.id = 2; SET NEW.title = 'a'; END IF",
	"an event":            "CREATE EVENT e ON SCHEDULE EVERY CASE WHEN 1 THEN 2 END DAY DISABLE COMMENT 'do;' DO BEGIN DELETE FROM notes; SELECT 1; END",
	"a block by itself":   "BEGIN NOT ATOMIC SELECT 1; BEGIN SELECT 2; END; END",
	"a branch by itself":  "IF 1 THEN SELECT 1; SELECT 2; END IF",
	"a FOR by itself":     "FOR i IN 1..2 DO SELECT i; END FOR",
	"a query's FOR":       "BEGIN NOT ATOMIC FOR n IN (SELECT id FROM notes) DO SELECT n.id; DO 1; END FOR; END",
	"comments":            "CREATE PROCEDURE p() BEGIN /* END; */ SELECT 1; -- END;\n# END\n SELECT 2; /*!50003 SELECT 3; */ END",
}

// simple are statements without semicolons in them that look as if they had a body.
var simple = []string{
	"BEGIN",
	"BEGIN WORK",
	"CREATE PROCEDURE p() SELECT CASE 1 WHEN 1 THEN 2 END",
	"CREATE FUNCTION f(begin INT) RETURNS INT DETERMINISTIC RETURN CASE begin WHEN 1 THEN 2 END",
	"CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW SET NEW.title = CASE WHEN 1 THEN 'a' ELSE 'b' END",
	"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM notes",
	"CREATE TABLE begin (begin INT, end INT)",
	"CREATE VIEW v AS SELECT CASE id WHEN 1 THEN 2 END AS `case` FROM notes",
	"SELECT CASE 1 WHEN 1 THEN 2 END",
	"CREATE OR REPLACE TABLE other (trigger_ INT)",
	"ALTER TABLE notes ADD COLUMN event INT",
}

func TestBodiesAreOneStatement(t *testing.T) {
	for name, statement := range bodies {
		t.Run(name, func(t *testing.T) {
			for _, script := range []string{
				statement + "; SELECT 'behind'",
				"DELIMITER $$\n" + statement + "$$\nDELIMITER ;\nSELECT 'behind';",
				"DELIMITER //\n" + statement + ";\n//\nSELECT 'behind'; //",
			} {
				got, err := cut(script)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]string{statement, "SELECT 'behind'"}, texts(got)); diff != "" {
					t.Errorf("statements (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestStatementsWithoutBodyEndAtTheSemicolon(t *testing.T) {
	for _, statement := range simple {
		got, err := cut(statement + "; SELECT 'behind'")
		if err != nil {
			t.Errorf("%s: %v", statement, err)
			continue
		}
		if diff := cmp.Diff([]string{statement, "SELECT 'behind'"}, texts(got)); diff != "" {
			t.Errorf("statements (-want +got):\n%s", diff)
		}
	}
}
