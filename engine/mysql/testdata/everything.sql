-- One of everything that MariaDB 10.6 and later keep in a schema.
CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 2 CACHE 7;

CREATE TABLE authors (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(80) NOT NULL DEFAULT 'a ''b''\\c',
  bio text,
  made timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  seen datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  gone timestamp NULL DEFAULT NULL,
  extra json DEFAULT '{}',
  price decimal(10, 2) unsigned DEFAULT 1.5,
  grade enum('a', 'b''c', 'd,e') DEFAULT 'a',
  flags set('x', 'y') CHARACTER SET latin1 NOT NULL DEFAULT 'x',
  bits bit(3) DEFAULT b'101',
  uid uuid,
  address inet6,
  padded int(5) ZEROFILL,
  data blob DEFAULT 'x',
  token varchar(36) DEFAULT (uuid()),
  worth int DEFAULT (1 + 2) CHECK (worth < 100),
  latin varchar(10) CHARACTER SET latin1 COLLATE latin1_bin,
  hidden int INVISIBLE DEFAULT 5,
  `it's a "``name``"` int COMMENT 'it''s; -- a \\ remark',
  negative int DEFAULT -1,
  yes boolean DEFAULT true,
  long_one text COMPRESSED,
  ratio float(7, 3),
  day date DEFAULT curdate(),
  place geometry,
  born year,
  number bigint DEFAULT (NEXT VALUE FOR numbers),
  bytes varbinary(9) DEFAULT x'00e9270a5cff5c30',
  none int
) COMMENT 'it''s theirs';
ALTER TABLE authors ALTER COLUMN none DROP DEFAULT;

CREATE TABLE books (
  id bigint PRIMARY KEY,
  author int unsigned NOT NULL,
  title varchar(200) DEFAULT 'untitled',
  kind varchar(10) COLLATE utf8mb4_bin,
  full_name varchar(300) AS (concat(title, 'x')) VIRTUAL,
  next_one int AS (author + 1) STORED COMMENT 'stored',
  CHECK (author > 0),
  CONSTRAINT `no ``a``` CHECK (kind <> 'a' AND (id > 1 OR id < -1)),
  UNIQUE (author, title),
  UNIQUE KEY by_kind (kind(5)),
  KEY pre (title(10), id DESC),
  KEY twin (kind) COMMENT 'one',
  KEY tree USING BTREE (kind, id),
  KEY unused (kind, title) IGNORED,
  FULLTEXT KEY words (title),
  FOREIGN KEY (author) REFERENCES authors (id) ON DELETE CASCADE,
  CONSTRAINT again FOREIGN KEY (author) REFERENCES authors (id) ON UPDATE NO ACTION
) ROW_FORMAT = DYNAMIC;

CREATE TABLE sequels (id int NOT NULL, book bigint, KEY (id), PRIMARY KEY (book, id), FOREIGN KEY (book) REFERENCES books (id));
CREATE TABLE counted (grp int NOT NULL, n int NOT NULL AUTO_INCREMENT, KEY (n), PRIMARY KEY (grp, n));
CREATE TABLE places (g geometry NOT NULL, id int, SPATIAL KEY (g), KEY h USING HASH (id)) ENGINE = MyISAM CHARACTER SET latin1;
CREATE TABLE quick (id int, name varchar(20), KEY h (id), KEY t USING BTREE (name)) ENGINE = MEMORY;
CREATE TABLE divided (id int, y int) PARTITION BY RANGE (y) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE TABLE hashed (id int) PARTITION BY HASH (id) PARTITIONS 3;
CREATE TABLE versioned (id int, x int) WITH SYSTEM VERSIONING;
CREATE TABLE timed (
  id int, x int WITHOUT SYSTEM VERSIONING,
  rs timestamp(6) GENERATED ALWAYS AS ROW START, re timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (rs, re)
) WITH SYSTEM VERSIONING;
CREATE TABLE periods (id int, s date, e date, PERIOD FOR p (s, e), UNIQUE (id, p WITHOUT OVERLAPS));
CREATE TABLE `Large; Name` (`Large; Name` int PRIMARY KEY, `b``c` int, KEY `k``"'` (`b``c`)) DEFAULT CHARACTER SET latin1;

DELIMITER //
CREATE FUNCTION next_year(a int) RETURNS int DETERMINISTIC RETURN a + 1 //
CREATE FUNCTION wordy(a varchar(20)) RETURNS varchar(40) CHARSET utf8mb4 READS SQL DATA COMMENT 'it''s'
BEGIN
  DECLARE n int; -- how many
  SELECT count(*) INTO n FROM authors WHERE name = a;
  RETURN concat(a, ';', n);
END //
CREATE PROCEDURE fill(IN a int, OUT b varchar(10)) SQL SECURITY INVOKER BEGIN SELECT a; SET b = 'x;'; END //
CREATE TRIGGER upper_title BEFORE INSERT ON books FOR EACH ROW SET new.title = upper(new.title) //
CREATE TRIGGER more_title BEFORE INSERT ON books FOR EACH ROW FOLLOWS upper_title BEGIN SET new.title = concat(new.title, '!'); END //
CREATE TRIGGER first_title BEFORE INSERT ON books FOR EACH ROW PRECEDES upper_title BEGIN SET new.title = trim(new.title); END //
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE COMMENT 'daily' DO DELETE FROM books WHERE id < 0 //
DELIMITER ;

CREATE VIEW titles AS SELECT id, title, next_year(id) AS later FROM books AS b WHERE id > 3;
CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW checked AS SELECT id, title FROM books WHERE id > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW broken AS SELECT id FROM divided;
CREATE VIEW drawn AS SELECT nextval(numbers) AS n, wordy('x') AS w;

SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE PROCEDURE "quoted ""one""" () SELECT "id", 'a\' FROM "books";
CREATE TRIGGER quoted_trigger AFTER UPDATE ON books FOR EACH ROW SET @a = '\', @b = "new"."title";
SET sql_mode = DEFAULT;
