package mysql

import (
	"testing"

	"github.com/dbmend/dbmend/schema"
)

// What Inspect must see: each change alone makes another schema, of which the stamp
// tells, and taking it back makes the first again.
func TestInspectSeesEachProperty(t *testing.T) {
	for object, changes := range map[string][]struct{ there, back string }{
		"a column": {
			{"ALTER TABLE authors MODIFY name varchar(81) NOT NULL DEFAULT 'a ''b''\\\\c'", "ALTER TABLE authors MODIFY name varchar(80) NOT NULL DEFAULT 'a ''b''\\\\c'"},
			{"ALTER TABLE authors MODIFY name varchar(80) DEFAULT 'a ''b''\\\\c'", "ALTER TABLE authors MODIFY name varchar(80) NOT NULL DEFAULT 'a ''b''\\\\c'"},
			{"ALTER TABLE authors ALTER COLUMN name SET DEFAULT 'other'", "ALTER TABLE authors ALTER COLUMN name SET DEFAULT 'a ''b''\\\\c'"},
			{"ALTER TABLE authors ALTER COLUMN name DROP DEFAULT", "ALTER TABLE authors ALTER COLUMN name SET DEFAULT 'a ''b''\\\\c'"},
			{"ALTER TABLE authors ALTER COLUMN negative SET DEFAULT 1", "ALTER TABLE authors ALTER COLUMN negative SET DEFAULT -1"},
			{"ALTER TABLE authors MODIFY token varchar(36) DEFAULT 'uuid()'", "ALTER TABLE authors MODIFY token varchar(36) DEFAULT (uuid())"},
			{"ALTER TABLE authors MODIFY made timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP", "ALTER TABLE authors MODIFY made timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"},
			{"ALTER TABLE authors MODIFY id int unsigned NOT NULL", "ALTER TABLE authors MODIFY id int unsigned NOT NULL AUTO_INCREMENT"},
			{"ALTER TABLE sequels MODIFY id int unsigned NOT NULL", "ALTER TABLE sequels MODIFY id int NOT NULL"},
			{"ALTER TABLE authors MODIFY padded int(6) ZEROFILL", "ALTER TABLE authors MODIFY padded int(5) ZEROFILL"},
			{"ALTER TABLE authors MODIFY grade enum('a', 'b''c', 'd', 'e') DEFAULT 'a'", "ALTER TABLE authors MODIFY grade enum('a', 'b''c', 'd,e') DEFAULT 'a'"},
			{"ALTER TABLE authors MODIFY latin varchar(10) CHARACTER SET latin1", "ALTER TABLE authors MODIFY latin varchar(10) CHARACTER SET latin1 COLLATE latin1_bin"},
			{"ALTER TABLE authors MODIFY latin varchar(10)", "ALTER TABLE authors MODIFY latin varchar(10) CHARACTER SET latin1 COLLATE latin1_bin"},
			{"ALTER TABLE authors MODIFY hidden int DEFAULT 5", "ALTER TABLE authors MODIFY hidden int INVISIBLE DEFAULT 5"},
			{"ALTER TABLE authors MODIFY worth int DEFAULT (1 + 2) CHECK (worth < 101)", "ALTER TABLE authors MODIFY worth int DEFAULT (1 + 2) CHECK (worth < 100)"},
			{"ALTER TABLE authors MODIFY born year COMMENT 'x'", "ALTER TABLE authors MODIFY born year"},
			{"ALTER TABLE authors MODIFY long_one text", "ALTER TABLE authors MODIFY long_one text COMPRESSED"},
			{"ALTER TABLE authors MODIFY extra longtext DEFAULT '{}'", "ALTER TABLE authors MODIFY extra json DEFAULT '{}'"},
			{"ALTER TABLE authors MODIFY seen datetime(2) DEFAULT CURRENT_TIMESTAMP(2) ON UPDATE CURRENT_TIMESTAMP(2)", "ALTER TABLE authors MODIFY seen datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"},
			{"ALTER TABLE authors MODIFY price decimal(10, 2) DEFAULT 1.5", "ALTER TABLE authors MODIFY price decimal(10, 2) unsigned DEFAULT 1.5"},
			{"ALTER TABLE books MODIFY full_name varchar(300) AS (concat(title, 'y')) VIRTUAL", "ALTER TABLE books MODIFY full_name varchar(300) AS (concat(title, 'x')) VIRTUAL"},
			{"ALTER TABLE books DROP COLUMN next_one, ADD COLUMN next_one int AS (author + 1) VIRTUAL COMMENT 'stored'", "ALTER TABLE books DROP COLUMN next_one, ADD COLUMN next_one int AS (author + 1) STORED COMMENT 'stored'"},
			{"ALTER TABLE authors RENAME COLUMN born TO birth", "ALTER TABLE authors RENAME COLUMN birth TO born"},
			{"ALTER TABLE authors ADD COLUMN more int", "ALTER TABLE authors DROP COLUMN more"},
			{"ALTER TABLE timed MODIFY x int", "ALTER TABLE timed MODIFY x int WITHOUT SYSTEM VERSIONING"},
		},
		"a key": {
			{"ALTER TABLE books DROP KEY by_kind, ADD UNIQUE KEY by_kind (kind(6))", "ALTER TABLE books DROP KEY by_kind, ADD UNIQUE KEY by_kind (kind(5))"},
			{"ALTER TABLE books DROP KEY by_kind, ADD KEY by_kind (kind(5))", "ALTER TABLE books DROP KEY by_kind, ADD UNIQUE KEY by_kind (kind(5))"},
			{"ALTER TABLE books ADD UNIQUE KEY another (kind(5))", "ALTER TABLE books DROP KEY another"},
			{"ALTER TABLE books DROP KEY pre, ADD KEY pre (title(11), id DESC)", "ALTER TABLE books DROP KEY pre, ADD KEY pre (title(10), id DESC)"},
			{"ALTER TABLE books DROP KEY pre, ADD KEY pre (title(10), id)", "ALTER TABLE books DROP KEY pre, ADD KEY pre (title(10), id DESC)"},
			{"ALTER TABLE books DROP KEY pre, ADD KEY pre (id DESC, title(10))", "ALTER TABLE books DROP KEY pre, ADD KEY pre (title(10), id DESC)"},
			{"ALTER TABLE books DROP KEY words, ADD KEY words (title)", "ALTER TABLE books DROP KEY words, ADD FULLTEXT KEY words (title)"},
			{"ALTER TABLE books DROP KEY words", "ALTER TABLE books ADD FULLTEXT KEY words (title)"},
			{"ALTER TABLE places DROP KEY g, ADD KEY g (g(20))", "ALTER TABLE places DROP KEY g, ADD SPATIAL KEY g (g)"},
			{"ALTER TABLE books ALTER INDEX unused NOT IGNORED", "ALTER TABLE books ALTER INDEX unused IGNORED"},
			{"ALTER TABLE books DROP KEY twin, ADD KEY twin (kind) COMMENT 'two'", "ALTER TABLE books DROP KEY twin, ADD KEY twin (kind) COMMENT 'one'"},
			{"ALTER TABLE books RENAME KEY twin TO double_one", "ALTER TABLE books RENAME KEY double_one TO twin"},
			{"ALTER TABLE quick DROP KEY t, ADD KEY t (name)", "ALTER TABLE quick DROP KEY t, ADD KEY t USING BTREE (name)"},
			{"ALTER TABLE counted DROP PRIMARY KEY, ADD PRIMARY KEY (n, grp)", "ALTER TABLE counted DROP PRIMARY KEY, ADD PRIMARY KEY (grp, n)"},
			{"ALTER TABLE counted DROP PRIMARY KEY", "ALTER TABLE counted ADD PRIMARY KEY (grp, n)"},
			{"ALTER TABLE periods DROP KEY id, ADD UNIQUE id (id, s, e)", "ALTER TABLE periods DROP KEY id, ADD UNIQUE id (id, p WITHOUT OVERLAPS)"},
		},
		"a foreign key": {
			{"ALTER TABLE books DROP FOREIGN KEY again, ADD CONSTRAINT third FOREIGN KEY (author) REFERENCES authors (id) ON DELETE CASCADE", "ALTER TABLE books DROP FOREIGN KEY third, ADD CONSTRAINT again FOREIGN KEY (author) REFERENCES authors (id)"},
			{"ALTER TABLE books DROP FOREIGN KEY again", "ALTER TABLE books ADD CONSTRAINT again FOREIGN KEY (author) REFERENCES authors (id)"},
			{"ALTER TABLE sequels ADD CONSTRAINT third FOREIGN KEY (book) REFERENCES books (id) ON UPDATE CASCADE", "ALTER TABLE sequels DROP FOREIGN KEY third"},
		},
		"a check": {
			{"ALTER TABLE books DROP CONSTRAINT CONSTRAINT_1, ADD CHECK (author > 1)", "ALTER TABLE books DROP CONSTRAINT CONSTRAINT_1, ADD CHECK (author > 0)"},
			{"ALTER TABLE books ADD CHECK (author <> 7)", "ALTER TABLE books DROP CONSTRAINT CONSTRAINT_2"},
			{"ALTER TABLE books DROP CONSTRAINT CONSTRAINT_1", "ALTER TABLE books ADD CHECK (author > 0)"},
		},
		"a table": {
			{"ALTER TABLE quick ENGINE = MyISAM", "ALTER TABLE quick ENGINE = MEMORY"},
			{"ALTER TABLE sequels DEFAULT CHARACTER SET latin1", "ALTER TABLE sequels DEFAULT CHARACTER SET utf8mb4"},
			{"ALTER TABLE sequels DEFAULT COLLATE utf8mb4_bin", "ALTER TABLE sequels DEFAULT COLLATE utf8mb4_general_ci"},
			{"ALTER TABLE authors COMMENT 'x'", "ALTER TABLE authors COMMENT 'it''s theirs'"},
			{"ALTER TABLE books ROW_FORMAT = COMPRESSED", "ALTER TABLE books ROW_FORMAT = DYNAMIC"},
			{"ALTER TABLE sequels STATS_PERSISTENT = 0", "ALTER TABLE sequels STATS_PERSISTENT = DEFAULT"},
			{"ALTER TABLE divided DROP PARTITION p1", "ALTER TABLE divided ADD PARTITION (PARTITION p1 VALUES LESS THAN MAXVALUE)"},
			{"ALTER TABLE hashed COALESCE PARTITION 1", "ALTER TABLE hashed ADD PARTITION PARTITIONS 1"},
			{"ALTER TABLE hashed REMOVE PARTITIONING", "ALTER TABLE hashed PARTITION BY HASH (id) PARTITIONS 3"},
			{"ALTER TABLE versioned DROP SYSTEM VERSIONING", "ALTER TABLE versioned ADD SYSTEM VERSIONING"},
			{"ALTER TABLE periods DROP KEY id, DROP PERIOD FOR p", "ALTER TABLE periods ADD PERIOD FOR p (s, e), ADD UNIQUE (id, p WITHOUT OVERLAPS)"},
			{"RENAME TABLE quick TO fast", "RENAME TABLE fast TO quick"},
			{"RENAME TABLE quick TO QUICK", "RENAME TABLE QUICK TO quick"},
			{"CREATE TABLE more (id int)", "DROP TABLE more"},
		},
		"what stands alone": {
			{"CREATE OR REPLACE VIEW broken AS SELECT y AS id FROM divided", "CREATE OR REPLACE VIEW broken AS SELECT id FROM divided"},
			{"CREATE OR REPLACE SQL SECURITY INVOKER VIEW broken AS SELECT id FROM divided", "CREATE OR REPLACE VIEW broken AS SELECT id FROM divided"},
			{"CREATE OR REPLACE ALGORITHM = TEMPTABLE VIEW broken AS SELECT id FROM divided", "CREATE OR REPLACE VIEW broken AS SELECT id FROM divided"},
			{"CREATE OR REPLACE VIEW broken AS SELECT id FROM divided WITH CHECK OPTION", "CREATE OR REPLACE VIEW broken AS SELECT id FROM divided"},
			{"CREATE OR REPLACE TRIGGER upper_title BEFORE INSERT ON books FOR EACH ROW PRECEDES more_title SET new.title = lower(new.title)", "CREATE OR REPLACE TRIGGER upper_title BEFORE INSERT ON books FOR EACH ROW PRECEDES more_title SET new.title = upper(new.title)"},
			{"CREATE OR REPLACE TRIGGER upper_title AFTER INSERT ON books FOR EACH ROW SET @a = 1", "CREATE OR REPLACE TRIGGER upper_title BEFORE INSERT ON books FOR EACH ROW PRECEDES more_title SET new.title = upper(new.title)"},
			{"CREATE OR REPLACE TRIGGER upper_title BEFORE INSERT ON books FOR EACH ROW SET new.title = upper(new.title)", "CREATE OR REPLACE TRIGGER upper_title BEFORE INSERT ON books FOR EACH ROW PRECEDES more_title SET new.title = upper(new.title)"},
			{"DROP TRIGGER quoted_trigger", ""},
			{"CREATE OR REPLACE FUNCTION next_year(a int) RETURNS int DETERMINISTIC RETURN a + 2", "CREATE OR REPLACE FUNCTION next_year(a int) RETURNS int DETERMINISTIC RETURN a + 1"},
			{"CREATE OR REPLACE FUNCTION next_year(a bigint) RETURNS int DETERMINISTIC RETURN a + 1", "CREATE OR REPLACE FUNCTION next_year(a int) RETURNS int DETERMINISTIC RETURN a + 1"},
			{"CREATE OR REPLACE FUNCTION next_year(a int) RETURNS int NOT DETERMINISTIC RETURN a + 1", "CREATE OR REPLACE FUNCTION next_year(a int) RETURNS int DETERMINISTIC RETURN a + 1"},
			{"ALTER PROCEDURE fill SQL SECURITY DEFINER", "ALTER PROCEDURE fill SQL SECURITY INVOKER"},
			{"ALTER PROCEDURE fill COMMENT 'x'", ""},
			{"ALTER EVENT tidy ON SCHEDULE EVERY 2 DAY", "ALTER EVENT tidy ON SCHEDULE EVERY 1 DAY"},
			{"ALTER EVENT tidy ON COMPLETION NOT PRESERVE", "ALTER EVENT tidy ON COMPLETION PRESERVE"},
			{"ALTER EVENT tidy DO DELETE FROM books WHERE id < -1", "ALTER EVENT tidy DO DELETE FROM books WHERE id < 0"},
			{"ALTER SEQUENCE numbers INCREMENT BY 3", "ALTER SEQUENCE numbers INCREMENT BY 2"},
			{"ALTER SEQUENCE numbers CYCLE", "ALTER SEQUENCE numbers NOCYCLE"},
		},
	} {
		t.Run(object, func(t *testing.T) {
			db := open(t)
			everything(t, db)
			must(t, db, "SET system_versioning_alter_history = KEEP")
			for _, change := range changes {
				before, stamp, ahead := inspected(t, db), stamped(t, db), horizonOf(t, db)
				must(t, db, change.there)
				after := inspected(t, db)
				if ahead.same(horizonOf(t, db)) {
					t.Errorf("%s: the same horizon", change.there)
				}
				if (Engine{}).SameStamp(stamp, stamped(t, db)) {
					t.Errorf("%s: the same stamp", change.there)
				}
				if len(schema.Compare(before, after)) == 0 || before.Fingerprint() == after.Fingerprint() {
					t.Errorf("%s: no difference", change.there)
				}
				if change.back == "" {
					continue
				}
				must(t, db, change.back)
				for _, d := range schema.Compare(before, inspected(t, db)) {
					t.Errorf("behind %s: %s", change.back, d)
				}
			}
		})
	}
}

