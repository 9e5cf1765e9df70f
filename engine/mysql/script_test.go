package mysql

// librarySQL makes what the scripts of the tests are about.
const librarySQL = "CREATE TABLE notes (id INT PRIMARY KEY, title VARCHAR(100))"

// tricky are scripts that a server runs when it is sent the whole of them.
var tricky = map[string]string{
	"quotes": `INSERT INTO notes VALUES (1, 'a;''b\';'), (2, "c;""d\";"), (3, 'e
;'); CREATE TABLE ` + "`f;``g`" + ` (` + "`h;`" + ` INT); INSERT INTO ` + "`f;``g`" + ` VALUES (1--1);INSERT INTO notes VALUES (4, '\\');`,
	"comments":             "-- a;\n# b;\n/* c; */ INSERT /* d; */ INTO notes -- e;\nVALUES # f;\n(1, '--;#/*');\t-- g\n/* ' */ DELETE FROM notes WHERE id = 1 -- '\n",
	"conditional comments": "/*!40101 SET @a = ';' */; INSERT INTO notes VALUES (1, /*!50003 'a' */ /*!99999 , 'b' */); /*M!100100 INSERT INTO notes VALUES (2, 'x') */;/*! DO 1 */",
	"a trigger": `CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW
BEGIN
  IF NEW.id > 1 THEN SET NEW.title = CASE NEW.id WHEN 2 THEN 'two;' ELSE 'more' END; END IF; -- END;
END;
INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (3, 'c'); DROP TRIGGER t`,
	"a procedure": `CREATE PROCEDURE p(n INT)
l: BEGIN
  DECLARE i INT DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR 1062 BEGIN END;
  WHILE i < n DO
    SET i = i + 1;
    INSERT INTO notes VALUES (i, REPEAT('x', i));
    IF i = 3 THEN LEAVE l; END IF;
  END WHILE;
END l;
CALL p(5); CALL p(1); DROP PROCEDURE p; INSERT INTO notes VALUES (9, 'behind')`,
	"conditional DDL": `SET @s = (SELECT IF(COUNT(*) > 0, 'SELECT 1', 'ALTER TABLE notes ADD COLUMN body TEXT;') FROM information_schema.columns
  WHERE table_schema = DATABASE() AND table_name = 'notes' AND column_name = 'body');
PREPARE s FROM @s; EXECUTE s; DEALLOCATE PREPARE s; INSERT INTO notes (id, body) VALUES (1, 'b')`,
	"a swap":       "CREATE TABLE new (id INT); INSERT INTO notes VALUES (1, 'a'); RENAME TABLE notes TO old, new TO notes; DROP TABLE old",
	"transactions": "START TRANSACTION; INSERT INTO notes VALUES (1, 'a'); SAVEPOINT s; INSERT INTO notes VALUES (2, 'b'); ROLLBACK TO s; COMMIT",
}