// What means the same reads the same, and what does not, does not.
func TestNormalForms(t *testing.T) {
	const same, other = true, false
	for rule, pairs := range map[string][]struct {
		one, two string
		want     bool
	}{
		"case and quotes of names": {
			{"CREATE TABLE t (a int, KEY k (a))", "create table `t` (`A` INT, key `K` (`A`))", same},
			{"CREATE TABLE t (a int)", "CREATE TABLE T (a int)", other},
		},
		"types": {
			{"CREATE TABLE t (a integer, b boolean, c dec(5), d double precision, e character varying(3))", "CREATE TABLE t (a int, b tinyint(1), c decimal(5,0), d double, e varchar(3))", same},
			{"CREATE TABLE t (a int)", "CREATE TABLE t (a int unsigned)", other},
		},
		"no default and NULL": {
			{"CREATE TABLE t (a int, b text)", "CREATE TABLE t (a int NULL DEFAULT NULL, b text DEFAULT NULL)", same},
			{"CREATE TABLE t (a varchar(9) DEFAULT 'NULL')", "CREATE TABLE t (a varchar(9))", other},
		},
		"defaults": {
			{"CREATE TABLE t (a datetime DEFAULT now(), b boolean DEFAULT true)", "CREATE TABLE t (a datetime DEFAULT CURRENT_TIMESTAMP, b boolean DEFAULT 1)", same},
			{"CREATE TABLE t (a int DEFAULT 1)", "CREATE TABLE t (a int DEFAULT '1')", same},
			{"CREATE TABLE t (a varchar(9) DEFAULT '1')", "CREATE TABLE t (a varchar(9) DEFAULT '1 ')", other},
		},
		"the table's character set": {
			{"CREATE TABLE t (a varchar(9) CHARACTER SET latin1) CHARACTER SET latin1", "CREATE TABLE t (a varchar(9)) CHARACTER SET latin1", same},
			{"CREATE TABLE t (a varchar(9) COLLATE latin1_bin) CHARACTER SET latin1", "CREATE TABLE t (a varchar(9)) CHARACTER SET latin1", other},
		},
		"names of constraints": {
			{"CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0), UNIQUE x (a))", "CREATE TABLE t (a int, CHECK (a > 0), UNIQUE y (a))", same},
			{"CREATE TABLE t (a int, KEY x (a))", "CREATE TABLE t (a int, KEY y (a))", other},
		},
		"a constraint declared twice": {
			{"CREATE TABLE t (a int, UNIQUE x (a), UNIQUE y (a))", "CREATE TABLE t (a int, UNIQUE x (a))", other},
			{"CREATE TABLE t (a int, UNIQUE x (a), UNIQUE y (a))", "CREATE TABLE t (a int, UNIQUE y (a), UNIQUE z (a))", same},
		},
		"unique keys and unique indexes": {
			{"CREATE TABLE t (a int, UNIQUE x (a))", "CREATE TABLE t (a int);CREATE UNIQUE INDEX x ON t (a)", same},
		},
		"actions of foreign keys": {
			{"CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a) ON DELETE RESTRICT ON UPDATE NO ACTION)", "CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a))", same},
			{"CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a) ON DELETE SET NULL)", "CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES t (a))", other},
		},
		"trees": {
			{"CREATE TABLE t (a int, KEY k USING BTREE (a))", "CREATE TABLE t (a int, KEY k (a ASC))", same},
			{"CREATE TABLE t (a int, KEY k USING BTREE (a)) ENGINE = MEMORY", "CREATE TABLE t (a int, KEY k (a)) ENGINE = MEMORY", other},
		},
		"the counter of rows": {
			{"CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 7", "CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY)", same},
		},
		"order of columns and keys": {
			{"CREATE TABLE t (a int, b int, KEY x (a), KEY y (b))", "CREATE TABLE t (b int, a int, KEY y (b), KEY x (a))", same},
			{"CREATE TABLE t (a int, b int, KEY x (a, b))", "CREATE TABLE t (a int, b int, KEY x (b, a))", other},
		},
		"parentheses around a check": {
			{"CREATE TABLE t (a int, CHECK (((a > 0))))", "CREATE TABLE t (a int, CHECK (a > 0))", same},
		},
		"who made it": {
			{"CREATE DEFINER = 'nobody'@'%' VIEW t AS SELECT 1 AS a", "CREATE VIEW t AS SELECT 1 AS a", same},
			{"CREATE DEFINER = 'nobody'@'%' PROCEDURE t() SELECT 1", "CREATE PROCEDURE t() SELECT 1", same},
			{"CREATE SQL SECURITY INVOKER VIEW t AS SELECT 1 AS a", "CREATE VIEW t AS SELECT 1 AS a", other},
		},
		"blanks and comments of bodies": {
			{"CREATE PROCEDURE t() BEGIN SELECT 1 ; /* x */\n SELECT  concat( 1,2 ); END", "CREATE PROCEDURE t() BEGIN SELECT 1; SELECT concat(1, 2); END", same},
			{"CREATE PROCEDURE t() SELECT 'a  b'", "CREATE PROCEDURE t() SELECT 'a b'", other},
		},
		"modes of bodies": {
			{"SET sql_mode = 'ANSI_QUOTES';CREATE PROCEDURE t() SELECT 1", "CREATE PROCEDURE t() SELECT 1", other},
			{"SET sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE';CREATE PROCEDURE t() SELECT 1", "SET sql_mode = '';CREATE PROCEDURE t() SELECT 1", same},
		},
		"the moment an event begins": {
			{"CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01 00:00:00' DISABLE DO SELECT 1", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1", same},
			{"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1", "CREATE EVENT e ON SCHEDULE EVERY 1 WEEK DISABLE DO SELECT 1", other},
		},
	} {
		t.Run(rule, func(t *testing.T) {
			for _, pair := range pairs {
				one, two := made(t, pair.one), made(t, pair.two)
				diff := schema.Compare(one, two)
				if (len(diff) == 0) != pair.want {
					t.Errorf("%s\n%s\ndiffer in %v", pair.one, pair.two, diff)
				}
			}
		})
	}
}

// made returns the schema that a script makes.
func made(t *testing.T, script string) *schema.Snapshot {
	t.Helper()
	db := open(t)
	statements, err := cut(script)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		must(t, db, s.Text)
	}
	return inspected(t, db)
}
